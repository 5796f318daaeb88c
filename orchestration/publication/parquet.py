"""Write published tables as Parquet, and follow what changed in the files of an earlier publication.

Belongs here: how the rows of a table lie in files, which files stay the same, merging them. Does not belong here: which
tables are published, and what changed in them (`copying`).

    main.dim_country.parquet                     a table
    main.fct_trade_flow.parquet/2017.parquet     a large one: a file for each year in which periods begin,
    main.fct_trade_flow.parquet/2017-2.parquet   and further ones for rows that came to a year later
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.publication.tables import Exchange, PublishedTable
from orchestration.sql_text import literal, quoted
from orchestration.transformation.keyed import with_keys

PARTED_ROWS = 5_000_000
"""A larger table whose rows have a period is a folder of files by year."""

PARTED_BY = "period_earliest"
UNDATED = "undated"

MOST_FILES = 8
"""With more files of a year those beside its first are merged into one."""

MOST_BESIDE = 0.1
"""More rows than this part of its first file lie beside it, and the files of a year are merged into one."""

FULL_GROUP = 100_000
"""Merged row groups are read and written one by one; smaller ones are gathered until they have so many rows."""

FEW_GAPS = 32
"""So many gaps in a row group are left between pieces of it; with more of them its rows are copied."""

LATE_ROWS = 200_000
"""Merging more rows than this is left until readers see the publication."""

_NEW = ".new"
"""The ending of a file that is about to be merged with others."""

_PLAIN = frozenset(
    {pa.string(), pa.bool_(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.date32(), pa.timestamp("us")}
)
_NAME = re.compile(rf"(?P<part>\d+|{UNDATED})(?:-(?P<number>\d+))?\.parquet")


class UnreadableFilesError(Exception):
    """Files of the publication before are not what they should be; the table is to be written anew."""


@dataclass(frozen=True)
class _File:
    """One file of a table, in the publication before."""

    path: Path
    part: str
    number: int
    rows: int


@dataclass(frozen=True)
class _Merger:
    """Files of a table that are to be one."""

    sources: Sequence[tuple[Path, Any]]
    """Their paths, each with the positions of rows that are left out."""
    target: Path


class ParquetFiles:
    """The folder of Parquet files of one publication, while it is written.

    Small files are merged beside whatever else is going on, large ones from `begin` on; `finish` waits for both.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, *, earlier: Path | None):
        self._connection = connection
        self._folder = folder
        self._earlier = earlier if earlier is not None and earlier.is_dir() else None
        self._merging: dict[PublishedTable, list[Future[None]]] = {}
        self._large: dict[PublishedTable, list[_Merger]] = {}
        self._beside = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))

    @property
    def has_large(self) -> bool:
        """Whether merging large files is still to begin."""
        return bool(self._large)

    def close(self) -> None:
        """Begin no further work, and wait for what is at work."""
        self._beside.shutdown(cancel_futures=True)

    def take_over(self, table: PublishedTable) -> bool:
        """Have the files of a table be those of the publication before, if it has any."""
        before = self._earlier / table.parquet if self._earlier is not None else None
        if before is None or not before.exists():
            return False
        _same(before, self._folder / table.parquet)
        return True

    def write(self, table: PublishedTable, *, database: str) -> None:
        """Write all rows of a table of an attached database."""
        target = self._folder / table.parquet
        qualified = f"{quoted(database)}.{quoted(table.schema)}.{quoted(table.name)}"
        if not self._is_parted(table, database=database):
            self._copy(f"from {qualified}", target)
            return
        target.mkdir()
        years = self._connection.execute(f"select distinct year({PARTED_BY}) from {qualified} order by all")  # noqa: S608
        for (year,) in years.fetchall():
            # whole row groups beyond these days are not read
            within = (
                f"{PARTED_BY} is null"
                if year is None
                else f"{PARTED_BY} >= make_date({year:d}, 1, 1) and {PARTED_BY} < make_date({year + 1:d}, 1, 1)"
            )
            name = f"{UNDATED if year is None else year}.parquet"
            self._copy(f"from {qualified} where {within}", target / name)

    def follow(self, table: PublishedTable, exchange: Exchange, *, database: str) -> bool:
        """Begin to write what changed in a table, and have all other files be those before; False if that cannot be.

        Rows that came to a year are a file of their own as long as they are few; a file that held rows that are gone,
        or are others now, is written without them.
        """
        try:
            return self._follow(table, exchange, database=database)
        except (UnreadableFilesError, duckdb.Error):
            self._undo(table)
            return False

    def _follow(self, table: PublishedTable, exchange: Exchange, *, database: str) -> bool:
        before = self._earlier / table.parquet if self._earlier is not None else None
        is_parted = self._is_parted(table, database=database)
        if before is None or not before.exists() or before.is_dir() != is_parted:
            return False
        files = _files(before)
        if sum(file.rows for file in files) != exchange.rows_before:
            return False
        if files and not _is_plain(files[0].path):
            return False
        part_of = f"coalesce(year({PARTED_BY})::varchar, {literal(UNDATED)})" if is_parted else literal("")
        gone, come = self._counts(exchange.gone, part_of), self._counts(exchange.come, part_of)
        without = {
            file.path: found
            for file in files
            if file.part in gone and len(found := self._positions(file.path, exchange))
        }
        if sum(map(len, without.values())) != sum(gone.values()):
            return False
        folder = self._folder / table.parquet
        if is_parted:
            folder.mkdir()
        for part in dict.fromkeys([*(file.part for file in files), *come]):
            of_part = [file for file in files if file.part == part]
            merged = _merged(of_part, without, come.get(part, 0)) if is_parted else of_part
            kept = [file for file in of_part if file not in merged]
            for file in kept:
                same_file(file.path, folder / file.path.name)
            taken = {file.number for file in kept}
            number = next(number for number in count(1) if number not in taken)
            target = folder / _name(part, number) if is_parted else folder
            sources = [(file.path, without.get(file.path)) for file in merged]
            if part in come:
                new = target.with_suffix(_NEW) if merged else target
                self._copy(f"from {exchange.come} where {part_of} = {literal(part)}", new)
                sources.append((new, None))
            left = sum(file.rows - len(without.get(file.path, ())) for file in merged) + come.get(part, 0)
            if merged and (left or not is_parted):
                merger = _Merger(sources, target)
                if left > LATE_ROWS:
                    self._large.setdefault(table, []).append(merger)
                else:
                    self._merge(table, merger)
        return True

    def _merge(self, table: PublishedTable, merger: _Merger) -> None:
        self._merging.setdefault(table, []).append(self._beside.submit(_merge, merger.sources, merger.target))

    def begin(self) -> None:
        """Begin to merge large files."""
        for table, mergers in self._large.items():
            for merger in mergers:
                self._merge(table, merger)
        self._large.clear()

    def finish(self, connection: duckdb.DuckDBPyConnection, *, database: str) -> None:
        """Merge what is left, and wait until everything is written.

        What could not be merged is written anew from the tables of `database`, which is attached to `connection`.
        """
        self.begin()
        self._connection = connection
        for table in list(self._merging):
            try:
                for one in self._merging[table]:
                    one.result()
            except UnreadableFilesError:
                self._undo(table)
                self.write(table, database=database)
        self._merging.clear()

    def _undo(self, table: PublishedTable) -> None:
        self._large.pop(table, None)
        for one in self._merging.pop(table, ()):
            one.exception()
        path = self._folder / table.parquet
        if path.is_dir():
            shutil.rmtree(path)
        for left in (path, path.with_suffix(_NEW)):
            left.unlink(missing_ok=True)

    def _is_parted(self, table: PublishedTable, *, database: str) -> bool:
        return table.row_count > PARTED_ROWS and has_column(self._connection, database, table, PARTED_BY)

    def _counts(self, table: str, part_of: str) -> Mapping[str, int]:
        counted = self._connection.execute(f"select {part_of}, count(*) from {table} group by 1 order by 1")  # noqa: S608
        return dict(counted.fetchall())

    def _positions(self, path: Path, exchange: Exchange) -> Any:
        """Return which rows of a file, counted from 0, have one of the keys."""
        rows = f"read_parquet({literal(glob.escape(str(path)))}, file_row_number = true)"
        found = with_keys(self._connection, rows, exchange.columns, exchange.keys, wanted="file_row_number")
        return self._connection.execute(found).to_arrow_table()["file_row_number"].to_numpy()

    def _copy(self, query: str, path: Path) -> None:
        self._connection.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd)")


