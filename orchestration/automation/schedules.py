"""The schedules: what happens whether or not anybody notices a change.

Belongs here: times, with their zone. Does not belong here: the work.
"""

from __future__ import annotations

import dagster as dg

from orchestration.automation.housekeeping import NAME
from orchestration.automation.jobs import REFRESH


def build_schedules() -> list[dg.ScheduleDefinition]:
    """Return the backstop of the sensor, which reads every byte again (a file may change and keep size and time), and
    the daily housekeeping.
    """

    @dg.schedule(
        name="daily_refresh",
        job_name=REFRESH,
        cron_schedule="0 4 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every day at 04:00 UTC: {REFRESH}, with every byte in raw/ read again.",
    )
    def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(
            # one run for each day, whether the tick is repeated or not
            run_key=f"{context.scheduled_execution_time:%Y-%m-%d}",
            run_config={"ops": {"landing": {"config": {"reread": True}}}},
            tags={"entente/reason": "daily"},
        )

    @dg.schedule(
        name="daily_housekeeping",
        job_name=NAME,
        cron_schedule="30 3 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every day at 03:30 UTC: remove history that is old; never a fact.",
    )
    def daily_housekeeping(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m-%d}", tags={"entente/reason": "daily"})

    return [daily_refresh, daily_housekeeping]
