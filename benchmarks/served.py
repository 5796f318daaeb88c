"""What `make dev` costs while nothing happens, and how long a file takes from its landing until readers see it.

Belongs here: the services at their default settings, and where the seconds of a run go, as Dagster's history tells it.
Does not belong here: work without services.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.made_files import write_memberships
from benchmarks.work import Row, Size, cli, cost_of_family, environment, settings_in
from orchestration.publication.store import PublicationStore
from orchestration.settings import PROJECT_ROOT, Settings

_PORT = "3917"
STAGES = {
    "the file is seen, has settled, and a run is asked for": "enqueued",
    "the run waits in the queue": "launched",
    "a process is forked, and the run begins": "landing",
    "the file is archived and loaded, and Dagster told": "loaded",
    "what changed is built, tested and published, and readers see it": "seen",
}
"""What happens from the moment on at which a file is dropped, and the moment at which it is over."""


def dev(scratch: Path, _: Size) -> Iterator[Row]:
    """From a file landing to its row in the published file, under `make dev` at its default settings."""
    settings = settings_in(scratch)
    shutil.copytree(PROJECT_ROOT / "raw", settings.raw, ignore=shutil.ignore_patterns("*report.txt"))
    cli(settings, "warehouse")
    with (scratch / "dev.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dev"],
            cwd=PROJECT_ROOT,
            env={**environment(settings), "DAGSTER_PORT": _PORT},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        store = PublicationStore(settings.serving)
        write_memberships(settings.raw / "memberships", files=1, rows=1, first=900)
        _wait_for_another(store, seconds=300)  # everything has started
        time.sleep(15)
        idle = cost_of_family(process.pid)
        time.sleep(20)
        yield Row(
            work="`make dev`, idle",
            against="–",
            measured=(cost_of_family(process.pid)[0] - idle[0]) / 20 * 100,
            unit="% of a core",
            note=f"{idle[1]:,.0f} MB in {idle[2]} processes",
        )
        path = settings.raw / "dossiers" / "2024-09-pakistan-russia.yaml"
        text = path.read_text()
        feeds: list[Callable[[], object]] = [
            partial(write_memberships, settings.raw / "memberships", files=1, rows=20, first=number)
            for number in range(5)
        ]
        dossiers: list[Callable[[], object]] = [
            partial(path.write_text, text.replace("Islamabad", town)) for town in ("Lahore", "Karachi", "Quetta")
        ]
        for what, drops, reach in (("one feed", feeds, 15.0), ("a dossier", dossiers, 25.0)):
            runs = [_publish(settings, store, drop) for drop in drops]
            yield from _rows(what, runs, reach=reach)
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=60)


def _publish(settings: Settings, store: PublicationStore, drop: Callable[[], object]) -> Mapping[str, float]:
    """Drop a file, wait until readers see a publication, and return the seconds from the drop to each moment."""
    time.sleep(3)
    started = time.time()
    drop()
    _wait_for_another(store, seconds=300)
    seen = time.time()
    moments = {"dropped": started, **_moments(settings, since=started), "seen": seen}
    return {name: moment - started for name, moment in moments.items()}


def _moments(settings: Settings, *, since: float) -> Mapping[str, float]:
    """Return when the run that began since then came to what, as seconds since 1970."""
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _EVENTS, str(since)],
        cwd=PROJECT_ROOT,
        env={**environment(settings), "DAGSTER_HOME": str(settings.dagster_home)},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = {}
    for event, step, moment in json.loads(answer.stdout.splitlines()[-1]):
        if name := _NAMES.get((event, step)):
            found.setdefault(name, moment)
    return found


_EVENTS = """
import json, sys
import dagster as dg
with dg.DagsterInstance.get() as instance:
    since = float(sys.argv[1])
    records = [one for one in instance.get_run_records(limit=9) if one.create_timestamp.timestamp() > since]
    entries = [entry for one in records[-1:] for entry in instance.all_logs(one.dagster_run.run_id)]
    events = [(entry.dagster_event, entry.timestamp) for entry in entries if entry.dagster_event is not None]
    print(json.dumps([(event.event_type_value, event.step_key, moment) for event, moment in events]))
"""

_NAMES = {
    ("PIPELINE_ENQUEUED", None): "enqueued",
    ("PIPELINE_STARTING", None): "launched",
    ("STEP_START", "landing"): "landing",
    ("STEP_SUCCESS", "landing"): "loaded",
}
"""Dagster's events, and the steps that they are of."""


def _rows(what: str, runs: Sequence[Mapping[str, float]], *, reach: float) -> Iterator[Row]:
    times = sorted(run["seen"] for run in runs)
    yield Row(
        work=f"from a file landing to its publication, {what}",
        against="–",
        measured=statistics.median(times),
        unit="s",
        reach=reach,
        note=f"of {len(times)}: {', '.join(f'{one:.1f}' for one in times)}",
    )
    for before, (stage, moment) in zip(("dropped", *STAGES.values()), STAGES.items(), strict=False):
        seconds = statistics.median(run[moment] - run[before] for run in runs)
        yield Row(work=f"of it, {what}: {stage}", against="–", measured=seconds, unit="s")


def _wait_for_another(store: PublicationStore, *, seconds: float) -> None:
    before, started = store.current_folder(), time.monotonic()
    while store.current_folder() == before:
        if time.monotonic() - started > seconds:
            raise TimeoutError("nothing was published")
        time.sleep(0.1)
