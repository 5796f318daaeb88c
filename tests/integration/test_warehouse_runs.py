"""The real job, run by Dagster on a scratch installation: its history, and what keeps a star from readers."""

from __future__ import annotations

import csv
import logging
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml

from orchestration.alerts.sensor import build_alert_sensor
from orchestration.alerts.webhook import Webhook
from orchestration.automation.jobs import COPY, REFRESH
from orchestration.automation.journal import Journal
from orchestration.code_location import build_definitions
from orchestration.connectors.assets import FETCHED_FEEDS, raw_key
from orchestration.ingestion import refresh
from orchestration.ingestion.assets import ADDS_UP, LEDGER, SET_ASIDE, feed_key
from orchestration.ingestion.outcome import OutcomeStatus
from orchestration.publication import assets as publication
from orchestration.publication import parquet
from orchestration.publication.postgres import PostgresTarget
from orchestration.publication.publishing import AuditFailedError, publish
from orchestration.publication.quarantine import export as export_quarantine
from orchestration.publication.store import PublicationStore
from orchestration.readers import connect
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.sql_text import quoted
from orchestration.transformation import keyed
from orchestration.transformation.assets import CHECK
from orchestration.transformation.building import run_unit_tests, stand_unit_tests
from orchestration.transformation.builds import latest_build
from orchestration.transformation.plan import prepare_plan
from orchestration.transformation.python_models import given_by_python
from orchestration.transformation.star import refresh_star
from orchestration.transformation.updating import contents_of_tables, read_contents
from tests.gdelt_files import export
from tests.gdelt_files import row as event
from tests.trade_files import baci, figure, reply, trade_of_two_islands

MEMBERSHIPS = """\
organization,member,event,occurred,document_id
Example Union,Norway,joined,2001-05,example-register
Example Union,a | b,entered,2001-05,example-register
"""

CANARY = "c4n4ry"
SECRETS = {
    "ENTENTE_COMTRADE_KEY": f"{CANARY}-key",
    "ENTENTE_ALERT_WEBHOOK": f"http://127.0.0.1:9/services/{CANARY}-path?token={CANARY}-token",
    "ENTENTE_SUPERSET_PASSWORD": f"{CANARY}-password",
}
"""The variables that hold secrets, but ENTENTE_POSTGRES_URL, whose presence adds an asset to every run."""

SECOND_DOSSIER = """\
recorded_at: 2026-11-23
document: {id: second-report, kind: official_statement, publisher: Norway, published: 2025-03-02, language: en}
meetings:
  - id: oslo-talks-2025
    kind: ministerial
    started: 2025-03-01
    country: Norway
    at: p1
    participants:
      - {person: Ishaq Dar, office: Foreign Minister, represents: Pakistan, role: guest}
agreements:
  - id: pact-of-1990
    title: Pact
    instrument_type: protocol
    at: p3
    parties: [Norway, Pakistan]
    events:
      - {event: signed, occurred: 2025-03-01}
indicators:
  - {indicator: transit_share, between: [Pakistan, Norway], period: 2024, value: ">5", unit: percent, at: p4}
"""

