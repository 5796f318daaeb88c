"""The connectors as Dagster assets: the files of a source in `raw/`, as it publishes them.

Belongs here: what the Dagster UI shows and asks. Does not belong here: fetching. Each asset is the whole of a source's
folder, without partitions: how many files it holds makes no difference to Dagster.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.automation.runs import show_alive
from orchestration.connectors import baci, comtrade, desta, gdelt
from orchestration.connectors.errors import ConnectorError
from orchestration.connectors.history_at_state import TRAVELS, VISITS, Repository, fetch_history
from orchestration.connectors.options import Options
from orchestration.connectors.outcome import FetchOutcome, FileStatus
from orchestration.connectors.session import Bounds, Session, session
from orchestration.ownership import OWNERS
from orchestration.settings import Settings

GROUP = "connectors"
COMPLETE = "everything_wanted_is_here"
FAILS_AFTER = {
    gdelt.NAME: timedelta(hours=3),
    comtrade.NAME: timedelta(hours=50),
    baci.NAME: timedelta(days=35),
    desta.NAME: timedelta(days=35),
    VISITS.connector: timedelta(days=9),
    TRAVELS.connector: timedelta(days=9),
}
"""How long ago the last fetch may be: the cadence of the schedule, with room for a few that fail."""
GIBIBYTE = 1 << 30

Told = Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]


class GdeltConfig(dg.Config):
    """Which export files to fetch."""

    since: str = Field(
        "", description="First day or moment (UTC) of a window: 2019-10-24 or 2019-10-24T14:30. Empty: since last time."
    )
    until: str = Field("", description="Last day or moment of the window, a day as a whole. Empty: until now.")
    most_files: int = Field(10_000, ge=0, description="How many files one run fetches at most. 0: all.")
    most_gibibytes: float = Field(10.0, ge=0, description="About how much one run fetches at most. 0: all.")


class ComtradeConfig(dg.Config):
    """Which replies to fetch."""

    reporters: list[str] = Field(
        [], description="Comtrade codes, such as 842. Empty: ENTENTE_COMTRADE_REPORTERS, else all."
    )
    periods: list[str] = Field(
        [], description="Years such as 2020, months such as 202006. Empty: the latest three years of releases."
    )
    commodities: list[str] = Field(["TOTAL"], description="HS codes, TOTAL, or a level such as AG2.")
    flows: list[str] = Field(["M", "X", "RM", "RX"], description="Imports, exports, and what is traded again.")
    frequency: str = Field("A", description="A: annual, M: monthly.")
    classification: str = Field("HS", description="HS, or another classification of goods that Comtrade has.")
    most_rows: int = Field(
        100_000, gt=0, description="What the key allows in one reply: 100,000 (free) or 250,000 (premium)."
    )
    most_files: int = Field(
        400, ge=0, description="How many replies one run fetches at most; a free key has 500 questions a day. 0: all."
    )
    most_gibibytes: float = Field(10.0, ge=0, description="About how much one run fetches at most. 0: all.")


class BaciConfig(dg.Config):
    """Which archives to fetch."""

    revisions: list[str] = Field(
        [], description="Revisions of the Harmonized System, such as HS92. Empty: ENTENTE_BACI_REVISIONS, else HS22."
    )
    vintage: str = Field(baci.LATEST, description="202501, or the latest that the page names.")
    most_files: int = Field(10, ge=0, description="How many archives one run fetches at most. 0: all.")
    most_gibibytes: float = Field(20.0, ge=0, description="About how much one run fetches at most. 0: all.")


class DestaConfig(dg.Config):
    """Which list of treaties to fetch."""

    version: str = Field("", description="02_03. Empty: the newest.")


class HistoryConfig(dg.Config):
    """Which releases to fetch."""

    commit: str = Field("", description="A commit, tag or branch. Empty: the newest.")
    since: str = Field("", description="First day of a window, of which the last release of every day is fetched.")
    until: str = Field("", description="Last day of the window. Empty: until now.")
    most_files: int = Field(50, ge=0, description="How many releases one run fetches at most. 0: all.")


def raw_key(feed: str) -> dg.AssetKey:
    """Return the asset of a feed's folder in `raw/`, where a connector fills it."""
    return dg.AssetKey(["raw", feed])


def _asset(feed: str, *, name: str, source: str, kinds: set[str]) -> Callable[..., Any]:
    """Return the decorator of a connector's asset."""
    return dg.asset(
        key=raw_key(feed),
        group_name=GROUP,
        kinds=kinds,
        owners=OWNERS,
        # one run of a connector at a time; it never holds the warehouse's writer
        pool=f"fetch_{feed}",
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=FAILS_AFTER[name]),
        description=f"The files of {source} in `raw/{feed}/`, as published; docs/connectors.md. "
        "They are loaded like files that were dropped there by hand.",
        check_specs=[
            dg.AssetCheckSpec(
                COMPLETE,
                asset=raw_key(feed),
                description="No file that was asked for was refused, and none remains for another run.",
            )
        ],
    )


@_asset(gdelt.FEED, name=gdelt.NAME, source="GDELT 2.0 events", kinds={"csv"})
def gdelt_events(
    context: dg.AssetExecutionContext,
    config: GdeltConfig,
    settings: dg.ResourceParam[Settings],
    connectors: dg.ResourceParam[Options],
) -> Told:
    """Fetch the export files of a window, or those published since the last run."""
    yield from _fetched(
        _Run(context.run.run_id, settings, connectors, _bounds(config.most_files, config.most_gibibytes)),
        gdelt.NAME,
        gdelt.FEED,
        lambda run: gdelt.fetch_gdelt(run, since=config.since, until=config.until),
    )


