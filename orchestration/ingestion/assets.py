"""The landing of every feed as Dagster assets, loaded in one step, with checks in words.

Belongs here: what the Dagster UI shows of ingestion. Does not belong here: finding, reading or loading.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb
from pydantic import Field

from orchestration.alerts import problems
from orchestration.automation.history import reading_ahead
from orchestration.automation.journal import Journal
from orchestration.automation.runs import POOL, writing
from orchestration.connectors.assets import FETCHED_FEEDS, raw_key
from orchestration.contracts import FEEDS, LANDING, Contract
from orchestration.ingestion import refresh
from orchestration.ingestion.landing import rows_of
from orchestration.ingestion.outcome import DeliveryOutcome, OutcomeStatus
from orchestration.ingestion.standing import MOST_NAMED, Standing, archive_size, standing
from orchestration.ownership import OWNERS
from orchestration.previews import harmless, markdown
from orchestration.settings import Settings
from orchestration.sql_text import literal, quoted

DOSSIERS = "dossiers"
LEDGER = dg.AssetKey(["ops", "deliveries"])
ADDS_UP = "rows_add_up"
SET_ASIDE = "nothing_is_set_aside"
QUARANTINE = "quarantine_is_small"
PREVIEWED_ROWS = 20

LOOKED_AT_DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50), warn_window=timedelta(hours=26))
"""Every refresh looks at every feed, and there is one each day: a feed that nobody looked at for two is forgotten."""


_logger = logging.getLogger(__name__)


class IngestConfig(dg.Config):
    """How to look at `raw/`."""

    reread: bool = Field(
        default=False, description="Read the bytes of every file again, rather than trust size, time and inode."
    )


def feed_key(feed: str) -> dg.AssetKey:
    """Return the asset of a feed's landing."""
    return dg.AssetKey(["landing", feed])