RECORDED = [
    (
        "documents/late.csv",
        "document_id,kind,publisher,title,published\nexample-register,official_statement,Norway,Register,2019-06-01\n",
    ),
    (
        "organizations/one.csv",
        "organization_id,name,kind,document_id\nexample-union,Example Union,bloc,example-register\n",
    ),
    (
        "people/one.csv",
        "person_id,name,office,represents,held,document_id\n"
        "ishaq-dar,Ishaq Dar,Foreign Minister,Pakistan,2024/..,example-register\n",
    ),
    (
        "meetings/oslo.csv",
        "meeting_id,kind,title,started,ended,country,parent_meeting_id,document_id\n"
        "oslo-visit,visit,Visit,2025-03-01,2025-03-02,Norway,,example-register\n"
        "oslo-talks,bilateral_talks,Talks,2025-03-01,,Norway,oslo-visit,example-register\n",
    ),
    ("meetings/taken-back.csv", "meeting_id,document_id,retracted\noslo-talks,example-register,true\n"),
    (
        "meeting_participants/oslo.csv",
        "meeting_id,person,office,represents,role,document_id\n"
        "oslo-visit,Ishaq Dar,Foreign Minister,Pakistan,guest,example-register\n"
        "oslo-talks,,,Example Union,,example-register\n"
        "oslo-talks-2025,,,Norway,host,example-register\n",
    ),
    ("meeting_events/one.csv", "meeting_id,event,occurred,document_id\noslo-visit,held,2025-03-02,second-report\n"),
    (
        "links/one.csv",
        "subject_kind,subject_id,relation,object_kind,object_id,document_id\n"
        "agreement,pact-of-1990,concluded_at,meeting,oslo-talks-2025,second-report\n",
    ),
    (
        "decisions/one.csv",
        "kind,id_a,id_b,same,decided_at,reason,document_id\n"
        "meeting,oslo-talks-2025,oslo-talks,true,2025-05-01,one table,example-register\n",
    ),
    (
        "decisions/two.csv",
        "kind,id_a,id_b,same,decided_at,reason,document_id\n"
        "meeting,oslo-talks-2025,oslo-talks,false,2025-06-01,two tables,example-register\n",
    ),
    ("agreement_parties/one.csv", "agreement_id,party,document_id\npact-of-1990,Example Union,example-register\n"),
    (
        "agreement_events/one.csv",
        "agreement_id,party,event,occurred,effective,document_id\n"
        "pact-of-1990,Pakistan,ratified,2025-04,2030-01-01,example-register\n"
        "pact-of-1990,Example Union,signed,2025-03-01,,second-report\n",
    ),
    (
        "statements/one.csv",
        "statement_id,speaker,office,on_behalf_of,made,meeting_id,stance,target_kind,target_id,document_id\n"
        "hope,Ishaq Dar,Foreign Minister,Example Union,2025-03-01,oslo-talks,supports,agreement,pact-of-1990,"
        "second-report\n",
    ),
    (
        "membership_lists/one.csv",
        "organization,valid_on,member,status,document_id\n"
        "Example Union,2010,Norway,member,second-report\nExample Union,2010,Sweden,observer,second-report\n",
    ),
    (
        "exchange_rates/one.csv",
        "currency,per,period,rate,kind,document_id\nNOK,USD,2021,8.6,average,example-register\n",
    ),
    ("topics/one.csv", "subject_kind,subject_id,topic,document_id\nmeeting,oslo-talks,trade,example-register\n"),
]
"""What people record of two meetings, an agreement and a union: a document that comes late, steps to come, two
decisions, a rate of exchange, a list of members."""


ALONE = f"""
import sys
from pathlib import Path
import dagster as dg
from orchestration.automation.journal import Journal
from orchestration.definitions import load_definitions
from orchestration.settings import Settings
settings, journal = Settings(raw=Path(sys.argv[1]), home=Path(sys.argv[2]), settle_seconds=0.0), Journal()
job = load_definitions(resources={{"settings": settings, "journal": journal}}).resolve_job_def({REFRESH!r})
assert job.execute_in_process(instance=dg.DagsterInstance.ephemeral()).success
slow = {{"pandas", "dbt"}}
print(f"was built: {{journal.built.was_built}}, imported: {{slow & sys.modules.keys()}}")
"""
"""A run in a process of its own, as the daemon's are."""


@dataclass
class Installation:
    """A scratch installation with a Dagster instance of its own."""

    settings: Settings
    instance: dg.DagsterInstance
    journal: Journal

    def run(self, job: str = REFRESH, *, postgres: PostgresTarget | None = None) -> dg.ExecuteInProcessResult:
        definitions = build_definitions(
            resources={"settings": self.settings, "journal": self.journal}, postgres=postgres
        )
        return definitions.resolve_job_def(job).execute_in_process(instance=self.instance, raise_on_error=False)

    def ledger(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.settings.warehouse))

    @property
    def published(self) -> str:
        current = PublicationStore(self.settings.serving).current()
        assert current is not None
        return current.publication_id


