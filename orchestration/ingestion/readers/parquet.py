"""Read Parquet: typed or text columns, as the text that a CSV file of the same rows would hold.

Belongs here: types to text. Does not belong here: what a cell may hold (validation). DuckDB reads the file in a
database of its own: whatever a damaged file does to that one, the warehouse is not in it.
"""
# Statements are put together from names of columns, quoted as identifiers; the path is bound.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.contracts import ColumnType, Contract
from orchestration.ingestion.readers.columns import CORRECTS, OF_REJECTS
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused
from orchestration.sql_text import literal, quoted

MAGIC = b"PAR1"
ENCRYPTED_MAGIC = b"PARE"
MOST_BYTES = 32 * (1 << 30)
"""Of text; no file is read to more than this."""
FREE_BYTES = 1 << 30
MOST_RATIO = 2_000
"""Columns that repeat themselves shrink a thousandfold; beyond this, a file that grows past `FREE_BYTES` is a bomb."""
FREE_ROWS = 10_000_000
"""So many rows may stand in a file of any size; of more, each needs at least a bit."""
MOST_COLUMNS = 5_000
MEMORY = "2GB"
SMALL_BYTES = 8 << 20
"""After a larger file the memory that it took is given back, with the database that read it."""

_ADVICE = "write it anew as Parquet, or deliver it as CSV"
_CHUNK_ROWS = 20_000
_NESTED = ("[]", "STRUCT(", "MAP(", "UNION(", "VARIANT", "GEOMETRY")
_FLOATS = ("FLOAT", "DOUBLE")
_MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_NUMBER = "file_row_number"


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One column of a file."""

    name: str
    type: str

    @property
    def is_nested(self) -> bool:
        return self.type.endswith("]") or self.type.startswith(_NESTED[1:])

    @property
    def text(self) -> str:
        """The expression that writes its values as text."""
        cell = quoted(self.name)
        text = f"{cell}::varchar"
        if self.is_nested or self.type == "JSON":
            return f"to_json({cell})::varchar"
        if self.type in _FLOATS or self.type.startswith("DECIMAL"):
            # 2017.0 is what programs write for 2017 beside gaps
            return f"regexp_replace({text}, '\\.0+$', '')"
        if self.type in _MOMENTS:
            moment = f"{cell}::timestamp"
            return f"if({moment} = date_trunc('day', {moment}), {cell}::date::varchar, replace({text}, ' ', 'T'))"
        if self.type == "TIMESTAMP WITH TIME ZONE":
            return f"replace(timezone('UTC', {cell})::varchar, ' ', 'T') || 'Z'"
        return text

    @property
    def fault(self) -> str:
        """The condition under which a value is none; empty where every value is one."""
        cell = quoted(self.name)
        if self.type in _FLOATS:
            return f"not isfinite({cell})"
        if self.type == "VARCHAR":
            return f"contains({cell}, chr(0))"
        if self.type == "DATE" or self.type.startswith("TIMESTAMP"):
            return f"not isfinite({cell})"
        return ""


def read(source: Source) -> FileContent:
    """Read a file in chunks of columns; `row_number` counts its rows from 1.

    Raises:
        Refused: it is no Parquet file, is damaged, holds lists where the contract has one value, or too much.
    """
    _require_parquet(source.path)
    with _reading(source.path) as con:
        fields = _fields(con, source.path)
        row_count = _row_count(con, source.path)
    byte_count = source.path.stat().st_size
    if row_count > FREE_ROWS and row_count > 8 * byte_count:
        raise Refused(f"it says that it holds {row_count:,} rows in {byte_count:,} bytes", _ADVICE)
    _require_flat(fields, source.contract)
    return FileContent(
        rows=_broken(source, fields),
        tables=_tables(source, fields),
        header=[field.name for field in fields],
    )


def original_rows(path: Path, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Return some rows as JSON, in their order."""
    with _reading(path) as con:
        names = ", ".join(f"{literal(field.name)}, {quoted(field.name)}" for field in _fields(con, path))
        cursor = con.execute(
            f"select {_NUMBER} + 1, json_object({names})::varchar from {_table()} "
            f"where {_NUMBER} + 1 in (select unnest($numbers::bigint[])) order by 1",
            {"path": str(path), "numbers": list(numbers)},
        )
        while rows := cursor.fetchmany(_CHUNK_ROWS):
            yield from rows


def _require_parquet(path: Path) -> None:
    with path.open("rb") as reader:
        head = reader.read(64)
        reader.seek(max(path.stat().st_size - len(MAGIC), 0))
        tail = reader.read()
    if ENCRYPTED_MAGIC in (head[:4], tail):
        raise Refused("it is encrypted", "deliver it without encryption")
    if not head:
        raise Refused("the file is empty", _ADVICE)
    if not head.startswith(MAGIC):
        what = "a web page" if head.lstrip().startswith(b"<") else "no Parquet file"
        raise Refused(f"it is called .parquet but is {what}", _ADVICE)
    if tail != MAGIC:
        raise Refused("the Parquet file is cut off: its footer is missing", "copy it again, whole")


_idle: deque[duckdb.DuckDBPyConnection] = deque()
"""Databases that have read a file to its end. To make one takes three times as long as reading a small file."""


@contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Have a database that holds nothing; what DuckDB says about a file that it cannot read becomes a refusal.

    One that met a file that it cannot read, was left before the end of one, or read a large one is not used again.
    """
    try:
        con = _idle.pop()
    except IndexError:
        con = _opened()
    is_kept = False
    try:
        yield con
        is_kept = path.stat().st_size <= SMALL_BYTES
    except duckdb.OutOfMemoryException as error:
        raise Refused(
            f"one piece of it takes more than {MEMORY} of memory", "write it in smaller row groups"
        ) from error
    except (duckdb.Error, UnicodeDecodeError, pa.ArrowException, OSError) as error:
        words = str(error).partition("\n")[0].partition(" - ")[0][:200] or type(error).__name__
        raise Refused(f"the Parquet file is damaged ({words})", _ADVICE) from error
    finally:
        if is_kept:
            _idle.append(con)
        else:
            con.close()


def _opened() -> duckdb.DuckDBPyConnection:
    # it spills nothing: a file is read from its beginning to its end; and keeps nothing of one that was read
    config: dict[str, str] = {
        "memory_limit": MEMORY,
        "threads": "2",
        "temp_directory": "",
        "autoinstall_known_extensions": "false",
        "enable_external_file_cache": "false",
    }
    con = duckdb.connect(config=config)  # type: ignore[arg-type]
    con.execute("set TimeZone = 'UTC'")
    return con


def _table() -> str:
    return f"read_parquet([$path], {_NUMBER} = true, binary_as_string = true)"


def _fields(con: duckdb.DuckDBPyConnection, path: Path) -> list[_Field]:
    rows = con.execute(f"describe from {_table()}", {"path": str(path)}).fetchall()
    fields = [_Field(name=name, type=kind) for name, kind, *_ in rows if name != _NUMBER]
    if len(fields) > MOST_COLUMNS:
        raise Refused(f"it has {len(fields):,} columns", f"at most {MOST_COLUMNS:,}")
    return fields


def _row_count(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = con.execute("select num_rows from parquet_file_metadata([$path])", {"path": str(path)}).fetchone()
    if row is None or row[0] < 0:
        raise Refused("the Parquet file is damaged (its footer has no number of rows)", _ADVICE)
    return int(row[0])


def _require_flat(fields: Iterable[_Field], contract: Contract) -> None:
    columns = contract.columns_by_name
    for field in fields:
        if field.is_nested and field.name in columns and columns[field.name].type is not ColumnType.JSON:
            raise Refused(
                f"the column {field.name} holds lists or records ({field.type[:80]}), expected one value in each row",
                "write a row for each value, or a text",
            )


def _broken(source: Source, fields: Iterable[_Field]) -> Iterator[BrokenRow]:
    """Read the rows with a value that is none: not a number, infinite, a text with zeros in it."""
    known = source.contract.columns_by_name
    judged = [field for field in fields if field.name in known and field.fault]
    if not judged:
        return
    key = [field for field in fields if field.name in source.contract.key]
    keys = ", ".join(f"{literal(field.name)}, {field.text}" for field in key)
    with _reading(source.path) as con:
        found_in = ", ".join(f"coalesce(bool_or({field.fault}), false)" for field in judged)
        has_fault = con.execute(f"select {found_in} from {_table()}", {"path": str(source.path)}).fetchall()[0]
        for field in compress(judged, has_fault):
            cursor = con.execute(
                f"select {_NUMBER} + 1, replace({field.text}, chr(0), '\\0'), json_object({keys})::varchar "
                f"from {_table()} where {field.fault}",
                {"path": str(source.path)},
            )
            while rows := cursor.fetchmany(_CHUNK_ROWS):
                for number, found, values in rows:
                    row = TextRow(feed=source.contract.feed, row_number=number, values=json.loads(values))
                    yield BrokenRow(row=row, column=field.name, found=found, expected=_EXPECTED)


_EXPECTED = "a value, or null where there is none"


def _tables(source: Source, fields: Iterable[_Field]) -> Iterator[pa.Table]:
    known: Mapping[str, object] = source.contract.columns_by_name
    cells = [f"{field.text} as {quoted(field.name)}" for field in fields if field.name in (*known, CORRECTS)]
    extras = [
        f"struct_pack(k := {literal(field.name)}::varchar, v := {field.text})"
        for field in fields
        if field.name not in (*known, *OF_REJECTS)
    ]
    if extras:
        filled = f"list_filter([{', '.join(extras)}], lambda pair: pair.v is not null and pair.v <> '')"
        cells.append(f"nullif(to_json(map_from_entries({filled}))::varchar, '{{}}') as _extra_json")
    faults = [field.fault for field in fields if field.name in known and field.fault]
    is_whole = f"not coalesce({' or '.join(faults)}, false)" if faults else "true"
    byte_count, written = source.path.stat().st_size, 0
    with _reading(source.path) as con:
        batches = con.execute(
            f"select {_NUMBER} + 1 as _row_number, {', '.join(cells) or 'null'} from {_table()} where {is_whole}",
            {"path": str(source.path)},
        ).to_arrow_reader(_CHUNK_ROWS)
        for batch in batches:
            written += batch.nbytes
            if written > MOST_BYTES or (written > FREE_BYTES and written > MOST_RATIO * byte_count):
                raise Refused(f"it unpacks to more than {written:,} bytes from {byte_count:,}", _ADVICE)
            yield pa.Table.from_batches([batch])
