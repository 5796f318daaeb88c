"""CSV text: encodings, separators, quotes; and that the fast and the careful way of reading agree."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contracts import Column, ColumnType, Contract
from orchestration.ingestion.readers import compressed, delimited
from orchestration.ingestion.readers.columns import match, near_misses
from orchestration.ingestion.refusal import Refused
from orchestration.ingestion.staging import _CSV_OPTIONS, _OWN_OPTIONS, literal_struct

CONTRACT = Contract(
    feed="things",
    subject="trade",
    fact_kind="thing",
    grain="one row is a thing",
    key=("a",),
    columns=(
        Column(name="a", type=ColumnType.ID, description="", required=True),
        Column(name="b", type=ColumnType.TEXT, description="", required=True),
        Column(name="c", type=ColumnType.TEXT, description=""),
        Column(name="retracted", type=ColumnType.BOOLEAN, description=""),
    ),
)


def fast(path: Path, width: int) -> list[tuple[str, ...]] | None:
    """Read as the loader does first: None where DuckDB finds something broken."""
    names = literal_struct(f"c{place}" for place in range(width))
    with duckdb.connect() as con:
        try:
            rows = con.execute(
                f"from read_csv($path, columns = {names}, {_CSV_OPTIONS}, header = true)", {"path": str(path)}
            ).fetchall()
        except duckdb.InvalidInputException:
            return None
    return [tuple(cell or "" for cell in row) for row in rows]


def careful(path: Path, width: int) -> tuple[list[tuple[str, ...]], list[int]]:
    """Read as the loader does then: the good rows as DuckDB reads the mended file, and the numbers of the others."""
    clean, broken = path.with_suffix(".clean"), path.with_suffix(".broken")
    delimited.mend(path, clean=clean, broken=broken, width=width)
    names = literal_struct(("n", *(f"c{place}" for place in range(width))))
    with duckdb.connect() as con:
        rows = con.execute(
            f"from read_csv($path, columns = {names}, {_CSV_OPTIONS}, {_OWN_OPTIONS})", {"path": str(clean)}
        ).fetchall()
    with broken.open(newline="") as file:
        numbers = [int(row[0]) for row in csv.reader(file)]
    return [tuple(cell or "" for cell in row[1:]) for row in rows], numbers


def written(tmp_path: Path, data: bytes | str) -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


cells = st.one_of(
    st.sampled_from(
        ["", "NA", "NULL", " ", '"', '""', ",", "\n", "\r\n", "\r", "a,b", 'say "so"', "\\", "'", "#", "é", "🤝"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
tables = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))


def line(row: list[str], *, quotes_all: bool) -> str:
    """Write a row by RFC 4180; Python's writer leaves a lone CR unquoted."""
    return ",".join(
        '"' + cell.replace('"', '""') + '"' if quotes_all or any(c in cell for c in '",\r\n') else cell for cell in row
    )


