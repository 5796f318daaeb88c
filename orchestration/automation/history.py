"""Dagster's history of events in SQLite, written as one transaction where many events come at once.

Belongs here: how events reach the disk. Does not belong here: what is told. A run of this project plans and reports
some hundreds of tables and checks. Dagster's own storage opens, commits and closes a database, in part two, for each of
them, which costs a refresh of one file more time than all of its work. `dagster.yaml` names this class in its place;
the files are the same, and either class reads what the other wrote.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
import sqlalchemy as sa

# Dagster offers its storages under no other name; `dagster.yaml` has to call them by this one too
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.pool import StaticPool

from orchestration.settings import Settings

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry
    from dagster._serdes import ConfigurableClassData

BUSY_TIMEOUT_SECONDS = 30
OPEN_DATABASES = 4
"""Dagster keeps one database for each run, and one for all; this many stay open."""

_PLANNED = (dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)


class EventLog(SqliteEventLogStorage):
    """SQLite storage that keeps the databases open which it used last, and writes a batch of events at once."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        # a new history is filled while Dagster's part of it is made
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._batch: ExitStack | None = None
        self._in_batch: dict[str, sa.Connection] = {}
        self._there: set[tuple[str, str]] = set()
        super().__init__(base_dir, inst_data)
        # a batch holds what single events ask for again
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Say what `dagster.yaml` may configure."""
        return {"base_dir": dg.Field(dg.StringSource, is_required=False)}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Make one as `dagster.yaml` says: where Dagster's own would be, unless it names another folder."""
        folder = config_value.get("base_dir") or Settings.from_environment().dagster_home / "history" / "runs"
        return cls(str(folder), inst_data)

    def has_table(self, table_name: str) -> bool:
        """Say whether the index has a table; Dagster asks with every check, on a new connection, and none ever goes."""
        return self._is_there("table", table_name, super().has_table)

    def has_secondary_index(self, name: str) -> bool:
        """Say whether older events were summed up; Dagster asks twice with each asset, and none is ever undone."""
        return self._is_there("summary", name, super().has_secondary_index)

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        """Say whether assets have a column; Dagster asks with every event of one, and none ever goes."""
        return self._is_there("column", column_name, partial(super()._has_asset_key_col_on_connection, conn))

    def _is_there(self, kind: str, name: str, ask: Callable[[str], bool]) -> bool:
        """Say whether something is there that never goes again: it is asked for until it is, and no more."""
        if (kind, name) not in self._there and ask(name):
            self._there.add((kind, name))
        return (kind, name) in self._there

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event: in one transaction of each database, too, where Dagster has up to three."""
        if self._batch is None:
            self.store_event_batch([event])
        else:
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction of each database."""
        with self._db_lock:
            if self._batch is not None:
                super().store_event_batch(events)
                return
            try:
                with ExitStack() as self._batch:
                    plan = [event for event in events if event.dagster_event_type in _PLANNED]
                    for run_id in dict.fromkeys(event.run_id for event in plan):
                        self._store_plan(run_id, [event for event in plan if event.run_id == run_id])
                    super().store_event_batch([event for event in events if event.dagster_event_type not in _PLANNED])
            finally:
                self._batch = None
                self._in_batch.clear()
            self._tell_watchers({event.run_id for event in events})

    def _store_plan(self, run_id: str, events: Sequence[EventLogEntry]) -> None:
        """Store what a run intends, with a statement for each table and not three for each event; as Dagster does."""
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_connection() as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
            # nobody else writes within the transaction
            last = connection.execute(sa.select(sa.func.max(SqlEventLogStorageTable.c.id))).scalar_one()
            has_times = self._has_asset_key_index_cols_on_connection(connection)
            assets, checks = [], []
            for number, (event, row) in enumerate(zip(events, rows, strict=True), start=last - len(rows) + 1):
                planned = event.get_dagster_event()
                if event.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED:
                    values = self._get_asset_entry_values(event, number, has_times)
                    assets.append({"asset_key": row["asset_key"], **values})
                else:
                    checks.append(_planned_check(planned.event_specific_data, row, number))
            if assets:
                insert = sqlite_insert(AssetKeyTable)
                changed = {name: insert.excluded[name] for name in assets[0] if name != "asset_key"}
                connection.execute(insert.on_conflict_do_update(index_elements=["asset_key"], set_=changed), assets)
            if checks:
                connection.execute(AssetCheckExecutionsTable.insert(), checks)

    def wipe(self) -> None:
        """Remove all."""
        self._close()
        self._there.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def _tell_watchers(self, run_ids: Iterable[str]) -> None:
        """Touch the database of a run: who watches it does not see what is in its write-ahead log."""
        for run_id in run_ids:
            with suppress(FileNotFoundError):
                os.utime(self.path_for_shard(run_id))

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            if self._batch is None:
                with self._engine(shard).begin() as connection:
                    yield connection
                return
            if shard not in self._in_batch:
                self._in_batch[shard] = self._batch.enter_context(self._engine(shard).begin())
            yield self._in_batch[shard]

    def _engine(self, shard: str) -> sa.Engine:
        if shard in self._engines:
            self._engines.move_to_end(shard)
            return self._engines[shard]
        engine = sa.create_engine(
            self.conn_string_for_shard(shard),
            # the lock lets one thread in at a time
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )

        @sa.event.listens_for(engine, "connect")
        def _(connection: Any, _: object) -> None:
            # with a write-ahead log a crash of the machine may then lose the last events, never the history
            connection.execute("pragma synchronous = normal")

        if shard not in self._initialized_dbs:
            self._begin(shard, engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine
        while len(self._engines) > OPEN_DATABASES:
            oldest = next(one for one in self._engines if one not in self._in_batch)
            self._engines.pop(oldest).dispose()
        return engine

    def _begin(self, shard: str, engine: sa.Engine) -> None:
        """Have the tables of a database: of a new one by a copy of what an empty one is in this version of Dagster."""
        path, empty = Path(self.path_for_shard(shard)), Path(self._base_dir) / f".empty-{dg.__version__}.sqlite"
        if path.exists() or not empty.exists():
            self._initdb(engine)
            if shard != INDEX_SHARD_NAME and not empty.exists():
                self._keep_empty(engine, empty)
            return
        copied = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        shutil.copyfile(empty, copied)
        try:
            os.link(copied, path)
        except FileExistsError:
            pass  # another process has begun it
        except OSError:  # a disk without second names
            self._initdb(engine)
        finally:
            copied.unlink()
        with engine.connect() as connection:
            connection.execute(sa.text("pragma journal_mode = wal"))

    @staticmethod
    def _keep_empty(engine: sa.Engine, empty: Path) -> None:
        """Keep a copy of a database that has nothing but its tables, whole or not at all."""
        written = empty.with_name(f"{empty.name}.{uuid.uuid4().hex}")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.execute(sa.select(sa.func.count()).select_from(SqlEventLogStorageTable)).scalar_one():
                return
            connection.execute(sa.text("vacuum into :path"), {"path": str(written)})
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.replace(empty)


def _planned_check(planned: Any, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the row of a check that a run intends; none of this project's has partitions."""
    return {
        "asset_key": planned.asset_key.to_string(),
        "check_name": planned.check_name,
        "partition": None,
        "run_id": row["run_id"],
        "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
        "evaluation_event": row["event"],
        "evaluation_event_timestamp": row["timestamp"],
        "evaluation_event_storage_id": number,
    }
