"""Dagster's history of events in SQLite, written as one transaction where many events come at once.

Belongs here: how events reach the disk. Does not belong here: what is told. A run of this project plans and reports
some hundreds of tables and checks. Dagster's own storage opens, commits and closes a database, in part two, for each of
them, which costs a refresh of one file more time than all of its work. What a step says of one table after the other
waits for a moment here and is written together. `dagster.yaml` names this class in its place; the files are the same,
and either class reads what the other wrote.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from itertools import groupby
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
    from dagster._core.storage.event_log.base import AssetRecord
    from dagster._serdes import ConfigurableClassData

BUSY_TIMEOUT_SECONDS = 30
OPEN_DATABASES = 4
"""Dagster keeps one database for each run, and one for all; this many stay open."""

WAITING_SECONDS = 0.1
"""So long what a step says of its tables may wait for more of the same, before anybody else sees it."""

_PLANNED = {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}
_MAY_WAIT = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_OUTPUT,
}
_TOGETHER = _PLANNED | _MAY_WAIT


@contextmanager
def reading_ahead(instance: dg.DagsterInstance, asset_keys: Iterable[dg.AssetKey]) -> Iterator[None]:
    """While a step tells of these assets, read what is known of them together, where the history can."""
    storage = instance.event_log_storage
    with storage.reading_ahead(asset_keys) if isinstance(storage, EventLog) else nullcontext():
        yield


class EventLog(SqliteEventLogStorage):
    """SQLite storage that keeps the databases open which it used last, and writes a batch of events at once.

    What a step says of its tables and checks is such a batch, too: it waits until this process asks for anything that
    it may bear on, until another event comes (the end of the step, a failure, a message), or for `WAITING_SECONDS`. A
    process that is killed may leave as much untold; what it did is in the databases of the warehouse all the same.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        # a new history is filled while Dagster's part of it is made
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._batch: ExitStack | None = None
        self._in_batch: dict[str, sa.Connection] = {}
        self._waiting: list[EventLogEntry] = []
        self._there: set[tuple[str, str]] = set()
        self._asked_ahead: frozenset[dg.AssetKey] = frozenset()
        self._known: dict[dg.AssetKey, AssetRecord | None] = {}
        """Of these, what was read and not told anew since."""
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
        """Store one event, or have it wait for more of its kind."""
        with self._db_lock:
            if self._batch is not None:
                super().store_event(event)
            elif event.dagster_event_type not in _MAY_WAIT:
                self.store_event_batch([event])
            else:
                if not self._waiting:
                    timer = threading.Timer(WAITING_SECONDS, self._store_in_time)
                    timer.daemon = True
                    timer.start()
                self._waiting.append(event)
                self._forget([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events, and before them those that wait, in one transaction of each database."""
        with self._db_lock:
            self._forget(events)
            if self._batch is not None:
                super().store_event_batch(events)
                return
            self._store_waiting(*events)

    def get_asset_records(self, asset_keys: Sequence[dg.AssetKey] | None = None) -> Sequence[AssetRecord]:
        """Return what is known of assets; Dagster asks for each that another was made of, or that a check is of.

        What was said of other assets waits on.
        """
        with self._db_lock:
            if not asset_keys or not self._asked_ahead.issuperset(asset_keys):
                return self._read_asset_records(asset_keys)
            if not self._known.keys() >= set(asset_keys):
                unknown = [key for key in self._asked_ahead if key not in self._known]
                found = {record.asset_entry.asset_key: record for record in self._read_asset_records(unknown)}
                self._known |= {key: found.get(key) for key in unknown}
            return [record for key in asset_keys if (record := self._known[key]) is not None]

    def _read_asset_records(self, asset_keys: Sequence[dg.AssetKey] | None) -> Sequence[AssetRecord]:
        if asset_keys is None or any(event.get_dagster_event().asset_key in asset_keys for event in self._waiting):
            self._store_waiting()
        with self._as_one():
            return super().get_asset_records(asset_keys)

    @contextmanager
    def reading_ahead(self, asset_keys: Iterable[dg.AssetKey]) -> Iterator[None]:
        """Read what is known of these assets together, with the first that is asked for, and again once it is told.

        For the steps of one run, beside which nobody else tells of these assets.
        """
        self._asked_ahead = frozenset(asset_keys)
        try:
            yield
        finally:
            with self._db_lock:
                self._asked_ahead = frozenset()
                self._known.clear()

    def _forget(self, events: Iterable[EventLogEntry]) -> None:
        """Forget what was known of assets of which these events tell more; what a check comes to is not of these."""
        if self._known:
            for event in events:
                of_asset = event.dagster_event.asset_key if event.dagster_event is not None else None
                if of_asset is not None and event.dagster_event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                    self._known.pop(of_asset, None)

    def _store_in_time(self) -> None:
        """Store what has waited long enough; whoever comes next hears of what is wrong, since it waits on then."""
        with suppress(Exception):
            self._store_waiting()

    def _store_waiting(self, *more: EventLogEntry) -> None:
        """Store what waits, and more after it. What cannot be stored waits on; whoever brings more is told."""
        # a new history has a lock that cannot be taken twice, and nothing that waits
        if not self._waiting and not more:
            return
        with self._db_lock:
            events = [*self._waiting, *more]
            with self._as_one():
                for (run_id, together), some in groupby(
                    events, key=lambda event: (event.run_id, event.dagster_event_type in _TOGETHER)
                ):
                    if together:
                        self._store_together(run_id, list(some))
                    else:
                        super().store_event_batch(list(some))
            self._waiting.clear()
            self._tell_watchers({event.run_id for event in events})

    def _store_together(self, run_id: str, events: Sequence[EventLogEntry]) -> None:
        """Store what a run intends or says, with a statement for each table and not four for each event; as Dagster."""
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        # outputs of a step are of interest to nobody beside its run
        mirrored = [
            (event, row)
            for event, row in zip(events, rows, strict=True)
            if event.dagster_event_type is not dg.DagsterEventType.STEP_OUTPUT
        ]
        if not mirrored:
            return
        with self.index_connection() as connection:
            connection.execute(SqlEventLogStorageTable.insert(), [row for _, row in mirrored])
            # nobody else writes within the transaction
            last = connection.execute(sa.select(sa.func.max(SqlEventLogStorageTable.c.id))).scalar_one()
            numbered = [
                (event, row, number) for number, (event, row) in enumerate(mirrored, start=last - len(mirrored) + 1)
            ]
            self._store_assets(connection, numbered)
            plan = [
                _planned_check(event.get_dagster_event().event_specific_data, row, number)
                for event, row, number in numbered
                if event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
            ]
            if plan:
                connection.execute(AssetCheckExecutionsTable.insert(), plan)
            for event, _, number in numbered:
                if event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                    self.store_asset_check_event(event, number)

    def _store_assets(
        self, connection: sa.Connection, numbered: Sequence[tuple[EventLogEntry, Mapping[str, Any], int]]
    ) -> None:
        """Store what events say of their assets: the last of each, and its tags."""
        has_times = self._has_asset_key_index_cols_on_connection(connection)
        of_kind: dict[str | None, list[dict[str, Any]]] = {}
        for event, row, number in numbered:
            if values := self._get_asset_entry_values(event, number, has_times):
                of_kind.setdefault(row["dagster_event_type"], []).append({"asset_key": row["asset_key"], **values})
        for entries in of_kind.values():
            insert = sqlite_insert(AssetKeyTable)
            changed = {name: insert.excluded[name] for name in entries[0] if name != "asset_key"}
            connection.execute(insert.on_conflict_do_update(index_elements=["asset_key"], set_=changed), entries)
        made = [
            (event, number)
            for event, _, number in numbered
            if event.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION
        ]
        if made:
            self._store_asset_event_tags(connection, [event for event, _ in made], [number for _, number in made])

    def wipe(self) -> None:
        """Remove all."""
        self._waiting.clear()
        self._close()
        self._there.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close what is open."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            self._store_waiting()
            while self._engines:
                self._engines.popitem()[1].dispose()

    def _tell_watchers(self, run_ids: Iterable[str]) -> None:
        """Touch the database of a run: who watches it does not see what is in its write-ahead log."""
        for run_id in run_ids:
            with suppress(FileNotFoundError):
                os.utime(self.path_for_shard(run_id))

    @contextmanager
    def _as_one(self) -> Iterator[None]:
        """Have all that is read and written within in one transaction of each database."""
        if self._batch is not None:
            yield
            return
        try:
            with ExitStack() as self._batch:
                yield
        finally:
            self._batch = None
            self._in_batch.clear()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            if self._batch is None:
                self._store_waiting()
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
