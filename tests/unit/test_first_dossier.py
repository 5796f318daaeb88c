"""The first dossier: all that the report says is in its rows, and what a reader infers is kept apart."""

from __future__ import annotations

import csv

import jsonschema
import pytest
import yaml

from orchestration import edtf
from orchestration.contracts import NATIVE, ColumnType
from orchestration.contracts.json_schema import dossier_schema
from orchestration.dossiers import DossierRow, expand
from orchestration.settings import PROJECT_ROOT

PATH = PROJECT_ROOT / "raw/dossiers/2024-09-pakistan-russia.yaml"
TEXT = PATH.read_text(encoding="utf-8")
EXPANSION = expand(TEXT, file_name=PATH.name)

VISIT = "overchuk-islamabad-2024-09"
TALKS = "overchuk-munir-2024-09"
ECONOMIC = "pak-rus-economic-cooperation-mou-2024"
EXCHANGES = "pmex-spimex-mou-2024"
FREE_TRADE = "pak-eaeu-free-trade-agreement"


def rows(feed: str, **values: str) -> list[DossierRow]:
    """Return the rows of a feed that say all of this."""
    return [
        row
        for row in EXPANSION.rows
        if row.feed == feed and all(row.values.get(name) == value for name, value in values.items())
    ]


def row(feed: str, **values: str) -> DossierRow:
    """Return the one row of a feed that says all of this."""
    [found] = rows(feed, **values)
    return found


def modality(found: DossierRow) -> str:
    return found.values.get("modality", "asserted")


def topics(kind: str, subject: str) -> set[str]:
    return {found.values["topic"] for found in rows("topics", subject_kind=kind, subject_id=subject)}


def parties(agreement_id: str) -> set[str]:
    return {found.values["party"] for found in rows("agreement_parties", agreement_id=agreement_id)}


def participants(meeting_id: str) -> set[tuple[str | None, ...]]:
    return {
        tuple(found.values.get(name) for name in ("person", "office", "represents", "role"))
        for found in rows("meeting_participants", meeting_id=meeting_id)
    }


OVERCHUK = ("Alexei Overchuk", "Deputy Prime Minister", "Russia", "guest")


def test_nothing_in_it_is_amiss() -> None:
    assert EXPANSION.messages() == ()


def test_an_editor_finds_nothing_amiss_either() -> None:
    jsonschema.Draft7Validator(dossier_schema()).validate(yaml.load(TEXT, Loader=yaml.CBaseLoader))  # noqa: S506


def test_every_row_follows_its_contract() -> None:
    for found in EXPANSION.rows:
        contract = NATIVE[found.feed]
        assert set(contract.required) <= set(found.values)
        assert all(any(name in found.values for name in group) for group in contract.at_least_one)
        for name, text in found.values.items():
            column = contract.column(name)
            assert not column.allowed or text in column.allowed
            if column.type is ColumnType.EDTF:
                edtf.parse(text)
            if column.type is ColumnType.DECIMAL:
                float(text)


def test_the_report_is_described_as_what_it_is() -> None:
    document = row("documents").values
    assert document["kind"] == "press_report"
    assert document["published"] == "2024-09?"
    assert document["language"] == "en"
    assert document["redistributable"] == "false"


def test_every_fact_has_its_document_its_paragraph_and_its_day_of_recording() -> None:
    for found in EXPANSION.rows:
        assert found.values["document_id"] == "press-2024-09-overchuk"
        assert found.values["recorded_at"] == "2026-11-23"
        assert found.feed == "documents" or found.values["locator"].startswith("p")


def test_paragraphs_are_those_of_the_order_of_the_facts() -> None:
    assert row("meetings", meeting_id=VISIT).values["locator"] == "p1"
    assert {
        found.values["locator"] for found in rows("indicators", indicator="national_currency_settlement_share")
    } == {"p6"}
    numbers = {int(found.values["locator"][1:]) for found in EXPANSION.rows[1:]}
    assert numbers == set(range(1, max(numbers) + 1))


def test_only_what_a_reader_concludes_is_inferred() -> None:
    inferred = {(found.feed, found.values["locator"]) for found in EXPANSION.rows if modality(found) == "inferred"}
    assert inferred == {("links", "p4"), ("agreement_events", "p4"), ("trade_observations", "p5")}
    assert [modality(found) for found in rows("links", relation="concluded_at", subject_id=ECONOMIC)] == ["inferred"]
    assert modality(row("agreement_events", agreement_id=EXCHANGES)) == "inferred"
    hypothetical = {found.values["locator"] for found in EXPANSION.rows if modality(found) == "hypothetical"}
    assert hypothetical == {"p10"}


def test_whether_an_instrument_binds_is_left_empty() -> None:
    assert len(rows("agreements")) == 3
    assert all("is_binding" not in found.values for found in rows("agreements"))