pytestmark = pytest.mark.usefixtures("first_run")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("installation")
    raw = folder / "raw"
    shutil.copytree(PROJECT_ROOT / "raw", raw, ignore=shutil.ignore_patterns("*report.txt"))
    (raw / "memberships" / "example.csv").write_text(MEMBERSHIPS)
    settings = Settings(raw=raw, home=folder / "home", settle_seconds=0.0)
    ours = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    overrides = {name: ours[name] for name in ("event_log_storage", "python_logs")}
    with dg.instance_for_test(overrides=overrides) as instance, pytest.MonkeyPatch.context() as environment:
        for variable, value in SECRETS.items():
            environment.setenv(variable, value)
        environment.setenv("ENTENTE_COMTRADE_URL", "http://127.0.0.1:9")
        environment.setenv("ENTENTE_CONNECTORS_ALLOW_LOOPBACK", "1")
        environment.setenv("ENTENTE_HTTP_ATTEMPTS", "1")
        environment.setenv("ENTENTE_HOME", str(settings.home))  # where the daily log goes
        yield Installation(settings, instance, Journal())


@pytest.fixture(scope="module")
def first_run(installation: Installation) -> dg.ExecuteInProcessResult:
    return installation.run()


def materialized(result: dg.ExecuteInProcessResult) -> Mapping[dg.AssetKey, dg.AssetMaterialization]:
    return {
        event.asset_key: event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }


def checks(result: dg.ExecuteInProcessResult, name: str) -> Mapping[dg.AssetKey, dg.AssetCheckEvaluation]:
    return {
        evaluation.asset_key: evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.check_name == name
    }


def test_a_run_materializes_every_asset_and_publishes(
    installation: Installation, first_run: dg.ExecuteInProcessResult
) -> None:
    assert first_run.success
    graph = build_definitions().resolve_asset_graph()
    everything = graph.materializable_asset_keys - {raw_key(feed) for feed in FETCHED_FEEDS}
    assert materialized(first_run).keys() == everything
    told = materialized(first_run)[publication.KEY].metadata
    assert told["publication_id"].value == installation.published
    assert told["is_new"].value is True
    site = Path(str(told["site"].value))
    assert site == installation.settings.serving / "current" / "site" / "index.html"
    assert f"Published {installation.published[6:8].lstrip(chr(48))} " in site.read_text(encoding="utf-8")
    assert told["site_pages"].value == len(list(site.parent.rglob("*.html")))


def test_readers_do_not_wait_until_everything_is_told(
    installation: Installation, first_run: dg.ExecuteInProcessResult
) -> None:
    entries = installation.instance.all_logs(first_run.run_id)
    seen = [place for place, entry in enumerate(entries) if f"see {installation.published}" in entry.user_message]
    told = [
        place
        for place, entry in enumerate(entries)
        if entry.dagster_event is not None and entry.dagster_event.asset_key == dg.AssetKey(["main", "dim_country"])
        if entry.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION
    ]
    assert len(seen) == len(told) == 1
    assert seen < told


def test_the_history_tells_what_was_loaded_and_shows_what_was_not(first_run: dg.ExecuteInProcessResult) -> None:
    told = materialized(first_run)[feed_key("memberships")].metadata
    assert {name: told[name].value for name in ("rows_read", "rows_accepted", "rows_rejected")} == {
        "rows_read": 2,
        "rows_accepted": 1,
        "rows_rejected": 1,
    }
    assert "memberships/example.csv" in str(told["files"].value)
    preview = str(told["rejected_rows"].value)
    assert "entered" in preview
    assert len({line.count(" | ") for line in preview.splitlines()[2:]}) == 1, "a bar in a cell ends no cell"


