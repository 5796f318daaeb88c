"""Bare delimited text: rows without header and quotes; and that the fast and the careful way of reading agree."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts import Column, ColumnType, Contract
from orchestration.contracts.contract import TAB_SEPARATED
from orchestration.ingestion.readers import delimited, unquoted
from orchestration.ingestion.refusal import Refused
from orchestration.ingestion.staging import _CSV_OPTIONS, _OWN_OPTIONS, _options, literal_struct

WIDTH = 3
CONTRACT = Contract(
    feed="things",
    subject="relations",
    fact_kind="thing",
    grain="one row is a thing",
    key=("a",),
    dialect=TAB_SEPARATED,
    columns=tuple(Column(name=name, type=ColumnType.TEXT, description="") for name in "abc"),
)
cells = st.text(st.sampled_from("ab \"',;éж\u00a0\\"), max_size=4)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "x.csv"
    path.write_bytes(data)
    return path


def careful(path: Path) -> tuple[list[tuple[str, ...]], list[int]]:
    """Read as the loader does after something was found broken: the good rows, and the numbers of the others."""
    clean, broken = path.with_suffix(".clean"), path.with_suffix(".broken")
    delimited.mend(path, clean=clean, broken=broken, width=WIDTH, dialect=TAB_SEPARATED)
    names = literal_struct(("n", "a", "b", "c"))
    with duckdb.connect() as con:
        rows = con.execute(
            f"from read_csv($path, columns = {names}, {_CSV_OPTIONS}, {_OWN_OPTIONS})", {"path": str(clean)}
        ).fetchall()
    with broken.open(newline="") as file:
        return [tuple(cell or "" for cell in row[1:]) for row in rows], [int(row[0]) for row in csv.reader(file)]


@settings(deadline=None)
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5))
def test_a_quote_is_a_letter_to_the_fast_and_the_careful_reader(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    path = written(tmp_path_factory.mktemp("bare"), text.encode())
    names = literal_struct("abc")
    with duckdb.connect() as con:
        fast = con.execute(
            f"from read_csv($path, columns = {names}, {_options(TAB_SEPARATED)})", {"path": str(path)}
        ).fetchall()
    assert [tuple(cell or "" for cell in row) for row in fast] == rows
    assert careful(path) == (rows, [])


def test_a_row_with_other_cells_or_bytes_is_listed_and_the_others_stay(tmp_path: Path) -> None:
    path = written(tmp_path, b"1\t2\t3\r\n\r\n1\t2\nx\xff\t2\t3\n4\t5\t6")
    assert careful(path) == ([("1", "2", "3"), ("4", "5", "6")], [2, 3])
    found = [(line.found, line.raw) for line in unquoted.lines(path, dialect=TAB_SEPARATED, width=WIDTH)]
    assert found[1:3] == [("2 cells", "1\t2"), ("bytes that are not UTF-8", "x\\xff\t2\t3")]
    assert list(delimited.original_rows(path, [3, 2], width=WIDTH, dialect=TAB_SEPARATED)) == [
        (2, "1\t2"),
        (3, "x\\xff\t2\t3"),
    ]


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    header = delimited.read_header(written(tmp_path, b"1\t2\t3\n"), CONTRACT)
    assert header == delimited.Header(names=("a", "b", "c"), is_plain=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\n <!DOCTYPE html>\n<html><body>\t\t</body></html>", "web page"),
        (b"1,2,3\n4,5,6\n", "1 cell, expected 3 cells, separated by tabs"),
        (b"1\t2\t3\t4\n" * 9, "4 cells, expected 3 cells"),
        (b"PK\x03\x04rest", "zip file"),
        (b"\x1f\x8brest", r"\.gz"),
        ("1\t2\t3\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_that_is_something_else_is_refused_as_a_whole(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        delimited.read_header(written(tmp_path, data), CONTRACT)


def test_a_file_with_some_good_row_at_its_beginning_is_not_refused(tmp_path: Path) -> None:
    assert delimited.read_header(written(tmp_path, b"1\t2\n1\t2\t3\n"), CONTRACT).is_plain
