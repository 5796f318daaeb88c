"""The sensor `new_deliveries`: a file that appears in `raw/` is published seconds later.

Belongs here: when to ask for a refresh, and the words for not asking. Does not belong here: what is new; the ledger
knows that, and the cursor only nudges. A refresh too many is cheap; a change that nobody ever looks at is not.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Self

import dagster as dg

from orchestration.automation.jobs import REFRESH
from orchestration.automation.runs import IN_PROGRESS, fail_lost_runs
from orchestration.ingestion import Snapshot, scan
from orchestration.ingestion.discovery import named
from orchestration.settings import Settings

INTERVAL_SECONDS = 5
"""Dagster's daemon looks at its sensors every 5 s; less changes nothing."""

WATCH_SECONDS = 4.0
"""How long a tick goes on looking while nothing is new: at the next one, a file would have waited half a tick more."""

PAUSE_SECONDS = 0.25
SHARE_OF_LOOKING = 0.05
"""The most of its time that a tick looks: it pauses longer where `raw/` is large, and beyond that looks once."""

PATIENCE_SECONDS = 60.0
"""How long a file that keeps growing may hold up the others."""

NAMED = 3
"""Up to so many files that are not read are named in a tick."""


@dataclass(frozen=True)
class Cursor:
    """What the sensor remembers between ticks."""

    asked_for: str = ""
    """The state of `raw/` that the last requested refresh was for."""
    unsettled_since: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """Read a cursor; one that another version wrote counts as none: that costs one refresh."""
        try:
            return cls(**json.loads(text or "{}"))
        except (json.JSONDecodeError, TypeError):
            return cls()

    def text(self) -> str:
        """Return what `parse` reads."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Decision:
    """What one tick decides."""

    cursor: Cursor
    request: bool
    words: str


def decide(cursor: Cursor, snapshot: Snapshot, *, run_in_progress: str | None, now: float) -> Decision:
    """Decide whether to ask for a refresh of `raw/` as `snapshot` shows it.

    A change during a run is asked for after it: whether that run saw it cannot be known. The cursor moves only when a
    refresh is asked for, and a folder that returns to an old state is a change like any other.
    """
    if snapshot.cursor == cursor.asked_for:
        # no run is asked for what is not read, so that none would say why
        words = " ".join(
            f"{sentence}." for sentence in ("Nothing changed in raw/", *named(snapshot.ignored, most=NAMED))
        )
        return Decision(Cursor(cursor.asked_for), request=False, words=words)
    if run_in_progress is not None:
        words = f"raw/ changed; run {run_in_progress[:8]} is in progress, so it is looked at again when that has ended."
        return Decision(Cursor(cursor.asked_for, cursor.unsettled_since), request=False, words=words)
    if not snapshot.is_settled:
        since = now if cursor.unsettled_since is None else cursor.unsettled_since
        if now - since < PATIENCE_SECONDS:
            words = "A file in raw/ is still being written; it is looked at again at the next tick."
            return Decision(Cursor(cursor.asked_for, since), request=False, words=words)
        # what still grows waits by itself; the others have waited long enough
        return Decision(Cursor(snapshot.cursor, now), request=True, words="raw/ keeps changing.")
    return Decision(Cursor(snapshot.cursor), request=True, words="raw/ changed.")


def watch(settings: Settings, asked_for: str, *, seconds: float) -> Snapshot:
    """Look at `raw/` until it is not as `asked_for`, for so many seconds at most."""
    started = time.monotonic()
    while True:
        began = time.monotonic()
        snapshot = scan(settings)
        ended = time.monotonic()
        pause = max(PAUSE_SECONDS, (ended - began) / SHARE_OF_LOOKING)
        if snapshot.cursor != asked_for or ended + pause > started + seconds:
            return snapshot
        time.sleep(pause)


def build_sensors(
    *,
    job_names: tuple[str, ...],
    now: Callable[[], float] = time.time,
    watch_seconds: float = WATCH_SECONDS,
) -> list[dg.SensorDefinition]:
    """Return the sensor; `job_names` are the jobs whose runs it waits for."""

    @dg.sensor(
        name="new_deliveries",
        job_name=REFRESH,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Asks for a refresh when a file in raw/ appears, changes or goes, once it is written whole.",
    )
    def new_deliveries(context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]) -> dg.SensorResult:
        fail_lost_runs(settings, context.instance)
        cursor = Cursor.parse(context.cursor)
        snapshot = watch(settings, cursor.asked_for, seconds=watch_seconds)
        run_in_progress = _run_in_progress(context.instance, job_names)
        is_news = snapshot.cursor != cursor.asked_for and run_in_progress is None
        if is_news and not snapshot.is_settled and settings.settle_seconds < INTERVAL_SECONDS:
            # sooner than the next tick
            time.sleep(min(snapshot.settles_in, settings.settle_seconds))
            snapshot = scan(settings)
        decision = decide(cursor, snapshot, run_in_progress=run_in_progress, now=now())
        if not decision.request:
            return dg.SensorResult(skip_reason=decision.words, cursor=decision.cursor.text())
        # no run_key: it is remembered for ever, and raw/ may return to a state it once had
        return dg.SensorResult(
            run_requests=[dg.RunRequest(tags={"entente/reason": "new deliveries"})], cursor=decision.cursor.text()
        )

    return [new_deliveries]


def _run_in_progress(instance: dg.DagsterInstance, job_names: tuple[str, ...]) -> str | None:
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=list(IN_PROGRESS)))
    return next((run.run_id for run in runs if run.job_name in job_names), None)