def test_rows_in_quarantine_are_a_warning_in_words(first_run: dg.ExecuteInProcessResult) -> None:
    found = checks(first_run, SET_ASIDE)
    warned = [key for key, evaluation in found.items() if not evaluation.passed]
    assert warned == [feed_key("memberships")]
    assert found[feed_key("memberships")].severity is dg.AssetCheckSeverity.WARN
    assert str(found[feed_key("memberships")].description).startswith("1 row is in quarantine: ")
    told = found[feed_key("memberships")].metadata
    assert told["rows_in_quarantine"].value == 1
    assert "entered" in str(told["rejected_rows"].value)
    assert checks(first_run, ADDS_UP)[LEDGER].passed


def test_each_tested_model_has_one_check_and_a_row_count(first_run: dg.ExecuteInProcessResult) -> None:
    tests = checks(first_run, CHECK)
    assert all(evaluation.passed for evaluation in tests.values())
    assert dg.AssetKey(["main", "fct_membership_event"]) in tests
    told = materialized(first_run)[dg.AssetKey(["main", "dim_country"])].metadata
    assert int(str(told["dagster/row_count"].value)) > 200


def test_a_second_run_loads_builds_and_publishes_nothing(
    installation: Installation,
) -> None:
    before = installation.published
    again = installation.run()
    assert again.success
    assert installation.published == before
    assert {key for key in materialized(again) if key.path[0] in ("main", "serving")} == set()
    assert installation.journal.built is not None
    assert installation.journal.built.was_built is False


def test_a_run_with_nothing_new_does_not_import_what_takes_a_fifth_of_it(installation: Installation) -> None:
    """DuckDB imports pandas with the first value that is bound, even to look at what is in quarantine."""
    answer = subprocess.run(
        [sys.executable, "-c", ALONE, installation.settings.raw, installation.settings.home],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT_ROOT,
    )
    assert answer.stdout.splitlines()[-1] == "was built: False, imported: set()"


def test_a_build_that_readers_have_not_seen_yet_is_published_by_the_next_run(
    installation: Installation,
) -> None:
    """A run may be killed between build and publication."""
    (installation.settings.serving / "current").unlink()
    again = installation.run()
    assert again.success
    assert installation.journal.built is not None
    assert installation.journal.built.was_built is False
    assert materialized(again)[publication.KEY].metadata["is_new"].value is True


def test_what_could_not_be_published_at_once_is_tried_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    exclusively = PublicationStore.exclusively

    def refuse_once(store: PublicationStore) -> AbstractContextManager[None]:
        if not refused:
            refused.append("once")
            raise OSError(28, "No space left on device")
        return exclusively(store)

    (installation.settings.serving / "current").unlink()
    monkeypatch.setattr(PublicationStore, "exclusively", refuse_once)
    again = installation.run()
    assert again.success
    assert refused == ["once"]
    assert materialized(again)[publication.KEY].metadata["is_new"].value is True
    assert "Not published yet, and tried again: [Errno 28] No space left on device" in [
        entry.user_message for entry in installation.instance.all_logs(again.run_id)
    ]


def test_the_star_alone_may_be_published_and_checks_may_be_run_alone(
    installation: Installation,
) -> None:
    before = installation.published
    assert installation.run("publish").success
    assert installation.published == before
    definitions = build_definitions(resources={"settings": installation.settings, "journal": Journal()})
    key = dg.AssetKey(["main", "dim_currency"])
    job = definitions.resolve_implicit_global_asset_job_def()
    result = job.get_subset(
        asset_selection=set(), asset_check_selection={dg.AssetCheckKey(key, CHECK)}
    ).execute_in_process(instance=installation.instance)
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.asset_key, evaluation.passed) == (key, True)
    assert materialized(result) == {}
    assert installation.run("publish").success, "a test that passes leaves the star publishable"


