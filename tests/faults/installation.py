"""An installation that is maltreated: its processes, what is in it, and what must be the same afterwards.

Belongs here: running victims and comparing. Does not belong here: which faults there are (`scenarios`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import FEEDS
from orchestration.publication.store import UNFINISHED, PublicationStore
from orchestration.settings import PROJECT_ROOT, Settings

PATIENCE_SECONDS = 1800.0
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    words: str

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Installation:
    """The folders of one installation."""

    root: Path

    @property
    def settings(self) -> Settings:
        return Settings(raw=self.root / "raw", home=self.root / "home", settle_seconds=0.0)

    @property
    def environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ENTENTE_", "DAGSTER_"))}
        return kept | {
            "ENTENTE_RAW": str(self.settings.raw),
            "ENTENTE_HOME": str(self.settings.home),
            "ENTENTE_SETTLE_SECONDS": "0",
            # a disk that is nearly full is to fill up meanwhile
            "ENTENTE_KEEP_FREE_MB": "0.000001",
            "DAGSTER_HOME": str(self.root / "dagster"),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "HOME": str(self.root),
        }

    def start(self, task: str, *options: str, **popen: Any) -> subprocess.Popen[str]:
        """Start a victim; it prints `begun` before it works."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim", task, *options],
            cwd=PROJECT_ROOT,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **popen,
        )

    def run(self, task: str, *options: str, **popen: Any) -> Ended:
        """Let a victim come to its end."""
        return ended(self.start(task, *options, **popen))

    def run_and_signal(self, task: str, number: int, *, after_seconds: float) -> Ended:
        """Send a signal a while after a victim began to work; it may have come to its end before."""
        process = self.start(task)
        assert process.stdout is not None
        while process.stdout.readline().strip() not in ("begun", ""):
            pass
        time.sleep(after_seconds)
        if process.poll() is None:
            os.killpg(process.pid, number)
        return ended(process)

    def loaded(self) -> Facts:
        """Return what ingestion must bring about whatever happened: all but times, and ids that are made of them."""
        settings = self.settings
        if not settings.warehouse.exists():
            return {}
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            facts: dict[str, Any] = {
                contract.table: con.execute(
                    f"from landing.{contract.table} select * exclude (_loaded_at, _delivery_id) order by all"
                ).fetchall()
                for contract in FEEDS.values()
                if contract.columns
            }
            facts["deliveries"] = con.execute(
                "select feed, dataset_key, status, reason, path, rows_read, rows_accepted, rows_rejected, file_count, "
                "byte_count, manifest from ops.deliveries order by all"
            ).fetchall()
            facts["files"] = con.table("ops.files").project("sha256, original_path, byte_count").order("all").fetchall()
            facts["rejected_rows"] = con.execute(
                "select * exclude (delivery_id) from ops.rejected_rows order by all"
            ).fetchall()
            facts["dates"] = con.execute("select * from reference.edtf order by all").fetchall()
            for table in ("notes", "extra_columns"):
                facts[table] = con.table(f"ops.{table}").project("* exclude (delivery_id)").order("all").fetchall()
        facts["archive"] = sorted(path.name for path in (settings.archive / "files").rglob("*") if path.is_file())
        facts["reports"] = sorted(path.relative_to(settings.raw).as_posix() for path in settings.raw.rglob("*report*"))
        return facts

    def leftovers(self) -> list[str]:
        """Return what killed processes left behind and nobody removed."""
        settings = self.settings
        patterns = (
            (settings.archive, "incoming/*"),
            (settings.archive, "**/*.part"),
            (settings.warehouse.parent, "tmp/*"),
            (settings.serving, f"publications/*{UNFINISHED}"),
        )
        return [str(path) for folder, pattern in patterns for path in folder.glob(pattern)]


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a process."""
    words, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return Ended(code=process.returncode, words=words)


class Watcher:
    """A reader that opens the published file without pause, and remembers every fault."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self.faults: list[str] = []
        self.answers = 0

    def look(self) -> None:
        """Open the file that readers open; every table that its list promises must be there, row for row."""
        try:
            with duckdb.connect(str(self._settings.serving / "warehouse.duckdb"), read_only=True) as con:
                promised = con.execute(
                    "select table_count, row_count from evidence.publications order by published_at desc limit 1"
                ).fetchone()
                tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                rows = sum(con.table(f'"{schema}"."{name}"').count("*").fetchall()[0][0] for schema, name in tables)
        except (duckdb.Error, OSError) as error:
            self.faults.append(str(error))
            return
        if promised != (len(tables), rows):
            self.faults.append(f"{promised} tables and rows are promised, {(len(tables), rows)} are there")
        self.answers += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look without pause until the block is left."""
        done = threading.Event()

        def look_on() -> None:
            while not done.is_set():
                self.look()
                time.sleep(0.01)

        thread = threading.Thread(target=look_on)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        self.look()


def published(settings: Settings) -> Mapping[str, list[tuple[Any, ...]]]:
    """Return every table that readers see, but for the list of publications."""
    with duckdb.connect(str(PublicationStore(settings.serving).database), read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where table_name <> 'publications' order by all"
        ).fetchall()
        return {
            f"{schema}.{name}": con.table(f'"{schema}"."{name}"').order("all").fetchall() for schema, name in tables
        }
