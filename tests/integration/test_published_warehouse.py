"""From the shipped facts, broken rows and the real visits to the published file, by the newcomer's command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_ROOT
from orchestration.site.dyads import dyad_pages
from orchestration.site.publications import publication_pages
from orchestration.site.reference import read_reference
from tests.agreement_files import three_registers
from tests.readme_answers import ask, questions
from tests.trade_files import trade_of_two_islands

MEMBERSHIPS = """\
organization,member,event,occurred,document_id,locator
Example Union,Norway,joined,2001-05,example-register,1
Example Union,NO,joined,2001-13,example-register,2
Example Union,Congo,joined,2003,example-register,3
Example Union,fips:,joined,2004,example-register,4
Example Union,Atlantis,entered,2005,example-register,5
"""

TRIP = """\
<trip who="{who}" role="{role}"><id>{number}</id><role>{role}</role><name>{name}</name>
<start-date>{start}</start-date><end-date>{start}</end-date><country id="{country_id}">{country}</country>
<locale>{locale}</locale><remarks>{remarks}</remarks><last-modified-datetime/></trip>
"""
HAPPY = {
    "who": "happy-ann", "role": "president", "name": "Ann Happy", "start": "1909-01-29", "country_id": "korea-south",
    "country": "Korea, Republic of", "locale": "Seoul", "remarks": "[Visit made as President-elect.]",
}  # fmt: skip
MERRY = {
    "who": "merry-bob", "role": "secretary", "name": "Bob Merry", "start": "2021-05-20", "country_id": "denmark",
    "country": "Denmark (Greenland)", "locale": "Kangerlussuaq", "remarks": "Met everybody.",
}  # fmt: skip

LISTS = """\
organization,valid_on,member,status,document_id,locator
Border Commission,2010-01-01,Norway,,register-2010,1
Border Commission,2010-01-01,Sweden,observer,register-2010,2
Border Commission,2010-01-01,Finland,,register-2010,3
Border Commission,2020-01-01,iso3:NOR,,register-2020,1
Border Commission,2020-01-01,Kingdom of Sweden,,register-2020,2
Border Commission,2020-01-01,Denmark,observer,register-2020,3
Border Commission,2021-01-01,Atlantis,,register-2021,1
"""

STATEMENTS = """\
statement_id,speaker,on_behalf_of,made,stance,target_kind,target_id,document_id
india-against,A Minister,India,2024-01,opposes,agreement,pak-eaeu-free-trade-agreement,register-2020
india-for,A Minister,India,2025-05-03,supports,agreement,pak-eaeu-free-trade-agreement,register-2021
"""

REGISTERS = """\
document_id,kind,publisher,title,published,licence,redistributable
register-2010,official_statement,Border Commission,Register of 2010,2010-02-01,CC0-1.0,true
register-2020,official_statement,Border Commission,Register of 2020,2020-02-01,CC0-1.0,true
register-2021,official_statement,Border Commission,Register of 2021,2021-02-01,CC0-1.0,true
"""

PARTIES = """\
agreement_id,party,document_id
named-only,Iceland,register-2020
named-only,Denmark,register-2020
"""


@dataclass(frozen=True)
class Published:
    """An installation whose warehouse was published, and what the command said."""

    raw: Path
    home: Path
    output: str
    has_realdata: bool

    def run(self, command: str, *arguments: str) -> str:
        """Run one command of the project on this installation and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", command, *arguments],
            cwd=PROJECT_ROOT,
            # the real files give ten thousand pages; what stands on some of them is compared below
            env={
                **os.environ,
                "ENTENTE_RAW": str(self.raw),
                "ENTENTE_HOME": str(self.home),
                "ENTENTE_SITE": "no" if self.has_realdata else "yes",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the published file as a reader does."""
        return duckdb.connect(str(self.home / "serving" / "warehouse.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("installation")
    raw = folder / "raw"
    shutil.copytree(PROJECT_ROOT / "raw", raw, ignore=shutil.ignore_patterns("*report.txt"))
    (raw / "memberships" / "example [1].csv").write_text(MEMBERSHIPS)
    (raw / "membership_lists" / "border.csv").write_text(LISTS)
    (raw / "documents" / "registers.csv").write_text(REGISTERS)
    (raw / "statements" / "treaty.csv").write_text(STATEMENTS)
    (raw / "agreement_parties" / "named.csv").write_text(PARTIES)
    realdata = Path(os.environ.get("ENTENTE_REALDATA") or PROJECT_ROOT.parent / "shared" / "data")
    visits = realdata / "history_at_state" / "visits"
    if visits.is_dir():
        shutil.copytree(visits, raw / "state_visits", dirs_exist_ok=True)
        (raw / "desta" / "2022-06-01").mkdir(parents=True)
        shutil.copy(realdata / "desta" / "DESTA.csv", raw / "desta" / "2022-06-01")
        shutil.copytree(realdata / "gdelt", raw / "gdelt_events")
    for day, happy, merry in (("2016-01-01", "7", "Travel-9-secretary"), ("2018-01-01", "6", "9")):
        for trip in (HAPPY | {"number": happy}, MERRY | {"number": merry}):
            path = raw / "state_travels" / day / f"{trip['role']}-travels" / f"{trip['who']}.xml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"<trips>{TRIP.format(**trip)}</trips>")
    for name, content in {**trade_of_two_islands(), **three_registers()}.items():
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text(content)
    published = Published(raw=raw, home=folder / "home", output="", has_realdata=visits.is_dir())
    return Published(raw=raw, home=folder / "home", output=published.run("warehouse"), has_realdata=visits.is_dir())


@pytest.fixture(scope="module")
def warehouse(published: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    with published.connect() as connection:
        yield connection


def test_every_answer_in_the_readme_is_what_the_warehouse_answers(warehouse: duckdb.DuckDBPyConnection) -> None:
    asked = questions((PROJECT_ROOT / "README.md").read_text())
    assert len(asked) >= 5
    for question in asked:
        assert question.answer == ask(warehouse, question.sql), question.sql


def test_every_answer_in_the_cookbook_is_what_the_warehouse_answers(warehouse: duckdb.DuckDBPyConnection) -> None:
    asked = questions((PROJECT_ROOT / "docs" / "cookbook.md").read_text())
    assert len(asked) >= 30
    for question in asked:
        assert question.answer == ask(warehouse, question.sql), question.sql


def test_every_published_fact_leads_to_the_licence_of_its_document(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = warehouse.execute(
        """
        select table_name from duckdb_columns()
        where schema_name = 'main' and column_name = 'document_id'
            and (table_name like 'fct_%' or table_name like 'bridge_%' or table_name like 'metric_%')
        order by table_name
        """
    ).fetchall()
    assert len(tables) >= 15
    for (table,) in tables:
        lost = warehouse.table(table).join(
            warehouse.table("dim_document").project("document_id"), "document_id", "anti"
        )
        assert lost.fetchall() == [], table
    silent = warehouse.execute(
        "select document_id from dim_document where is_delivered and (licence is null or redistributable is null)"
    ).fetchall()
    assert silent == []


def test_what_may_not_be_passed_on_can_be_left_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    may_go = warehouse.execute(
        """
        select count(*) filter (where dyad_code = 'PAK-RUS'), count(*) filter (where not document.redistributable)
        from bridge_fact_dyad join dim_document as document using (document_id)
        where document.redistributable
        """
    ).fetchall()
    assert may_go == [(0, 0)]


FACTS = {
    "1 the visit": (
        "select 1 from fct_meeting_participation where meeting_id = 'overchuk-islamabad-2024-09' and person = "
        "'Alexei Overchuk' and represents_code = 'RUS' and office = 'Deputy Prime Minister'"
    ),
    "1 with a delegation": (
        "select 1 from fct_meeting_participation where meeting_id = 'overchuk-islamabad-2024-09' and person "
        "is null and represents_code = 'RUS'"
    ),
    "2 the press conference": (
        "select 1 from fct_meeting join fct_meeting_participation using (meeting_id) where kind = "
        "'press_conference' and parent_meeting_id = 'overchuk-islamabad-2024-09' and person = 'Ishaq Dar' and "
        "office = 'Foreign Minister'"
    ),
    "3 support for the bid": (
        "select 1 from fct_statement where speaker = 'Alexei Overchuk' and stance = 'supports' and "
        "on_behalf_of_code = 'RUS' and target_kind = 'membership' and target_is_delivered and modality = "
        "'asserted'"
    ),
    "4 the bid": (
        "select 1 from fct_membership_event where organization_id = 'brics' and member_code = 'PAK' and event "
        "= 'applied'"
    ),
    "4 no member": (
        "select 1 where not exists (select 1 from fct_membership_spell where organization_id = 'brics' and "
        "member_code = 'PAK' and status = 'member')"
    ),
    "5 nine members": (
        "select 1 where (select list(distinct member_code order by member_code) from fct_membership_spell "
        "where organization_id = 'brics' and status = 'member') = ['ARE', 'BRA', 'CHN', 'EGY', 'ETH', 'IND', "
        "'IRN', 'RUS', 'ZAF']"
    ),
    "6 the memorandum": (
        "select 1 from fct_agreement_lifecycle where instrument_type = 'memorandum_of_understanding' and "
        "title like '%economic cooperation%' and status = 'concluded' and status_modality = 'asserted' and "
        "is_binding is null and not binding_presumed and concluded_at_meeting_id = "
        "'overchuk-islamabad-2024-09' and concluded_at_modality = 'inferred'"
    ),
    "7 the exchanges": (
        "select 1 from fct_agreement_lifecycle join bridge_agreement_party as a using (agreement_id) join "
        "bridge_agreement_party as b using (agreement_id) where a.party_code = 'pmex' and b.party_code = "
        "'spimex' and a.party_kind = 'organization' and status_modality = 'inferred'"
    ),
    "8 a billion": (
        "select 1 from fct_trade_flow where dyad_code = 'PAK-RUS' and reporter_code is null and direction = "
        "'total' and operator = '~' and value = 1e9 and currency = 'USD' and basis = 'unknown' and "
        "period_edtf = '2023?' and modality = 'inferred'"
    ),
    "9 below 20 %": (
        "select 1 from fct_indicator where indicator = 'national_currency_settlement_share' and dyad_code = "
        "'PAK-RUS' and period_edtf = '2022' and operator = '<' and value = 20 and value_upper = 20 and unit = "
        "'percent'"
    ),
    "9 over 80 %": (
        "select 1 from fct_indicator where indicator = 'national_currency_settlement_share' and dyad_code = "
        "'PAK-RUS' and period_edtf = '2024-01/2024-06' and operator = '>' and value = 80 and value_upper is "
        "null"
    ),
    "10 the steel mill": (
        "select 1 from fct_project_event where project_id = 'karachi-steel-mill' and event = 'proposed' and "
        "place = 'Karachi' and sector is not null"
    ),
    "11 the shortfall": "select 1 from fct_indicator where country_code = 'PAK' and value = 3.1 and unit = 'Mt'",
    "12 direct contacts": "select 1 from fct_statement where speaker = 'Alexei Overchuk' and stance = 'calls_for'",
    "13 five fields": (
        "select 1 from bridge_fact_topic where subject_id = 'overchuk-islamabad-2024-09' and topic_code in "
        "('traditional-energy', 'clean-energy', 'transport', 'agriculture', 'medicine') having count(*) = 5"
    ),
    "14 a free trade agreement": (
        "select 1 from fct_agreement_lifecycle join bridge_agreement_party using (agreement_id) where "
        "instrument_type = 'free_trade_agreement' and status = 'proposed' and status_modality = "
        "'hypothetical' and party_code = 'eurasian-economic-union'"
    ),
    "15 the talks": (
        "select 1 from fct_meeting join fct_meeting_participation using (meeting_id) where fct_meeting.kind = "
        "'bilateral_talks' and parent_meeting_id = 'overchuk-islamabad-2024-09' and person = 'Asim Munir' and "
        "office = 'Chief of Army Staff'"
    ),
    "16 defence ties": "select 1 from fct_statement where speaker = 'Asim Munir' and stance = 'reaffirms'",
    "17 by both sides": (
        "select 1 from fct_statement where stance = 'reaffirms' and speaker is null and on_behalf_of_code in "
        "('PAK', 'RUS') having count(distinct on_behalf_of_code) = 2"
    ),
    "18 commended": (
        "select 1 from fct_statement where speaker = 'Alexei Overchuk' and stance = 'commends' and "
        "target_kind = 'organization'"
    ),
    "19 in other organisations": (
        "select 1 from bridge_fact_link where relation = 'discussed_at' and object_id = "
        "'overchuk-islamabad-2024-09' and subject_kind = 'organization' having count(*) = 2"
    ),
}


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_of_the_first_dossier_is_found(warehouse: duckdb.DuckDBPyConnection, fact: str) -> None:
    assert warehouse.execute(FACTS[fact]).fetchall()


def test_every_fact_of_the_dossier_has_its_document_and_paragraph(warehouse: duckdb.DuckDBPyConnection) -> None:
    claims = warehouse.execute(
        "select count(*), count(*) filter (locator similar to 'p[0-9]+') from evidence.claims "
        "where document_id = 'press-2024-09-overchuk' and feed <> 'documents'"
    ).fetchone()
    assert claims is not None
    assert claims[0] == claims[1] > 70


def test_broken_rows_among_good_ones_are_put_aside_with_their_reasons(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    delivery = warehouse.execute(
        "select rows_read, rows_accepted, rows_rejected from evidence.deliveries where feed = 'memberships'"
    ).fetchall()
    assert delivery == [(5, 2, 3)]
    rejected = warehouse.execute(
        "select row_number, column_name, found from evidence.rejected_rows order by all"
    ).fetchall()
    assert rejected == [(2, "occurred", "2001-13"), (4, "member", "fips:"), (5, "event", "entered")]
    report = (published.raw / "memberships" / "example [1].csv.report.txt").read_text()
    assert "Accepted: 2 of 5 rows" in report
    assert "2001-13" in report
    members = warehouse.execute(
        "select member_code, member_reported from fct_membership_event where organization_id = 'example-union' "
        "order by all"
    ).fetchall()
    assert members == [("NOR", "Norway"), ("unknown", "Congo")]


def test_lists_of_members_bound_who_joined_and_left_between_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    spells = warehouse.execute(
        "select member_code, status, began_edtf, ended_edtf, is_current from fct_membership_spell "
        "where organization_id = 'border-commission' and member_kind = 'country' order by member_code, began_latest"
    ).fetchall()
    assert spells == [
        ("DNK", "observer", "[2010-01-02..2020-01-01]", None, True),
        ("FIN", "member", "[..2010-01-01]", "[2010-01-02..2020-01-01]", False),
        ("NOR", "member", "[..2010-01-01]", None, True),
        ("SWE", "observer", "[..2010-01-01]", "[2010-01-02..2020-01-01]", False),
        ("SWE", "member", "[2010-01-02..2020-01-01]", None, True),
    ], "the list of 2021, with a name that nobody knows, proves no absence"


def test_who_supports_whose_bid_and_who_changed_sides_is_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    positions = warehouse.execute(
        """
        select holder_code, stance, target, previous_stance, changed_edtf, is_reversal, is_current
        from mart_position
        where holder_kind = 'country' and stance in ('supports', 'opposes')
        order by holder_code, began_earliest
        """
    ).fetchall()
    treaty = "Free trade agreement between Pakistan and the Eurasian Economic Union"
    assert positions == [
        ("IND", "opposes", treaty, None, None, False, False),
        ("IND", "supports", treaty, "opposes", "[2024-01-02..2025-05-03]", True, True),
        ("RUS", "supports", "membership of Pakistan in BRICS", None, None, False, True),
    ]


def test_the_share_settled_in_national_currencies_grew_by_an_interval(warehouse: duckdb.DuckDBPyConnection) -> None:
    change = (
        "select change_lower, is_change_lower_included, change_upper, is_change_upper_included, change_unit, direction "
        "from mart_indicator_change where dyad_code = 'PAK-RUS'"
    )
    assert warehouse.execute(change).fetchall() == [(60, False, 100, True, "percentage_point", "up")]


def test_the_pipeline_holds_what_is_only_imagined_planned_or_named(warehouse: duckdb.DuckDBPyConnection) -> None:
    items = dict(
        warehouse.execute(
            "select item_id, (coalesce(dyad_code, '-'), stage, status_modality, is_asserted) "
            "from mart_agreement_pipeline where item_id in ('pak-rus-economic-cooperation-mou-2024', "
            "'pmex-spimex-mou-2024', 'named-only', 'pak-eaeu-free-trade-agreement', 'karachi-steel-mill')"
        ).fetchall()
    )
    assert items == {
        "pak-rus-economic-cooperation-mou-2024": ("PAK-RUS", "concluded", "asserted", True),
        "pmex-spimex-mou-2024": ("PAK-RUS", "concluded", "inferred", False),
        "pak-eaeu-free-trade-agreement": ("-", "proposed", "hypothetical", False),
        "karachi-steel-mill": ("PAK-RUS", "proposed", "asserted", True),
        "named-only": ("DNK-ISL", "unknown", "asserted", True),
    }


def test_the_current_visits_are_those_of_the_last_delivery(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    visits = warehouse.execute("select count(*) from fct_meeting where meeting_id like 'us-state-visit-%'").fetchone()
    assert visits == (3264,)
    corrected = warehouse.execute(
        "select count(distinct fact_id) from evidence.claims where feed = 'state_visits' and fact_kind = 'meeting' "
        "and not is_current"
    ).fetchone()
    assert corrected is not None
    assert corrected[0] > 300


def test_a_travel_abroad_is_a_visit_of_an_official_to_the_country(warehouse: duckdb.DuckDBPyConnection) -> None:
    travels = warehouse.execute(
        """
        select meetings.meeting_id, meetings.title, meetings.place, meetings.country_code, people.person, people.office,
            people.represents_code, people.role, people.document_id
        from dim_meeting as meetings inner join fct_meeting_participation as people using (meeting_id)
        where meetings.meeting_id like 'us-state-travel-%' order by meetings.meeting_id
        """
    ).fetchall()
    source = "history-at-state-travels"
    assert travels == [
        ("us-state-travel-6", "Ann Happy in Korea, Republic of", "Seoul", "KOR", "Ann Happy", "President-elect", "USA",
         "guest", source),
        ("us-state-travel-9", "Bob Merry in Denmark (Greenland)", "Kangerlussuaq", "DNK", "Bob Merry",
         "Secretary of State", "USA", "guest", source),
    ]  # fmt: skip


DESTA = {
    "every entry speaks of an agreement": (
        "select count(distinct locator), count(distinct json_extract_string(attributes, '$.value')) "
        "from evidence.claims where feed = 'desta' and fact_kind = 'external_id'",
        [(1217, 1217)],
    ),
    "entries are agreements of their own but for withdrawals and consolidated texts": (
        "select instrument_type, parent_relation, count(*) from dim_agreement where agreement_id like 'desta-%' "
        "group by all order by all",
        [
            ("preferential_trade_agreement", "accedes_to", 1),
            ("preferential_trade_agreement", None, 842 + 81),
            ("protocol", "amends", 34),
            ("treaty", "accedes_to", 199),
        ],
    ),
    "each of the 30 withdrawals is a step of a party": (
        "select count(distinct locator), count(*), count(party_code) from fct_agreement_event where agreement_id like "
        "'desta-%' and event = 'withdrawn'",
        [(30, 51, 51)],
    ),
    "82 are negotiated and not dated": (
        "select count(*), count(occurred_edtf) from fct_agreement_event where agreement_id like 'desta-%' and event = "
        "'negotiating'",
        [(82, 0)],
    ),
    "every member is resolved": (
        "select count(*) filter (where party_kind <> 'country'), count(distinct party_code), "
        "count(*) filter (where party_code = 'ANT'), count(distinct agreement_id) filter (where party_code = 'XKX') "
        "from bridge_agreement_party where agreement_id like 'desta-%'",
        [(0, 222, 1, 7)],
    ),
    "a year stays a year": (
        "select count(*) from fct_agreement_event where agreement_id like 'desta-%' and occurred_precision <> 'year'",
        [(0,)],
    ),
    "the lineage of 434": (
        "select agreement_id, event, party_code, occurred_edtf, locator from fct_agreement_event "
        "where agreement_id like 'desta-434%' order by agreement_id, occurred_edtf",
        [
            ("desta-434", "signed", None, "1999", "number 434"),
            ("desta-434", "entered_into_force", None, "2001", "number 434"),
            ("desta-434", "acceded", "UZB", "2006", "number 434+1"),
            ("desta-434", "withdrawn", "UZB", "2008", "number 434_1"),
            ("desta-434-accession-1", "signed", None, "2006", "number 434+1"),
        ],
    ),
    "who left is no party today": (
        "select list(party_code order by party_code) filter (where status = 'in_force'), "
        "list(party_code) filter (where status = 'withdrawn') "
        "from fct_agreement_party_lifecycle where agreement_id = 'desta-434'",
        [(["BLR", "KAZ", "KGZ", "RUS", "TJK"], ["UZB"])],
    ),
    "who left and came back did so twice": (
        "select list(event || ' ' || occurred_edtf order by occurred_edtf) from fct_agreement_event "
        "where agreement_id = 'desta-672' and party_code = 'SYC'",
        [(["acceded 1997", "withdrawn 2004", "acceded 2008"],)],
    ),
}


@pytest.mark.parametrize(("sql", "answer"), DESTA.values(), ids=DESTA)
def test_the_entries_of_desta_are_the_lives_of_agreements(
    published: Published, warehouse: duckdb.DuckDBPyConnection, sql: str, answer: list[tuple[object, ...]]
) -> None:
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    assert warehouse.execute(sql).fetchall() == answer


@pytest.mark.realdata
def test_the_real_export_is_reduced_and_every_code_in_it_is_known(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    assert warehouse.execute(
        "select rows_accepted, artefact_rows, url_count, unknown_countries from mart_data_quality "
        "where feed = 'gdelt_events'"
    ).fetchall() == [(2111, 60, 425, 0)]
    assert warehouse.execute("select rows_without_a_country from mart_reported_event_reduction").fetchall() == [(1521,)]
    reduced, events, articles = warehouse.execute(
        """
        select reduced_rows, event_count, (select count(*) from evidence.reported_event_claim)
        from mart_reported_event_reduction
        """
    ).fetchall()[0]
    assert 0 < events < reduced == articles
    assert warehouse.execute("select count(*), sum(row_count) from fct_reported_event").fetchall() == [
        (events, reduced)
    ]


def test_what_was_known_on_a_day_is_what_had_been_said_by_then(warehouse: duckdb.DuckDBPyConnection) -> None:
    agreement = "agreement_id = 'pmex-spimex-mou-2024'"
    before, after, unrecorded = (
        warehouse.execute(f"select status, status_as_of from {call} where {agreement}").fetchall()  # noqa: S608 - the calls below
        for call in (
            "agreements_as_known_on('2024-09-29')",
            "agreements_as_known_on('2024-09-30')",
            "agreements_as_known_on('2024-09-30', basis := 'recorded')",
        )
    )
    assert (before, unrecorded) == ([], [])
    assert after == [("concluded", date(2024, 9, 30))]
    with pytest.raises(duckdb.InvalidInputException, match="'published' or 'recorded'"):
        warehouse.execute("select * from meetings_as_known_on('2024-09-30', basis := 'heard')").fetchall()


def test_what_is_known_today_is_the_fact_table(warehouse: duckdb.DuckDBPyConnection) -> None:
    for macro, table, dated in (
        ("agreements_as_known_on", "fct_agreement_lifecycle", "exclude (status_as_of)"),
        ("meetings_as_known_on", "fct_meeting", ""),
        ("memberships_as_known_on", "fct_membership_spell", ""),
        ("timeline_as_known_on", "mart_dyad_timeline", ""),
        ("trade_as_known_on", "fct_trade_flow", ""),
    ):
        # the last day on which anything was recorded
        today = "(select max(status_as_of) from fct_agreement_lifecycle), 'recorded'"
        known = f"select * {dated} from {macro}({today})"  # noqa: S608 - the names above
        current = f"select * {dated} from {table}"  # noqa: S608 - the names above
        for one, other in ((known, current), (current, known)):
            assert warehouse.execute(f"({one}) except all ({other})").fetchall() == []


def test_who_was_known_to_be_a_member_depends_on_the_lists_published_by_then(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first, second = (
        warehouse.execute(
            "select member_code, status, ended_edtf, is_current from memberships_as_known_on($day) "
            "where organization_id = 'border-commission' and member_code in ('FIN', 'SWE') order by all",
            {"day": day},
        ).fetchall()
        for day in ("2015-01-01", "2020-03-01")
    )
    assert first == [("FIN", "member", None, True), ("SWE", "observer", None, True)]
    left = "[2010-01-02..2020-01-01]"
    assert second == [
        ("FIN", "member", left, False),
        ("SWE", "member", None, True),
        ("SWE", "observer", left, False),
    ]


def test_a_timeline_held_only_what_had_been_said_by_then(warehouse: duckdb.DuckDBPyConnection) -> None:
    before, after = (
        warehouse.execute(
            "select count(*) from timeline_as_known_on($day) where dyad_code = 'PAK-RUS'", {"day": day}
        ).fetchone()
        for day in ("2024-09-29", "2024-09-30")
    )
    today = warehouse.execute("select count(*) from mart_dyad_timeline where dyad_code = 'PAK-RUS'").fetchone()
    assert before == (0,)
    assert after is not None
    assert today is not None
    assert 10 < after[0] <= today[0]


@pytest.mark.realdata
def test_a_coded_event_is_explained_by_its_articles(published: Published, warehouse: duckdb.DuckDBPyConnection) -> None:
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    event = warehouse.execute(
        "select fact_id, row_count from fct_reported_event order by row_count desc, fact_id limit 1"
    ).fetchone()
    assert event is not None
    answers = warehouse.execute(
        "select document_url, locator, delivery_id from explain('reported_event', $id)", {"id": event[0]}
    ).fetchall()
    assert len(answers) == event[1] > 1
    assert all(url and row and delivery for url, row, delivery in answers)


def test_each_complete_delivery_was_what_was_known_until_the_next(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    counts = warehouse.execute(
        """
        select as_of, rows_accepted, (
            select count(*) from evidence.meeting_version as known
            where known.clock = 'published' and meeting_id like 'us-state-visit-%'
                and known_from <= as_of and known_to > as_of
        )
        from evidence.deliveries where feed = 'state_visits' order by as_of
        """
    ).fetchall()
    assert len(counts) == 4
    assert [known for _, _, known in counts] == [rows for _, rows, _ in counts]


def test_a_correction_is_listed_with_both_values_and_a_fact_is_explained_by_its_claims(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    explained = warehouse.execute(
        "select fact_kind, is_winner, document_id, locator "
        "from explain('agreement', 'pmex-spimex-mou-2024') order by all"
    ).fetchall()
    assert {kind for kind, _, _, _ in explained} == {"agreement", "agreement_event", "agreement_party"}
    assert all(winner and document == "press-2024-09-overchuk" and place for _, winner, document, place in explained)
    added = warehouse.execute(
        "select distinct change from changes_between('2024-09-29', '2024-09-30') where new_document_id = ?",
        ["press-2024-09-overchuk"],
    ).fetchall()
    assert added == [("added",)]
    if not published.has_realdata:
        pytest.skip("the real files of others are not at hand (set ENTENTE_REALDATA)")
    corrected = warehouse.execute(
        "select count(*) from changes_between('2018-03-12', '2021-02-25') "
        "where change = 'corrected' and attribute = 'started_edtf' "
        "and old_value = '2006-03-30' and new_value = '2007-03-30'"
    ).fetchone()
    assert corrected == (1,)


def test_a_published_figure_is_explained_by_its_releases_and_its_revision_is_a_change(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    explained = warehouse.execute(
        "select is_winner, reason, locator, attributes ->> 'value', file.original_path "
        "from explain('trade', 'baci-hs17-2020-352-470-030617') as claim "
        "inner join evidence.files as file on claim.delivery_id = file.delivery_id and claim.file_sha256 = file.sha256 "
        "order by is_winner desc"
    ).fetchall()
    assert explained == [
        (True, "as released V202401, unchanged since V202301", "release V202401, row 1", "120000.0",
         "baci/BACI_HS17_Y2020_V202401_extract.csv"),
        (False, "no longer said: superseded or withdrawn", "release V202201, row 1", "100000.0",
         "baci/BACI_HS17_Y2020_V202201.csv"),
    ]  # fmt: skip
    changed = warehouse.execute(
        "select change, fact_id, attribute, old_value, new_value from changes_between('2023-01-30', '2023-01-31') "
        "where fact_kind = 'trade' and attribute is not null"
    ).fetchall()
    assert changed == [("corrected", "baci-hs17-2020-352-470-030617", "value", "100000.0", "120000.0")]
    assert warehouse.execute(
        "select change, fact_id, coalesce(old_value, new_value) ->> 'value', old_document_id, new_document_id "
        "from changes_between('2023-01-30', '2023-01-31') where fact_kind = 'trade' and attribute is null order by all"
    ).fetchall() == [
        ("added", "baci-hs17-2020-470-352-030619", "5000.0", None, "cepii-baci"),
        ("withdrawn", "baci-hs17-2020-352-470-030619", "50000.0", "cepii-baci", None),
    ]


def test_a_revised_figure_of_trade_is_a_new_version_and_the_older_release_can_be_asked(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first, second, today = (
        warehouse.execute(
            f"select commodity_code, value_usd, vintage from {table} where source = 'baci' "  # noqa: S608 - those below
            "and country_a_code = 'ISL' order by all"
        ).fetchall()
        for table in ("trade_as_known_on('2022-06-01')", "trade_as_known_on('2023-06-01')", "fct_trade_flow")
    )
    # a figure is known as of the last release that confirms it; as it was, by the release that first said so
    assert [row[:2] for row in first] == [("030617", 100_000.0), ("030619", 50_000.0)]
    assert [row[:2] for row in second] == [("030617", 120_000.0)]
    assert today == [("030617", 120_000.0, "V202401")]
    # what the extract lacks was not withdrawn, what the whole release lacks was
    assert warehouse.execute(
        "select country_a_code, commodity_code, value_usd, first_vintage, vintage, is_current "
        "from evidence.trade_flow_version where source = 'baci' and dyad_code = 'ISL-MLT' order by all"
    ).fetchall() == [
        ("ISL", "030617", 100_000.0, "V202201", "V202201", False),
        ("ISL", "030617", 120_000.0, "V202301", "V202401", True),
        ("ISL", "030619", 50_000.0, "V202201", "V202201", False),
        ("MLT", "030617", 10_000.0, "V202201", "V202301", True),
        ("MLT", "030619", 5_000.0, "V202301", "V202301", True),
    ]


def test_a_country_that_does_not_report_is_seen_through_its_partner(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        "select exporter_code, commodity_code, exporter_value_usd, exporter_basis, importer_value_usd, importer_basis, "
        "difference_usd, missing_side, reconciled_value_usd "
        "from fct_trade_mirror where dyad_code = 'ISL-MLT' order by all"
    ).fetchall() == [
        ("ISL", "030617", 90_000.0, "unknown", None, None, None, "importer", 120_000.0),
        ("ISL", "TOTAL", 118_000.0, "FOB", 130_000.0, "CIF", 12_000.0, "none", None),
        ("MLT", "TOTAL", None, None, 11_000.0, "CIF", None, "exporter", None),
    ]


def test_a_balance_takes_one_total_of_one_side_and_adds_nothing_to_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        "select country_code, exports_usd, exports_source, imports_usd, imports_source, balance_usd "
        "from mart_trade_balance where dyad_code = 'ISL-MLT' and period_edtf = '2020' order by all"
    ).fetchall() == [
        ("ISL", 118_000.0, "reported", 11_000.0, "reported", 107_000.0),
        ("MLT", 11_000.0, "mirror", 118_000.0, "mirror", -107_000.0),
    ]


def test_what_the_press_claims_of_trade_stands_beside_the_statistics(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        "select reported_value, by_country_a_usd, country_a_verdict, country_a_difference_lower_usd, "
        "country_a_difference_upper_usd, country_b_verdict, reconciled_usd, reconciled_verdict "
        "from mart_trade_claim_check where dyad_code = 'ISL-MLT'"
    ).fetchall() == [
        ("over 200 thousand dollars", 129_000.0, "above", 71_000.0, None, "no statistic", 135_000.0, "above")
    ]


def test_areas_that_are_no_country_are_kept_apart_and_estimates_are_marked(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select partner_reported, partner_code, dyad_code, is_total, is_aggregate, is_estimated, weight_kg "
        "from fct_trade_flow where source = 'comtrade' and reporter_code = 'ISL' and direction = 'export' order by all"
    ).fetchall() == [
        ("comtrade:0", "not_a_country", None, True, True, False, None),
        ("comtrade:470", "MLT", "ISL-MLT", False, False, False, None),
        ("comtrade:470", "MLT", "ISL-MLT", True, False, False, None),
        ("comtrade:470", "MLT", "ISL-MLT", True, False, True, 900.0),
        ("comtrade:899", "not_a_country", None, True, False, False, None),
    ]


def test_dollars_keep_the_rate_that_made_them_and_tonnes_become_kilograms(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select period_edtf, value, currency, value_usd, usd_per_unit, rate_kind, rate_count, rate_document_id, unit, "
        "weight_kg from fct_trade_flow where source = 'trade_observations' and dyad_code = 'MLT-NOR' order by all"
    ).fetchall() == [
        ("2020", 2500.0, None, None, None, None, None, None, "kg", 2500.0),
        (
            "2020-01/2020-02",
            1000.0,
            "NOK",
            100.0,
            0.1,
            "average_of_months",
            2,
            "datasets-exchange-rates",
            "money",
            None,
        ),
        ("2020-03", 1000.0, "NOK", None, None, None, None, None, "money", None),
    ]


# What the pages say against what the tables say, asked another way
COUNTS = {
    "timeline": "select count(distinct (fact_kind, fact_id)) from mart_dyad_timeline "
    "where dyad_code = $code and evidence_class = 'curated'",
    "agreements": "select count(*) from mart_agreement_pipeline "
    "where dyad_code = $code and item_kind = 'agreement' and evidence_class = 'curated'",
    "meetings": "select count(distinct meeting_id) from fct_meeting_participation as participation "
    "inner join bridge_fact_dyad as dyad on dyad.fact_id = participation.fact_id "
    "where dyad.dyad_code = $code and participation.evidence_class = 'curated'",
    "statements": "select count(*) from metric_statements_made where dyad_code = $code",
    "coded": "select count(*) from fct_reported_event where dyad_code = $code",
}


def test_the_pages_of_two_countries_say_what_the_tables_say(warehouse: duckdb.DuckDBPyConnection) -> None:
    reference = read_reference(warehouse)
    codes = [code for code in ("FRA-USA", "ISL-MLT", "PAK-RUS") if code in reference.dyads]
    for code, page in zip(codes, dyad_pages(warehouse, reference, codes), strict=True):
        shown = page.context
        entries = [entry for year in shown["entries"] for entry in year["entries"]]
        for section, count in {
            "timeline": len(entries) + (shown["entries_left_out"] or {"count": 0})["count"],
            "agreements": len(shown["agreements"]) + (shown["agreements_left_out"] or {"count": 0})["count"],
            "meetings": len(shown["meetings"]) + (shown["meetings_left_out"] or {"count": 0})["count"],
            "statements": len(shown["statements"]) + (shown["statements_left_out"] or {"count": 0})["count"],
            "coded": shown["coded_total"],
        }.items():
            assert warehouse.execute(COUNTS[section], {"code": code}).fetchall() == [(count,)], (code, section)
        for item in (*shown["agreements"], *shown["meetings"], *shown["statements"], *shown["projects"]):
            assert item["evidence"]["claims"], (code, item["id"])


def test_the_page_of_the_first_dossier_says_how_certain_it_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    (page,) = dyad_pages(warehouse, read_reference(warehouse), ["PAK-RUS"])
    brief = {line["name"]: f"{line['value']}: {line['words']}" for line in page.context["brief"]}
    assert brief["Agreements"] == "2: 1 concluded and 1 concluded by inference only"
    assert brief["Trade"].startswith("about 1 billion USD: in 2023, uncertain")
    assert [row["words"] for figure in page.context["figures"] for row in figure["rows"]] == ["under 20 %", "over 80 %"]
    assert [(row["organization"], row["a"][0]["status"]) for row in page.context["memberships"]] == [
        ("BRICS", "applicant")
    ]
    where = {item["title"]: item["evidence"]["claims"][0]["where"] for item in page.context["agreements"]}
    assert where["Memorandum of understanding on economic cooperation"] == "paragraph 4"


def test_index_and_quality_count_what_the_tables_hold(warehouse: duckdb.DuckDBPyConnection) -> None:
    reference = read_reference(warehouse)
    pages = {page.path: page.context for page in publication_pages(warehouse, reference, {"groups": []})}
    numbers = pages["index.html"]["numbers"]
    assert warehouse.execute(
        "select sum(rows_rejected) = $rejected, sum(current_claims) = $claims from mart_data_quality",
        {"rejected": numbers["rejected"], "claims": numbers["claims"]},
    ).fetchall() == [(True, True)]
    listed = pages["index.html"]["search"]["dyads"]
    assert sum(len(others.split(" ")) for others in listed.values()) == len(reference.dyads)
    assert {row["feed"] for row in pages["quality.html"]["feeds"]} == {
        feed for (feed,) in warehouse.execute("select feed from mart_data_quality").fetchall()
    }


def test_a_second_run_does_nothing_and_says_so(published: Published) -> None:
    before = (published.home / "serving" / "current").resolve()
    output = published.run("warehouse")
    assert re.search(r"\b0 new\b", output), output
    assert (published.home / "serving" / "current").resolve() == before


def test_the_published_tables_carry_their_meaning(warehouse: duckdb.DuckDBPyConnection) -> None:
    silent = warehouse.execute(
        """
        select schema_name, table_name, null from duckdb_tables() where comment is null
        union all
        select schema_name, table_name, column_name from duckdb_columns()
        where comment is null and schema_name in ('main', 'evidence') and not internal
        """
    ).fetchall()
    assert silent == []


def test_one_agreement_of_three_registers_is_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select agreement_id, signed_edtf, in_force_edtf, claim_count
        from fct_agreement_lifecycle where contains(agreement_id, '-fisheries') order by agreement_id
        """
    ).fetchall() == [
        ("days-fisheries", "1994-06-03", "1995-02-01", 3),
        ("days-fisheries-2004", "2004-06-03", None, 1),
        ("days-fisheries-protocol", "1994-06-03", None, 1),
    ]
    assert warehouse.execute(
        "select party_code from bridge_agreement_party where agreement_id = 'days-fisheries' order by party_code"
    ).fetchall() == [("ISL",), ("PER",)]


