"""Dagster's history of events in SQLite, written as one transaction where many events come at once.

Belongs here: how events reach the disk. Does not belong here: what is told. A run of this project plans and reports
some hundreds of tables and checks. Dagster's own storage opens, commits and closes a database, in part two, for each of
them, which costs a refresh of one file more time than all of its work. `dagster.yaml` names this class in its place;
the files are the same, and either class reads what the other wrote.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import dagster as dg
import sqlalchemy as sa

# Dagster offers its storages under no other name; `dagster.yaml` has to call them by this one too
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy.pool import StaticPool

from orchestration.settings import Settings

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry
    from dagster._serdes import ConfigurableClassData

BUSY_TIMEOUT_SECONDS = 30
OPEN_DATABASES = 4
"""Dagster keeps one database for each run, and one for all; this many stay open."""


class EventLog(SqliteEventLogStorage):
    """SQLite storage that keeps the databases open which it used last, and writes a batch of events at once."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        # a new history is filled while Dagster's part of it is made
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._batch: ExitStack | None = None
        self._in_batch: dict[str, sa.Connection] = {}
        self._tables: set[str] = set()
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
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event(self, event: EventLogEntry) -> None:
        """Store one event."""
        super().store_event(event)
        if self._batch is None:
            self._tell_watchers({event.run_id})

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events in one transaction of each database."""
        with self._db_lock:
            if self._batch is not None:
                super().store_event_batch(events)
                return
            try:
                with ExitStack() as self._batch:
                    super().store_event_batch(events)
            finally:
                self._batch = None
                self._in_batch.clear()
            self._tell_watchers({event.run_id for event in events})

    def wipe(self) -> None:
        """Remove all."""
        self._close()
        self._tables.clear()
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
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine
        while len(self._engines) > OPEN_DATABASES:
            oldest = next(one for one in self._engines if one not in self._in_batch)
            self._engines.pop(oldest).dispose()
        return engine
