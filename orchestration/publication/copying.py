"""Copy the star out of the writer's database into a file of its own, with comments, macros and Parquet.

Belongs here: what of the writer's database is published, and in which format. Does not belong here: whether it may be
published, and where readers find it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TypeAlias

import duckdb

from orchestration.publication.parquet import PARTED_BY, ParquetFiles, has_column
from orchestration.publication.store import DATABASE, PARQUET, Publication
from orchestration.publication.tables import Exchange, PublishedTable
from orchestration.row_groups import leave_row_groups
from orchestration.sql_text import literal, quoted
from orchestration.transformation.changed_keys import ChangedKeys
from orchestration.transformation.keyed import bounds_of, in_bounds, read_by_number, with_keys

SCHEMAS = ("main", "evidence")
"""The star and its lineage; everything else in the writer's database is private."""

SPILL = "spill"
"""The folder for what does not fit into memory, while a publication is prepared."""

STORAGE_VERSION = "v1.2.0"
"""The oldest storage format that holds what is published; drivers of BI tools lag behind DuckDB."""

HELD_ROWS = 200_000
"""So many rows that came are held in memory; more are read each time that they are written somewhere."""

QUICK_ROWS, QUICK_COMPRESSION = 200_000, "dictionary"
"""Up to so many rows that a publication exchanges are compressed in this way alone: text of this storage format is
otherwise tried in all of them, which takes as long for a few rows as all else that is done to write them."""

PORTION_BYTES = 32 << 20
"""So much of a file is copied at a time."""

_CANNOT_SEND = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a file system answers that does not hand data on within the system."""

_FICLONE = 0x40049409
"""The request of Linux that two files share their blocks until one of them is written to: `ioctl_ficlonerange(2)`."""

PUBLICATIONS_COMMENT = "Grain: one row per publication, this one and all before it: when, by which run, how much."
PUBLICATIONS_COLUMNS = {
    "publication_id": ("VARCHAR", "The publication: the moment it was made, and the beginning of its fingerprint."),
    "published_at": ("TIMESTAMP", "When readers could first see it, UTC."),
    "run_id": ("VARCHAR", "The Dagster run that published it."),
    "table_count": ("BIGINT", "How many tables it holds."),
    "row_count": ("BIGINT", "How many rows its tables hold together."),
    "withdrawn_at": ("TIMESTAMP", "When a rollback took it back, UTC; empty where it stands. As known when published."),
}


class NothingToPublishError(RuntimeError):
    """The writer's database has no tables of the star yet."""


@dataclass(frozen=True)
class Earlier:
    """A publication that the next one may take over what did not change from."""

    folder: Path
    tables: Mapping[tuple[str, str], PublishedTable]
    bytes_when_written_whole: int
    """How large its file was when it was last written whole."""
    changed_keys: Mapping[tuple[str, str], ChangedKeys] = field(default_factory=dict)
    """What changed since in tables that are otherwise as they were, by (schema, table)."""
    copy: Path | None = None
    """A copy of its file that was made ahead, for the next one to take."""

    def taken_over(self, schema: str, name: str, content: str | None) -> PublishedTable | None:
        """Return a table of it that holds this content, if there is one."""
        then = self.tables.get((schema, name))
        return then if then is not None and content is not None and then.content == content else None


_Relation: TypeAlias = tuple[str, str, str | None, bool]
"""Schema, name and comment of what is published, and whether it is a table."""


@dataclass(frozen=True)
class _Found:
    """The rows by which tables differ, by (schema, table): from those of the database, and from the Parquet files."""

    of_database: Mapping[tuple[str, str], Exchange]
    of_parquet: Mapping[tuple[str, str], Exchange]