# The nineteen facts


def test_fact_1_overchuk_visited_islamabad_with_a_delegation() -> None:
    visit = row("meetings", meeting_id=VISIT).values
    assert (visit["kind"], visit["started"], visit["place"], visit["country"]) == (
        "visit",
        "2024-09?",
        "Islamabad",
        "Pakistan",
    )
    assert participants(VISIT) == {OVERCHUK, (None, None, "Russia", "guest")}


def test_fact_2_a_joint_press_conference_with_ishaq_dar_was_part_of_the_visit() -> None:
    conference = row("meetings", kind="press_conference").values
    assert conference["parent_meeting_id"] == VISIT
    assert participants(conference["meeting_id"]) == {OVERCHUK, ("Ishaq Dar", "Foreign Minister", "Pakistan", "host")}


def test_fact_3_overchuk_supports_the_bid_for_brics() -> None:
    statement = row("statements", stance="supports")
    assert statement.values["speaker"] == "Alexei Overchuk"
    assert statement.values["on_behalf_of"] == "Russia"
    assert modality(statement) == "asserted"
    target = row("memberships", fact_id=statement.values["target_id"])
    assert statement.values["target_kind"] == "membership"
    assert target.values["member"] == "Pakistan"


def test_fact_4_pakistan_has_applied_and_is_no_member() -> None:
    assert row("memberships", organization="BRICS", member="Pakistan").values["event"] == "applied"


def test_fact_5_nine_countries_joined_brics() -> None:
    assert {found.values["member"] for found in rows("memberships", organization="BRICS", event="joined")} == {
        "Brazil",
        "Russia",
        "India",
        "China",
        "South Africa",
        "Iran",
        "Egypt",
        "Ethiopia",
        "United Arab Emirates",
    }


def test_fact_6_a_memorandum_on_economic_cooperation_was_signed() -> None:
    assert row("agreements", agreement_id=ECONOMIC).values["instrument_type"] == "memorandum_of_understanding"
    assert parties(ECONOMIC) == {"Pakistan", "Russia"}
    assert modality(row("agreement_events", agreement_id=ECONOMIC, event="signed")) == "asserted"
    assert topics("agreement", ECONOMIC) >= {"trade", "industry"}
    link = row("links", subject_kind="agreement", subject_id=ECONOMIC, relation="concluded_at")
    assert (link.values["object_kind"], link.values["object_id"]) == ("meeting", VISIT)


def test_fact_7_two_exchanges_have_a_memorandum_of_which_it_is_not_said_that_it_is_signed() -> None:
    names = parties(EXCHANGES)
    assert names == {"Pakistan Mercantile Exchange", "Saint Petersburg International Mercantile Exchange"}
    exchanges = [row("organizations", name=name).values for name in names]
    assert {exchange["country"] for exchange in exchanges} == {"Pakistan", "Russia"}
    assert {exchange["kind"] for exchange in exchanges} == {"exchange"}
    assert {found.values["alias"] for found in rows("aliases")} == {"PMEX", "SPIMEX"}
    assert modality(row("agreement_events", agreement_id=EXCHANGES, event="signed")) == "inferred"
    assert topics("agreement", EXCHANGES) == {"finance"}


def test_fact_8_trade_was_about_a_billion_dollars() -> None:
    trade = row("trade_observations").values
    assert "reporter" not in trade
    assert {trade["country_a"], trade["country_b"]} == {"Pakistan", "Russia"}
    assert (trade["direction"], trade["operator"], trade["value"]) == ("total", "~", "1000000000")
    assert (trade["currency"], trade["basis"], trade["period"]) == ("USD", "unknown", "2023?")
    assert trade["reported_value"] == "1 billion USD"


@pytest.mark.parametrize(("period", "operator", "value"), [("2022", "<", "20"), ("2024-01/2024-06", ">", "80")])
def test_fact_9_the_share_settled_in_national_currencies_rose(period: str, operator: str, value: str) -> None:
    share = row("indicators", indicator="national_currency_settlement_share", period=period).values
    assert (share["operator"], share["value"], share["unit"]) == (operator, value, "percent")
    assert {share["country_a"], share["country_b"]} == {"Pakistan", "Russia"}


def test_fact_10_a_steel_mill_in_karachi_is_proposed_with_russian_cooperation() -> None:
    mill = row("projects", project_id="karachi-steel-mill").values
    assert (mill["event"], mill["place"], mill["sector"], mill["country"]) == (
        "proposed",
        "Karachi",
        "steel",
        "Pakistan",
    )
    assert row("links", subject_kind="project").values["object_id"] == "iso3:RUS"


