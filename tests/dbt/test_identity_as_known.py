"""Decisions on identity over time: what they merge, cut and take back is known from then on, on both clocks.

Three pairs of agreements, each in two dossiers and each concluded at a visit of its own: one pair is merged and later
cut, one stays merged, of one the decision is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.transformation.plan import Plan
from tests.order.histories import World
from tests.order.orders import Installation, differences

DOSSIER = """\
recorded_at: {recorded}
document: {{id: {name}-paper, kind: official_statement, published: {published}}}
meetings:
  - id: {name}-visit
    kind: visit
    title: Talks on {name}
    country: Malta
    started: 2020-05-01
    participants: [{{person: Ann {name}, represents: {guest}, role: guest}}]
agreements:
  - id: {name}-pact
    title: {title} {name}
    instrument_type: treaty
    parties: [Malta, {guest}]
    events: [{{event: {event}, occurred: 2020-05-01}}]
    links: [{{relation: concluded_at, to: {{meeting: {name}-visit}}}}]
"""
FIRST = {"title": "Accord about", "guest": "Iceland", "event": "signed",
         "published": "2020-05-06", "recorded": "2020-05-07T00:00:00Z"}  # fmt: skip
SECOND = {"title": "Compact of all", "guest": "Norway", "event": "entered_into_force",
          "published": "2021-02-03", "recorded": "2021-02-04T00:00:00Z"}  # fmt: skip
COLUMNS = "kind,id_a,id_b,same,decided_at,recorded_at,retracted,reason\n"
FILES = {
    **{f"dossiers/{name}.yaml": DOSSIER.format(name=name, **FIRST) for name in ("cod", "eel", "salmon")},
    **{f"dossiers/{name}.yaml": DOSSIER.format(name=name, **SECOND) for name in ("herring", "squid", "tuna")},
    "decisions/merged.csv": COLUMNS + """\
agreement,herring-pact,cod-pact,true,2023-03-02,2023-04-01T00:00:00Z,,One number in the register.
meeting,cod-visit,herring-visit,true,2023-03-02,2023-04-01T00:00:00Z,,One visit.
agreement,salmon-pact,tuna-pact,true,2023-03-02,2023-04-01T00:00:00Z,,One text.
agreement,eel-pact,squid-pact,true,2023-03-02,2023-04-01T00:00:00Z,,One text.
""",
    "decisions/cut.csv": COLUMNS + """\
agreement,cod-pact,herring-pact,false,2024-06-10,2024-07-01T00:00:00Z,,The texts differ.
meeting,cod-visit,herring-visit,false,2024-06-10,2024-07-01T00:00:00Z,,Two visits.
agreement,eel-pact,squid-pact,true,2023-03-02,2024-06-10T00:00:00Z,true,
""",
}  # fmt: skip

AGREEMENTS = """
    select agreement_id, title, status, party_count, claim_count, concluded_at_meeting_id
    from agreements_as_known_on($day, basis := $basis) where regexp_matches(agreement_id, $ids) order by agreement_id