def build_landing_assets(
    beside: Sequence[dg.AssetSpec], *, registry: Mapping[str, Contract] = FEEDS
) -> dg.AssetsDefinition:
    """Return one asset per feed, and `beside` them what the same step writes: ledger and reference tables.

    One step, since deliveries of several feeds share a commit, and a dossier lands in many feeds at once.
    """
    specs = [_feed_spec(contract) for contract in registry.values()]
    checks = [
        *(check for contract in registry.values() for check in _checks_of(contract)),
        dg.AssetCheckSpec(
            ADDS_UP,
            asset=LEDGER,
            blocking=True,
            description="Of every delivery: rows read = rows accepted + rows in quarantine. Otherwise rows were lost.",
        ),
    ]

    @dg.multi_asset(name="landing", specs=[*specs, *beside], check_specs=checks, can_subset=True, pool=POOL)
    def landing(
        context: dg.AssetExecutionContext,
        config: IngestConfig,
        settings: dg.ResourceParam[Settings],
        journal: dg.ResourceParam[Journal],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        """Archive, read and load what is new in `raw/`; what breaks its contract goes to quarantine."""
        selected = context.selected_asset_keys
        # dossiers first: Dagster wants what others depend on before them
        feeds = sorted((feed for feed in registry if feed_key(feed) in selected), key=lambda feed: feed != DOSSIERS)
        checked = context.selected_asset_check_keys
        with writing(settings, run_id=context.run.run_id, purpose="loading new files"):
            deliveries: tuple[DeliveryOutcome, ...] = ()
            if selected:  # else somebody asks for checks alone
                journal.ingested = refresh(
                    settings,
                    feeds=None if len(feeds) == len(registry) else feeds,
                    reread=config.reread,
                    log=_logger.info,
                )
                deliveries = journal.ingested.deliveries
            # told inside the lock: what the results say is what this run left
            with duckdb.connect(str(settings.warehouse)) as connection:
                stands = standing(connection, raw=settings.raw)
                aside = _set_aside(connection)
                told: list[dg.MaterializeResult[Any] | dg.AssetCheckResult] = [
                    _tell_feed(
                        connection,
                        registry[feed],
                        [found for found in deliveries if found.feed == feed],
                        stands.get(feed, Standing()),
                        aside.get(feed, _NOTHING),
                    )
                    for feed in feeds
                ]
                told += [_tell_table(connection, spec.key, settings) for spec in beside if spec.key in selected]
                for feed, contract in registry.items():
                    key = feed_key(feed)
                    if dg.AssetCheckKey(key, SET_ASIDE) in checked:
                        told.append(_tell_what_is_set_aside(feed, aside.get(feed, _NOTHING)))
                    if dg.AssetCheckKey(key, QUARANTINE) in checked:
                        told.append(_tell_how_much_is_in_quarantine(contract, stands.get(feed, Standing())))
                if dg.AssetCheckKey(LEDGER, ADDS_UP) in checked:
                    told.append(_tell_whether_it_adds_up(connection))
        with reading_ahead(context.instance, selected):
            yield from told

    return landing


@dataclass(frozen=True, kw_only=True)
class _SetAside:
    """What is set aside of a feed: rows in quarantine, the first of them as Markdown, and deliveries in words."""

    rows: int = 0
    preview: str = ""
    deliveries: tuple[str, ...] = ()


_NOTHING = _SetAside()


def _feed_spec(contract: Contract) -> dg.AssetSpec:
    is_table = contract.feed in LANDING
    return dg.AssetSpec(
        feed_key(contract.feed),
        # what a dossier holds lands in the tables of the native feeds
        deps=[
            *([feed_key(DOSSIERS)] if is_table and contract.source_document is None else []),
            *([raw_key(contract.feed)] if contract.feed in FETCHED_FEEDS else []),
        ],
        description=f"{contract.grain[0].upper()}{contract.grain[1:]}. Files: `raw/{contract.feed}/` "
        f"({', '.join(contract.file_patterns)}); how to write one: docs/feeds.md.",
        group_name=f"landing_{contract.subject}",
        kinds={"duckdb", "yaml" if not is_table else "xml" if "*.xml" in contract.file_patterns else "csv"},
        owners=OWNERS,
        freshness_policy=LOOKED_AT_DAILY,
        metadata={"mode": contract.mode.value, "key": ", ".join(contract.key)},
    )


def _checks_of(contract: Contract) -> tuple[dg.AssetCheckSpec, dg.AssetCheckSpec]:
    return (
        dg.AssetCheckSpec(
            SET_ASIDE,
            asset=feed_key(contract.feed),
            description=(
                "No row of this feed is in quarantine, and no delivery was refused or waits for a person. "
                "The report beside the file says what is wrong, and how to mend it."
            ),
        ),
        dg.AssetCheckSpec(
            QUARANTINE,
            asset=feed_key(contract.feed),
            description=(
                f"Of the rows that arrived last, no more than {contract.tolerated_rows:,} or "
                f"{contract.tolerated_share:.0%} are in quarantine. Beyond that a person is told; docs/runbook.md."
            ),
        ),
    )


def _tell_feed(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    deliveries: Sequence[DeliveryOutcome],
    stands: Standing,
    aside: _SetAside,
) -> dg.MaterializeResult[Any]:
    new = [delivery for delivery in deliveries if delivery.status is OutcomeStatus.NEW]
    return dg.MaterializeResult(
        asset_key=feed_key(contract.feed),
        metadata={
            **_counted(connection, contract),
            "deliveries": len(deliveries),
            "new_deliveries": len(new),
            "rows_read": sum(delivery.rows_read for delivery in new),
            "rows_accepted": sum(delivery.rows_accepted for delivery in new),
            "rows_rejected": sum(delivery.rows_rejected for delivery in new),
            "rows_in_quarantine": aside.rows,
            "archive_files": stands.archive_files,
            "archive_bytes": stands.archive_bytes,
            **_for_whoever_watches(contract, stands),
            "files": dg.MetadataValue.md(_files(deliveries)),
            **_preview(aside),
        },
    )


def _for_whoever_watches(contract: Contract, stands: Standing) -> dict[str, dg.MetadataValue[Any]]:
    """Return what the alerts read: they never open the writer's database."""
    told: dict[str, dg.MetadataValue[Any]] = {}
    if stands.last_received_at is not None:
        told[problems.LAST_RECEIVED] = dg.MetadataValue.timestamp(stands.last_received_at)
    if not stands.quarantine.is_tolerable(contract):
        told[problems.QUARANTINE_WORDS] = dg.MetadataValue.text(_quarantine_words(contract, stands))
    for name, waiting in ((problems.HELD, stands.held), (problems.REFUSED, stands.refused)):
        if waiting:
            told[name] = dg.MetadataValue.json([found.to_json() for found in waiting[:MOST_NAMED]])
    return told


def _quarantine_words(contract: Contract, stands: Standing) -> str:
    return (
        f"{stands.quarantine.words}; up to {contract.tolerated_rows:,} rows or {contract.tolerated_share:.0%} "
        "are tolerated."
    )


def _tell_how_much_is_in_quarantine(contract: Contract, stands: Standing) -> dg.AssetCheckResult:
    found = stands.quarantine
    return dg.AssetCheckResult(
        asset_key=feed_key(contract.feed),
        check_name=QUARANTINE,
        passed=found.is_tolerable(contract),
        severity=dg.AssetCheckSeverity.ERROR if found.is_flood else dg.AssetCheckSeverity.WARN,
        metadata={"rows_read": found.rows_read, "rows_in_quarantine": found.rows_rejected, "share": found.share},
        description=_quarantine_words(contract, stands),
    )


def _tell_what_is_set_aside(feed: str, aside: _SetAside) -> dg.AssetCheckResult:
    quarantined = aside.rows
    words = list(aside.deliveries)
    if quarantined:
        rows = "row is" if quarantined == 1 else "rows are"
        words.insert(0, f"{quarantined} {rows} in quarantine: rejected_rows tells what was found, and what is expected")
    return dg.AssetCheckResult(
        asset_key=feed_key(feed),
        check_name=SET_ASIDE,
        passed=not words,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows_in_quarantine": quarantined, **_preview(aside)},
        description="; ".join(words) or "Every row was accepted.",
    )


def _tell_whether_it_adds_up(connection: duckdb.DuckDBPyConnection) -> dg.AssetCheckResult:
    lost = connection.execute(
        """
        with quarantined as (
            select delivery_id, count(distinct (file_sha256, row_number)) as row_count
            from ops.rejected_rows
            group by delivery_id
        )

        select delivery_id, rows_read, rows_accepted, coalesce(row_count, 0) as rows_in_quarantine
        from ops.deliveries
        left join quarantined using (delivery_id)
        where status = 'loaded' and rows_read <> rows_accepted + rows_in_quarantine
        order by delivery_id
        """
    ).fetchall()
    words = [f"{id_}: {read} read, {accepted} accepted, {bad} in quarantine" for id_, read, accepted, bad in lost]
    return dg.AssetCheckResult(
        asset_key=LEDGER,
        check_name=ADDS_UP,
        passed=not lost,
        description="; ".join(words) or "Every row that was read was accepted or is in quarantine.",
    )


def _tell_table(
    connection: duckdb.DuckDBPyConnection, key: dg.AssetKey, settings: Settings
) -> dg.MaterializeResult[Any]:
    schema, table = key.path
    rows = connection.table(f"{quoted(schema)}.{quoted(table)}").aggregate("count(*)").fetchall()[0][0]
    return dg.MaterializeResult(
        asset_key=key,
        metadata={"dagster/row_count": rows, **(_growth(connection, settings) if key == LEDGER else {})},
    )


def _growth(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Return what grows, for the plots of the Dagster UI: the archive is kept for good."""
    files, size = archive_size(connection)
    return {
        "archive_files": files,
        "archive_bytes": size,
        "warehouse_bytes": settings.warehouse.stat().st_size,
        "disk_free_bytes": shutil.disk_usage(settings.home).free,
    }


def _counted(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, int]:
    if contract.feed not in LANDING:
        return {}
    rows = connection.table(rows_of(contract)).aggregate("count(*)").fetchall()
    return {"dagster/row_count": rows[0][0]}


def _preview(aside: _SetAside) -> dict[str, dg.MarkdownMetadataValue]:
    return {"rejected_rows": dg.MetadataValue.md(aside.preview)} if aside.preview else {}


def _files(deliveries: Sequence[DeliveryOutcome]) -> str:
    if not deliveries:
        return "none"
    lines = [
        f"- {', '.join(harmless(f'raw/{path}') for path in delivery.paths) or harmless(delivery.dataset_key)}: "
        + delivery.status.value
        + (f" ({harmless(delivery.reason)})" if delivery.reason else "")
        for delivery in deliveries[:PREVIEWED_ROWS]
    ]
    more = len(deliveries) - PREVIEWED_ROWS
    return "\n".join([*lines, f"- and {more} more"] if more > 0 else lines)


def _set_aside(connection: duckdb.DuckDBPyConnection) -> dict[str, _SetAside]:
    """Return by feed what is set aside: one look for all of them.

    Nothing is bound, since DuckDB imports pandas with the first value that it is given: a fifth of a refresh with
    nothing new.
    """
    rows = connection.execute(
        """
        with quarantined as (
            select feed, count(distinct (delivery_id, file_sha256, row_number)) as row_count
            from ops.rejected_rows
            group by feed
        ),

        stuck as (
            select
                feed,
                list(
                    format('{}: delivery {} ({})', status, delivery_id, coalesce(reason, ''))
                    order by received_at, delivery_id
                ) as words
            from ops.deliveries
            where status in ('held', 'refused')
            group by feed
        )

        select feed, coalesce(row_count, 0), coalesce(words, []) from quarantined full join stuck using (feed)
        """
    ).fetchall()
    return {
        feed: _SetAside(
            rows=count, preview=_first_of_quarantine(connection, feed) if count else "", deliveries=tuple(words)
        )
        for feed, count, words in rows
    }


def _first_of_quarantine(connection: duckdb.DuckDBPyConnection, feed: str) -> str:
    """Return as Markdown the first cells of a feed that are in quarantine."""
    rejected = connection.execute(
        f"""
        select
            path as file, row_number as row, column_name as "column", found, expected
        from ops.rejected_rows
        left join (select delivery_id, sha256 as file_sha256, original_path as path from ops.files)
            using (delivery_id, file_sha256)
        where feed = {literal(feed)}
        order by all
        limit {PREVIEWED_ROWS:d}
        """  # noqa: S608 - the name of a feed, and a number of ours
    )
    return markdown([column[0] for column in rejected.description or ()], rejected.fetchall())