@_asset(comtrade.FEED, name=comtrade.NAME, source="UN Comtrade", kinds={"json"})
def comtrade_replies(
    context: dg.AssetExecutionContext,
    config: ComtradeConfig,
    settings: dg.ResourceParam[Settings],
    connectors: dg.ResourceParam[Options],
) -> Told:
    """Ask which figures were released, and fetch those that are not here."""
    query = comtrade.Query(
        frequency=config.frequency,
        classification=config.classification,
        commodities=tuple(config.commodities),
        flows=tuple(config.flows),
        most_rows=config.most_rows,
    )
    yield from _fetched(
        _Run(context.run.run_id, settings, connectors, _bounds(config.most_files, config.most_gibibytes)),
        comtrade.NAME,
        comtrade.FEED,
        lambda run: comtrade.fetch_comtrade(run, query, reporters=config.reporters, periods=config.periods),
    )


@_asset(baci.FEED, name=baci.NAME, source="CEPII BACI", kinds={"csv"})
def baci_archives(
    context: dg.AssetExecutionContext,
    config: BaciConfig,
    settings: dg.ResourceParam[Settings],
    connectors: dg.ResourceParam[Options],
) -> Told:
    """Fetch the archives of some revisions of the Harmonized System."""
    yield from _fetched(
        _Run(context.run.run_id, settings, connectors, _bounds(config.most_files, config.most_gibibytes)),
        baci.NAME,
        baci.FEED,
        lambda run: baci.fetch_baci(run, revisions=config.revisions, vintage=config.vintage),
    )


@_asset(desta.FEED, name=desta.NAME, source="DESTA", kinds={"csv"})
def desta_list(
    context: dg.AssetExecutionContext,
    config: DestaConfig,
    settings: dg.ResourceParam[Settings],
    connectors: dg.ResourceParam[Options],
) -> Told:
    """Fetch the list of treaties."""
    yield from _fetched(
        _Run(context.run.run_id, settings, connectors, Bounds()),
        desta.NAME,
        desta.FEED,
        lambda run: desta.fetch_desta(run, version=config.version),
    )


def _history_asset(repository: Repository) -> dg.AssetsDefinition:
    @_asset(repository.feed, name=repository.connector, source=f"HistoryAtState/{repository.name}", kinds={"xml"})
    def history(
        context: dg.AssetExecutionContext,
        config: HistoryConfig,
        settings: dg.ResourceParam[Settings],
        connectors: dg.ResourceParam[Options],
    ) -> Told:
        """Fetch releases of the repository, a folder for each."""
        yield from _fetched(
            _Run(context.run.run_id, settings, connectors, _bounds(config.most_files, 0)),
            repository.connector,
            repository.feed,
            lambda run: fetch_history(run, repository, commit=config.commit, since=config.since, until=config.until),
        )

    asset: dg.AssetsDefinition = history
    return asset


CONNECTORS: Mapping[str, dg.AssetsDefinition] = {
    gdelt.NAME: gdelt_events,
    comtrade.NAME: comtrade_replies,
    baci.NAME: baci_archives,
    desta.NAME: desta_list,
    VISITS.connector: _history_asset(VISITS),
    TRAVELS.connector: _history_asset(TRAVELS),
}
"""The asset of every connector, by the connector's name."""

FETCHED_FEEDS = frozenset(key.path[-1] for asset in CONNECTORS.values() for key in asset.keys)
"""The feeds whose folders in `raw/` a connector fills."""


@dataclass(frozen=True)
class _Run:
    """What a run of any connector needs to know."""

    run_id: str
    settings: Settings
    options: Options
    bounds: Bounds


def _fetched(about: _Run, name: str, feed: str, work: Callable[[Session], None]) -> Told:
    show_alive(about.settings, run_id=about.run_id)
    try:
        with session(name, feed, settings=about.settings, options=about.options, bounds=about.bounds) as run:
            work(run)
    except ConnectorError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    outcome = run.outcome
    if outcome.stopped:
        # what was fetched stays, and the next run goes on from there
        raise dg.Failure(outcome.stopped, metadata=_metadata(outcome), allow_retries=False)
    yield dg.MaterializeResult(asset_key=raw_key(feed), metadata=_metadata(outcome))
    refused, remaining = outcome.counts[FileStatus.REFUSED], outcome.counts[FileStatus.REMAINING]
    first = outcome.of(FileStatus.REFUSED)[:1]
    words = [f"{refused:,} refused, the first one, raw/{file.path}, because {file.words}" for file in first]
    words += [f"{remaining:,} remain; run it again to go on"] if remaining else []
    yield dg.AssetCheckResult(
        asset_key=raw_key(feed),
        check_name=COMPLETE,
        passed=not words,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(words) or "All that was asked for is here.",
    )


def _metadata(outcome: FetchOutcome) -> dict[str, Any]:
    return {
        **{str(status): outcome.counts[status] for status in FileStatus},
        "bytes_fetched": outcome.byte_count,
        "files": dg.MetadataValue.md(outcome.markdown()),
    }


def _bounds(most_files: int, most_gibibytes: float) -> Bounds:
    return Bounds(most_files=most_files, most_bytes=int(most_gibibytes * GIBIBYTE))
