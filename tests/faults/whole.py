"""What is done to a whole installation: the real star, dbt, and Dagster's daemon and webserver.

Every scenario begins with a copy of one installation whose archive has files that are recorded and not loaded, so that
all copies speak of the same deliveries. It takes minutes; only the long form has these. Belongs here: the harm. Does
not belong here: counting (`campaign`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.automation.runs import IN_PROGRESS, POOL
from orchestration.publication.store import PublicationStore
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.builds import UPDATE, WHOLE
from orchestration.writer import holder, writer_lock
from tests.faults.installation import Installation, Watcher, ended
from tests.faults.points import BUILD, DBT
from tests.faults.scenarios import first_files, further_files

PATIENCE_SECONDS = 1200.0
TIMES = ("loaded_at", "load_seconds")
"""Columns that say when this database loaded something."""
Star = Mapping[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class WholeKit:
    """Where whole installations are made, and what readers of an unharmed one see."""

    folder: Path
    seen: Star

    @classmethod
    def prepare(cls, folder: Path) -> WholeKit:
        """Publish once, record further files without loading them, and publish a copy without any harm."""
        template = Installation(folder / "whole-template")
        first_files(template.settings.raw)
        _must_succeed(template.run("warehouse"))
        further_files(template.settings.raw)
        end = template.run("ingest", "--die", "all is recorded, nothing loaded")
        assert end.was_killed, end.words
        kit = cls(folder=folder, seen={})
        unharmed = kit.installation("whole-unharmed")
        _must_succeed(unharmed.run("warehouse"))
        assert methods_of(unharmed.settings) == [WHOLE, UPDATE]
        return cls(folder=folder, seen=star_of(unharmed.settings))

    def installation(self, name: str, *, anew: bool = False) -> Installation:
        """Return a copy with files to load and a star to bring up to date, or to build anew."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder / "whole-template", target, symlinks=True)
        copy = Installation(target)
        if anew:
            # nobody knows then what a table was built from
            with duckdb.connect(str(copy.settings.warehouse)) as con:
                con.execute("delete from ops.built_tables")
        return copy

    def differences(self, installation: Installation) -> list[str]:
        """Return the tables that are not what readers of the unharmed installation see."""
        found = star_of(installation.settings)
        return [name for name in self.seen.keys() | found.keys() if self.seen.get(name) != found.get(name)]


def star_of(settings: Settings) -> Star:
    """Return every table that readers see, but for the list of publications and the times of loading."""
    with duckdb.connect(str(PublicationStore(settings.serving).database), read_only=True) as con:
        columns = con.execute(
            """
            select schema_name, table_name, list(column_name order by column_index)
            from duckdb_columns() join duckdb_tables() using (schema_name, table_name)
            where table_name <> 'publications' group by all order by all
            """
        ).fetchall()
        return {
            f"{schema}.{name}": con.table(f'"{schema}"."{name}"')
            .project(", ".join(f'"{column}"' for column in names if column not in TIMES))
            .order("all")
            .fetchall()
            for schema, name, names in columns
        }


