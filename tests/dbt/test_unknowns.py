"""What did not resolve is listed with what it most resembles, and one refresh after it was told, it is resolved.

Files are loaded as any file is; the models' own SQL runs on what landed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from orchestration.transformation.plan import Plan
from tests.order.histories import World
from tests.order.orders import Installation

FACTS = {
    "documents/a.csv": """\
document_id,kind,publisher,title,derived_from
gazette,official_statement,Gazette,The gazette,wire-9
""",
    "organizations/a.csv": """\
organization_id,name,kind,document_id
ruritanian-league,League of Ruritania,bloc,gazette
""",
    "people/a.csv": """\
person_id,name,office,represents,document_id
rupert-hentzau,Rupert Hentzau,Count,Norway,gazette
""",
    "agreements/a.csv": """\
agreement_id,title,instrument_type,parent_agreement_id,document_id
strelsau-pact,Pact of Strelsau,treaty,strelsau-paktt,gazette
""",
    "agreement_parties/a.csv": """\
agreement_id,party,document_id
strelsau-pact,Leauge of Ruritania,gazette
strelsau-pact,Icelandd,gazette
""",
    "meetings/a.csv": """\
meeting_id,kind,title,country,document_id
zenda-summit,summit,At Zenda,comtrade:998,gazette
""",
    # one id for two meetings, and one meeting of which the second document knows more
    "meetings/b.csv": """\
meeting_id,kind,title,country,started,document_id
taken,summit,A,Norway,2018-05-02,gazette
taken,summit,B,Iceland,2019-01,wire-9
refined,visit,A,Norway,2018,gazette
refined,bilateral_talks,A,NOR,2018-05-02,wire-9
""",
    "meeting_participants/a.csv": """\
meeting_id,person,represents,role,document_id
zenda-summit,Rupert Hentzaw,Norway,guest,gazette
zenda-sumit,Rupert Hentzau,Norway,guest,gazette
""",
    "memberships/a.csv": """\
organization,member,event,document_id
Ruritanian Leage,Norway,joined,gazette
""",
    "statements/a.csv": """\
statement_id,speaker,on_behalf_of,stance,target_kind,target_id,meeting_id,document_id
zenda-1,Rupert Hentzaw,Norway,supports,agreement,strelsau-paktt,zenda-sumit,gazette
""",
    "links/a.csv": """\
subject_kind,subject_id,relation,object_kind,object_id,document_id
agreement,strelsau-pact,concluded_at,meeting,zenda-sumit,gazette
""",
    "topics/a.csv": """\
subject_kind,subject_id,topic,document_id
meeting,zenda-summit,defense,gazette
""",
    "exchange_rates/a.csv": """\
currency,per,period,rate,kind,document_id
NOX,USD,2020,9,average,gazette
""",
    "trade_observations/a.csv": """\