def test_every_id_of_an_agreement_leads_to_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    led = warehouse.execute(
        """
        select alias, agreement.agreement_id
        from fact_alias join dim_agreement as agreement using (fact_id)
        where fact_kind = 'agreement'
            and alias in ('days-fisheries', 'years-fisheries', 'party-fisheries', 'years-kept')
        order by alias
        """
    ).fetchall()
    assert led == [
        ("days-fisheries", "days-fisheries"), ("party-fisheries", "days-fisheries"),
        ("years-fisheries", "days-fisheries"), ("years-kept", "days-kept"),
    ]  # fmt: skip
    documents = warehouse.execute(
        "select distinct document_id from explain('agreement', 'years-fisheries') where fact_kind = 'agreement'"
    ).fetchall()
    assert len(documents) == 3


def test_matches_near_misses_and_decisions_can_be_reviewed(warehouse: duckdb.DuckDBPyConnection) -> None:
    reviewed = {
        (id_a, id_b): (rule, outcome, decision_reason)
        for id_a, id_b, rule, outcome, decision_reason in warehouse.execute(
            """
            select id_a, id_b, rule, outcome, decision_reason from evidence.identity_match
            where kind = 'agreement' and regexp_matches(id_a, '^(days|years|party)-') order by rule desc
            """
        ).fetchall()
    }
    assert reviewed["days-fisheries", "years-fisheries"] == ("scored_linkage", "joined", None)
    assert reviewed["days-slovak", "years-slovak"][:2] == ("scored_linkage", "near_miss")
    assert reviewed["days-cut", "years-cut"] == ("decision", "kept_apart", "The first was replaced in the same year.")
    assert reviewed["days-kept", "years-kept"][:2] == ("decision", "joined")
    assert warehouse.execute(
        """
        select outcome, decision_is_same, score > 0.9 from evidence.identity_match
        where rule = 'scored_linkage' and id_a = 'days-cut' and id_b = 'years-cut'
        """
    ).fetchall() == [("kept_apart", False, True)]


def test_two_events_of_one_person_on_one_day_are_pointed_out_and_stay_two(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if not published.has_realdata:
        pytest.skip("the real visits are not there")
    assert warehouse.execute(
        """
        select id_a, id_b, outcome from evidence.identity_match
        where kind = 'meeting' and rule = 'same_person_country_and_day' and contains(reason, 'gordon-brown')
        """
    ).fetchall() == [("us-state-visit-2044", "us-state-visit-2064", "pointed_out")]


def test_desta_s_own_treaties_amendments_and_accessions_are_all_two(
    published: Published, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if not published.has_realdata:
        pytest.skip("the real list of treaties is not there")
    assert (
        warehouse.execute(
            "select reported_id, canonical_id from evidence.identity_member where reported_id like 'desta-%'"
        ).fetchall()
        == []
    )
