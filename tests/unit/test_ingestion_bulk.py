"""Tables of millions of rows are read in chunks where they are plain, and come out as by the other reader."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts import FEEDS
from orchestration.ingestion import bulk, chunks
from orchestration.ingestion.database import create_tables, memory_limited
from orchestration.ingestion.readers import columns as header_columns
from tests.trade_files import baci, figure
from tests.trade_files import bulk as comtrade_bulk

NOW = datetime(2024, 1, 1, tzinfo=UTC)
PLAIN = "t,i,j,k,v,q\n" + "".join(
    f"2017,{i:3d},{j:3d},{k:06d},{i * j / 1000:12.3f},{'NA' if k % 7 == 0 else format(k / 8, '.3f'):>12}\n"
    for i in range(4, 40, 4)
    for j in range(8, 90, 6)
    for k in (10121, 20714, 30617)
)
WHOLE = st.sampled_from(
    [
        *[
            "4",
            " 36",
            "36 ",
            "+36",
            "-1",
            "036",
            "4.0",
            "4e2",
            "0x24",
            "1_0",
            "",
            "   ",
            "NA",
            "x",
            "٣٦",
            "\t36",
            "36\xa0",
        ],
        *("9" * 19, "9" * 20, "0" * 26 + "4"),
    ]
)
DECIMAL = st.sampled_from(
    [
        "1",
        "1.5",
        "  1.50",
        "1.5 ",
        ".5",
        "5.",
        "+1.5",
        "-1.5",
        "1e5",
        "1E-3",
        "1e",
        "nan",
        "inf",
        "Infinity",
        "0x10",
        "1_000",
        "",
        "",
        "    ",
        "NA",
        "      NA",
        "NA ",
        "na",
        "N/A",
        "-",
        ".",
        "1 2",
        "1.5\t",
        "1e400",
        "1d5",
    ]
)
TEXT = st.sampled_from(
    ["030617", " 030617", "030617 ", "30617", "", "  ", "NA", "0306é7", "\u00a0030617", "03\t617", '"030617"']
)


def load(text: bytes, insert: bulk.Insert, *, feed: str = "baci") -> list[tuple[object, ...]]:
    """Return the rows that one way of reading leaves in landing."""
    contract = FEEDS[feed]
    with TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "table.csv"
        path.write_bytes(text)
        create_tables(con, {feed: contract})
        table = bulk.open_table(path, contract, Path(folder))
        columns = header_columns.match(table.names, contract)
        loaded = insert(con, contract, table, columns, Path(folder), delivery_id="d", sha256="s" * 64, loaded_at=NOW)
        rows = con.execute(f"from landing.{feed} order by _row_number").fetchall()
        assert loaded.row_count == len(rows)
        if loaded.rest is not None:
            raise Left(dict(zip(loaded.rest.numbers, _rows_of(loaded.rest), strict=True)), rows)
        return rows


class Left(Exception):
    """Rows that were left over, by their numbers, and those that are in landing."""

    def __init__(self, rows: dict[int, str], landed: list[tuple[object, ...]]) -> None:
        super().__init__(str(rows))
        self.rows = rows
        self.landed = landed


def _rows_of(rest: chunks.Rest) -> list[str]:
    return rest.path.read_text(errors="surrogateescape").splitlines()[1:]


@pytest.mark.parametrize("size", [100, 517, 4096, 1 << 20])
@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
def test_chunks_of_any_size_hold_the_same_rows_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, size: int, ends: str
) -> None:
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", size)
    monkeypatch.setattr(chunks, "ROW_GROUP", 50)
    text = PLAIN.replace("\n", ends).encode() if ends else PLAIN.rstrip("\n").encode()
    rows = load(text, bulk.insert_chunks)
    assert len(rows) == PLAIN.count("\n") - 1
    assert rows == load(text, bulk.insert)


def test_a_system_that_reads_less_than_it_is_asked_for_cuts_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, offset: pread(file, min(size, 333), offset))
    assert load(PLAIN.encode(), bulk.insert_chunks) == load(PLAIN.encode(), bulk.insert)


def test_a_row_without_end_is_left_to_another_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 100)
    with pytest.raises(chunks.NotPlainError, match="long row"):
        load(f"{PLAIN}2020,4,8,030617,{' ' * 300}1.0,2.0\n".encode(), bulk.insert_chunks)


@given(
    rows=st.lists(
        st.tuples(st.just("2020"), st.one_of(st.just("36"), WHOLE), st.just("8"), TEXT, DECIMAL, DECIMAL), max_size=3
    )
)
@settings(max_examples=100, deadline=None)
def test_what_is_read_in_chunks_is_read_alike_by_the_other_reader(rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(["t,i,j,k,v,q", "2020,4,8,030617,1.0,2.0", *(",".join(row) for row in rows), ""]).encode()
    try:
        found = load(text, bulk.insert_chunks)
    except (chunks.NotPlainError, Left):
        return
    assert found == load(text, bulk.insert)


@pytest.mark.parametrize("line", ['2020,4,8,"030617",1.0,2.0', "2020,4,8,030617,1.0,2.0\r2020,4,12,030617,1.0,2.0"])
def test_text_in_which_a_line_may_be_no_row_is_left_to_another_reader(line: str) -> None:
    with pytest.raises(chunks.NotPlainError):
        load(f"t,i,j,k,v,q\n{line}\n".encode(), bulk.insert_chunks)


@pytest.mark.parametrize(
    "line",
    [
        "2020,4,8,030617,1.0",
        "2020,4,8,030617,1.0,2.0,3.0",
        "2020,4,8,030617,abc,2.0",
        "2020,4.0,8,030617,1.0,2.0",
        "2020,1000,8,030617,1.0,2.0",
        "2020,4,8,,1.0,2.0",
        "2020,4,8,030617,inf,2.0",
        "2020,4,8,030617,1.0,nan",
        "2020,4,8,30617,1.0,2.0",
        "1899,4,8,030617,1.0,2.0",
        "2020,4,8,030617,,2.0",
        "2020,4,8,030617,1.0,2.0 \udcff",
    ],
)
def test_a_row_that_is_not_plain_is_left_over_with_its_number(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_FEW_BYTES", 60)
    text = PLAIN + line + "\n\n" + PLAIN.split("\n", 1)[1]
    with pytest.raises(Left) as left:
        load(text.encode("utf-8", "surrogateescape"), bulk.insert_chunks)
    count = PLAIN.count("\n") - 1
    assert left.value.rows[count + 1] == line
    assert len(left.value.rows) <= 4
    assert sorted([*left.value.rows, *(row[-2] for row in left.value.landed)]) == list(range(1, 2 * count + 2))


def test_too_many_broken_rows_are_left_to_the_reader_of_broken_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MOST_LEFT_OVER", 3)
    monkeypatch.setattr(bulk, "MOST_LEFT_OVER", 3)
    for line in ("2020,4,8,030617,abc,2.0\n", "2020,1000,8,030617,1.0,2.0\n"):
        with pytest.raises(chunks.NotPlainError, match="rows"):
            load(("t,i,j,k,v,q\n" + 4 * line).encode(), bulk.insert_chunks)


def test_a_bulk_file_of_comtrade_with_a_column_of_its_own_is_read_alike() -> None:
    text = comtrade_bulk(*(figure(partnerCode=code, primaryValue=code / 8) for code in range(4, 400)))
    lines = [
        f"{line}\t{'newColumn' if number == 0 else ' x ' if number % 3 else ''}"
        for number, line in enumerate(text.splitlines())
    ]
    content = ("\n".join(lines) + "\n").encode()
    rows = load(content, bulk.insert_chunks, feed="comtrade")
    assert len(rows) == 396
    assert rows == load(content, bulk.insert, feed="comtrade")


def test_blank_lines_are_no_rows_and_have_no_number() -> None:
    text = baci((2020, 4, 8, "030617", 1, 2)) + "\n\n2020,8,4,030617,1,2\n"
    rows = load(text.encode(), bulk.insert_chunks)
    assert rows == load(text.encode(), bulk.insert)
    assert [row[-2] for row in rows] == [1, 2]


def test_a_limit_of_memory_ends_with_what_it_is_for() -> None:
    with duckdb.connect() as con:
        before = con.execute("select current_setting('memory_limit')").fetchall()
        with memory_limited(con):
            assert con.execute("select current_setting('memory_limit')").fetchall() != before
        assert con.execute("select current_setting('memory_limit')").fetchall() == before
