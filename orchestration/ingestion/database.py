"""The writer's database: opening it, its tables of landing and ledger, and transactions.

Belongs here: connections and DDL. Does not belong here: what goes into the tables. A file that cannot be read as a
database is moved aside, never deleted: the archive rebuilds what was in it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.contracts import Contract
from orchestration.ingestion import landing
from orchestration.ingestion.clock import Clock, as_text
from orchestration.row_groups import leave_row_groups
from orchestration.settings import Settings
from orchestration.sql_text import literal, quoted

_OPS = {
    "deliveries": """
        delivery_id VARCHAR, feed VARCHAR, dataset_key VARCHAR, as_of TIMESTAMP, is_as_of_stated BOOLEAN,
        mode VARCHAR, is_complete BOOLEAN, revision INTEGER, status VARCHAR, reason VARCHAR,
        publisher VARCHAR, licence VARCHAR, file_count INTEGER, byte_count BIGINT,
        rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT, rows_found BIGINT,
        received_at TIMESTAMP, load_seconds DOUBLE, loaded_at TIMESTAMP, manifest VARCHAR, path VARCHAR
    """,
    "files": """
        sha256 VARCHAR, delivery_id VARCHAR, original_path VARCHAR, received_at TIMESTAMP, byte_count BIGINT
    """,
    "rejected_rows": """
        delivery_id VARCHAR, feed VARCHAR, file_sha256 VARCHAR, row_number BIGINT,
        column_name VARCHAR, found VARCHAR, expected VARCHAR, raw_row VARCHAR, key_values VARCHAR
    """,
    "landed_files": "file_number INTEGER, delivery_id VARCHAR, file_sha256 VARCHAR, loaded_at TIMESTAMP",
    "corrections": """
        delivery_id VARCHAR, feed VARCHAR, file_sha256 VARCHAR, row_number BIGINT, rejected_row_id VARCHAR
    """,
    "extra_columns": "delivery_id VARCHAR, feed VARCHAR, column_name VARCHAR",
    "notes": "delivery_id VARCHAR, note VARCHAR",
    "contracts": "fingerprint VARCHAR",
    "fingerprints": "sources VARCHAR, fingerprint VARCHAR",
    "seen_files": """
        path VARCHAR, size BIGINT, mtime_ns BIGINT, inode BIGINT, sha256 VARCHAR
    """,
    "seen_deliveries": "path VARCHAR, delivery_id VARCHAR",
    "reference_fingerprint": "fingerprint VARCHAR",
}

_EDTF = """
    edtf_text VARCHAR, earliest DATE, latest DATE, precision VARCHAR,
    is_approximate BOOLEAN, is_uncertain BOOLEAN, is_extent BOOLEAN
"""


_STORAGE_VERSION = "v1.5.0"
"""Of a new file: text is written in two thirds of the time of the format that DuckDB writes by default. Readers open
the publication, which keeps to an older format."""
_MOST_MEMORY = "1300MB"
_CORRUPT = "Corrupt database file"
_CUT_OFF = re.compile(r'Could not read enough bytes from file "[^"]*\.duckdb"')


def tells_of_damage(message: str) -> bool:
    """Say whether DuckDB complains of a block with a wrong checksum, or one beyond the end of a file that was cut off.

    It has no class of its own for that.
    """
    return _CORRUPT in message or _CUT_OFF.search(message) is not None


class DamagedDatabaseError(RuntimeError):
    """The writer's database was damaged and was moved aside; who tries again gets a new one."""


@contextmanager
def connection(settings: Settings, *, log: Callable[[str], None], clock: Clock) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the writer's database, in a new file where there is none or the old one is unreadable; close it always.

    The caller holds the lock: what lies in the folders for temporary files is a killed process's.

    Raises:
        DamagedDatabaseError: a part of the file that was read meanwhile is damaged; it was moved aside.
    """
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    for folder in (temporary_folder(settings), _spill_folder(settings)):
        _sweep(folder)
    try:
        opened = _connect(settings)
    except duckdb.Error as error:
        if not _is_damaged(settings.warehouse, error):
            raise
        set_aside(settings, str(error), log=log, clock=clock)
        opened = _connect(settings)
    try:
        yield opened
    except duckdb.Error as error:
        if not tells_of_damage(str(error)):
            raise
        opened.close()
        raise set_aside(settings, str(error), log=log, clock=clock) from error
    finally:
        opened.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done within, or nothing of it."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # where a block is damaged not even that can be done, and the first error says why
            con.execute("rollback")
        raise
    con.execute("commit")


@contextmanager
def memory_limited(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have DuckDB put what it cannot keep in 1.3 gigabytes into the folder for temporary files."""
    con.execute(f"set memory_limit = {literal(_MOST_MEMORY)}")
    try:
        yield
    finally:
        con.execute("reset memory_limit")


