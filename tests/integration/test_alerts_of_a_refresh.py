"""What a refresh says about itself is what the alerts read: from a broken file to the words for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb
import pytest

from orchestration.alerts.kinds import Kind, Problem
from orchestration.alerts.problems import problems
from orchestration.alerts.sensor import watched_assets
from orchestration.automation.jobs import REFRESH
from orchestration.automation.journal import Journal
from orchestration.contracts import FEEDS
from orchestration.ingestion.assets import LEDGER, QUARANTINE, build_landing_assets, feed_key
from orchestration.ingestion.database import create_tables
from orchestration.ingestion.standing import standing
from orchestration.settings import Settings

FEED = "memberships"
HEADER = "organization,member,event,occurred,document_id,locator\n"
GOOD = "sco,Pakistan,joined,2017-06-09,{document},p{n}\n"
BAD = "sco,Pakistan,conquered,2017-06-09,{document},p{n}\n"


class Landing:
    """The step `landing` in Dagster, and what stands wrong after it."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance):
        self.settings = replace(settings, keep_free_bytes=0)
        self.instance = instance
        self.result: dg.ExecuteInProcessResult | None = None

    def put(self, name: str, *, good: int, bad: int, document: str) -> None:
        path = self.settings.raw / "memberships" / name
        path.parent.mkdir(exist_ok=True)
        rows = [GOOD.format(n=n, document=document) for n in range(good)]
        rows += [BAD.format(n=n, document=document) for n in range(bad)]
        path.write_text(HEADER + "".join(rows))

    def refresh(self) -> list[Problem]:
        landing = build_landing_assets([dg.AssetSpec(LEDGER)], registry={FEED: FEEDS[FEED]})
        self.result = dg.materialize(
            [landing],
            instance=self.instance,
            resources={"settings": self.settings, "journal": Journal()},
            raise_on_error=False,
        )
        return problems(
            self.settings,
            self.instance,
            watched=watched_assets(),
            everything=REFRESH,
            now=datetime.now(UTC) + timedelta(seconds=1),
        )

    def check(self, feed: str) -> dg.AssetCheckEvaluation:
        assert self.result is not None
        (found,) = [
            check
            for check in self.result.get_asset_check_evaluations()
            if (check.asset_key, check.check_name) == (feed_key(feed), QUARANTINE)
        ]
        return found


@pytest.fixture
def landing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Landing:
    monkeypatch.setattr("orchestration.ingestion.refreshing.load_reference", lambda *_, **__: False)
    return Landing(settings, dg.DagsterInstance.ephemeral())


def test_a_flood_of_broken_rows_is_told_until_the_file_is_corrected(landing: Landing) -> None:
    landing.put("years.csv", good=500, bad=3, document="a")
    assert landing.refresh() == []
    assert landing.check("memberships").passed
    landing.put("today.csv", good=10, bad=90, document="b")
    (problem,) = landing.refresh()
    assert problem.kind is Kind.QUARANTINE
    assert "93 of 603 rows of the recent deliveries are in quarantine (15.4%)" in problem.words
    check = landing.check("memberships")
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert {name: value.value for name, value in check.metadata.items()} == {
        "rows_read": 603,
        "rows_in_quarantine": 93,
        "share": pytest.approx(93 / 603),
    }
    landing.put("today.csv", good=100, bad=0, document="b")
    assert landing.refresh() == []


def test_a_few_broken_rows_wake_nobody_and_mostly_broken_ones_are_an_error(landing: Landing) -> None:
    landing.put("today.csv", good=1, bad=20, document="a")
    assert landing.refresh() == []
    landing.put("today.csv", good=1, bad=21, document="a")
    assert [problem.kind for problem in landing.refresh()] == [Kind.QUARANTINE]
    assert landing.check("memberships").severity is dg.AssetCheckSeverity.ERROR