def test_fact_11_steel_falls_short_of_demand() -> None:
    gap = row("indicators", indicator="steel_supply_gap").values
    assert (gap["country_a"], gap["operator"], gap["value"], gap["unit"]) == ("Pakistan", "=", "3.1", "Mt")
    assert "country_b" not in gap


def test_fact_12_overchuk_calls_for_direct_contacts() -> None:
    statement = row("statements", stance="calls_for").values
    assert statement["speaker"] == "Alexei Overchuk"
    assert topics("statement", statement["statement_id"]) == {"people-to-people"}


def test_fact_13_five_fields_of_cooperation_were_discussed_on_the_visit() -> None:
    assert topics("meeting", VISIT) >= {"traditional-energy", "clean-energy", "transport", "agriculture", "medicine"}


def test_fact_14_a_free_trade_agreement_with_the_eurasian_economic_union_could_follow() -> None:
    assert row("agreements", agreement_id=FREE_TRADE).values["instrument_type"] == "free_trade_agreement"
    assert parties(FREE_TRADE) == {"Pakistan", "Eurasian Economic Union"}
    assert row("organizations", name="Eurasian Economic Union").values["kind"] == "bloc"
    assert modality(row("agreement_events", agreement_id=FREE_TRADE, event="proposed")) == "hypothetical"


def test_fact_15_overchuk_met_the_chief_of_army_staff() -> None:
    talks = row("meetings", kind="bilateral_talks").values
    assert (talks["meeting_id"], talks["parent_meeting_id"]) == (TALKS, VISIT)
    assert participants(TALKS) == {OVERCHUK, ("Asim Munir", "Chief of Army Staff", "Pakistan", "host")}
    assert topics("meeting", TALKS) == {"security", "regional-stability"}


def test_fact_16_munir_reaffirms_defence_ties() -> None:
    statement = row("statements", speaker="Asim Munir").values
    assert (statement["stance"], statement["on_behalf_of"]) == ("reaffirms", "Pakistan")
    assert topics("statement", statement["statement_id"]) == {"defence"}


def test_fact_17_both_sides_want_more_cooperation_in_security() -> None:
    both = [found.values for found in rows("statements", stance="reaffirms") if "speaker" not in found.values]
    assert {statement["on_behalf_of"] for statement in both} == {"Pakistan", "Russia"}
    for statement in both:
        assert topics("statement", statement["statement_id"]) == {"security", "peacekeeping", "counter-terrorism"}


def test_fact_18_overchuk_commends_the_armed_forces_of_pakistan() -> None:
    statement = row("statements", stance="commends").values
    assert (statement["speaker"], statement["target_kind"]) == ("Alexei Overchuk", "organization")
    target = row("organizations", organization_id=statement["target_id"]).values
    assert (target["kind"], target["country"]) == ("armed_force", "Pakistan")
    assert topics("statement", statement["statement_id"]) == {"counter-terrorism", "regional-stability"}


def test_fact_19_the_shanghai_organisation_and_the_united_nations_were_discussed() -> None:
    discussed = {found.values["subject_id"] for found in rows("links", relation="discussed_at", object_id=VISIT)}
    assert discussed == {"shanghai-cooperation-organisation", "united-nations"}
    assert "multilateral-cooperation" in topics("meeting", VISIT)


# What it points at


def test_whatever_it_points_at_it_also_describes() -> None:
    known = {
        "agreement": {found.values["agreement_id"] for found in rows("agreements")},
        "meeting": {found.values["meeting_id"] for found in rows("meetings")},
        "organization": {found.values["organization_id"] for found in rows("organizations")},
        "statement": {found.values["statement_id"] for found in rows("statements")},
        "project": {found.values["project_id"] for found in rows("projects")},
        "membership": {found.values["fact_id"] for found in rows("memberships") if "fact_id" in found.values},
        "country": {"iso3:RUS"},
    }
    for found in EXPANSION.rows:
        for end in ("subject", "object", "target"):
            kind = found.values.get(f"{end}_kind")
            assert kind is None or found.values[f"{end}_id"] in known[kind]


def test_every_topic_is_in_the_taxonomy_and_every_parent_too() -> None:
    with (PROJECT_ROOT / "dbt_project/seeds/topics.csv").open(encoding="utf-8", newline="") as file:
        taxonomy = {line["topic"]: line for line in csv.DictReader(file)}
    assert {found.values["topic"] for found in rows("topics")} <= set(taxonomy)
    assert {line["parent_topic"] for line in taxonomy.values()} <= {"", *taxonomy}


def test_everybody_at_a_meeting_or_quoted_is_described() -> None:
    names = {found.values["name"] for found in rows("people")}
    assert {found.values["person"] for found in rows("meeting_participants") if "person" in found.values} == names
    assert {found.values["speaker"] for found in rows("statements") if "speaker" in found.values} <= names