def has_column(connection: duckdb.DuckDBPyConnection, database: str, table: PublishedTable, column: str) -> bool:
    """Say whether a table of an attached database has a column of this name."""
    qualified = f"{quoted(database)}.{quoted(table.schema)}.{quoted(table.name)}"
    # the catalog would be asked for the columns of all tables of all databases
    described = connection.execute(f"from {qualified} limit 0").description
    return any(name == column for name, *_ in described)


def same_file(source: Path, destination: Path) -> None:
    """Give a file that never changes a second name, or copy it where the disk knows no second names."""
    try:
        os.link(source, destination)
    except OSError:
        shutil.copyfile(source, destination)


def _same(source: Path, destination: Path) -> None:
    """Give a file, or all files of a folder, a second name."""
    if not source.is_dir():
        same_file(source, destination)
        return
    destination.mkdir()
    for path in source.iterdir():
        same_file(path, destination / path.name)


def _files(before: Path) -> Sequence[_File]:
    """Return the files of a table, in the order of their parts and numbers."""
    if not before.is_dir():
        return [_File(before, "", 1, _opened(before).metadata.num_rows)]
    found = []
    for path in before.iterdir():
        name = _NAME.fullmatch(path.name)
        if name is None:
            raise UnreadableFilesError(f"{path} is no file of a year")
        found.append(_File(path, name["part"], int(name["number"] or 1), _opened(path).metadata.num_rows))
    return sorted(found, key=lambda file: (file.part, file.number))


