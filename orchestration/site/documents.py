"""The page of a document: what it is, and everything that it says.

Belongs here: choosing and wording what the page shows. Does not belong here: whether its claims win (dbt).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb

from orchestration.site import questions
from orchestration.site.evidence import NOT_SAID, attributes
from orchestration.site.page import Page, as_sql, file_name, left_out
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.reference import Reference, document_name
from orchestration.site.words import date_in_words, place_in_document, spoken, titled, web_address


def document_pages(connection: duckdb.DuckDBPyConnection, reference: Reference, ids: Sequence[str]) -> Iterator[Page]:
    """Make the pages of some documents."""
    claims = grouped(
        ask(connection, questions.DOCUMENT_CLAIMS, {"ids": list(ids), "bound": questions.DOCUMENT_ROWS}),
        "document_id",
    )
    statistics = {row["document_id"]: row["figures"] for row in ask(connection, questions.DOCUMENT_TRADE)}
    for document_id in ids:
        yield _document_page(reference, document_id, claims.get(document_id, ()), statistics.get(document_id, 0))


def _document_page(reference: Reference, document_id: str, claims: Sequence[Row], statistics: int) -> Page:
    document = reference.documents[document_id]
    places: list[dict[str, Any]] = []
    for row in claims:
        where = place_in_document(row["locator"]) or "no place given"
        if not places or places[-1]["where"] != where:
            places.append({"where": where, "claims": []})
        places[-1]["claims"].append(
            {
                "kind": spoken(row["fact_kind"]),
                "title": _title(row),
                "modality": row["modality"],
                "attributed_to": row["attributed_to"],
                "is_winner": row["is_winner"],
                "reason": row["reason"],
                "dyad": row["dyad_code"] if reference.dyad_href(row["dyad_code"]) else None,
                "href": reference.dyad_href(row["dyad_code"]),
            }
        )
    may = {True: "may be passed on", False: "may not be passed on", None: "not known whether it may be passed on"}
    context = {
        "id": document_id,
        "title": document_name(document),
        "publisher": document["publisher"],
        "kind": titled(document["kind"]),
        "language": document["language"],
        "published": date_in_words(document["published_edtf"]),
        "licence": document["licence"] or "not known",
        "redistributable": may[document["redistributable"]],
        "url": web_address(document["url"]),
        "url_refused": document["url"] if document["url"] and not web_address(document["url"]) else "",
        "derived_from": reference.document(document["derived_from_document_id"])
        if document["derived_from_document_id"]
        else None,
        "is_delivered": document["is_delivered"],
        "places": places,
        "total": claims[0]["total"] if claims else 0,
        "statistics": statistics,
        "statistics_sql": f"from fct_trade_flow where document_id = {as_sql(document_id)}",
        "left_out": left_out(claims, "from evidence.claims where document_id = {} and is_current", document_id),
    }
    return Page(path=f"documents/{file_name(document_id)}.html", template="document.html", context=context)


def _title(row: Row) -> str:
    if not row["title"]:
        return _said(row)
    step = titled(attributes(row).get("event")) if row["fact_kind"] in ("agreement_event", "project_event") else ""
    return f"{step}: {row['title']}" if step else str(row["title"])


def _said(row: Row) -> str:
    """Return what a claim says, attribute by attribute, where no timeline has words for it."""
    parts = []
    for name, value in attributes(row).items():
        if value is None or name in NOT_SAID or name.startswith("reported_") or name.endswith("_kind"):
            continue
        words = date_in_words(str(value)) if name.endswith("_edtf") else spoken(str(value))
        parts.append(f"{spoken(name.removesuffix('_edtf').removesuffix('_reported').removesuffix('_id'))} {words}")
    return ", ".join(parts[:6])


def documents_context(reference: Reference) -> dict[str, Any]:
    """Return what the list of documents shows: the latest published first."""
    shown = sorted(
        reference.documents.values(),
        key=lambda row: (
            row["published_latest"] is None,
            -(row["published_latest"] or date.min).toordinal(),
            row["document_id"],
        ),
    )
    return {
        "documents": [
            reference.document(row["document_id"]) | {"is_delivered": row["is_delivered"]} for row in shown[:500]
        ],
        "left_out": {
            "count": len(shown) - 500,
            "total": len(shown),
            "sql": "from dim_document",
        }
        if len(shown) > 500
        else None,
    }
