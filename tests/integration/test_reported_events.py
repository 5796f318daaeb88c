"""From GDELT exports to the published star: machine-coded events beside what people recorded, never in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_ROOT
from tests.gdelt_files import export, row, zipped

NORDIC = {"actor1_country_code": "NOR", "actor2_country_code": "SWE", "action_geo_country_code": "SW"}
MORNING = export(
    row(1, **NORDIC, event_code="042", source_url="https://example.org/a", num_articles=3, avg_tone=2),
    row(2, **NORDIC, event_code="043", source_url="https://example.org/a", num_articles=1, avg_tone=-2),
    row(3, **NORDIC, event_code="057", source_url="https://example.org/b"),
    row(4, **{**NORDIC, "actor2_country_code": "DNK"}, event_code="041", source_url="https://example.org/c"),
    row(5, **NORDIC, event_code="040", event_date="20230918"),
    row(6, **{**NORDIC, "action_geo_country_code": "ZQ"}, event_code="061"),
    row(7, **NORDIC, event_code="190"),
    row(8, **{**NORDIC, "actor2_country_code": "EUR"}),
    row(9, **{**NORDIC, "actor2_country_code": "QQQ"}),
    row(10, **{**NORDIC, "actor2_country_code": ""}),
    row(12, **NORDIC, event_date="20240231"),
    row(13, **NORDIC, date_added="20240231000000"),
)
NOON = export(row(11, **NORDIC, event_code="042", source_url="https://example.org/d", date_added="20240918120000"))
RECORDED = {
    "meetings": "document_id,meeting_id,kind,title,started,ended,country\n"
    "register,royal-visit,visit,A royal visit,2024-09-17,2024-09-19,Sweden\n"
    "register,telephone-call,call,A call,2024-09-18,,\n",
    "meeting_participants": "document_id,meeting_id,represents,role\n"
    "register,royal-visit,Norway,guest\nregister,telephone-call,Norway,\nregister,telephone-call,Sweden,\n",
    "agreements": "document_id,agreement_id,title,instrument_type\nregister,border-treaty,A border treaty,treaty\n",
    "agreement_parties": "document_id,agreement_id,party\n"
    "register,border-treaty,Norway\nregister,border-treaty,Sweden\n",
    "agreement_events": "document_id,agreement_id,event,occurred\nregister,border-treaty,signed,2024-09-18\n",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of an installation that holds recorded facts and, one of them twice, two exports."""
    folder = tmp_path_factory.mktemp("installation")
    files: dict[str, bytes] = {f"{feed}/nordic.csv": text.encode() for feed, text in RECORDED.items()}
    files["gdelt_events/20240918100000.export.CSV"] = MORNING.encode()
    files["gdelt_events/20240918100000.export.CSV.zip"] = zipped(MORNING)
    files["gdelt_events/20240918120000.export.CSV.zip"] = zipped(NOON)
    for path, data in files.items():
        target: Path = folder / "raw" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "warehouse"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "ENTENTE_RAW": str(folder / "raw"), "ENTENTE_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(folder / "home" / "serving" / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_rows_become_events_of_a_dyad_a_class_and_a_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select dyad_code, event_class, event_class_name, occurred_on::varchar, row_count, claim_count,
            is_relative_date_artefact
        from fct_reported_event order by occurred_on, event_class, dyad_code
        """
    ).fetchall() == [
        ("NOR-SWE", "040", "Consult, not specified below", "2023-09-18", 1, 1, True),
        ("DNK-NOR", "041", "Discuss by telephone", "2024-09-18", 1, 1, False),
        ("NOR-SWE", "057", "Sign formal agreement", "2024-09-18", 1, 1, False),
        ("NOR-SWE", "061", "Cooperate economically", "2024-09-18", 1, 1, False),
        ("NOR-SWE", "visit", "Make or host a visit", "2024-09-18", 3, 2, False),
    ]


def test_an_event_says_who_acted_where_and_in_which_tone(warehouse: duckdb.DuckDBPyConnection) -> None:
    # row 2 says that Norway hosts, rows 1 and 11 that it visits: both sides act
    assert warehouse.execute(
        """
        select source_code, place_country_code, place_country_codes, article_count, average_tone,
            first_added_at::varchar, last_added_at::varchar
        from fct_reported_event where event_class = 'visit'
        """
    ).fetchall() == [(None, "SWE", "SWE", 8, 1.25, "2024-09-18 12:00:00", "2024-09-18 14:30:00")]
    assert warehouse.execute(
        "select source_code, target_code, place_country_code from fct_reported_event where event_class = '061'"
    ).fetchall() == [("NOR", "SWE", "unknown")]


def test_every_article_behind_an_event_leads_to_its_file_and_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select claims.global_event_id, claims.source_url, deliveries.dataset_key, claims.row_number
        from evidence.reported_event_claim as claims
        join fct_reported_event using (fact_id)
        join evidence.deliveries using (delivery_id)
        where fct_reported_event.event_class = 'visit' order by 1
        """
    ).fetchall() == [
        (1, "https://example.org/a", "20240918100000", 1),
        (2, "https://example.org/a", "20240918100000", 2),
        (11, "https://example.org/d", "20240918120000", 1),
    ]


