"""The sensor `alerts`: looks every half minute at what stands wrong, and tells a person what is new.

Belongs here: when to look, and what is watched. Does not belong here: the looking. A run-failure sensor of Dagster
would tell every failure of every run once more, would not see runs of the command line, and begins with the failures
after its own first tick; this one looks at what stands.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg

from orchestration import logs
from orchestration.alerts.book import look, read
from orchestration.alerts.problems import Watched, problems
from orchestration.alerts.webhook import Webhook
from orchestration.automation.fetching import SILENCES, schedule_of
from orchestration.automation.jobs import REFRESH
from orchestration.automation.runs import fail_lost_runs
from orchestration.connectors.assets import CONNECTORS, FAILS_AFTER
from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion.assets import LOOKED_AT_DAILY, feed_key
from orchestration.settings import Settings

NAME = "alerts"
INTERVAL_SECONDS = 30

_logger = logging.getLogger(__name__)


def watched_assets(registry: Mapping[str, Contract] = FEEDS) -> Sequence[Watched]:
    """Return what is watched: every feed's landing, and what every connector fetches."""
    return [
        *(Watched(key=feed_key(feed), fails_after=LOOKED_AT_DAILY.fail_window.to_timedelta()) for feed in registry),
        *(
            Watched(
                key=asset.key,
                fails_after=FAILS_AFTER[name],
                schedule=schedule_of(name),
                landing=feed_key(asset.key.path[-1]),
                silent_after=SILENCES[name],
            )
            for name, asset in CONNECTORS.items()
        ),
    ]


def build_alert_sensor(*, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> dg.SensorDefinition:
    """Return the sensor; it starts no run."""
    watched = watched_assets()

    @dg.sensor(
        name=NAME,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells a person what stands wrong, once: failed runs, stale feeds, too much quarantine, deliveries "
        "that wait, a full disk. To the log, and to ENTENTE_ALERT_WEBHOOK; docs/runbook.md.",
    )
    def alerts(
        context: dg.SensorEvaluationContext,
        settings: dg.ResourceParam[Settings],
        webhook: dg.ResourceParam[Webhook],
    ) -> dg.SkipReason:
        fail_lost_runs(settings, context.instance)
        moment = now()
        found = problems(settings, context.instance, watched=watched, everything=REFRESH, now=moment)
        told = look(settings, found, now=moment, tell=webhook.tell)
        for line in told:
            context.log.error(line)
            logs.note(settings, _logger.name, line)
        standing = read(settings).standing
        if not standing:
            return dg.SkipReason("Nothing stands wrong.")
        return dg.SkipReason(f"{len(standing)} stand wrong: " + "; ".join(entry.words for entry in standing)[:2000])

    return alerts
