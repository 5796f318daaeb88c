"""The page of a country: with whom anything is recorded, and what concerns it alone.

Belongs here: choosing and wording what the page shows. Does not belong here: what it has with another one (`dyads`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from orchestration.site import questions
from orchestration.site.page import Page, as_sql, file_name, left_out
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.reference import STANCES, Reference, country_link, spell_in_words, state_in_words
from orchestration.site.words import bounded_in_words, counted, date_in_words, place_in_document, spoken, titled


def country_pages(connection: duckdb.DuckDBPyConnection, reference: Reference) -> Iterator[Page]:
    """Make a page for every country of which anything is known."""
    agreements = grouped(ask(connection, questions.COUNTRY_AGREEMENTS, {"bound": 60}), "country_code")
    figures = grouped(ask(connection, questions.COUNTRY_FIGURES, {"bound": questions.FIGURE_ROWS}), "country_code")
    for code in sorted(reference.partners):
        yield _country_page(reference, code, agreements.get(code, ()), figures.get(code, ()))


def _country_page(reference: Reference, code: str, agreements: Sequence[Row], figures: Sequence[Row]) -> Page:
    country = reference.countries[code]
    partners = sorted(
        reference.partners[code],
        key=lambda row: (-row["entries"], -row["trade_periods"], -row["coded_events"], row["dyad_code"]),
    )
    context = {
        "code": code,
        "title": country["name"],
        "official_name": country["official_name"],
        "kind": spoken(country["kind"]),
        "began": date_in_words(country["began_edtf"]) if country["began_edtf"] else "",
        "ended": date_in_words(country["ended_edtf"]) if country["ended_edtf"] else "",
        "successors": [
            country_link(reference, successor)
            for successor in (country["successor_codes"] or "").replace(" ", "").split(",")
            if successor
        ],
        "partners": [
            {
                "name": dyad["country_b_name"] if dyad["country_a_code"] == code else dyad["country_a_name"],
                "href": reference.dyad_href(dyad["dyad_code"]),
                "entries": dyad["entries"],
                "latest": str(dyad["latest"].year) if dyad["latest"] else "",
                "trade_periods": dyad["trade_periods"],
                "coded_events": dyad["coded_events"],
            }
            for dyad in partners
        ],
        "memberships": [
            {"organization": reference.organizations.get(spell["organization_id"], spell["organization_id"])}
            | spell_in_words(reference, spell)
            for spell in list(reference.memberships.get(code, ()))[:200]
        ],
        "memberships_total": len(reference.memberships.get(code, ())),
        "memberships_sql": f"from fct_membership_spell where member_code = {as_sql(code)}",
        "positions": [
            {
                "stance": STANCES.get(row["stance"], spoken(row["stance"])),
                "stance_code": row["stance"],
                "target": row["target"] or "what the document does not name",
                "since": date_in_words(row["began_edtf"]),
                "is_current": row["is_current"],
                "is_reversal": row["is_reversal"],
                "modality": row["modality"],
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
                "where": place_in_document(row["locator"]),
            }
            for row in list(reference.positions.get(code, ()))[:100]
        ],
        "positions_total": len(reference.positions.get(code, ())),
        "positions_sql": f"from mart_position where holder_code = {as_sql(code)}",
        "agreements": [
            {
                "title": row["title"],
                "state": state_in_words(row["status"]),
                "modality": row["status_modality"] or "unknown",
                "since": date_in_words(row["status_since_edtf"]) if row["status_since_edtf"] else "",
                "parties": counted(row["party_count"], "party"),
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
                "where": place_in_document(row["locator"]),
            }
            for row in agreements
        ],
        "agreements_left_out": left_out(
            agreements,
            "from fct_agreement_lifecycle where agreement_id in "
            "(select agreement_id from bridge_agreement_party where party_code = {})",
            code,
        ),
        "figures": [
            {
                "name": titled(row["indicator"]),
                "period": date_in_words(row["period_edtf"]),
                "words": bounded_in_words(row["operator"], row["value"], row["unit"]),
                "reported": row["reported_value"],
                "modality": row["modality"],
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
                "where": place_in_document(row["locator"]),
            }
            for row in figures
        ],
        "figures_left_out": left_out(figures, "from fct_indicator where country_code = {}", code),
    }
    return Page(path=f"countries/{file_name(code)}.html", template="country.html", context=context)