class StarCopy:
    """A published database while it is written. Use as a context manager: leaving it closes the file.

    It begins empty, or as a copy of an `earlier` publication of the same models: then only the tables that hold
    something else are written. Its Parquet files go to a folder of their own, `parquet`, if any; those of tables that
    are as they were in `lender` are the same files under another name. That is the earlier publication, or one before
    it whose Parquet files it still showed.
    """

    def __init__(
        self,
        warehouse: Path,
        folder: Path,
        *,
        contents: Mapping[tuple[str, str], str] | None = None,
        earlier: Earlier | None = None,
        parquet: Path | None = None,
        lender: Earlier | None = None,
    ):
        self._folder = folder
        self._contents = contents or {}
        self._earlier = earlier
        self._lender = lender
        self._in_parquet: set[tuple[str, str]] = set()
        self._rows_written = 0
        # Attached rather than opened: dbt's connection to the writer's database, in the same process, may have had
        # another configuration, and DuckDB does not mix the two.
        self._connection = _prepared(in_memory(folder))
        self._connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        # while the file is copied and its tables are written, what changed is looked up and written as Parquet
        self._beside = ThreadPoolExecutor(max_workers=3)
        self._is_given_up = Event()
        self._copied = self._beside.submit(_begin_as, earlier, folder / DATABASE) if earlier is not None else None
        self._reader = _prepared(self._connection.cursor())
        self._found: Future[_Found] | None = None
        self._written: Future[None] | None = None
        self._parquet = (
            ParquetFiles(self._reader, parquet, earlier=lender.folder / PARQUET if lender is not None else None)
            if parquet is not None
            else None
        )

    def __enter__(self) -> StarCopy:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:  # what is being written is of no use any more
            self._is_given_up.set()
            self._reader.interrupt()
        self._beside.shutdown(cancel_futures=error is not None)
        if self._parquet is not None:
            self._parquet.close()
        self._reader.close()
        self._connection.close()

    def copy_star(self) -> tuple[PublishedTable, ...]:
        """Copy tables and views of the published schemas as tables, sorted as they are, with comments and macros.

        Raises:
            NothingToPublishError: there are none.
        """
        relations = self._relations()
        if not relations:
            raise NothingToPublishError("The warehouse holds no tables of the star; run `make warehouse` first.")
        if self._earlier is not None or self._lender is not None:
            self._found = self._beside.submit(self._find_exchanges, relations)
        if self._lender is not None and self._parquet is not None:
            self._written = self._beside.submit(self._write_changed_tables, relations, self._parquet)
        if self._copied is not None:
            self._copied.result()
        # a copy that is not finished is thrown away, so that it needs no log to recover from
        self._connection.execute(
            f"attach {literal(self._folder / DATABASE)} as published"
            f" (storage_version '{STORAGE_VERSION}', recovery_mode 'no_wal_writes')"
        )
        for schema in SCHEMAS:
            self._connection.execute(f"create schema if not exists published.{schema}")
        keyed = self._earlier.changed_keys if self._earlier is not None else {}
        tables = {
            (schema, name): self._taken_over(schema, name)
            or self._followed(schema, name)
            or self._copy_relation(schema, name, comment)
            # rows that are exchanged are looked up meanwhile
            for schema, name, comment, _ in sorted(relations, key=lambda relation: relation[:2] in keyed)
        }
        if self._earlier is None:
            self._copy_macros()
        return tuple(tables[schema, name] for schema, name, _, _ in relations)

    def _taken_over(self, schema: str, name: str) -> PublishedTable | None:
        """Return a table of the earlier publication that holds the same, or None where it is to be copied."""
        return self._earlier.taken_over(schema, name, self._contents.get((schema, name))) if self._earlier else None

    def _has_parquet_of(self, schema: str, name: str) -> bool:
        """Say whether the Parquet files of a table are those of the publication that lends them."""
        content = self._contents.get((schema, name))
        return self._lender is not None and self._lender.taken_over(schema, name, content) is not None

    def _find_exchanges(self, relations: Sequence[_Relation]) -> _Found:
        """Find the rows by which tables differ from those of the publications before, where their keys are known."""
        of_database = self._exchanges_with(self._earlier, relations, alias="earlier")
        if self._lender is self._earlier:
            return _Found(of_database, of_database)
        return _Found(of_database, self._exchanges_with(self._lender, relations, alias="lender"))

    def _exchanges_with(
        self, earlier: Earlier | None, relations: Sequence[_Relation], *, alias: str
    ) -> Mapping[tuple[str, str], Exchange]:
        """Find the rows by which tables differ from those of a publication, where their keys are known.

        Rows are looked up in that publication, since their numbers are those of the copy.
        """
        if earlier is None or not earlier.changed_keys:
            return {}
        self._reader.execute(f"attach {literal(earlier.folder / DATABASE)} as {alias} (read_only)")
        return {
            (schema, name): self._exchange(
                earlier.tables[schema, name], changed, alias=alias, suffix=f"{alias}_{number}"
            )
            for number, (schema, name, _, _) in enumerate(relations)
            if (changed := earlier.changed_keys.get((schema, name))) is not None
        }

    def _exchange(self, table: PublishedTable, changed: ChangedKeys, *, alias: str, suffix: str) -> Exchange:
        qualified = f"{quoted(table.schema)}.{quoted(table.name)}"
        # not temporary: both connections read them, and all of this database is in memory
        keys, gone, came, come = (f"memory.main.{what}_{suffix}" for what in ("keys", "gone", "came", "come"))
        listed = ", ".join(map(quoted, (*changed.columns, *changed.days)))
        self._reader.execute(
            f"create table {keys} as select distinct {listed} from warehouse.{changed.place}"  # noqa: S608
            " where list_contains($1, build_number)",
            [list(changed.builds)],
        )
        told = "rowid as row_id"
        if has_column(self._reader, alias, table, PARTED_BY):
            told = f"{told}, given.{PARTED_BY}"
        names, place = changed.columns, f"warehouse.{qualified}"
        bounds = bounds_of(self._reader, keys, (*names, *changed.days))
        of_names, of_days = bounds[: len(names)], in_bounds(changed.days, bounds[len(names) :])
        within = f"{in_bounds(names, of_names)} and {of_days}"
        # by their numbers: all other columns of the rows between are not read
        for found, of, wanted in ((gone, f"{alias}.{qualified}", told), (came, place, "rowid as row_id")):
            rows = with_keys(self._reader, of, names, keys, wanted=wanted, bounds=of_names, beside=of_days)
            self._reader.execute(f"create table {found} as from {rows}")
        (count,) = self._reader.execute(f"select count(*) from {came}").fetchall()[0]  # noqa: S608
        self._reader.execute(
            f"create {'table' if count <= HELD_ROWS else 'view'} {come} as"  # noqa: S608
            f" from {place} as given where given.rowid in (select row_id from {came}) and {within}"
        )
        return Exchange(changed.columns, keys, gone, come, within, table.row_count)

    def _followed(self, schema: str, name: str) -> PublishedTable | None:
        """Exchange the rows of the keys that changed since the earlier publication; None where they are not known."""
        if self._earlier is None or self._found is None or (schema, name) not in self._earlier.changed_keys:
            return None
        exchange = self._found.result().of_database[schema, name]
        qualified = f"published.{quoted(schema)}.{quoted(name)}"
        self._connection.execute(
            f"delete from {qualified} as given"  # noqa: S608
            f" where given.rowid in (select row_id from {exchange.gone}) and {exchange.within}"
        )
        self._rows_written += _rows(self._connection.execute(f"insert into {qualified} by name from {exchange.come}"))
        (count,) = self._connection.execute(f"select count(*) from {qualified}").fetchall()[0]  # noqa: S608
        return PublishedTable(schema, name, count, self._contents.get((schema, name)))

    def _write_changed_tables(self, relations: Sequence[_Relation], files: ParquetFiles) -> None:
        """Write tables that are others than in the publication that lends its files; of views only copies are read."""
        exchanges = self._found.result().of_parquet if self._found is not None else {}
        changed = []
        for schema, name, _, is_table in relations:
            if is_table and not self._has_parquet_of(schema, name):
                place = f"warehouse.{quoted(schema)}.{quoted(name)}"
                (count,) = self._reader.execute(f"select count(*) from {place}").fetchall()[0]  # noqa: S608
                changed.append(PublishedTable(schema, name, count))
        # large ones first: their files are merged beside the others
        for table in sorted(changed, key=lambda table: table.row_count, reverse=True):
            exchange = exchanges.get((table.schema, table.name))
            is_followed = exchange is not None and files.follow(table, exchange, database="warehouse")
            if self._is_given_up.is_set():
                return
            if not is_followed:
                files.write(table, database="warehouse")
            self._in_parquet.add((table.schema, table.name))

    def write_publications(self, publications: Sequence[Publication]) -> PublishedTable:
        """Write `evidence.publications`, this publication last, and with it all of the database to its file."""
        columns = ", ".join(f"{name} {kind}" for name, (kind, _) in PUBLICATIONS_COLUMNS.items())
        self._connection.execute(f"create or replace table published.evidence.publications ({columns})")
        self._connection.executemany(
            "insert into published.evidence.publications values (?, ?, ?, ?, ?, ?)",
            [
                (
                    publication.publication_id,
                    publication.published_at.replace(tzinfo=None),
                    publication.run_id,
                    publication.table_count,
                    publication.row_count,
                    publication.withdrawn_at.replace(tzinfo=None) if publication.withdrawn_at else None,
                )
                for publication in publications
            ],
        )
        self._comment("table", "evidence", "publications", None, PUBLICATIONS_COMMENT)
        for name, (_, comment) in PUBLICATIONS_COLUMNS.items():
            self._comment("column", "evidence", "publications", name, comment)
        if self._earlier is not None and self._rows_written <= QUICK_ROWS:
            self._connection.execute("set force_compression = $1", [QUICK_COMPRESSION])
        # told here: one that fails when the connection is closed is not
        self._connection.execute("checkpoint published")
        return PublishedTable("evidence", "publications", len(publications))

    def write_parquet(self, tables: Sequence[PublishedTable], *, may_be_late: bool) -> ParquetFiles | None:
        """Write every table as Parquet, for readers without DuckDB, unless nobody wants them so.

        What takes long may be left to be done when readers see the publication: then what is still to be finished is
        given back, for the caller to close.
        """
        files = self._parquet
        if files is None:
            return None
        if self._written is not None:
            self._written.result()
        for table in tables:
            if (table.schema, table.name) in self._in_parquet:
                continue
            if not self._has_parquet_of(table.schema, table.name) or not files.take_over(table):
                files.write(table, database="published")
        if may_be_late and files.has_large:
            self._parquet = None
            return files
        files.finish(self._connection, database="warehouse")
        return None

    def _relations(self) -> list[_Relation]:
        return self._connection.execute(
            """
            select schema_name, table_name, comment, true from duckdb_tables()
            where database_name = 'warehouse' and list_contains($schemas, schema_name)
                and not (schema_name = 'evidence' and table_name = 'publications')
            union all
            select schema_name, view_name, comment, false from duckdb_views()
            where database_name = 'warehouse' and list_contains($schemas, schema_name) and not internal
                and not (schema_name = 'evidence' and view_name = 'publications')
            order by all
            """,
            {"schemas": list(SCHEMAS)},
        ).fetchall()

    def _copy_relation(self, schema: str, name: str, comment: str | None) -> PublishedTable:
        qualified = f"{quoted(schema)}.{quoted(name)}"
        is_there = self._earlier is not None and (schema, name) in self._earlier.tables
        if is_there:  # of the same models, with the same columns and what is said of them
            self._connection.execute(f"delete from published.{qualified}")  # noqa: S608
            command = f"insert into published.{qualified} by name from warehouse.{qualified}"
        else:
            command = f"create or replace table published.{qualified} as from warehouse.{qualified}"
        rows = _rows(self._connection.execute(command))
        self._rows_written += rows
        if comment and not is_there:
            self._comment("table", schema, name, None, comment)
        for column, column_comment in () if is_there else self._column_comments.get((schema, name), ()):
            self._comment("column", schema, name, column, column_comment)
        return PublishedTable(schema, name, rows, self._contents.get((schema, name)))

    @cached_property
    def _column_comments(self) -> Mapping[tuple[str, str], Sequence[tuple[str, str]]]:
        """What is said of the columns of tables and views: asked once, since the whole catalog answers."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for schema, name, column, comment in self._connection.execute(
            """
            select schema_name, table_name, column_name, comment from duckdb_columns()
            where database_name = 'warehouse' and comment is not null
            order by schema_name, table_name, column_index
            """
        ).fetchall():
            found.setdefault((schema, name), []).append((column, comment))
        return found

    def _copy_macros(self) -> None:
        """Carry the macros over through a copy of the whole catalog.

        The catalog functions tell a macro's body without the defaults of its parameters; only a copy is exact.
        """
        macros = self._connection.execute(
            """
            select count(*) from duckdb_functions()
            where database_name = 'warehouse' and list_contains(?, schema_name)
                and function_type in ('macro', 'table_macro') and not internal
            """,
            [list(SCHEMAS)],
        ).fetchall()
        if macros[0][0] == 0:
            return
        self._connection.execute("attach ':memory:' as catalog_copy")
        self._connection.execute("copy from database warehouse to catalog_copy (schema)")
        for schema in self._schemas_of("catalog_copy"):
            if schema not in SCHEMAS:
                self._connection.execute(f"drop schema catalog_copy.{quoted(schema)} cascade")
        relations = self._connection.execute(
            """
            select 'view', schema_name, view_name from duckdb_views()
            where database_name = 'catalog_copy' and not internal
            union all
            select 'table', schema_name, table_name from duckdb_tables() where database_name = 'catalog_copy'
            order by 1 desc
            """
        ).fetchall()
        for kind, schema, name in relations:
            self._connection.execute(f"drop {kind} catalog_copy.{quoted(schema)}.{quoted(name)}")
        self._connection.execute("copy from database catalog_copy to published (schema)")
        self._connection.execute("detach catalog_copy")

    def _schemas_of(self, database: str) -> list[str]:
        rows = self._connection.execute(
            "select schema_name from duckdb_schemas() where database_name = ? and not internal", [database]
        ).fetchall()
        return [row[0] for row in rows]

    def _comment(self, kind: str, schema: str, table: str, column: str | None, comment: str) -> None:
        target = ".".join(quoted(part) for part in (schema, table, column) if part is not None)
        # COMMENT takes no parameters
        self._connection.execute(f"comment on {kind} published.{target} is {literal(comment.strip())}")


def in_memory(folder: Path) -> duckdb.DuckDBPyConnection:
    """Connect to no database of its own; what does not fit into memory goes to a folder in one that is being prepared.

    DuckDB removes that when it is closed; of a process that was killed it is swept with all else in the folder.
    """
    return duckdb.connect(":memory:", config={"temp_directory": str(folder / SPILL)})


def _prepared(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("set TimeZone = 'UTC'")
    leave_row_groups(connection)
    read_by_number(connection)
    return connection


def _rows(written: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows a statement wrote."""
    (rows,) = written.fetchall()[0]
    return int(rows)


