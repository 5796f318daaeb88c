"""The jobs: all at once, one for each source, and publishing, going back, copying and tidying alone.

Belongs here: what runs together. Does not belong here: when. Jobs run in one process: a process per step would cost
seconds each, and DuckDB admits one writer anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.automation.housekeeping import build_housekeeping_job
from orchestration.connectors.assets import GROUP
from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion.assets import feed_key
from orchestration.publication import assets as publication
from orchestration.publication.rollback_job import build_rollback_job

REFRESH = "refresh_warehouse"
COPY = "copy_to_postgres"
SOURCE_TAG = "entente/source"


def build_jobs(
    *,
    landing: dg.AssetsDefinition,
    star: dg.AssetsDefinition,
    copy: dg.AssetsDefinition | None = None,
    registry: Mapping[str, Contract] = FEEDS,
) -> Sequence[Any]:
    """Return all jobs; the first is the one that does everything. Their type is not public in Dagster."""
    published = dg.AssetSelection.assets(publication.KEY, *(copy.keys if copy else ()))
    feeds = {feed_key(feed) for feed in registry}
    beside = dg.AssetSelection.assets(*(key for key in landing.keys if key not in feeds))
    # the star is always built whole: a part of it is not published
    downstream = dg.AssetSelection.assets(*star.keys) | published
    sources = [contract for contract in registry.values() if contract.source_document is not None]
    return [
        dg.define_asset_job(
            REFRESH,
            # loading does not wait for the network
            selection=dg.AssetSelection.all() - dg.AssetSelection.groups(GROUP),
            description="Load what is new in raw/, build and test the star, publish it. What `make warehouse` runs.",
            executor_def=dg.in_process_executor,
        ),
        *(
            dg.define_asset_job(
                f"refresh_{contract.feed}",
                selection=dg.AssetSelection.assets(feed_key(contract.feed)) | beside | downstream,
                description=f"Load what is new in raw/{contract.feed}/ alone, then build, test and publish the star.",
                executor_def=dg.in_process_executor,
                tags={SOURCE_TAG: contract.feed},
            )
            for contract in sources
        ),
        dg.define_asset_job(
            "publish",
            selection=published,
            description="Publish the star as it was built last, if its tests passed and readers do not see it already.",
            executor_def=dg.in_process_executor,
        ),
        build_rollback_job(),
        build_housekeeping_job(),
        *(
            [
                dg.define_asset_job(
                    COPY,
                    selection=dg.AssetSelection.assets(*copy.keys),
                    description="Copy what readers see now to PostgreSQL, for instance after a rollback.",
                    executor_def=dg.in_process_executor,
                )
            ]
            if copy
            else []
        ),
    ]