def _name(part: str, number: int) -> str:
    return f"{part}.parquet" if number == 1 else f"{part}-{number}.parquet"


def _merged(files: Sequence[_File], without: Mapping[Path, Any], come: int) -> Sequence[_File]:
    """Return the files of a year that become one, together with the rows that came."""
    if not files:
        return []
    first, *beside = files
    if first.path in without or sum(file.rows for file in beside) + come > MOST_BESIDE * first.rows:
        return files
    touched = [file for file in beside if file.path in without]
    return beside if len(files) - len(touched) + (come > 0) > MOST_FILES else touched


def _opened(path: Path, **how: Any) -> Any:
    try:
        return pq.ParquetFile(path, **how)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFilesError(f"{path}: {error}") from error


def _is_plain(path: Path) -> bool:
    """Say whether Arrow writes all columns of a file as DuckDB does: JSON, UUIDs, lists and the like are left to it."""
    return all(kind in _PLAIN for kind in _opened(path).schema_arrow.types)


def _merge(sources: Sequence[tuple[Path, Any]], target: Path) -> None:
    """Write the rows of Parquet files of one table into one, but for those at some positions.

    Text that repeats stays in its dictionary, which takes half the time of writing the rows anew.

    Raises:
        UnreadableFilesError: a file does not hold what it should.
    """
    repeating, text = _columns(_opened(sources[0][0]))
    in_dictionaries = sorted(repeating & text)
    files = [_opened(path, read_dictionary=in_dictionaries, memory_map=True) for path, _ in sources]
    schema = files[0].schema_arrow
    if not all(file.schema_arrow.equals(schema) for file in files):
        raise UnreadableFilesError(f"{sources[0][0]} and the files beside it have other columns")
    how = {
        "compression": "zstd",
        # readers see the types that DuckDB writes, not Arrow's dictionaries
        "store_schema": False,
        "use_dictionary": sorted(repeating),
        # the least and the greatest text of a dictionary are half of what writing it costs
        "write_statistics": [name for name in schema.names if name not in in_dictionaries],
    }
    try:
        with pq.ParquetWriter(target, schema, **how) as writer:
            for group in _groups(files, [without for _, without in sources]):
                writer.write_table(group, row_group_size=max(group.num_rows, 1))
    except pa.ArrowException as error:
        raise UnreadableFilesError(f"{sources[0][0]}: {error}") from error
    except OSError as error:
        if error.errno:  # a full disk, not a file that is cut off
            raise
        raise UnreadableFilesError(f"{sources[0][0]}: {error}") from error
    for path, _ in sources:
        if path.suffix == _NEW:
            path.unlink()


def _groups(files: Sequence[Any], without: Sequence[Any]) -> Iterator[pa.Table]:
    """Give the rows of files, but for those at some positions, in tables of the size of row groups."""
    gathered: list[pa.Table] = []
    for file, positions in zip(files, without, strict=True):
        start = 0
        for number in range(file.metadata.num_row_groups):
            group = file.read_row_group(number, use_threads=False)
            end = start + group.num_rows
            if positions is not None:
                group = _without(group, positions[(positions >= start) & (positions < end)] - start)
            start = end
            gathered.append(group)
            if sum(table.num_rows for table in gathered) >= FULL_GROUP:
                yield _together(gathered)
                gathered = []
    if gathered:
        yield _together(gathered)


def _without(group: pa.Table, positions: Any) -> pa.Table:
    """Return a table without the rows at some positions; where they are few, what lies between is not copied."""
    if len(positions) > FEW_GAPS:
        stays = np.ones(group.num_rows, dtype=bool)
        stays[positions] = False
        return group.filter(pa.array(stays))
    edges = [-1, *sorted(positions.tolist()), group.num_rows]
    between = [group.slice(after + 1, before - after - 1) for after, before in pairwise(edges) if before - after > 1]
    return pa.concat_tables(between) if between else group.slice(0, 0)


def _together(tables: Sequence[pa.Table]) -> pa.Table:
    return tables[0] if len(tables) == 1 else pa.concat_tables(tables).unify_dictionaries()


def _columns(file: Any) -> tuple[set[str], set[str]]:
    """Return the columns whose values repeat, by the first row group of a file, and those of text."""
    schema, metadata = file.schema_arrow, file.metadata
    text = {field.name for field in schema if pa.types.is_string(field.type)}
    if metadata.num_row_groups == 0:
        return set(), text
    group = metadata.row_group(0)
    chunks = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
    return {
        name
        for name, chunk in chunks.items()
        if any("DICTIONARY" in encoding for encoding in chunk.encodings)
        or (name in text and chunk.total_uncompressed_size < group.num_rows)  # hardly any but nulls
    }, text