def test_a_refused_file_is_told_while_it_lies_there(landing: Landing) -> None:
    broken = landing.settings.raw / "memberships" / "x.csv"
    broken.parent.mkdir()
    broken.write_text("nothing,of,this\n1,2,3\n")
    (problem,) = landing.refresh()
    assert problem.kind is Kind.DELIVERY_REFUSED
    assert problem.words.startswith("raw/memberships/x.csv was refused: ")
    broken.unlink()
    assert landing.refresh() == []


def test_the_growth_of_the_archive_is_shown(landing: Landing) -> None:
    landing.put("one.csv", good=1, bad=0, document="a")
    landing.refresh()
    landing.put("two.csv", good=2, bad=0, document="b")
    landing.refresh()
    sizes = [
        record.asset_materialization.metadata["archive_bytes"].value
        for record in landing.instance.fetch_materializations(LEDGER, limit=2).records
        if record.asset_materialization is not None
    ]
    files = list((landing.settings.raw / "memberships").glob("*.csv"))
    assert sizes[0] == sum(path.stat().st_size for path in files)
    assert sizes[1] < sizes[0]


def test_a_held_delivery_waits_until_something_newer_of_its_data_set_is_loaded(settings: Settings) -> None:
    moments = [datetime(2026, 1, day, tzinfo=UTC).replace(tzinfo=None) for day in (1, 2, 3)]

    def deliver(
        delivery_id: str, dataset_key: str, status: str, received_at: datetime, as_of: datetime | None = None
    ) -> None:
        connection.execute(
            "insert into ops.deliveries by name "
            "select $id as delivery_id, 'state_visits' as feed, $dataset as dataset_key, $status as status, "
            "'it shrank' as reason, $id as path, $at as received_at, 10 as rows_read, 0 as rows_rejected, "
            "$as_of::timestamp as as_of, 0 as revision, true as is_complete",
            {
                "id": delivery_id,
                "dataset": dataset_key,
                "status": status,
                "at": received_at,
                "as_of": as_of or received_at,
            },
        )

    with duckdb.connect() as connection:
        create_tables(connection, {})
        deliver("loaded", "visits", "loaded", moments[0])
        deliver("held", "visits", "held", moments[1])
        deliver("another", "travels", "loaded", moments[2])
        (waiting,) = standing(connection, raw=settings.raw)["state_visits"].held
        assert (waiting.delivery_id, waiting.reason) == ("held", "it shrank")
        deliver("newer", "visits", "loaded", moments[2])
        stands = standing(connection, raw=settings.raw)["state_visits"]
        assert stands.held == ()
        assert stands.last_received_at == moments[2].replace(tzinfo=UTC)


def test_what_an_older_release_had_held_waits_though_newer_ones_were_loaded_before(settings: Settings) -> None:
    moments = [datetime(2026, 1, day, tzinfo=UTC).replace(tzinfo=None) for day in (1, 2, 3, 4)]
    statement = (
        "insert into ops.deliveries by name "
        "select $id as delivery_id, 'state_visits' as feed, 'visits' as dataset_key, "
        "$status as status, $id as path, $received as received_at, $as_of::timestamp as as_of, 0 as revision, "
        "true as is_complete, 10 as rows_read, 0 as rows_rejected"
    )
    with duckdb.connect() as connection:
        create_tables(connection, {})
        for name, status, received, as_of in (
            ("second", "held", moments[0], "2016-01-01"),
            ("third", "loaded", moments[1], "2017-01-01"),
            ("first", "loaded", moments[2], "2015-01-01"),
        ):
            connection.execute(statement, {"id": name, "status": status, "received": received, "as_of": as_of})
        (waiting,) = standing(connection, raw=settings.raw)["state_visits"].held
        assert waiting.delivery_id == "second"
        connection.execute(
            statement, {"id": "fourth", "status": "loaded", "received": moments[3], "as_of": "2018-01-01"}
        )
        assert standing(connection, raw=settings.raw)["state_visits"].held == ()
