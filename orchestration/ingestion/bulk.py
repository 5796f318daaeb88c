"""Load files of millions of rows in one read, with their types.

Belongs here: the tables that such a file holds, and the one statement that reads them into landing. Does not belong
here: broken rows, which go the way of all others, row by row into landing or quarantine. All ways accept the same
cells; of the two of this module, one leaves over what it does not, and the other gives up.
"""
# Statements are put together from identifiers of contracts; what files hold is bound.
# ruff: noqa: S608

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from orchestration.contracts import Column, ColumnType, Contract
from orchestration.ingestion import landing
from orchestration.ingestion.chunks import MOST_LEFT_OVER, ROW_GROUP, ROW_NUMBER, Chunks, NotPlainError, Rest
from orchestration.ingestion.clock import naive
from orchestration.ingestion.readers import delimited, zipped
from orchestration.ingestion.readers.columns import Columns
from orchestration.ingestion.refusal import Refused
from orchestration.ingestion.staging import literal_struct
from orchestration.ingestion.validation import Parameters
from orchestration.sql_text import literal, quoted

_INTEGER = " *[+-]?[0-9]{1,19} *"
_CHUNK_BYTES = 1 << 20
_MOST_REPEATED = 10_000
"""Different cells of one column in a row group beyond which they are no codes that repeat, and no dictionary helps."""
_CHUNKS, _SEEN = "arriving_chunks", "seen_values"
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class Insert(Protocol):
    """One way of reading a table into landing: `insert_chunks` or `insert`."""

    def __call__(
        self,
        con: duckdb.DuckDBPyConnection,
        contract: Contract,
        table: Table,
        columns: Columns,
        folder: Path,
        *,
        delivery_id: str,
        sha256: str,
        loaded_at: datetime,
    ) -> Loaded:
        """Return what came of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What one way of reading a table left in landing."""

    row_count: int
    rest: Rest | None = None
    """Rows that are not there: they are still to be read one by one."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The delimited files that make up one published file: itself, or the members of an archive, in order."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    """The header, in the spelling of the contract where only case differs."""
    delimiter: str
    left_out: tuple[str, ...] = ()
    """Members of the archive that are no tables of the feed."""


def open_table(source: Path, contract: Contract, folder: Path) -> Table:
    """Find the tables in a file, and read their header.

    Raises:
        Refused: it is no table of the feed, or a damaged archive.
    """
    paths: tuple[Path, ...] = (source,)
    left_out: tuple[str, ...] = ()
    if zipfile.is_zipfile(source):
        patterns = [pattern.lower() for pattern in contract.file_patterns if pattern.lower().endswith(".csv")]
        paths, left_out = zipped.unpack_some(
            source, folder, lambda name: any(fnmatchcase(name.lower(), pattern) for pattern in patterns)
        )
        if not paths:
            found = f"none of the {len(left_out)} files in it is a table of {contract.feed}"
            raise Refused(found, f"expected files called {', '.join(patterns)}")
    headers = [_header(path, contract) for path in paths]
    if len(set(headers)) > 1:
        raise Refused("the tables in it have different headers", "deliver them one by one")
    names, delimiter = headers[0]
    return Table(paths=paths, names=_spelt(names, contract), delimiter=delimiter, left_out=left_out)


def insert_chunks(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    columns: Columns,
    folder: Path,
    *,
    delivery_id: str,
    sha256: str,
    loaded_at: datetime,
) -> Loaded:
    """Read a table of plain text into landing in one go, but for rows that cannot be read so or break the contract.

    Raises:
        NotPlainError: another reader has to see it; the caller rolls back.
    """
    number = landing.number_file(con, delivery_id=delivery_id, sha256=sha256, loaded_at=naive(loaded_at))
    rest = Rest(folder / f"{sha256}-rest.csv", table.names, table.delimiter)
    with Chunks(table.paths, table.delimiter, contract, columns, rest) as chunks:
        con.register(_CHUNKS, chunks.reader())
        try:
            con.execute(*_landing(contract, columns, _CHUNKS, ROW_NUMBER, number, is_typed=True))
        except duckdb.Error as error:
            if chunks.problem is not None:
                raise chunks.problem from error
            raise
        finally:
            con.unregister(_CHUNKS)
        total, broken = _counted(con, contract, number, looks=_may_break(con, contract, columns, chunks.seen()))
        if broken > MOST_LEFT_OVER:
            raise NotPlainError(f"{broken:,} rows break the contract")
        if broken:
            chunks.leave_over(_take_broken(con, contract, number))
    return Loaded(row_count=total - broken, rest=rest if len(rest) else None)


def insert(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    table: Table,
    columns: Columns,
    folder: Path,
    *,
    delivery_id: str,
    sha256: str,
    loaded_at: datetime,
) -> Loaded:
    """Read a table into landing.

    It goes through a Parquet file in `folder`: that numbers its rows however many threads write and read it, where
    `row_number()` over the text has one thread do all, and a cell that repeats is checked once for each of its pages.

    Raises:
        NotPlainError: something in it is broken; the caller rolls back.
    """
    staged = folder / f"{sha256}.parquet"
    number = landing.number_file(con, delivery_id=delivery_id, sha256=sha256, loaded_at=naive(loaded_at))
    try:
        con.execute(_staging(contract, table, columns, staged), {"paths": [str(path) for path in table.paths]})
        origin = f"read_parquet({literal(staged)}, file_row_number = true)"
        con.execute(*_landing(contract, columns, origin, "file_row_number + 1", number, is_typed=False))
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise NotPlainError(str(error).splitlines()[0]) from error
    finally:
        staged.unlink(missing_ok=True)
    total, broken = _counted(con, contract, number)
    if broken:
        raise NotPlainError(f"{broken:,} rows break the contract")
    return Loaded(row_count=total)


def _may_break(
    con: duckdb.DuckDBPyConnection, contract: Contract, columns: Columns, seen: Mapping[str, pa.Array]
) -> bool:
    """Say whether any of the values that were seen breaks the contract, so that all rows are to be looked at for it."""
    for name, place in columns.known:
        condition = _is_broken([contract.columns_by_name[name]])
        con.register(_SEEN, pa.table({name: seen[f"c{place}"]}))
        try:
            if con.execute(f"select count(*) from {_SEEN} where {condition}").fetchall() != [(0,)]:
                return True
        finally:
            con.unregister(_SEEN)
    return False


def _counted(
    con: duckdb.DuckDBPyConnection, contract: Contract, file_number: int, *, looks: bool = True
) -> tuple[int, int]:
    """Return how many rows of a file are in landing, and how many of them break the contract where that is asked."""
    total, broken = con.execute(
        f"select count(*), count(*) filter (where {_is_broken(contract.columns) if looks else 'false'}) "
        f"from {landing.rows_of(contract)} where _file_number = $number",
        {"number": file_number},
    ).fetchall()[0]
    return int(total), int(broken)


def _take_broken(con: duckdb.DuckDBPyConnection, contract: Contract, file_number: int) -> list[int]:
    """Take the rows that break the contract out of landing, and return their numbers."""
    rows = con.execute(
        f"delete from {landing.rows_of(contract)} where _file_number = $number and ({_is_broken(contract.columns)}) "
        "returning _row_number",
        {"number": file_number},
    ).fetchall()
    return [number for (number,) in rows]


def _staging(contract: Contract, table: Table, columns: Columns, staged: Path) -> str:
    """Return the statement that writes the cells of a table as Parquet, decimals as such: they rarely repeat."""
    decimals = {
        f"c{place}": _typed(contract.columns_by_name[name], f"c{place}")
        for name, place in columns.known
        if contract.columns_by_name[name].type is ColumnType.DECIMAL
    }
    replaced = ", ".join(f"{expression} as {cell}" for cell, expression in decimals.items())
    quote = "'\"'" if table.delimiter == "," else "''"
    return f"""
        copy (
            select *{f" replace ({replaced})" if replaced else ""}
            from read_csv(
                $paths, auto_detect = false, header = true,
                columns = {literal_struct(f"c{place}" for place in range(columns.width))},
                delim = {literal(table.delimiter)}, quote = {quote}, escape = {quote}, strict_mode = true,
                null_padding = false, nullstr = '', allow_quoted_nulls = true, comment = '', compression = 'none'
            )
        ) to {literal(staged)} (
            format parquet, compression uncompressed, row_group_size {ROW_GROUP},
            dictionary_size_limit {_MOST_REPEATED}
        )
    """


def _landing(
    contract: Contract,
    columns: Columns,
    origin: str,
    row_number: str,
    file_number: int,
    *,
    is_typed: bool,
) -> tuple[str, Mapping[str, object]]:
    """Return the statement that takes what is read into landing, with its lineage."""
    parameters = Parameters({"file_number": file_number})
    placed = dict(columns.known)
    cells = []
    for column in contract.columns:
        if column.name in placed:
            cell = f"c{placed[column.name]}"
            expression = cell if is_typed or column.type is ColumnType.DECIMAL else _typed(column, cell)
            cells.append(f"{expression} as {quoted(column.name)}")
    if columns.extra:
        pairs = ", ".join(
            f"struct_pack(k := {parameters.bind(name)}::varchar, v := nullif(trim(c{place}), ''))"
            for name, place in columns.extra
        )
        filled = f"list_filter([{pairs}], lambda pair: pair.v is not null)"
        cells.append(f"nullif(to_json(map_from_entries({filled}))::varchar, '{{}}') as _extra")
    statement = f"""
        insert into {landing.rows_of(contract)} by name
        select {", ".join(cells)},
            $file_number::integer as _file_number,
            {row_number} as _row_number
        from {origin}
    """
    return statement, parameters.values


def as_one_csv(table: Table, target: Path) -> Path:
    """Write all tables as one file separated by commas, for the readers that go through it row by row."""
    if len(table.paths) == 1 and table.delimiter == ",":
        return table.paths[0]
    with target.open("w", encoding="utf-8", newline="", errors="surrogateescape") as writer:
        rows = csv.writer(writer, lineterminator="\n")
        rows.writerow(table.names)
        for path in table.paths:
            with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as reader:
                rows.writerows(_data_rows(reader, table.delimiter))
    return target


def _data_rows(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    if delimiter == ",":
        rows = csv.reader(lines)
        next(rows, None)
        yield from rows
        return
    next(lines, None)
    for line in lines:
        if content := line.rstrip("\r\n"):
            yield content.split(delimiter)


def _header(path: Path, contract: Contract) -> tuple[tuple[str, ...], str]:
    """Return the names in the first line, and what separates them."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        first = lines.readline(_CHUNK_BYTES).rstrip("\r\n")
    if first.lstrip().startswith("<"):
        raise Refused("it is a web page (HTML), not a table", "download the file again")
    if first.count("\t") > first.count(","):
        return tuple(name.strip().strip('"') for name in first.split("\t")), "\t"
    header = delimited.read_header(path, contract)
    return header.names, ","


