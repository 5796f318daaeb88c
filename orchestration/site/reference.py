"""What any page may name: countries, organisations, documents, and which two countries have a page.

Belongs here: names and links, read once. Does not belong here: what one page shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from orchestration.site import questions
from orchestration.site.page import file_name
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.words import date_in_words, place_in_document, spoken, titled


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What any page may name."""

    countries: Mapping[str, Row]
    organizations: Mapping[str, str]
    documents: Mapping[str, Row]
    dyads: Mapping[str, Row]
    memberships: Mapping[str, Sequence[Row]]
    positions: Mapping[str, Sequence[Row]]
    partners: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def country(self, code: str | None) -> str:
        """Return the name of a country, or its code where the table lacks it."""
        return str(self.countries[code]["name"]) if code is not None and code in self.countries else str(code or "")

    def party(self, kind: str | None, code: str | None, reported: str | None) -> str:
        """Return the name of a party: a country, an organisation, or the text that led to neither."""
        if kind == "country" and code in self.countries:
            return self.country(code)
        if kind == "organization" and code in self.organizations:
            return self.organizations[code or ""]
        return reported or code or "not named"

    def document(self, document_id: str | None) -> dict[str, Any]:
        """Return what a link to a document says of it."""
        known = self.documents.get(document_id or "")
        if known is None:
            return {"id": document_id or "", "name": document_id or "no document", "href": None, "kind": "", "date": ""}
        return {
            "id": document_id,
            "name": document_name(known),
            "href": f"documents/{file_name(str(document_id))}.html",
            "kind": spoken(known["kind"]) or "kind not recorded",
            "date": date_in_words(known["published_edtf"]) if known["published_edtf"] else "",
            "publisher": known["publisher"],
            "licence": known["licence"] or "licence not known",
            "redistributable": known["redistributable"],
        }

    def dyad_href(self, dyad_code: str | None) -> str | None:
        """Return where a dyad's page is, or None where it has none."""
        return f"dyads/{file_name(dyad_code)}.html" if dyad_code and dyad_code in self.dyads else None

    def country_href(self, code: str | None) -> str | None:
        """Return where a country's page is, or None where it has none."""
        return f"countries/{file_name(code)}.html" if code and code in self.partners else None


def document_name(document: Row) -> str:
    """Return what to call a document: its title, else what and of when it is."""
    if document["title"]:
        return str(document["title"])
    kind = titled(document["kind"]) or "Document"
    when = f" of {date_in_words(document['published_edtf'])}" if document["published_edtf"] else ""
    return f"{kind}{when}, without a title" if document["is_delivered"] else f"{document['document_id']} (not recorded)"


def read_reference(connection: duckdb.DuckDBPyConnection) -> Reference:
    """Read what every page may name."""
    found = {name: ask(connection, sql) for name, sql in questions.REFERENCE.items()}
    partners: dict[str, list[Row]] = defaultdict(list)
    for dyad in found["dyads"]:
        partners[dyad["country_a_code"]].append(dyad)
        partners[dyad["country_b_code"]].append(dyad)
    memberships = grouped(ask(connection, questions.MEMBERSHIPS), "member_code")
    positions = grouped(ask(connection, questions.POSITIONS), "holder_code")
    countries = {row["country_code"]: row for row in found["countries"]}
    for code in (*memberships, *positions):
        if code in countries and code not in partners:
            partners[code] = []
    return Reference(
        countries=countries,
        organizations={row["organization_id"]: row["name"] or row["organization_id"] for row in found["organizations"]},
        documents={row["document_id"]: row for row in found["documents"]},
        dyads={row["dyad_code"]: row for row in found["dyads"]},
        memberships=memberships,
        positions=positions,
        partners={code: rows for code, rows in partners.items() if code in countries},
    )


def country_link(reference: Reference, code: str) -> dict[str, Any]:
    """Return what a link to a country needs; `href` is None where it has no page."""
    return {"code": code, "name": reference.country(code), "href": reference.country_href(code)}


def spell_in_words(reference: Reference, spell: Row) -> dict[str, Any]:
    """Return how and since when somebody stands to an organisation, and who says so."""
    return {
        "status": spoken(spell["status"]),
        "since": f"since {date_in_words(spell['began_edtf'])}" if spell["began_edtf"] else "date not given",
        "until": date_in_words(spell["ended_edtf"]) if spell["ended_edtf"] else "",
        "is_current": spell["is_current"],
        "is_ending_announced": spell["is_ending_announced"],
        "modality": spell["modality"],
        "has_conflict": spell["has_conflict"],
        "why": spell["winning_reason"],
        "otherwise": spell["contradicted_by"],
        "document": reference.document(spell["document_id"]),
        "where": place_in_document(spell["locator"]),
        "claim_count": spell["claim_count"],
    }


def state_in_words(status: str | None) -> str:
    """Return the state of an agreement as it is read."""
    return _STATES.get(status or "unknown", spoken(status))


_STATES: Final = {
    "unknown": "state not known",
    "signed": "signed, not yet binding",
    "ratified": "ratified, not yet in force",
    "provisionally_applied": "applied provisionally",
    "in_force": "in force",
    "negotiating": "under negotiation",
}


STANCES: Final = {
    "supports": "supports",
    "opposes": "opposes",
    "calls_for": "calls for",
    "commends": "commends",
    "reaffirms": "reaffirms",
    "denies": "denies",
}
