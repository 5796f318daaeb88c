"""A process that does one of the real tasks and may be told to kill itself on the way.

    python -m tests.faults.victim ingest --die "before a commit" --call 2
    python -m tests.faults.victim warehouse --die "dbt writes" --call 100

Where things live comes from the environment, as for every process of the project. `begun` on the standard output says
that imports are done: a kill at a random moment is to hit work. Belongs here: running and dying. Does not belong
here: judging what is left.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration import cli, ingestion
from orchestration.publication import publishing, store
from orchestration.settings import Settings
from orchestration.transformation import builds, star
from orchestration.writer import writer_lock
from tests.faults.points import ALL, Point


def arm(point: Point, call: int) -> None:
    """Make the process kill itself at a point, the `call`-th time that it gets there."""
    module_name, _, path = point.target.partition(":")
    owner: Any = importlib.import_module(module_name)
    *owners, name = path.split(".")
    for step in owners:
        owner = getattr(owner, step)
    function: Callable[..., Any] = getattr(owner, name)
    calls = 0

    @functools.wraps(function)
    def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not point.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*arguments, **options)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, deadly)


def shift_clock(offset: timedelta) -> Callable[[], datetime]:
    """Let the project see another time, and return its clock."""
    seconds = time.time
    time.time = lambda: seconds() + offset.total_seconds()

    def now() -> datetime:
        return datetime.now(UTC) + offset

    def to_the_millisecond() -> datetime:
        at = now()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    publishing.utc_now = to_the_millisecond
    store.utc_now = to_the_millisecond
    return now


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one task; the exit code is that of a command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("ingest", "publish", "warehouse"))
    parser.add_argument("--die", choices=ALL, metavar="POINT")
    parser.add_argument("--call", type=int, default=1)
    parser.add_argument("--models", default="", help="what the version of the models is to be")
    parser.add_argument("--by-dbt", action="store_true", help="as in a project that only dbt can build")
    parser.add_argument("--clock-days", type=float, default=0.0)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    settings = Settings.from_environment()
    clock = shift_clock(timedelta(days=options.clock_days))
    if options.die:
        arm(ALL[options.die], options.call)
    if options.models:
        builds.project_fingerprint = lambda: options.models
    if options.by_dbt:
        star.prepare_plan = lambda **_: None
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    if options.task == "warehouse":
        return cli.main(["warehouse"])
    with writer_lock(settings, f"a victim that is to {options.task}"):
        if options.task == "ingest":
            ingestion.refresh(settings, clock=clock)
        else:
            publishing.publish(settings, run_id="a-victim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