def test_a_row_in_quarantine_comes_back_corrected_and_counts_as_resolved(
    installation: Installation, tmp_path: Path
) -> None:
    settings, table = installation.settings, tmp_path / "rejects.csv"
    assert export_quarantine(settings, "memberships", table).row_count == 1
    text = table.read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["organization"], row["member"], row["event"]) == ("Example Union", "a | b", "entered")
    assert (row["_file"], row["_row"]) == ("memberships/example.csv", "2")
    assert row["_reason"].startswith("event: found entered, expected one of")
    corrected = text.replace('"a | b"', '"Norway"').replace('"entered"', '"withdrew"').replace("2001-05", "2011-05")
    (settings.raw / "memberships" / "corrected.csv").write_text(corrected, encoding="utf-8")
    assert installation.run().success
    with connect(serving=settings.serving) as con:
        (fate,) = con.execute(
            """
            select resolution, original_path, resolved_at = received_at
            from evidence.rejected_rows join evidence.files on resolved_by_delivery_id = files.delivery_id
            """
        ).fetchall()
        counts = con.execute("select rows_rejected, rows_open from mart_data_quality where feed = 'memberships'")
        assert fate == ("corrected", "memberships/corrected.csv", True)
        assert counts.fetchall() == [(1, 0)]
    assert export_quarantine(settings, "memberships", tmp_path / "again.csv").row_count == 0
    assert not (tmp_path / "again.csv").exists()


def test_the_models_pass_their_unit_tests(installation: Installation) -> None:
    """They judge the models, whatever the data: those that passed are not judged twice."""
    if not stand_unit_tests():
        said: list[str] = []
        nodes = run_unit_tests(installation.settings, log=said.append)
        assert [node.in_words for node in nodes if node.status != "pass"] == []
        assert len(nodes) > 150
        assert "Testing the models themselves" in said[0]
    assert stand_unit_tests()


