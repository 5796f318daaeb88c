"""One line for a notebook: a connection to what is published, with nothing else of the machine in reach.

    from orchestration.readers import connect
    connect().sql("from mart_dyad_timeline").df()

Belongs here: opening a publication as a reader. Does not belong here: any question. `read_only` alone is no sandbox:
such a connection still reads any file that its user may read, and writes files with COPY.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.publication.store import PARQUET, NoPublicationError, PublicationStore
from orchestration.settings import Settings
from orchestration.sql_text import literal


class OtherSandboxError(RuntimeError):
    """This process already holds the same publication with other folders allowed."""


def connect(*, serving: Path | None = None, directories: Sequence[Path] = ()) -> duckdb.DuckDBPyConnection:
    """Open the current publication: read-only, without files, network, extensions or a way to change that.

    `serving` is the folder of the publications, by default that of this installation (`ENTENTE_HOME`). Files in
    `directories` stay within reach, to be read and written. The connection keeps the publication that it opened;
    another call sees the newest.

    Raises:
        NoPublicationError: nothing is published yet.
        OtherSandboxError: connections of one process to one file share their limits, and others are in force.
    """
    database = _serving(serving) / "warehouse.duckdb"
    if not database.exists():
        raise NoPublicationError(f"Nothing is published in {database.parent} yet; `make warehouse` publishes.")
    return open_sandboxed(database, directories=directories)


def open_sandboxed(database: Path, *, directories: Sequence[Path] = ()) -> duckdb.DuckDBPyConnection:
    """Open one published database like `connect`, whether readers see it already or not.

    Raises:
        OtherSandboxError: as of `connect`.
    """
    connection = duckdb.connect(str(database), read_only=True)
    try:
        _lock(connection, [directory.resolve() for directory in directories])
    except BaseException:
        connection.close()
        raise
    return connection


def parquet(*, serving: Path | None = None) -> Path:
    """Return the folder of the Parquet files of the current publication, resolved: all of one publication.

    For some seconds that may be the publication before it, while large files are written.

    Raises:
        NoPublicationError: nothing is published yet, or not as Parquet.
    """
    current = PublicationStore(_serving(serving)).current_folder()
    if current is None:
        raise NoPublicationError(f"Nothing is published in {_serving(serving)} yet; `make warehouse` publishes.")
    folder = current / PARQUET
    if not folder.is_dir():
        raise NoPublicationError(f"{current.name} was published without Parquet files: `ENTENTE_PARQUET` is off.")
    return folder.resolve()


def _serving(serving: Path | None) -> Path:
    return serving if serving is not None else Settings.from_environment().serving


def _lock(connection: duckdb.DuckDBPyConnection, directories: Sequence[Path]) -> None:
    wanted = {f"{directory}/" for directory in directories}
    row = connection.execute(
        "select current_setting('lock_configuration'), current_setting('allowed_directories'), "
        "current_setting('temp_directory')"
    ).fetchone()
    assert row is not None  # noqa: S101
    is_locked, allowed, spill = row
    if is_locked:
        if set(allowed) - {f"{spill}/"} != wanted:
            raise OtherSandboxError(
                f"This process has the publication open with the folders {sorted(allowed)} allowed, not "
                f"{sorted(wanted)}: close those connections first, or ask for the same folders."
            )
        return
    # DuckDB would spill beside the file that it opened: into the publication
    spill = Path(tempfile.gettempdir()).resolve() / f"entente-reader-{secrets.token_hex(8)}"
    connection.execute(f"set temp_directory = {literal(spill)}")
    # in this order: each closes the way to the one before
    connection.execute(f"set allowed_directories = [{', '.join(map(literal, directories))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
