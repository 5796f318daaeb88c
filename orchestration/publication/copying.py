"""Copy the star out of the writer's database into a file of its own, with comments, macros and Parquet.

Belongs here: what of the writer's database is published, and in which format. Does not belong here: whether it may be
published, and where readers find it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.ingestion.database import leave_row_groups
from orchestration.publication.store import DATABASE, Publication
from orchestration.sql_text import literal, quoted
from orchestration.transformation.changed_keys import ChangedKeys
from orchestration.transformation.keyed import delete_keys, with_keys

SCHEMAS = ("main", "evidence")
"""The star and its lineage; everything else in the writer's database is private."""

STORAGE_VERSION = "v1.2.0"
"""The oldest storage format that holds what is published; drivers of BI tools lag behind DuckDB."""

PARTED_ROWS = 5_000_000
"""A larger table whose rows have a period is a folder of Parquet files, one for each year in which periods begin."""

PARTED_BY = "period_earliest"

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
class PublishedTable:
    """One table of a publication."""

    schema: str
    name: str
    row_count: int
    content: str | None = None
    """What it holds, in the words of the ledger of builds; None where that is not known."""

    @property
    def parquet(self) -> str:
        """The name of its Parquet file, or of the folder of such files that a large table is."""
        return f"{self.schema}.{self.name}.parquet"


@dataclass(frozen=True)
class Earlier:
    """A publication that the next one may take over what did not change from."""

    folder: Path
    tables: Mapping[tuple[str, str], PublishedTable]
    changed_keys: Mapping[tuple[str, str], ChangedKeys] = field(default_factory=dict)
    """What changed since in tables that are otherwise as they were, by (schema, table)."""


