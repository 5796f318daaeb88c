"""What the Dagster code location holds: everything there is, explicitly.

Belongs here: putting assets, jobs, sensors, schedules and resources together. Does not belong here: any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.alerts.sensor import build_alert_sensor
from orchestration.alerts.webhook import Webhook
from orchestration.automation.fetching import build_fetch_jobs, build_fetch_schedules
from orchestration.automation.jobs import build_jobs
from orchestration.automation.journal import Journal
from orchestration.automation.schedules import build_schedules
from orchestration.automation.sensors import build_sensors
from orchestration.connectors.assets import CONNECTORS
from orchestration.connectors.options import Options
from orchestration.contracts import LANDING
from orchestration.ingestion.assets import build_landing_assets, feed_key
from orchestration.ownership import OWNERS
from orchestration.publication.assets import build_publication_asset
from orchestration.publication.postgres import PostgresTarget
from orchestration.publication.postgres_assets import build_postgres_asset
from orchestration.settings import Settings
from orchestration.transformation.assets import build_star_assets
from orchestration.transformation.project import read_manifest
from orchestration.transformation.specs import asset_key_of


def build_definitions(
    *,
    resources: Mapping[str, Any] | None = None,
    manifest: Mapping[str, Any] | None = None,
    postgres: PostgresTarget | None = None,
) -> dg.Definitions:
    """Return all definitions; `resources` replace those below, `manifest` dbt's own.

    The copy in PostgreSQL is there where `postgres` or the environment names a server.
    """
    manifest = manifest if manifest is not None else read_manifest()
    star = build_star_assets(manifest)
    landing = build_landing_assets(_written_beside_landing(manifest))
    postgres = postgres or PostgresTarget.from_environment()
    copy = build_postgres_asset(postgres) if postgres else None
    jobs = build_jobs(landing=landing, star=star, copy=copy)
    return dg.Definitions(
        assets=[
            *CONNECTORS.values(),
            landing,
            star,
            build_publication_asset(star.keys),
            *([copy] if copy else []),
        ],
        jobs=[*jobs, *build_fetch_jobs()],
        sensors=[*build_sensors(job_names=tuple(job.name for job in jobs)), build_alert_sensor()],
        schedules=[*build_schedules(), *build_fetch_schedules()],
        resources={
            name: dg.ResourceDefinition.hardcoded_resource(resource)
            for name, resource in {
                "settings": Settings.from_environment(),
                "journal": Journal(),
                "connectors": Options.from_environment(),
                "webhook": Webhook.from_environment(),
                **(resources or {}),
            }.items()
        },
        executor=dg.in_process_executor,
    )


def _written_beside_landing(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """The other sources that dbt reads: the ledger and the reference tables, which the ingestion writes too."""
    landed = {feed_key(feed) for feed in LANDING}
    sources = [(asset_key_of(source), source) for source in manifest["sources"].values()]
    return [
        dg.AssetSpec(
            key,
            description=source["description"],
            group_name={"ops": "ledger", "reference": "reference"}.get(source["schema"], source["schema"]),
            kinds={"duckdb"},
            owners=OWNERS,
        )
        for key, source in sources
        if key not in landed
    ]
