"""Runs and the processes behind them: who is at work, and which runs lost their process.

Belongs here: telling a run that works from one that was killed. Does not belong here: the writer's lock, which the
system frees by itself. Dagster's own monitoring cannot see that the process of a local run is gone, and a run that
seems to be in progress for ever would keep all later ones in the queue.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import filelock

from orchestration.settings import Settings
from orchestration.writer import writer_lock

POOL = "warehouse_writer"
"""The pool of everything that opens the writer's database; `dagster.yaml` limits it to one run."""

IN_PROGRESS = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)

_logger = logging.getLogger(__name__)
_alive: dict[str, filelock.BaseFileLock] = {}


@contextmanager
def writing(settings: Settings, *, run_id: str, purpose: str) -> Iterator[None]:
    """Hold the writer's lock for one step of a run, and show that the run's process is alive.

    A step that was interrupted ends as interrupted, whatever the library at work made of it: Dagster then tries the run
    again, or takes it for cancelled where somebody asked for that.
    """
    show_alive(settings, run_id=run_id)
    with writer_lock(settings, f"run {run_id[:8]}: {purpose}", log=_logger.info):
        try:
            yield
        except Exception as error:
            if (interruption := interruption_behind(error)) is not None:
                # not "from error", which came of it: a circle of causes
                raise interruption from None
            raise


def interruption_behind(error: BaseException) -> BaseException | None:
    """Return the interruption from which an error came; DuckDB says `Query interrupted` as an error like others."""
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        if not isinstance(behind, Exception | GeneratorExit):
            return behind
        seen.add(id(behind))
        behind = behind.__cause__ or behind.__context__
    return None


def show_alive(settings: Settings, *, run_id: str) -> None:
    """Hold a lock called after the run until this process ends or takes up another run."""
    if run_id in _alive:
        return
    for lock in _alive.values():
        lock.release()
    _alive.clear()
    path = _signs_of_life(settings) / f"{run_id}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path)
    lock.acquire()
    _alive[run_id] = lock


def fail_lost_runs(settings: Settings, instance: dg.DagsterInstance) -> tuple[str, ...]:
    """Mark runs as failed whose process is gone, and return their ids; Dagster may then try them again."""
    lost = []
    for path in _signs_of_life(settings).glob("*.lock"):
        run_id = path.stem
        if run_id in _alive or _is_held(path):
            continue
        run = instance.get_run_by_id(run_id)
        if run is not None and run.status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING):
            report_lost(instance, run)
            lost.append(run_id)
        path.unlink(missing_ok=True)
    return tuple(lost)


def report_lost(instance: dg.DagsterInstance, run: dg.DagsterRun, *, exit_code: int | None = None) -> None:
    """Mark a run as failed whose process is gone; `exit_code` is that of the process, where it is known.

    Dagster tries it again, as any run that failed and of which no step did.
    """
    how = "it was killed, or the machine stopped"
    if exit_code is not None:
        how = f"killed by {signal.Signals(-exit_code).name}" if exit_code < 0 else f"it ended with code {exit_code}"
    instance.report_run_failed(run, message=f"The process of this run is gone: {how}.")


def _signs_of_life(settings: Settings) -> Path:
    return settings.warehouse.parent / "runs"


def _is_held(path: Path) -> bool:
    lock = filelock.FileLock(path)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return True
    lock.release()
    return False