class StarCopy:
    """A published database while it is written. Use as a context manager: leaving it closes the file.

    It begins empty, or as a copy of an `earlier` publication of the same models: then only the tables that hold
    something else are written, and the Parquet files of the others are the same files under another name.
    """

    def __init__(
        self,
        warehouse: Path,
        folder: Path,
        *,
        contents: Mapping[tuple[str, str], str] | None = None,
        earlier: Earlier | None = None,
        has_parquet: bool = True,
    ):
        self._folder = folder
        self._contents = contents or {}
        self._earlier = earlier
        self._has_parquet = has_parquet
        self._in_parquet: set[tuple[str, str]] = set()
        # Attached rather than opened: dbt's connection to the writer's database, in the same process, may have had
        # another configuration, and DuckDB does not mix the two.
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("set TimeZone = 'UTC'")
        leave_row_groups(self._connection)
        self._connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        # while the disk copies, what changed is written as Parquet
        self._beside = ThreadPoolExecutor(max_workers=1)
        self._copied = (
            self._beside.submit(share_or_copy, earlier.folder / DATABASE, folder / DATABASE)
            if earlier is not None
            else None
        )

    def __enter__(self) -> StarCopy:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._beside.shutdown()

    def copy_star(self) -> tuple[PublishedTable, ...]:
        """Copy tables and views of the published schemas as tables, sorted as they are, with comments and macros.

        Raises:
            NothingToPublishError: there are none.
        """
        relations = self._relations()
        if not relations:
            raise NothingToPublishError("The warehouse holds no tables of the star; run `make warehouse` first.")
        if self._copied is not None:
            if self._has_parquet:
                self._write_changed_tables(relations)
            self._copied.result()
        self._connection.execute(
            f"attach {literal(self._folder / DATABASE)} as published (storage_version '{STORAGE_VERSION}')"
        )
        for schema in SCHEMAS:
            self._connection.execute(f"create schema if not exists published.{schema}")
        tables = tuple(
            self._taken_over(schema, name) or self._followed(schema, name) or self._copy_relation(schema, name, comment)
            for schema, name, comment, _ in relations
        )
        if self._earlier is None:
            self._copy_macros()
        return tables

    def _taken_over(self, schema: str, name: str) -> PublishedTable | None:
        """Return a table of the earlier publication that holds the same, or None where it is to be copied."""
        then = self._earlier.tables.get((schema, name)) if self._earlier else None
        now = self._contents.get((schema, name))
        return then if then is not None and now is not None and then.content == now else None

    def _followed(self, schema: str, name: str) -> PublishedTable | None:
        """Exchange the rows of the keys that changed since the earlier publication; None where they are not known."""
        changed = self._earlier.changed_keys.get((schema, name)) if self._earlier else None
        if changed is None:
            return None
        self._bring_keys(changed)
        qualified = f"{quoted(schema)}.{quoted(name)}"
        delete_keys(self._connection, f"published.{qualified}", changed.columns, "temp.changed")
        rows = with_keys(self._connection, f"warehouse.{qualified}", changed.columns, "temp.changed")
        self._connection.execute(f"insert into published.{qualified} by name from {rows}")
        (count,) = self._connection.execute(f"select count(*) from published.{qualified}").fetchall()[0]  # noqa: S608
        return PublishedTable(schema, name, count, self._contents.get((schema, name)))

    def _write_changed_tables(self, relations: Sequence[tuple[str, str, str | None, bool]]) -> None:
        """Write tables that are others than in the earlier publication as Parquet; of views only copies are read."""
        for schema, name, _, is_table in relations:
            if is_table and self._taken_over(schema, name) is None:
                place = f"warehouse.{quoted(schema)}.{quoted(name)}"
                (count,) = self._connection.execute(f"select count(*) from {place}").fetchall()[0]  # noqa: S608
                self._write_table(PublishedTable(schema, name, count), of="warehouse")
                self._in_parquet.add((schema, name))

    def write_publications(self, publications: Sequence[Publication]) -> PublishedTable:
        """Write `evidence.publications`, this publication last."""
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
        return PublishedTable("evidence", "publications", len(publications))

    def write_parquet(self, tables: Sequence[PublishedTable]) -> None:
        """Write every table beside the database, for readers without DuckDB, unless nobody wants them so."""
        for table in tables if self._has_parquet else ():
            if (table.schema, table.name) in self._in_parquet:
                continue
            before = self._earlier.folder / "parquet" / table.parquet if self._earlier is not None else None
            if before is not None and self._taken_over(table.schema, table.name) is not None and before.exists():
                _same(before, self._parquet / table.parquet)
            else:
                self._write_table(table, of="published")

    @property
    def _parquet(self) -> Path:
        """The folder of Parquet files, which is there from now on."""
        folder = self._folder / "parquet"
        folder.mkdir(exist_ok=True)
        return folder

    def _write_table(self, table: PublishedTable, *, of: str) -> None:
        """Write a table of one of the two databases as Parquet."""
        qualified = f"{of}.{quoted(table.schema)}.{quoted(table.name)}"
        if table.row_count > PARTED_ROWS and self._has_periods(table, of=of):
            self._write_years(table, qualified, self._parquet / table.parquet)
        else:
            self._write_file(f"from {qualified}", self._parquet / table.parquet)

    def _write_years(self, table: PublishedTable, qualified: str, folder: Path) -> None:
        """Write the files of a large table; those of years in which no key changed are the same files."""
        folder.mkdir()
        touched = self._touched_years(table)
        years = self._connection.execute(f"select distinct year({PARTED_BY}) from {qualified} order by all")  # noqa: S608
        for (year,) in years.fetchall():
            name = f"{year if year is not None else 'undated'}.parquet"
            before = self._earlier.folder / "parquet" / table.parquet / name if self._earlier is not None else None
            if touched is not None and year not in touched and before is not None and before.is_file():
                _same_file(before, folder / name)
                continue
            within = (
                f"{PARTED_BY} is null"
                if year is None
                else f"{PARTED_BY} >= make_date({year:d}, 1, 1) and {PARTED_BY} < make_date({year + 1:d}, 1, 1)"
            )
            self._write_file(f"from {qualified} where {within}", folder / name)

    def _touched_years(self, table: PublishedTable) -> set[int | None] | None:
        """Return the years of the keys that changed; None where they are not known."""
        changed = self._earlier.changed_keys.get((table.schema, table.name)) if self._earlier else None
        if changed is None or PARTED_BY not in changed.columns:
            return None
        self._bring_keys(changed)
        years = self._connection.execute(f"select distinct year({PARTED_BY}) from temp.changed")  # noqa: S608
        return {year for (year,) in years.fetchall()}

    def _bring_keys(self, changed: ChangedKeys) -> None:
        """Have the keys that changed in the temporary table `changed`."""
        columns = ", ".join(map(quoted, changed.columns))
        self._connection.execute(
            f"create or replace temp table changed as select distinct {columns} from warehouse.{changed.place}"  # noqa: S608
            " where list_contains($1, build_number)",
            [list(changed.builds)],
        )

    def _has_periods(self, table: PublishedTable, *, of: str) -> bool:
        found = self._connection.execute(
            """
            select count(*) from duckdb_columns()
            where database_name = $1 and schema_name = $2 and table_name = $3 and column_name = $4
            """,
            [of, table.schema, table.name, PARTED_BY],
        )
        return found.fetchall() == [(1,)]

    def _write_file(self, query: str, path: Path) -> None:
        self._connection.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd)")

    def _relations(self) -> list[tuple[str, str, str | None, bool]]:
        """Return schema, name and comment of what is published, and whether it is a table."""
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
        copied = self._connection.execute(
            f"create or replace table published.{qualified} as from warehouse.{qualified}"
        ).fetchone()
        if comment:
            self._comment("table", schema, name, None, comment)
        columns = self._connection.execute(
            """
            select column_name, comment from duckdb_columns()
            where database_name = 'warehouse' and schema_name = ? and table_name = ? and comment is not null
            order by column_index
            """,
            [schema, name],
        ).fetchall()
        for column, column_comment in columns:
            self._comment("column", schema, name, column, column_comment)
        return PublishedTable(schema, name, copied[0] if copied else 0, self._contents.get((schema, name)))

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


def share_or_copy(source: Path, destination: Path) -> None:
    """Make a file that begins as another: of the same blocks where the file system can (XFS, Btrfs), else as a copy."""
    try:
        import fcntl

        with source.open("rb") as read, destination.open("wb") as written:
            fcntl.ioctl(written, _FICLONE, read.fileno())
    except (ImportError, OSError):  # another operating system, another file system, or two of them
        shutil.copyfile(source, destination)


def _same(source: Path, destination: Path) -> None:
    """Give a file, or all files of a folder, a second name."""
    if not source.is_dir():
        _same_file(source, destination)
        return
    destination.mkdir()
    for path in source.iterdir():
        _same_file(path, destination / path.name)


def _same_file(source: Path, destination: Path) -> None:
    """Give a file that never changes a second name, or copy it where the disk knows no second names."""
    try:
        os.link(source, destination)
    except OSError:
        shutil.copyfile(source, destination)
