"""Agreements that three registers record, each in its own way: native feeds of our own making."""

from __future__ import annotations

from collections.abc import Mapping

AGREEMENTS = {
    "register-of-days": """\
document_id,agreement_id,title,instrument_type
register-of-days,days-fisheries,Iceland Peru Fisheries Agreement,treaty
register-of-days,days-fisheries-protocol,Iceland Peru Fisheries Agreement Second Protocol,protocol
register-of-days,days-fisheries-2004,Iceland Peru Fisheries Agreement,treaty
register-of-days,days-cut,Chad Mali Cattle Agreement,treaty
register-of-days,days-kept,Norway Ghana Shipping,treaty
register-of-days,days-slovak,Estonia Slovak Republic Rivers Convention,treaty
""",
    "register-of-years": """\
document_id,agreement_id,title
register-of-years,years-fisheries,Iceland Peru Fisheries Agreement1994
register-of-years,years-cut,Chad Mali Cattle Agreement1987
register-of-years,years-kept,Understanding on Vessels
register-of-years,years-slovak,Estonia Slovakia Rivers Convention
""",
    "register-by-party": """\
document_id,agreement_id,title
register-by-party,party-fisheries,Peru Iceland Fisheries Agreement
""",
}
EVENTS = """\
document_id,agreement_id,event,occurred
register-of-days,days-fisheries,signed,1994-06-03
register-of-days,days-fisheries,entered_into_force,1995-02-01
register-of-days,days-fisheries-protocol,signed,1994-06-03
register-of-days,days-fisheries-2004,signed,2004-06-03
register-of-days,days-cut,signed,1987-04-09
register-of-days,days-cut,entered_into_force,1988-04-09
register-of-days,days-kept,signed,1971-04-09
register-of-days,days-slovak,signed,1999-04-09
register-of-years,years-fisheries,signed,1994
register-of-years,years-fisheries,entered_into_force,1995
register-of-years,years-cut,signed,1987-01-01
register-of-years,years-cut,entered_into_force,1988-01-01
register-of-years,years-kept,signed,1971-01-01
register-of-years,years-slovak,signed,1999
register-by-party,party-fisheries,signed,1994-06-03
register-by-party,party-fisheries,entered_into_force,1995-02-01
"""
PARTIES = """\
document_id,agreement_id,party
register-of-days,days-fisheries,Iceland
register-of-days,days-fisheries,Peru
register-by-party,party-fisheries,iso3:PER
register-by-party,party-fisheries,Republic of Iceland
"""
DECISIONS = """\
kind,id_a,id_b,same,decided_at,reason
agreement,years-cut,days-cut,false,2025-03-01,The first was replaced in the same year.
agreement,years-kept,days-kept,true,2025-03-02,The register of years translates its title.
"""


def three_registers() -> Mapping[str, str]:
    """Return the files by their path below `raw/`."""
    return {
        **{f"agreements/{register}.csv": content for register, content in AGREEMENTS.items()},
        "agreement_events/registers.csv": EVENTS,
        "agreement_parties/registers.csv": PARTIES,
        "decisions/registers.csv": DECISIONS,
    }