def create_tables(con: duckdb.DuckDBPyConnection, registry: Mapping[str, Contract]) -> None:
    """Create what is missing of the tables of landing, ledger and dates."""
    for schema in ("landing", "landing_rows", "ops", "reference"):
        con.execute(f"create schema if not exists {schema}")
    for name, columns in _OPS.items():
        con.execute(f"create table if not exists ops.{name} ({columns})")
    con.execute(f"create table if not exists reference.edtf ({_EDTF})")
    for contract in registry.values():
        if contract.columns:
            landing.create(con, contract)


def drop_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every table of landing, the ledger and the dates that were read; the countries stay."""
    landing.drop(con)
    tables = con.execute(
        """
        select schema_name, table_name from duckdb_tables()
        where database_name = current_database()
          and ((schema_name = 'ops' and table_name <> 'reference_fingerprint')
               or (schema_name = 'reference' and table_name = 'edtf'))
        """
    ).fetchall()
    for schema, table in tables:
        con.execute(f"drop table {quoted(schema)}.{quoted(table)}")


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append an Arrow table to a table, by the names of the columns."""
    if rows.num_rows:
        con.register("arriving_rows", rows)
        try:
            con.execute(f"insert into {table} by name select * from arriving_rows")  # noqa: S608 - a table of ours
        finally:
            con.unregister("arriving_rows")


def temporary_folder(settings: Settings) -> Path:
    """Return where DuckDB spills to and compressed files are unpacked; nothing in it outlives a run."""
    return settings.warehouse.parent / "tmp"


def _spill_folder(settings: Settings) -> Path:
    """Return where DuckDB spills to while the star is built: beside the database, unless it is told otherwise."""
    return settings.warehouse.with_name(f"{settings.warehouse.name}.tmp")


def _sweep(folder: Path) -> None:
    """Remove what killed processes left in a folder for temporary files: it may be as large as all they worked on."""
    if folder.is_dir():
        shutil.rmtree(folder)


def _connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    temporary = temporary_folder(settings)
    temporary.mkdir(parents=True, exist_ok=True)
    opened = duckdb.connect(
        str(settings.warehouse),
        config={
            "temp_directory": str(temporary),
            "autoinstall_known_extensions": "false",
            "storage_compatibility_version": _STORAGE_VERSION,
        },
    )
    opened.execute("set TimeZone = 'UTC'")
    leave_row_groups(opened)
    return opened


def _is_damaged(path: Path, error: duckdb.Error) -> bool:
    """Say whether it is the file that is at fault: not a lock, not a permission, not a full disk."""
    if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
        return False
    text = str(error).lower()
    return not ("set lock" in text or "different configuration" in text or "no space left" in text)


def set_aside(settings: Settings, message: str, *, log: Callable[[str], None], clock: Clock) -> DamagedDatabaseError:
    """Move a damaged database away and say so; the caller holds the lock, and no connection to it."""
    path = settings.warehouse
    aside = _move_aside(path, clock)
    first_line = next(iter(message.splitlines()), "")
    words = (
        f"{path.name} cannot be read as a database ({first_line}). "
        f"It was moved to {aside.name}; the archive rebuilds a new one."
    )
    log(words)
    return DamagedDatabaseError(words)


def _move_aside(path: Path, clock: Clock) -> Path:
    stamp = as_text(clock()).replace(":", "").replace("-", "")
    aside = path.with_name(f"{path.stem}.unreadable-{stamp}{path.suffix}")
    path.rename(aside)
    log_file = path.with_name(f"{path.name}.wal")
    if log_file.exists():
        log_file.rename(aside.with_name(f"{aside.name}.wal"))
    return aside
