"""The publication as a Dagster asset: the star, audited and visible to readers.

Belongs here: what the Dagster UI shows of publishing. Does not belong here: auditing or copying.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg
import duckdb
from pydantic import Field

from orchestration.automation.journal import Journal
from orchestration.automation.runs import POOL, writing
from orchestration.ingestion.database import tells_of_damage
from orchestration.ownership import OWNERS
from orchestration.publication.copying import SCHEMAS, NothingToPublishError
from orchestration.publication.publishing import AuditFailedError, PublishOutcome, publish, site_of
from orchestration.publication.store import PublicationStore
from orchestration.publication.tables import PublishedTable
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.site.building import FOLDER, LIST, SiteError
from orchestration.transformation.star import rebuild_star

KEY = dg.AssetKey(["serving", "warehouse"])
CHECK = "readers_can_open_it"

_logger = logging.getLogger(__name__)


class PublishConfig(dg.Config):
    """How to publish."""

    force: bool = Field(
        default=False, description="Publish even what readers see already, or what a rollback took back."
    )


def build_publication_asset(star: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the publication, made from those of the assets in `star` that are published."""
    published = sorted(key for key in star if key.path[0] in SCHEMAS)

    @dg.multi_asset(
        name="publication",
        specs=[
            dg.AssetSpec(
                KEY,
                deps=published,
                description=(
                    "Grain: one immutable, tested copy of the star and its lineage, switched atomically. Readers open "
                    "`serving/warehouse.duckdb` or, in a browser, `serving/current/site/index.html`; the last three "
                    "are kept, and `make rollback` goes back one."
                ),
                group_name="publication",
                kinds={"duckdb", "parquet", "html"},
                owners=OWNERS,
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=KEY, description="The file that readers open holds the tables it should.")
        ],
        pool=POOL,
    )
    def publication(
        context: dg.AssetExecutionContext,
        config: PublishConfig,
        settings: dg.ResourceParam[Settings],
        journal: dg.ResourceParam[Journal],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        """Publish the star if all of its tests passed, unless readers see the same already."""
        run_id = context.run.run_id
        with writing(settings, run_id=run_id, purpose="publishing"):
            try:
                outcome = None if config.force else _published_ahead(journal, run_id=run_id)
                outcome = outcome or _publish(settings, journal, run_id=run_id, force=config.force)
            except (AuditFailedError, NothingToPublishError) as error:
                raise dg.Failure(description=str(error), allow_retries=False) from error
            except SiteError as error:
                raise dg.Failure(
                    description=(
                        f"{error} Readers stay where they are. "
                        "`ENTENTE_SITE=no make warehouse` publishes without a site."
                    ),
                    allow_retries=False,
                ) from error
        journal.published = outcome
        current = outcome.publication
        store = PublicationStore(settings.serving)
        yield dg.MaterializeResult(
            asset_key=KEY,
            metadata={
                "is_new": outcome.is_new,
                "reason": outcome.reason,
                "file": dg.MetadataValue.path(store.database),
                "how_to_connect": dg.MetadataValue.path(PROJECT_ROOT / "docs" / "bi-tools.md"),
                **(
                    {
                        "publication_id": current.publication_id,
                        "published_at": dg.MetadataValue.timestamp(current.published_at),
                        "table_count": current.table_count,
                        "dagster/row_count": current.row_count,
                        "tables": dg.MetadataValue.md(_tables(outcome.tables)),
                        "bytes": _size(store),
                        **_site(store),
                    }
                    if current
                    else {}
                ),
            },
            data_version=dg.DataVersion(current.fingerprint[:16]) if current else None,
        )
        yield _check(store)

    return publication


def publish_ahead(context: dg.AssetExecutionContext, settings: Settings, journal: Journal) -> None:
    """Publish what was built and passed its tests before Dagster is told of its tables, if this run publishes at all.

    To tell Dagster of some hundred tables and checks takes longer than to publish a small change, and no reader waits
    for it. What goes wrong here is tried again, and told, by the step of the publication.
    """
    if KEY not in context.job_def.asset_layer.selected_asset_keys:
        return
    run_id = context.run.run_id
    try:
        with writing(settings, run_id=run_id, purpose="publishing"):
            journal.published_ahead = (run_id, _publish(settings, journal, run_id=run_id, force=False))
    except Exception as error:  # noqa: BLE001 - whatever it is, the step of the publication meets it again
        _logger.warning("Not published yet, and tried again: %s", error)


def _published_ahead(journal: Journal, *, run_id: str) -> PublishOutcome | None:
    """Return what this run has published already, if it has."""
    if journal.published_ahead is None or journal.published_ahead[0] != run_id:
        return None
    return journal.published_ahead[1]


def _publish(settings: Settings, journal: Journal, *, run_id: str, force: bool) -> PublishOutcome:
    """Publish; where the tables turn out to be damaged on the disk, build them anew from the archive first."""
    try:
        return publish(settings, run_id=run_id, force=force, site=site_of(settings))
    except duckdb.Error as error:
        if not tells_of_damage(str(error)):
            raise
        journal.built = rebuild_star(settings, str(error), run_id=run_id)
    return publish(settings, run_id=run_id, force=force, site=site_of(settings))


def _tables(tables: Iterable[PublishedTable]) -> str:
    lines = [f"| {table.schema}.{table.name} | {table.row_count:,} |" for table in tables]
    return "\n".join(["| table | rows |", "| --- | ---: |", *lines]) if lines else "as before"


def _site(store: PublicationStore) -> dict[str, Any]:
    """Say where the site is, if the publication has one, and what writing it took."""
    folder, current = store.current_folder(), store.current()
    if folder is None or current is None or not (folder / FOLDER / LIST).exists():
        return {}
    pages = store.record(current)["site"]
    return {
        "site": dg.MetadataValue.path(store.serving / "current" / FOLDER / "index.html"),
        "site_pages": pages["page_count"],
        "site_pages_written": pages["written"],
        "site_bytes": pages["byte_count"],
        "site_seconds": pages["seconds"],
    }


def _size(store: PublicationStore) -> int:
    folder = store.current_folder()
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder else 0


def _check(store: PublicationStore) -> dg.AssetCheckResult:
    current = store.current()
    if current is None:
        return dg.AssetCheckResult(asset_key=KEY, check_name=CHECK, passed=False, description="Nothing is published.")
    with duckdb.connect(str(store.database), read_only=True) as connection:
        row = connection.execute("select count(*) from duckdb_tables()").fetchone()
    found = row[0] if row else 0
    return dg.AssetCheckResult(
        asset_key=KEY,
        check_name=CHECK,
        passed=found == current.table_count,
        description=f"{found} of {current.table_count} tables of {current.publication_id} are there.",
    )