reporter,partner,direction,commodity,classification,period,value,unit,currency,document_id
Norway,Iceland,export,9812,HS two thousand,2020,5,tonnnes,NOX,gazette
""",
}

ALIASES = """\
kind,id,alias,document_id
organization,ruritanian-league,Leauge of Ruritania,gazette
organization,ruritanian-league,Ruritanian Leage,gazette
country,iso3:ISL,Icelandd,gazette
country,iso3:NOR,comtrade:998,gazette
person,rupert-hentzau,Rupert Hentzaw,gazette
agreement,strelsau-pact,strelsau-paktt,gazette
meeting,zenda-summit,zenda-sumit,gazette
topic,defence,defense,gazette
currency,NOK,NOX,gazette
commodity,0306,9812,gazette
classification,H5,HS two thousand,gazette
unit,tonnes,tonnnes,gazette
"""

MISSING = """\
document_id,kind,publisher,title
wire-9,press_report,Wire,What the gazette copied
"""


def unknown(installation: Installation) -> dict[tuple[str, str, str], str | None]:
    with duckdb.connect(str(installation.settings.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select issue, kind, reported, min(best_candidate) from mart_unknown_reference group by all"
        ).fetchall()
    return {(issue, kind, reported): candidate for issue, kind, reported, candidate in rows}


def load(installation: Installation, files: Mapping[str, str]) -> None:
    installation.load(World({path: text.encode() for path, text in files.items()}), list(files))


@pytest.fixture(scope="module")
def installation(empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("unknowns") / "here", like=empty_warehouse)
    load(made, FACTS)
    return made


def test_what_was_told_is_resolved_at_the_next_refresh_and_an_id_used_for_two_things_stays_listed(
    installation: Installation, plan: Plan
) -> None:
    installation.build_from(plan)
    assert unknown(installation) == {
        ("unknown_name", "country_or_organization", "Leauge of Ruritania"): "ruritanian-league",
        ("unknown_name", "country_or_organization", "Icelandd"): "ISL",
        ("unknown_name", "country", "comtrade:998"): None,
        ("unknown_name", "person", "Rupert Hentzaw"): "rupert-hentzau",
        ("unknown_code", "topic", "defense"): "defence",
        ("unknown_code", "currency", "NOX"): "NOK",
        ("unknown_code", "commodity", "9812"): None,
        ("unknown_code", "classification", "HS two thousand"): None,
        ("unknown_code", "unit", "tonnnes"): "kg",
        ("dangling_id", "organization", "ruritanian-leage"): "ruritanian-league",
        ("dangling_id", "agreement", "strelsau-paktt"): "strelsau-pact",
        ("dangling_id", "meeting", "zenda-sumit"): "zenda-summit",
        ("dangling_id", "document", "wire-9"): None,
        ("id_collision", "meeting", "taken"): None,
    }

    load(installation, {"aliases/a.csv": ALIASES, "documents/b.csv": MISSING})
    installation.build_from(plan)
    assert unknown(installation) == {("id_collision", "meeting", "taken"): None}, "that one has to be corrected"
    with duckdb.connect(str(installation.settings.warehouse), read_only=True) as connection:
        (resolved,) = connection.execute(
            """
            select
                (select list(party_code order by party_code) from bridge_agreement_party),
                (select list(country_code) from fct_meeting where meeting_id = 'zenda-summit'),
                (select list(distinct person_id) from fct_meeting_participation),
                (select list(organization_id) from fct_membership_spell),
                (select list(target_id || ' at ' || meeting_id) from fct_statement),
                (select list(concluded_at_meeting_id) from fct_agreement_lifecycle),
                (select list(topic_code) from bridge_fact_topic),
                (select list(struct_pack(commodity_code, classification, unit, value, currency)) from fct_trade_flow),
                (select list(currency_code) from fct_exchange_rate)
            """
        ).fetchall()
        collisions = connection.execute(
            "select used_in, candidates, reference_count, document_count from mart_unknown_reference order by used_in"
        ).fetchall()
    assert collisions == [
        ("meeting.country_code", "ISL, NOR", 2, 2),
        ("meeting.started", "2018-05-02, 2019-01", 2, 2),
    ]
    assert resolved == (
        ["ISL", "ruritanian-league"], ["NOR"], ["rupert-hentzau"], ["ruritanian-league"],
        ["strelsau-pact at zenda-summit"], ["zenda-summit"], ["defence"],
        [{"commodity_code": "0306", "classification": "HS2017", "unit": "kg", "value": 5000.0, "currency": "NOK"}],
        ["NOK"],
    )  # fmt: skip


def test_of_many_unknown_ids_those_used_most_are_held_against_what_is_known(
    empty_warehouse: Path, tmp_path: Path, plan: Plan
) -> None:
    """Guests whose meetings have yet to come may be a hundred thousand, and so may be the meetings that are there."""
    known, unknown_ids, most = 2_500, 1_000, 2_000_000
    rows = [f"met-{number:05d},visit,Zenda,2018,gazette" for number in range(known)]
    guests = [f"dangling-{number:05d},Norway,guest,gazette" for number in range(unknown_ids)]
    guests += ["mett-00007,Norway,guest,gazette", "mett-00007,Iceland,guest,gazette"]
    made = Installation(tmp_path / "here", like=empty_warehouse)
    load(
        made,
        {
            "meetings/a.csv": "\n".join(["meeting_id,kind,title,started,document_id", *rows, ""]),
            "meeting_participants/a.csv": "\n".join(["meeting_id,represents,role,document_id", *guests, ""]),
        },
    )
    made.build_from(plan)
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as connection:
        of_meetings = "from mart_unknown_reference where kind = 'meeting'"
        assert connection.execute(f"select count(*) {of_meetings}").fetchall() == [(unknown_ids + 1,)]
        compared = connection.execute(f"select reported {of_meetings} and is_compared order by 1").fetchall()
        best = connection.execute(f"select best_candidate, is_compared {of_meetings} and reported = 'mett-00007'")
        assert best.fetchall() == [("met-00007", True)], "it is used twice"
    first = [(f"dangling-{number:05d}",) for number in range(most // known - 1)]
    assert compared == [*first, ("mett-00007",)], "then in the order of the ids"