def test_an_event_corroborates_what_people_recorded_of_that_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select event_class, corroborates_meeting_id, corroborates_agreement_id from fct_reported_event
        where corroborates_meeting_id is not null or corroborates_agreement_id is not null order by 1
        """
    ).fetchall() == [("057", None, "border-treaty"), ("visit", "royal-visit", None)]


def test_what_people_recorded_is_as_they_recorded_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select meeting_id, title, started_edtf, ended_edtf, claim_count, has_conflict, evidence_class
        from fct_meeting where evidence_class = 'curated' order by 1
        """
    ).fetchall() == [
        ("royal-visit", "A royal visit", "2024-09-17", "2024-09-19", 1, False, "curated"),
        ("telephone-call", "A call", "2024-09-18", None, 1, False, "curated"),
    ]
    assert warehouse.execute(
        "select agreement_id, signed_edtf, party_count from fct_agreement_lifecycle where evidence_class = 'curated'"
    ).fetchall() == [("border-treaty", "2024-09-18", 2)]
    assert warehouse.execute("select count(*) from evidence.claims where feed <> 'gdelt_events'").fetchone() == (9,)


def test_machine_coded_meetings_and_signatures_are_facts_of_their_own_with_one_claim_each(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    coded = "evidence_class = 'machine_coded'"
    assert warehouse.execute(
        f"select meeting_id, kind, started_edtf, country_count, claim_count from fct_meeting where {coded} order by 1"  # noqa: S608
    ).fetchall() == [
        ("gdelt-040-nor-swe-2023-09-18", "bilateral_talks", "2023-09-18?", 2, 1),
        ("gdelt-041-dnk-nor-2024-09-18", "call", "2024-09-18", 2, 1),
        ("gdelt-visit-nor-swe-2024-09-18", "visit", "2024-09-18", 2, 1),
    ]
    assert warehouse.execute(
        f"select agreement_id, status, signed_edtf, country_count from fct_agreement_lifecycle where {coded}"  # noqa: S608
    ).fetchall() == [("gdelt-057-nor-swe-2024-09-18", "signed", "2024-09-18", 2)]
    assert warehouse.execute(
        "select fact_kind, count(*) from evidence.claims where feed = 'gdelt_events' group by 1 order by 1"
    ).fetchall() == [
        ("agreement", 1),
        ("agreement_event", 1),
        ("agreement_party", 2),
        ("meeting", 3),
        ("meeting_participation", 6),
    ]


def test_the_timeline_and_the_counts_keep_machine_coded_events_apart(warehouse: duckdb.DuckDBPyConnection) -> None:
    timeline = (
        "select subject_id from mart_dyad_timeline where dyad_code = 'NOR-SWE' and evidence_class = $class order by 1"
    )
    assert warehouse.execute(timeline, {"class": "curated"}).fetchall() == [
        ("border-treaty",),
        ("royal-visit",),
        ("telephone-call",),
    ]
    assert len(warehouse.execute(timeline, {"class": "machine_coded"}).fetchall()) == 3
    assert warehouse.execute(
        """
        select meetings_held, meetings_held_machine_coded, agreements_signed, agreements_signed_machine_coded
        from mart_dyad_month where dyad_code = 'NOR-SWE' and month_edtf = '2024-09'
        """
    ).fetchall() == [(2, 1, 1, 1)]
    assert warehouse.execute(
        "select item_id, item_count from mart_agreement_pipeline where dyad_code = 'NOR-SWE'"
    ).fetchall() == [("border-treaty", 1)]


def test_the_reduction_and_the_unknown_codes_are_shown(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select rows_accepted, rows_between_countries, rows_of_cooperation, reduced_rows, artefact_rows, url_count,
            event_count, unknown_countries
        from mart_data_quality where feed = 'gdelt_events'
        """
    ).fetchall() == [(25, 19, 23, 13, 2, 5, 5, 4)]
    assert warehouse.execute(
        "select released_on::varchar, row_count, rows_without_a_day, event_count from mart_reported_event_reduction"
    ).fetchall() == [("2024-09-18", 25, 4, 5)]
    assert warehouse.execute(
        "select reported, used_in, reference_count from mart_unknown_reference where used_in like 'gdelt%' order by 1"
    ).fetchall() == [
        ("cameo:QQQ", "gdelt_events.actor2_country", 2),
        ("fips:ZQ", "gdelt_events.action_geo_country", 2),
    ]
