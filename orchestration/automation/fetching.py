"""When the sources are asked: a job for each connector, and a schedule with the source's own cadence.

Belongs here: times. Does not belong here: what is fetched. The schedules are off until somebody turns them on: whether
this machine may ask others is for its owner to say. What they fetch is loaded by the sensor on `raw/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.automation.jobs import SOURCE_TAG
from orchestration.automation.runs import IN_PROGRESS
from orchestration.connectors.assets import CONNECTORS

CADENCES = {
    # a few minutes after the quarters of an hour, when GDELT has written its files
    "gdelt": ("5,20,35,50 * * * *", "every fifteen minutes"),
    "comtrade": ("30 2 * * *", "every day"),
    "baci": ("0 3 2 * *", "every month"),
    "desta": ("30 3 2 * *", "every month"),
    "state_visits": ("0 5 * * 1", "every Monday"),
    "state_travels": ("15 5 * * 1", "every Monday"),
}

SILENCES = {
    "gdelt": timedelta(hours=12),
    "comtrade": timedelta(days=60),
    "baci": timedelta(days=400),
    "desta": timedelta(days=500),
    "state_visits": timedelta(days=200),
    "state_travels": timedelta(days=200),
}
"""How long a source that is asked regularly may have nothing new before somebody should look: its own cadence, and
about half of that again."""


def build_fetch_jobs() -> Sequence[Any]:
    """Return one job for each connector; it fetches into `raw/`, and loads nothing."""
    return [
        dg.define_asset_job(
            job_of(name),
            selection=dg.AssetSelection.assets(asset),
            description=f"Fetch what {name} has that is not here into raw/; the sensor loads it.",
            executor_def=dg.in_process_executor,
            tags={SOURCE_TAG: name},
        )
        for name, asset in CONNECTORS.items()
    ]


def build_fetch_schedules() -> list[dg.ScheduleDefinition]:
    """Return one schedule for each connector, off by default."""
    return [_schedule(name, *CADENCES[name]) for name in CONNECTORS]


def job_of(name: str) -> str:
    """Return the job of a connector."""
    return f"fetch_{name}"


def schedule_of(name: str) -> str:
    """Return the schedule of a connector."""
    return f"{job_of(name)}_regularly"


def _schedule(name: str, cron: str, words: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=schedule_of(name),
        job_name=job_of(name),
        cron_schedule=cron,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=f"Asks {name} for what is new {words}. Off until it is turned on.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        unfinished = context.instance.get_runs(
            filters=dg.RunsFilter(job_name=job_of(name), statuses=list(IN_PROGRESS)), limit=1
        )
        if unfinished:
            # a long backfill goes on by itself: a queue behind it would only ask the same again
            return dg.SkipReason(f"Run {unfinished[0].run_id[:8]} is fetching {name}.")
        return dg.RunRequest(
            run_key=f"{context.scheduled_execution_time:%Y-%m-%dT%H:%M}", tags={"entente/reason": "schedule"}
        )

    return schedule