def methods_of(settings: Settings) -> list[str]:
    """Return how each build was made, in order."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        return [method for (method,) in con.execute("select method from ops.builds order by number").fetchall()]


def _must_succeed(end: Any) -> None:
    assert end.code == 0, end.words[-3000:]


# The build


def kill_the_build(kit: WholeKit, point: str, call: int) -> int:
    """Kill a whole refresh while it builds everything, or what changed, and refresh."""
    installation = kit.installation("build-killed", anew=point in BUILD or point in DBT)
    watcher = Watcher(installation.settings)
    how = ["--by-dbt"] if point in DBT else []
    with watcher.watching():
        end = installation.run("warehouse", "--die", point, "--call", str(call), *how)
        assert end.was_killed, end.words[-3000:]
        _must_succeed(installation.run("warehouse"))
    assert kit.differences(installation) == []
    assert watcher.faults == []
    assert installation.leftovers() == []
    return 1


def change_the_models(kit: WholeKit) -> int:
    """Refresh with models of another version: everything is built anew, and comes to the same."""
    installation = kit.installation("other-models")
    end = installation.run("warehouse", "--models", "another version")
    _must_succeed(end)
    assert methods_of(installation.settings)[-1] == WHOLE
    assert kit.differences(installation) == []
    return 0


def damage_what_the_build_reads(kit: WholeKit, seed: int) -> int:
    """Write noise into landing after everything is loaded, so that only the build comes upon it, and refresh."""
    installation = kit.installation("damaged-for-the-build", anew=True)
    _must_succeed(installation.run("ingest"))
    database = installation.settings.warehouse
    chance = random.Random(seed)  # noqa: S311
    with database.open("r+b") as file:
        for _ in range(8):
            file.seek(chance.randrange(12_288, database.stat().st_size - 4096))
            file.write(chance.randbytes(4096))
    end = installation.run("warehouse")
    _must_succeed(end)
    moved = list(database.parent.glob("warehouse.unreadable-*.duckdb"))
    assert moved, "nobody came upon the noise: " + end.words[-1000:]
    assert kit.differences(installation) == []
    return 0


# Dagster


@dataclass(frozen=True)
class Services:
    """`make dev` of one installation."""

    installation: Installation
    port: int
    process: subprocess.Popen[bytes]

    @property
    def processes(self) -> Mapping[int, str]:
        """Every living process of the installation, with its command line."""
        return processes_of(self.installation)

    def pid(self, words: str) -> int:
        """Return the process whose command line has some words in it."""
        return next(pid for pid, command in self.processes.items() if words in command)

    def cancel(self, run_id: str) -> None:
        """Cancel a run as the button in the UI does."""
        query = "mutation Cancel($runId: String!) { terminateRun(runId: $runId) { __typename } }"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=json.dumps({"query": query, "variables": {"runId": run_id}}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            told = json.load(answer)
        assert told["data"]["terminateRun"]["__typename"] == "TerminateRunSuccess", told


@contextmanager
def services(installation: Installation, *, end_by: int = signal.SIGTERM) -> Iterator[Services]:
    """Run `make dev`; afterwards no process of it may be left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (installation.root / f"dev-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dev"],
            cwd=PROJECT_ROOT,
            env={**installation.environment, "DAGSTER_PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Services(installation, port, process)
    try:
        yield running
        process.send_signal(end_by)
        process.wait(120)
    finally:
        if process.poll() is None:
            process.kill()


def processes_of(installation: Installation) -> dict[int, str]:
    """Return the living processes whose environment names an installation."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"ENTENTE_HOME={installation.settings.home}\0".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return {pid: command for pid, command in found.items() if command}


def _wait(condition: Callable[[], bool], words: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {words}"
        time.sleep(0.5)


def _is_building(installation: Installation) -> bool:
    by = holder(installation.settings)
    return by is not None and "building" in by.purpose


def _is_done(installation: Installation, before: str) -> bool:
    current = PublicationStore(installation.settings.serving).current()
    return current is not None and current.publication_id != before and not _runs_in_progress(installation)


def _current(installation: Installation) -> str:
    current = PublicationStore(installation.settings.serving).current()
    return current.publication_id if current else ""


@contextmanager
def _history(installation: Installation) -> Iterator[dg.DagsterInstance]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", installation.environment["DAGSTER_HOME"])
        with dg.DagsterInstance.get() as instance:
            yield instance


def _runs_in_progress(installation: Installation) -> list[str]:
    with _history(installation) as instance:
        runs = instance.get_runs(filters=dg.RunsFilter(statuses=list(IN_PROGRESS)))
        return [run.run_id for run in runs]


def _slots_taken(installation: Installation) -> int:
    with _history(installation) as instance:
        return int(instance.event_log_storage.get_concurrency_info(POOL).active_slot_count)


def _check(kit: WholeKit, installation: Installation) -> None:
    _wait(lambda: processes_of(installation) == {}, "no process is left", seconds=30)
    assert kit.differences(installation) == []
    assert _slots_taken(installation) == 0
    assert installation.leftovers() == []


def kill_a_service(kit: WholeKit, whom: str) -> int:
    """Kill the daemon, the webserver or the process of the run while it builds; start again what ended, and wait."""
    installation = kit.installation(f"killed-{whom}".replace(" ", "-"), anew=True)
    before = _current(installation)
    watcher = Watcher(installation.settings)
    with watcher.watching():
        with services(installation) as running:
            _wait(lambda: _is_building(installation), "a run builds")
            by = holder(installation.settings)
            assert by is not None
            os.kill(by.pid if whom == "run" else running.pid(_SERVICES[whom]), signal.SIGKILL)
            if whom == "run":
                _wait(lambda: _is_done(installation, before), "published by the run's retry")
            else:
                _wait(lambda: running.process.poll() is not None, "what is left ends", seconds=120)
        if whom != "run":
            _wait(lambda: processes_of(installation) == {}, "no process is left", seconds=30)
            with services(installation):
                _wait(lambda: _is_done(installation, before), "published after a restart")
    assert watcher.faults == []
    _check(kit, installation)
    return 1


_SERVICES = {"daemon": "dagster._daemon", "webserver": "dagster_webserver"}


def harm_while_a_run_waits(kit: WholeKit, whom: str) -> int:
    """Let a run of `make dev` wait for the writer, cancel it or kill a service, and end all: nothing stays behind."""
    installation = kit.installation(f"waiting-{whom}".replace(" ", "-"))
    died = leave_waiting(installation, whom)
    _must_succeed(installation.run("warehouse"))
    _check(kit, installation)
    return died


def leave_waiting(installation: Installation, whom: str) -> int:
    """Do the harm itself; no process and no slot may be left."""
    died = 0
    earlier = signs_of_life(installation)
    with writer_lock(installation.settings, "somebody slow"), services(installation) as running:
        _wait(lambda: bool(signs_of_life(installation) - earlier), "a run has begun")
        (run_id,) = signs_of_life(installation) - earlier
        if whom == "nobody":
            pass
        elif whom == "run, cancelled":
            running.cancel(run_id)
            _wait(lambda: _runs_in_progress(installation) == [], "the run is cancelled", seconds=300)
        else:
            os.kill(running.pid(_SERVICES[whom]), signal.SIGKILL)
            died = 1
            _wait(lambda: running.process.poll() is not None, "what is left ends", seconds=120)
    _wait(lambda: processes_of(installation) == {}, "no process is left", seconds=60)
    assert _slots_taken(installation) == 0
    return died


def signs_of_life(installation: Installation) -> set[str]:
    """Return the ids of the runs whose process says, or said, that it works."""
    return {path.stem for path in (installation.settings.warehouse.parent / "runs").glob("*.lock")}


def two_daemons(kit: WholeKit) -> int:
    """Let two `make dev` serve one installation: both notice the files, each is loaded once."""
    installation = kit.installation("two-daemons")
    before = _current(installation)
    with ExitStack() as both:
        for _ in range(2):
            both.enter_context(services(installation))
        _wait(lambda: _is_done(installation, before), "published")
    _check(kit, installation)
    return 0


def by_hand_beside_the_daemon(kit: WholeKit) -> int:
    """Start `make warehouse` while a run of `make dev` builds: it waits, and says for whom."""
    installation = kit.installation("by-hand", anew=True)
    before = _current(installation)
    with services(installation, end_by=signal.SIGINT):
        _wait(lambda: _is_building(installation), "a run builds")
        end = ended(installation.start("warehouse"))
        _must_succeed(end)
        assert "Waiting for run" in end.words
        _wait(lambda: _is_done(installation, before), "published")
    _check(kit, installation)
    return 0


def cancel_a_run(kit: WholeKit) -> int:
    """Cancel the run in the UI while it builds: it ends, its slot is free, and the next refresh does the work."""
    installation = kit.installation("run-cancelled", anew=True)
    with services(installation) as running:
        _wait(lambda: _is_building(installation), "a run builds")
        (run_id,) = _runs_in_progress(installation)
        running.cancel(run_id)
        _wait(lambda: _runs_in_progress(installation) == [], "the run is cancelled", seconds=300)
        _wait(lambda: _slots_taken(installation) == 0, "its slot is free", seconds=120)
    _must_succeed(installation.run("warehouse"))
    _check(kit, installation)
    return 0


def end_while_a_run_works(kit: WholeKit, number: int) -> int:
    """End `make dev` by a signal while a run builds: nothing stays behind, and the next refresh does the work."""
    installation = kit.installation("ended", anew=True)
    with services(installation, end_by=number):
        _wait(lambda: _is_building(installation), "a run builds")
    _wait(lambda: processes_of(installation) == {}, "no process is left", seconds=30)
    _must_succeed(installation.run("warehouse"))
    _check(kit, installation)
    return 0
