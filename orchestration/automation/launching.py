"""How the process of a run starts under the daemon: as a fork of one that has imported everything a run needs.

Belongs here: starting such a process, ending it where somebody cancels its run, and telling when it is gone. Does not
belong here: what a run does. To import Dagster, DuckDB and the definitions takes a new process seconds, as long as a
small refresh works. `dagster.yaml` names this class in the place of Dagster's launcher, which has the code server start
a process that imports everything, and goes on to do so wherever a fork would not be the same.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import dagster as dg

# launchers of Dagster's own packages have these by the same names: there are no others
from dagster._core.launcher import DefaultRunLauncher
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import serialize_value

from orchestration.automation.runs import report_lost
from orchestration.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

    from dagster._core.launcher import LaunchRunContext
    from dagster._core.origin import JobPythonOrigin
    from dagster._serdes import ConfigurableClassData

DEFINITIONS = "orchestration.definitions"
PRELOADED = "orchestration.automation.preloaded"
"""The module that the process which is forked imports."""
SOURCES = ("orchestration", "dbt_project", "pyproject.toml", "uv.lock", "dagster.yaml", "workspace.yaml")
"""What below the project decides what a run does."""
NOT_SOURCES = frozenset({"__pycache__", "target", "logs"})
"""Folders among these that nobody writes by hand."""
LOOKING_SECONDS = 1.0
"""How often a run is asked for whether somebody cancelled it."""

Sources = frozenset[tuple[str, int, int]]

_logger = logging.getLogger(__name__)


class Forks:
    """The one process of this one that others are forked from: it begins with the first, and ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources: Sources | None = None
        self._context: ForkServerContext | None = None
        if "forkserver" in multiprocessing.get_all_start_methods():
            self._context = multiprocessing.get_context("forkserver")

    def start(self, arguments: str, *, run_id: str) -> ForkServerProcess | None:
        """Return a process that does a run; None where it has to be started anew, and import its code."""
        with self._lock:
            if self._context is None:
                return None
            sources = sources_now()
            if self._sources is None:
                self._sources = sources
                self._context.set_forkserver_preload([PRELOADED])
            elif sources != self._sources:
                _logger.info("The code of the project changed: this run imports it, as do those after it.")
                return None
            process = self._context.Process(target=execute, args=(arguments,), name=f"run {run_id}")
            try:
                process.start()
            except (OSError, EOFError) as error:
                _logger.warning("No process can be forked for runs (%r): each is started anew.", error)
                self._context = None
                return None
            return process


_forks = Forks()


class RunLauncher(DefaultRunLauncher):
    """Forks the process of a run, where its code is what this process began with; else Dagster's own launcher does."""

    def __init__(self, inst_data: ConfigurableClassData | None = None):
        super().__init__(inst_data)
        self._processes: dict[str, ForkServerProcess] = {}
        """Of runs that nobody interrupted."""

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the process of a run; the first one waits until everything is imported."""
        run = context.dagster_run
        origin = run.job_code_origin
        process = None
        if origin is not None and _is_of_here(origin):
            arguments = serialize_value(ExecuteRunArgs(origin, run.run_id, self._instance.get_ref()))
            process = _forks.start(arguments, run_id=run.run_id)
        if process is None:
            super().launch_run(context)
            return
        self._run_ids.add(run.run_id)
        self._processes[run.run_id] = process
        threading.Thread(target=self._watch, args=(run.run_id, process), daemon=True).start()

    def terminate(self, run_id: str) -> bool:
        """Interrupt the process of a run, from any process: the one that started it sees that its run is cancelled."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or GRPC_INFO_TAG in run.tags:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        self._instance.report_run_canceling(run)
        self._interrupt(run_id)
        return True

    def _watch(self, run_id: str, process: ForkServerProcess) -> None:
        """Wait for the end of a process; interrupt it where its run is cancelled, and tell where it was lost."""
        while process.is_alive():
            process.join(LOOKING_SECONDS)
            if self._is_cancelled(run_id):
                self._interrupt(run_id)
        self._processes.pop(run_id, None)
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        if run.status is dg.DagsterRunStatus.CANCELING:
            self._instance.report_run_canceled(run)
        else:
            report_lost(self._instance, run, exit_code=process.exitcode)

    def _interrupt(self, run_id: str) -> None:
        """Interrupt the process of a run, if this process started it, and once: a second time would cut its end off."""
        process = self._processes.pop(run_id, None)
        if process is not None and process.is_alive():
            os.kill(cast("int", process.pid), signal.SIGINT)

    def _is_cancelled(self, run_id: str) -> bool:
        run = self._instance.get_run_by_id(run_id)
        return run is not None and run.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)


def execute(arguments: str) -> None:
    """Do a run in this process, as `dagster api execute_run` does."""
    from dagster._cli.api import execute_run_command

    execute_run_command.main([arguments], standalone_mode=False)


def sources_now() -> Sources:
    """Return the path, time of change and size of every file that decides what a run does."""
    found = set()
    for part in SOURCES:
        place = PROJECT_ROOT / part
        for path in _below(place) if place.is_dir() else [place] * place.exists():
            stat = path.stat()
            found.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)


def _below(folder: Path) -> list[Path]:
    found = []
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(path, name) for name in files]
    return found


def _is_of_here(origin: JobPythonOrigin) -> bool:
    """Whether a run is of the definitions that are imported already, under the Python of this process."""
    repository = origin.repository_origin
    return (
        getattr(repository.code_pointer, "module", None) == DEFINITIONS
        and repository.executable_path == sys.executable
        and repository.container_image is None
    )