def _begin_as(earlier: Earlier, database: Path) -> None:
    """Make a file that begins as that of an earlier publication: the copy that was made ahead of it, or another."""
    if earlier.copy is not None:
        try:
            earlier.copy.rename(database)
        except FileNotFoundError:  # it was removed meanwhile
            pass
        else:
            return
    share_or_copy(earlier.folder / DATABASE, database)


def copy_for_later(source: Path, destination: Path) -> None:
    """Copy a file that readers go on reading, for a later publication: until then the copy is of use to nobody."""
    share_or_copy(source, destination, keeps_source=True)


def share_or_copy(source: Path, destination: Path, *, keeps_source: bool = False) -> None:
    """Make a file that begins as another: of the same blocks where the file system can (XFS, Btrfs), else as a copy.

    One of the two is let go of in memory: the one that readers leave, by default, or else the new one.
    """
    try:
        import fcntl

        with source.open("rb") as read, destination.open("wb") as written:
            fcntl.ioctl(written, _FICLONE, read.fileno())
    except (ImportError, OSError):  # another operating system, another file system, or two of them
        _copy_to_disk(source, destination, keeps_source=keeps_source)


def _copy_to_disk(source: Path, destination: Path, *, keeps_source: bool) -> None:
    """Copy a file, while what is written already goes to the disk: at the end there would be more to wait for.

    What nobody is about to read is let go of in memory: the writer's database would have to make room for it there.
    """
    if sys.platform != "linux":
        shutil.copyfile(source, destination)
        return
    with source.open("rb") as read, destination.open("wb") as written:
        size, offset = os.fstat(read.fileno()).st_size, 0
        while offset < size:
            try:
                count = os.sendfile(written.fileno(), read.fileno(), offset, PORTION_BYTES)
            except OSError as error:
                if offset or error.errno not in _CANNOT_SEND:
                    raise
                shutil.copyfileobj(read, written, PORTION_BYTES)
                written.flush()
                break
            if not count:
                raise OSError(errno.EIO, "the file became shorter while it was copied", str(source))
            # what is still to be written begins to be, and stays in memory
            for file in (written,) if keeps_source else (read, written):
                os.posix_fadvise(file.fileno(), offset, count, os.POSIX_FADV_DONTNEED)
            offset += count
        os.fsync(written.fileno())
        if keeps_source:
            os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