def test_updates_leave_what_a_whole_build_gives(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts that are new, corrected, withdrawn, contradicted and late, in an order drawn by lot."""
    settings, raw = installation.settings, installation.settings.raw
    dossier = (raw / "dossiers" / "2024-09-pakistan-russia.yaml").read_text()
    changes = [
        (
            "dossiers/2024-09-pakistan-russia.yaml",
            dossier.replace("Islamabad", "Lahore").replace("2024-09?", "2024-08"),
        ),
        ("dossiers/second.yaml", SECOND_DOSSIER),
        ("dossiers/2024-09-pakistan-russia.yaml", dossier),
        ("memberships/example.csv", MEMBERSHIPS + "Example Union,Sweden,joined,1999,example-register\n"),
        ("memberships/late.csv", MEMBERSHIPS.replace("joined,2001-05", "withdrew,2020-05")),
        ("agreements/one.csv", "agreement_id,title,document_id\npact-of-1990,Pact,example-register\n"),
        ("external_ids/one.csv", "kind,id,scheme,value,document_id\nagreement,pact-of-1990,unts,1,example-register\n"),
        (
            "trade_observations/one.csv",
            "reporter,country_a,country_b,direction,commodity,period,value,unit,currency,document_id\n"
            "Norway,Norway,Sweden,export,TOTAL,2020,100,money,USD,example-register\n"
            "Norway,Norway,Sweden,export,TOTAL,2021,100,money,NOK,example-register\n",
        ),
        *((path, text.replace("register-2021", "example-register")) for path, text in trade_of_two_islands().items()),
        (
            "baci/BACI_HS17_Y2020_V202206_extract.csv",
            baci((2020, 4, 842, "010121", 3, 1), (2020, 4, 842, "010121", 4, 1)),
        ),
        # rows that cannot be read: they are there, and what was said before stands
        (
            "baci/BACI_HS17_Y2020_V202302_extract.csv",
            baci((2020, 352, 470, "030617", "x", 1), (2020, 352, 470, "030619", 51, 1), (2020, "?", 4, "030619", 5, 1)),
        ),
        (
            "comtrade/iceland-unread.json",
            reply(figure(primaryValue="x"), figure(flowCode="M", primaryValue=12_000.0), figure(flowCode="?")),
        ),
        ("baci/BACI_HS17_Y2021_V202301.csv", baci((2021, 352, 470, "030617", 1, 1), (2021, 352, 997, "030617", 2, 1))),
        ("aliases/one.csv", "kind,id,alias,document_id\ncountry,iso3:ISL,comtrade:997,example-register\n"),
        (
            "gdelt_events/20240918143000.export.CSV",
            export(event(1), event(2, event_code="057"), event(3, event_code="043")),
        ),
        (
            "gdelt_events/20240918144500.export.CSV",
            export(event(2, event_code="057", num_articles=9), event(4, source_url="https://example.org/news/2")),
        ),
        ("comtrade/malta-again.json", reply(figure(reporterCode=470, partnerCode=352, flowCode="M", primaryValue=1.0))),
        *RECORDED,
    ]
    lot = random.Random(8)  # noqa: S311
    lot.shuffle(changes)
    monkeypatch.setattr(parquet, "PARTED_ROWS", 0)
    few_rows = keyed.LEAST_ROWS
    monkeypatch.setattr(keyed, "FOR_AN_INPUT", 0)
    monkeypatch.setattr(keyed, "MANY_ROWS", 0)
    monkeypatch.setattr(keyed, "MOST_OF_A_TABLE", 1)
    monkeypatch.setattr(keyed, "WRITTEN_WHOLE", 0)
    done = []
    while changes:
        group: dict[str, str] = {}  # what one refresh finds: one file, or two
        for path, text in changes[: lot.choice((1, 2))]:
            if path in group:
                break
            group[path] = text
        del changes[: len(group)]
        for path, text in group.items():
            (raw / path).parent.mkdir(exist_ok=True)
            (raw / path).write_text(text)
        loaded = [(path, one.status) for one in refresh(settings).deliveries for path in one.paths if path in group]
        assert sorted(loaded) == [(path, OutcomeStatus.NEW) for path in sorted(group)]
        # all tables by key, and in turn as they are: small ones whole, where they are built at all
        monkeypatch.setattr(keyed, "LEAST_ROWS", 0 if len(done) % 2 else few_rows)
        star = refresh_star(settings, run_id=" and ".join(group))
        done.append((list(group), star.build.method, star.build.is_publishable, star.was_built))
        if len(done) % 3 == 0:  # a publication may follow several builds
            publish(settings, run_id=" and ".join(group))
            assert _not_as_their_sql_says(settings) == [], done
    assert [how for _, *how in done] == [["update", True, True]] * len(done)
    assert len(done) > 20
    publish(settings, run_id="updated")
    kept = tmp_path / "updated.duckdb"
    shutil.copyfile(settings.warehouse, kept)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            """
            create table main.mart_of_yesterday as select 1 as figure;
            insert into ops.built_tables by name select * replace (
                'model.entente.mart_of_yesterday' as node, 'main' as schema_name, 'mart_of_yesterday' as table_name
            ) from ops.built_tables limit 1;
            """
        )
    whole = refresh_star(settings, run_id="whole", force=True)
    assert (whole.build.method, whole.build.is_publishable) == ("whole", True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{kept}' as updated (read_only)")
        connection.execute(f"attach '{settings.warehouse}' as whole (read_only)")
        connection.execute(f"attach '{settings.serving / 'warehouse.duckdb'}' as published (read_only)")
        tables = connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = 'whole' and schema_name in ('main', 'evidence', 'intermediate', 'reference')
            """
        ).fetchall()
        assert len(tables) > 100
        assert ("main", "mart_of_yesterday") not in tables, "a publication would show it for ever"
        differing = [
            f"{other}.{schema}.{table}"
            for schema, table in tables
            for other in ("updated", *(["published"] if schema in ("main", "evidence") else []))
            if connection.execute(
                f"""
                select count(*) from (
                    (from whole.{schema}.{table} except all from {other}.{schema}.{table})
                    union all
                    (from {other}.{schema}.{table} except all from whole.{schema}.{table})
                )
                """  # noqa: S608
            ).fetchall()
            != [(0,)]
        ]
        assert differing == []
        years = settings.serving / "current" / "parquet" / "main.fct_trade_flow.parquet"
        assert {path.name for path in years.iterdir()} >= {"2020.parquet", "2021.parquet"}
        assert connection.execute(
            """
            select count(*) from (
                (from read_parquet($1) except all from published.main.fct_trade_flow)
                union all
                (from published.main.fct_trade_flow except all from read_parquet($1))
            )
            """,
            [str(years / "*.parquet")],
        ).fetchall() == [(0,)]
        for catalog in ("updated", "published"):
            assert connection.execute(
                """
                select count(*) from duckdb_columns()
                where database_name = ? and schema_name = 'main' and not internal and comment is null
                """,
                [catalog],
            ).fetchall() == [(0,)], "comments stay"