@settings(max_examples=100, deadline=None)
@given(rows=tables, line_end=st.sampled_from(["\n", "\r\n"]), quotes_all=st.booleans(), has_bom=st.booleans())
def test_both_ways_of_reading_give_the_cells_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], line_end: str, quotes_all: bool, has_bom: bool
) -> None:
    width = len(rows[0]) if rows else 2
    lines = [line(row, quotes_all=quotes_all) for row in rows]
    header = ",".join(f"h{place}" for place in range(width))
    text = "".join(entry + line_end for entry in (header, *lines))
    path = written(tmp_path_factory.mktemp("csv"), ("\ufeff" if has_bom else "") + text)

    expected = [tuple(row) for row in rows]
    assert careful(path, width) == (expected, [])
    assert fast(path, width) in (expected, None)
    assert [raw for _, raw in delimited.original_rows(path, range(1, len(rows) + 1), width=width)] == lines


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(st.text(alphabet='ab,," \n\r\\é', max_size=12), max_size=8))
def test_what_duckdb_accepts_reads_the_same_carefully(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = written(tmp_path_factory.mktemp("csv"), "\n".join(["x,y,z", *lines]))
    fast_rows = fast(path, 3)
    if fast_rows is not None:
        assert careful(path, 3) == (fast_rows, [])


@pytest.mark.parametrize(
    ("body", "good", "broken"),
    [
        ("1,2,3\n4,5\n6,7,8\n", [1, 3], [2]),
        ("1,2,3\n4,5,6,7\n6,7,8\n", [1, 3], [2]),
        ('1,2,3\n4,"5,6\n7,8,9\n10,11,12\n', [1, 3, 4], [2]),
        ('1,2,3\n4,"5,6\n7,"8",9\n10,11,12\n', [1, 3, 4], [2]),
        ('1,2,3\n4,"5"x,6\n7,8,9\n', [1, 3], [2]),
        ('1,"two\nlines",3\n4,5\n"6\n6",7,8\n', [1, 3], [2]),
        ('1,2,3\n4,"5\n5",6,7\n8,9,10\n', [1, 3], [2]),
        ("1,2,3\n\n   \n4,5\n\n6,7,8\n\n", [1, 3], [2]),
        ('1,2,3\n4,5,"6', [1], [2]),
        ("1,2,3,\n4,5,6,,\n", [1, 2], []),
    ],
    ids=[
        "too few cells",
        "too many cells",
        "a quote never closed",
        "a quote that a later row closes wrongly",
        "text behind a closing quote",
        "broken among rows of several lines",
        "too many cells over two lines",
        "blank lines are no rows",
        "a quote never closed in the last row",
        "empty cells beyond the header",
    ],
)
def test_a_broken_row_costs_no_other(tmp_path: Path, body: str, good: list[int], broken: list[int]) -> None:
    path = written(tmp_path, "a,b,c\n" + body)
    records = list(delimited.records(path, width=3))
    assert [number for number, record in enumerate(records, 1) if not record.found] == good
    assert [number for number, record in enumerate(records, 1) if record.found] == broken


def test_an_unclosed_quote_in_every_row_is_not_slow(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n" + '1,"2,3\n' * 20_001)
    assert sum(bool(record.found) for record in delimited.records(path, width=3)) >= 20_000


def test_the_original_text_of_a_row_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b,c\r\n1, "two\r\nlines" ,3\r\n4,5\r\n')
    assert list(delimited.original_rows(path, [2, 1], width=3)) == [(1, '1, "two\r\nlines" ,3'), (2, "4,5")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        ("a,b,c\n1,2,3\n".encode("utf-16"), "UTF-16"),
        ("a,b,c\n1,2,3\n".encode("utf-16-le"), "UTF-16"),
        ("a,b,é\n".encode("cp1252"), "header holds bytes that are not UTF-8"),
        (b"a;b;c\n1;2;3\n", "semicolons"),
        (b"a\tb\tc\n", "tabs"),
        (b"a|b|c\n", "vertical bars"),
        (b"PK\x03\x04...", "Excel"),
        (b"\xd0\xcf\x11\xe0...", "Excel"),
        (gzip.compress(b"a,b,c\n", mtime=0), r"end in \.gz"),
        (b"%PDF-1.7", "PDF"),
        (b'a,"b,c\n1,2,3\n', "quote"),
    ],
)
def test_what_is_no_csv_in_utf8_is_refused_with_advice(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        delimited.read_header(written(tmp_path, data), CONTRACT)
    assert refused.value.advice


@pytest.mark.parametrize(
    ("encoding", "text", "says"),
    [("cp1251", "визит министра", "Windows-1251: '3,визит министра"), ("cp1252", "visite à Paris", "Windows-1252")],
)
def test_other_encodings_are_recognised_with_the_row(tmp_path: Path, encoding: str, text: str, says: str) -> None:
    path = written(tmp_path, f"a,b\n1,x\n2,y\n3,{text}\n".encode(encoding))
    assert fast(path, 2) is None
    with pytest.raises(Refused, match=f"row 3 .*{says}"):
        list(delimited.records(path, width=2))


@pytest.mark.parametrize(
    ("data", "is_plain"),
    [(b"a,b,c\n1,2,3\n", True), (b"\xef\xbb\xbfa,b,c\r\n", True), (b'"a","b",c', True), (b"\n\na,b,c\n", False)],
)
def test_headers(tmp_path: Path, data: bytes, is_plain: bool) -> None:
    assert delimited.read_header(written(tmp_path, data), CONTRACT) == delimited.Header(
        names=("a", "b", "c"), is_plain=is_plain
    )


def test_a_missing_column_is_named_with_what_was_probably_meant() -> None:
    with pytest.raises(Refused, match=r"required columns a, b \(did you mean it by B \?\) are missing"):
        match(["x", "B ", "c"], CONTRACT)


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(Refused, match="column b more than once"):
        match(["a", "b", "b"], CONTRACT)


def test_extra_columns_are_kept_and_near_misses_noted() -> None:
    columns = match(["a", "b", "zzz", "retracte", ""], CONTRACT)
    assert columns.extra == (("zzz", 2), ("retracte", 3), ("column_5", 4))
    assert near_misses(columns, CONTRACT) == ("the column retracte is unknown; did you mean retracted?",)


def test_only_a_file_that_can_retract_may_lack_required_columns() -> None:
    assert match(["a", "retracted"], CONTRACT).missing == ("b",)
    with pytest.raises(Refused, match="required column a is missing"):
        match(["b", "retracted"], CONTRACT)


# Compression


def test_gzip_of_several_members_is_unpacked(tmp_path: Path) -> None:
    source, target = tmp_path / "x.gz", tmp_path / "x"
    source.write_bytes(gzip.compress(b"a,b\n" * 500_000) + gzip.compress(b"1,2\n") + b"\0" * 512)
    compressed.unpack(source, target)
    assert target.read_bytes() == b"a,b\n" * 500_000 + b"1,2\n"


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    source, target = tmp_path / "x.gz", tmp_path / "x"
    source.write_bytes(gzip.compress(b"0" * 30_000_000))
    with pytest.raises(Refused, match="unpacks to more than"):
        compressed.unpack(source, target, free_bytes=1_000_000)
    assert target.stat().st_size < 10_000_000
    with pytest.raises(Refused, match="unpacks to more than"):
        compressed.unpack(source, target, maximum_bytes=5_000_000, maximum_ratio=10**9)


@pytest.mark.parametrize("cut", [5, 15, -3])
def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    source = tmp_path / "x.gz"
    source.write_bytes(gzip.compress(b"a,b\n1,2\n")[:cut])
    with pytest.raises(Refused, match="cut off"):
        compressed.unpack(source, tmp_path / "x")


def test_a_gzip_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "x.gz"
    data = bytearray(gzip.compress(b"a,b\n1,2\n" * 100))
    data[-6] ^= 1
    source.write_bytes(data)
    with pytest.raises(Refused, match="damaged"):
        compressed.unpack(source, tmp_path / "x")


@pytest.mark.parametrize("data", [b"", b"a,b,c\n"])
def test_what_is_called_gz_but_is_not_is_refused(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "x.gz"
    source.write_bytes(data)
    with pytest.raises(Refused, match="no gzip file"):
        compressed.unpack(source, tmp_path / "x")