"""
COD = ("cod-pact", "Accord about cod", "signed", 2, 1, "cod-visit")
HERRING = ("herring-pact", "Compact of all herring", "in_force", 2, 1, "herring-visit")
BOTH = ("cod-pact", "Compact of all herring", "in_force", 3, 2, "cod-visit")


@pytest.fixture(scope="module")
def loaded(
    plan: Plan, empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Installation, Installation]:
    """Two installations: one got all at once, the other one thing after the other, decisions first."""
    told = World()
    told.files.update({path: text.encode() for path, text in FILES.items()})
    found = []
    for name, batches in (("at-once", [list(FILES)]), ("one-by-one", [[path] for path in reversed(FILES)])):
        installation = Installation(tmp_path_factory.mktemp("decided") / name, like=empty_warehouse)
        for batch in batches:
            installation.load(told, batch)
        installation.build_from(plan)
        found.append(installation)
    return found[0], found[1]


@pytest.fixture(scope="module")
def warehouse(loaded: tuple[Installation, Installation]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(loaded[0].settings.warehouse), read_only=True) as connection:
        yield connection


def agreements(warehouse: duckdb.DuckDBPyConnection, ids: str, day: str, basis: str) -> list[tuple[object, ...]]:
    return warehouse.execute(AGREEMENTS, {"ids": ids, "day": day, "basis": basis}).fetchall()


@pytest.mark.parametrize(
    ("day", "published", "recorded"),
    [
        ("2020-05-06", [COD], []),
        ("2021-02-04", [COD, HERRING], [COD, HERRING]),
        ("2023-03-01", [COD, HERRING], [COD, HERRING]),
        ("2023-03-02", [BOTH], [COD, HERRING]),
        ("2023-03-31", [BOTH], [COD, HERRING]),
        ("2023-04-01", [BOTH], [BOTH]),
        ("2024-06-09", [BOTH], [BOTH]),
        ("2024-06-10", [COD, HERRING], [BOTH]),
        ("2024-07-01", [COD, HERRING], [COD, HERRING]),
        ("2026-01-01", [COD, HERRING], [COD, HERRING]),
    ],
)
def test_two_agreements_are_one_only_while_the_decision_was_known_and_not_replaced(
    warehouse: duckdb.DuckDBPyConnection, day: str, published: object, recorded: object
) -> None:
    assert agreements(warehouse, "^(cod|herring)-", day, "published") == published
    assert agreements(warehouse, "^(cod|herring)-", day, "recorded") == recorded


def test_a_decision_that_was_taken_back_merged_only_until_then(warehouse: duckdb.DuckDBPyConnection) -> None:
    def ids(day: str, basis: str) -> list[object]:
        return [row[0] for row in agreements(warehouse, "^(eel|squid)-", day, basis)]

    assert ids("2023-03-01", "published") == ["eel-pact", "squid-pact"]
    assert ids("2024-06-09", "published") == ids("2024-06-09", "recorded") == ["eel-pact"]
    assert ids("2024-06-10", "published") == ids("2024-06-10", "recorded") == ["eel-pact", "squid-pact"]
    assert warehouse.execute(
        "select agreement_id from fct_agreement_lifecycle "
        "where regexp_matches(agreement_id, '^(eel|squid)-') order by all"
    ).fetchall() == [("eel-pact",), ("squid-pact",)]


def test_two_meetings_are_one_with_the_participants_of_both_while_the_decision_stood(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    def meetings(day: str) -> list[tuple[object, ...]]:
        return warehouse.execute(
            "select meeting_id, participant_count from meetings_as_known_on($day) "
            "where regexp_matches(meeting_id, '^(cod|herring)-') order by all",
            {"day": day},
        ).fetchall()

    assert meetings("2023-03-01") == meetings("2024-06-10") == [("cod-visit", 1), ("herring-visit", 1)]
    assert meetings("2023-03-02") == meetings("2024-06-09") == [("cod-visit", 2)]


def test_the_timeline_of_two_countries_holds_an_agreement_of_both_only_while_it_was_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    def dyads(day: str) -> set[str]:
        rows = warehouse.execute(
            """
            select dyad_code from timeline_as_known_on($day)
            where fact_id in (
                select fact_id from evidence.fact_version
                where json_extract_string(attributes, '$.agreement_id') in ('cod-pact', 'herring-pact')
            )
            """,
            {"day": day},
        ).fetchall()  # fmt: skip
        return {str(code) for (code,) in rows}

    assert dyads("2023-03-01") == dyads("2024-06-10") == {"ISL-MLT", "MLT-NOR"}
    assert dyads("2023-03-02") == {"ISL-MLT", "MLT-NOR", "ISL-NOR"}


def changed(warehouse: duckdb.DuckDBPyConnection, day_before: str, last_day: str) -> list[tuple[object, ...]]:
    return warehouse.execute(
        """
        select
            change,
            coalesce(attribute, json_extract_string(coalesce(old_value, new_value), '$.agreement_id')),
            reason
        from changes_between($before, $last)
        where
            fact_kind = 'agreement' and (attribute is null or attribute = 'title') and regexp_matches(reason, 'cod|eel')
        order by all
        """,
        {"before": day_before, "last": last_day},
    ).fetchall()


def test_changes_between_tell_the_merge_the_cut_and_the_decisions_behind_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    merged = (
        "herring-pact is cod-pact by the decision of 2023-03-02 that cod-pact and herring-pact are one: "
        "One number in the register."
    )
    also = "squid-pact is eel-pact by the decision of 2023-03-02 that eel-pact and squid-pact are one: One text."
    cut = (
        "herring-pact is itself by the decision of 2024-06-10 that cod-pact and herring-pact are two: The texts differ."
    )
    back = (
        "squid-pact is itself by the decision of 2023-03-02 that eel-pact and squid-pact are one, "
        "which was taken back: One text."
    )
    assert changed(warehouse, "2023-03-01", "2023-03-02") == [
        ("corrected", "title", merged), ("corrected", "title", also),
        ("withdrawn", "herring-pact", merged), ("withdrawn", "squid-pact", also),
    ]  # fmt: skip
    assert changed(warehouse, "2024-06-09", "2024-06-10") == [
        ("added", "herring-pact", cut), ("added", "squid-pact", back),
        ("corrected", "title", cut), ("corrected", "title", back),
    ]  # fmt: skip
    assert changed(warehouse, "2020-01-01", "2023-03-01") == []


def test_what_claims_themselves_change_is_no_decision_s(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select count(*) > 10, count(reason) from changes_between('2020-01-01', '2022-01-01')
        where fact_kind in ('agreement', 'agreement_party', 'agreement_event', 'meeting', 'link')
        """
    ).fetchall() == [(True, 0)]