def test_what_dbt_compiled_makes_the_tables_that_dbt_makes(
    installation: Installation, first_run: dg.ExecuteInProcessResult, tmp_path: Path
) -> None:
    """Types, comments, contracts, rows."""
    assert first_run.success
    with installation.ledger() as connection:
        last = latest_build(connection)
    if last is None or last.run_id != "whole":  # as the test before leaves it
        refresh_star(installation.settings, run_id="whole", force=True)
    settings = replace(installation.settings, home=tmp_path / "home")
    settings.warehouse.parent.mkdir(parents=True)
    shutil.copyfile(installation.settings.warehouse, settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as connection:
        made = _catalog(connection)
        connection.execute("delete from ops.built_tables; update ops.builds set is_publishable = false")
    said: list[str] = []
    star = refresh_star(settings, run_id="by the plan", log=said.append)
    assert (star.build.method, star.build.is_publishable) == ("whole", True)
    assert star.outcome is not None
    assert any("tests are run" in words for words in said), "it was the plan"
    assert not any("by dbt" in words for words in said)
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert _catalog(connection) == made
        connection.execute(f"attach '{installation.settings.warehouse}' as by_dbt (read_only)")
        tables = connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = current_database()
                and schema_name in ('main', 'evidence', 'intermediate', 'reference')
            """
        ).fetchall()
        assert len(tables) > 200
        differing = [
            f"{schema}.{table}"
            for schema, table in tables
            if connection.execute(
                f"""
                (from {schema}.{table} except all from by_dbt.{schema}.{table})
                union all (from by_dbt.{schema}.{table} except all from {schema}.{table})
                """
            ).fetchall()
        ]
        assert differing == []


def _catalog(connection: duckdb.DuckDBPyConnection) -> Mapping[str, list[tuple[object, ...]]]:
    """Return what a database says of what is in it, but for the text of views: some lists in it have no order."""
    questions = {
        "tables": "schema_name, table_name, sql, comment from duckdb_tables()",
        "columns": """
            schema_name, table_name, column_index, column_name, data_type, is_nullable, comment from duckdb_columns()
        """,
        "views": "schema_name, view_name, comment from duckdb_views()",
        "constraints": "schema_name, table_name, constraint_text from duckdb_constraints()",
        "functions": "schema_name, function_name, parameters::varchar from duckdb_functions()",
    }
    return {
        name: connection.execute(
            f"select {question} where database_name = current_database() and schema_name <> 'ops' order by all"
        ).fetchall()
        for name, question in questions.items()
    }


def _not_as_their_sql_says(settings: Settings) -> list[str]:
    """Return the tables built by key that hold other rows than their SQL gives or their fingerprint says."""
    plan = prepare_plan()
    assert plan is not None
    by_key = [node for node in plan.nodes.values() if node.keyed or node.follows]
    assert len(by_key) > 70
    with duckdb.connect(str(settings.warehouse)) as connection:
        build = latest_build(connection)
        assert build is not None
        noted = read_contents(connection, build_number=build.number)
        assert noted is not None
        found = contents_of_tables(connection, replace(plan, nodes={node.unique_id: node for node in by_key}))
        wrong = []
        for node in by_key:
            if node.language == "python":
                with given_by_python(connection, node.name, node.code):
                    connection.execute("create or replace temp table told as from given_by_python")
            else:
                connection.execute(f"create or replace temp table told as ({node.code})")
            told = replace(plan, nodes={node.unique_id: replace(node, schema="temp", table="told")})
            if (
                not noted[node.unique_id]
                == found[node.unique_id]
                == contents_of_tables(connection, told)[node.unique_id]
            ):
                wrong.append(node.name)
        return wrong


def test_a_failing_test_is_told_in_words_and_keeps_readers_where_they_are(
    installation: Installation,
) -> None:
    before = installation.published
    with installation.ledger() as connection:
        connection.execute(
            "update ops.deliveries set rows_accepted = rows_accepted + 1 where delivery_id = "
            "(select min(delivery_id) from ops.deliveries where path = 'memberships/example.csv')"
        )
    star = refresh_star(installation.settings, run_id="a-run", select=["deliveries"])
    assert star.outcome is not None
    said = [node.in_words for node in star.outcome.at_fault]
    assert any("in every row" in words and "1 row at fault" in words for words in said), said
    with pytest.raises(AuditFailedError, match="1 row at fault"):
        publish(installation.settings, run_id="a-run")
    assert installation.published == before


def test_rows_that_do_not_add_up_stop_the_run_before_the_star(
    installation: Installation,
) -> None:
    before = installation.published
    with installation.ledger() as connection:
        built = latest_build(connection)
        # the one that the test before has tampered with
        (wrong,) = connection.execute(
            "select delivery_id, rows_read, rows_accepted, rows_rejected from ops.deliveries "
            "where status = 'loaded' and rows_read <> rows_accepted + rows_rejected"
        ).fetchall()
    result = installation.run()
    assert not result.success
    evaluation = checks(result, ADDS_UP)[LEDGER]
    assert (evaluation.passed, evaluation.blocking) == (False, True)
    delivery_id, read, accepted, rejected = wrong
    assert f"{delivery_id}: {read} read, {accepted} accepted, {rejected} in quarantine" in str(evaluation.description)
    with installation.ledger() as connection:
        assert latest_build(connection) == built, "nothing was built on it"
    assert installation.published == before


def test_every_variable_that_holds_a_secret_is_known_here() -> None:
    named = set()
    for path in (PROJECT_ROOT / "orchestration").rglob("*.py"):
        named |= set(re.findall(r'"(?:ENTENTE_)?([A-Z_]*(?:KEY|TOKEN|SECRET|PASSWORD|WEBHOOK))"', path.read_text()))
    assert {f"ENTENTE_{name}" for name in named} == SECRETS.keys()


def test_no_secret_is_in_what_whole_runs_leave_behind(
    installation: Installation, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fetched = installation.run("fetch_comtrade")
    assert not fetched.success, "nobody listens on port 9"
    server = PostgresTarget(url=f"postgresql://{CANARY}-user:{CANARY}-password@127.0.0.1:9/{CANARY}-database")
    assert not installation.run(COPY, postgres=server).success
    watch = build_alert_sensor()
    resources = {"settings": installation.settings, "webhook": Webhook.from_environment()}
    tick = watch.evaluate_tick(dg.build_sensor_context(instance=installation.instance, resources=resources))
    assert "fetch_comtrade" in (tick.skip_message or ""), "the alert that could not be sent"

    said = capfd.readouterr()
    assert f"{CANARY}-" not in (said.out + said.err + caplog.text).replace(f"{CANARY}-user", "")
    folders = [installation.settings.home, installation.settings.raw, Path(installation.instance.root_directory)]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert {"book.json", "runs.db", "warehouse.duckdb"} <= {path.name for path in files}
    assert any(path.suffix == ".jsonl" and "fetch_comtrade" in path.read_text() for path in files)
    for secret in ("key", "path", "token", "password"):
        told = [path for path in files if f"{CANARY}-{secret}".encode() in path.read_bytes()]
        assert told == [], f"{secret} is told"
    # a database compresses what it holds
    with duckdb.connect(str(installation.settings.serving / "warehouse.duckdb"), read_only=True) as published:
        tables = published.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert tables
        for schema, table in tables:
            shown = (
                published.table(f"{quoted(schema)}.{quoted(table)}")
                .set_alias("shown")
                .project("shown::varchar as line")
            )
            assert shown.filter(f"contains(line, '{CANARY}')").fetchall() == [], table