def _spelt(names: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the names as the contract spells them: publishers are not always of one mind about capitals."""
    spellings = {name.casefold(): name for name in contract.columns_by_name}
    return tuple(name if name in contract.columns_by_name else spellings.get(name.casefold(), name) for name in names)


def _typed(column: Column, cell: str) -> str:
    """Return the expression that turns a cell into its type, and fails where the contract does not allow it."""
    text = f"trim({cell})"
    for word in ("", *column.empty):
        text = f"nullif({text}, {literal(word)})"
    match column.type:
        case ColumnType.INTEGER:
            # a cast alone rounds 1.5 and reads 0x10
            return (
                f"case when regexp_full_match({cell}, {literal(_INTEGER)}) then cast({cell} as bigint) "
                f"else cast({text} || '?' as bigint) end"
            )
        case ColumnType.DECIMAL:
            # a cast alone reads 1_000
            return f"cast(if(contains({cell}, '_'), '?', if({_is_empty(column, cell)}, null, {cell})) as double)"
        case ColumnType.BOOLEAN:
            words = {word: f"({', '.join(literal(one) for one in word)})" for word in (_TRUE, _FALSE)}
            return (
                f"case when lower({text}) in {words[_TRUE]} then true when lower({text}) in {words[_FALSE]} then false "
                f"else cast({text} || '?' as boolean) end"
            )
        case _:
            return text


def _is_empty(column: Column, cell: str) -> str:
    """Return the condition under which a cell holds nothing: few do, and to look for a word costs less than to trim."""
    conditions = [f"suffix({cell}, ' ') and trim({cell}) = ''"]
    conditions += [f"contains({cell}, {literal(word)}) and trim({cell}) = {literal(word)}" for word in column.empty]
    return " or ".join(conditions)


def _is_broken(columns: Iterable[Column]) -> str:
    """Return the condition under which a row breaks what a contract says of these; all cells are of their types."""
    broken = []
    for column in columns:
        name = quoted(column.name)
        conditions = []
        if column.minimum is not None:
            conditions.append(f"{name} >= {column.minimum}")
        if column.maximum is not None:
            conditions.append(f"{name} <= {column.maximum}")
        if column.type is ColumnType.DECIMAL:
            conditions.append(f"isfinite({name})")
        if column.pattern is not None:
            conditions.append(f"regexp_full_match({name}, {literal(column.pattern)})")
        if column.required:
            broken.append(f"{name} is null")
        if conditions:
            broken.append(f"not ({' and '.join(conditions)})")
    return " or ".join(broken) or "false"