def test_a_merged_agreement_is_found_and_explained_under_every_id_that_it_had(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    led = warehouse.execute(
        """
        select alias, agreement.agreement_id from fact_alias join dim_agreement as agreement using (fact_id)
        where fact_kind = 'agreement' and alias in ('salmon-pact', 'tuna-pact', 'cod-pact', 'herring-pact')
            or alias in (
                select fact_id from evidence.fact_version
                where fact_kind = 'agreement' and json_extract_string(attributes, '$.agreement_id') = 'tuna-pact'
            )
        order by length(alias), alias
        """
    ).fetchall()
    assert led[:4] == [
        ("cod-pact", "cod-pact"), ("tuna-pact", "salmon-pact"), ("salmon-pact", "salmon-pact"),
        ("herring-pact", "herring-pact"),
    ]  # fmt: skip
    assert [agreement for _, agreement in led[4:]] == ["salmon-pact"]
    # the parties and steps of the one that is gone lead to those of what it became
    assert warehouse.execute(
        """
        select fact_kind, count(*), count(former.alias) from evidence.fact_version as versions
        left join fact_alias as former using (fact_kind)
        where json_extract_string(attributes, '$.agreement_id') = 'tuna-pact' and clock = 'published'
            and former.alias = versions.fact_id and former.fact_id <> versions.fact_id
        group by all order by all
        """
    ).fetchall() == [("agreement", 1, 1), ("agreement_event", 1, 1), ("agreement_party", 2, 2)]
    explained = warehouse.execute(
        """
        select document_id, is_current, is_winner, reason
        from explain('agreement', 'tuna-pact') where fact_kind = 'agreement' order by is_current, document_id
        """
    ).fetchall()
    assert explained == [
        ("tuna-paper", False, False, "of another fact today, by a decision on identity"),
        ("salmon-paper", True, False, "after the one before it: published later"),
        ("tuna-paper", True, True, "first: published later"),
    ]
    assert warehouse.execute(
        "select fact_kind, attributes from explain('decision', $id)",
        {"id": decision_id(warehouse, "salmon-pact")},
    ).fetchall()


def decision_id(warehouse: duckdb.DuckDBPyConnection, id_a: str) -> object:
    (row,) = warehouse.execute(
        "select fact_id from evidence.claims "
        "where fact_kind = 'decision' and json_extract_string(attributes, '$.id_a') = ?",
        [id_a],
    ).fetchall()
    return row[0]


def test_every_version_names_a_winning_claim_that_can_be_looked_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(
        """
        select
            count(*) filter (where winning_claim_id is not null) > 50,
            count(*) filter (where claims.claim_id is null)
        from evidence.fact_version as versions
        left join evidence.claims as claims on versions.winning_claim_id = claims.claim_id
        """
    ).fetchall() == [(True, 0)]


@pytest.mark.parametrize(
    ("version", "today", "key"),
    [
        ("evidence.agreement_version", "fct_agreement_lifecycle", "agreement_id"),
        ("evidence.meeting_version", "fct_meeting", "meeting_id"),
        ("evidence.timeline_version", "mart_dyad_timeline", "fact_id"),
    ],
)
def test_the_tables_of_today_are_the_versions_that_are_current(
    warehouse: duckdb.DuckDBPyConnection, version: str, today: str, key: str
) -> None:
    current, all_of_today = (
        warehouse.execute(f"select {key} from {rows} order by all").fetchall()  # noqa: S608 - tables of this test
        for rows in (f"{version} where is_current and clock = 'recorded'", today)
    )
    assert current == all_of_today != []


def test_decisions_and_dossiers_in_another_order_give_the_same_facts_and_versions(
    loaded: tuple[Installation, Installation],
) -> None:
    one, other = loaded
    found = differences(one.settings, other.settings, same_receipts=False)
    assert not found, "\n".join(found)
