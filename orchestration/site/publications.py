"""The pages that are about the publication itself: index, data quality, what changed.

Belongs here: everything that names the publication. Other pages do not, so that they stay the same in the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import duckdb

from orchestration.site import questions
from orchestration.site.documents import documents_context
from orchestration.site.page import Page, file_name, left_out
from orchestration.site.questions import Row, ask
from orchestration.site.reference import Reference
from orchestration.site.words import day_in_words, moment_in_words


def publication_pages(
    connection: duckdb.DuckDBPyConnection, reference: Reference, changes: Mapping[str, Any]
) -> Iterator[Page]:
    """Make the index and the pages on documents, quality and what changed."""
    numbers = ask(connection, questions.NUMBERS)[0]
    publications = ask(connection, questions.REFERENCE["publications"])
    current = publications[0]
    publication = {
        "id": current["publication_id"],
        "at": moment_in_words(current["published_at"]),
        "rows": current["row_count"],
        "tables": current["table_count"],
    }
    yield Page(
        path="index.html",
        template="index.html",
        context={"publication": publication, "numbers": numbers, **_index(reference)},
    )
    yield Page(path="reading.html", template="reading.html", context={})
    yield Page(path="documents/index.html", template="documents.html", context=documents_context(reference))
    quality = {
        name: ask(connection, sql, {"bound": questions.QUALITY_ROWS} if "$bound" in sql else None)
        for name, sql in questions.QUALITY.items()
    }
    yield Page(
        path="quality.html",
        template="quality.html",
        context={
            "publication": publication,
            "numbers": numbers,
            "feeds": quality["feeds"],
            "sources": [_source(reference, row) for row in quality["sources"]],
            "sources_left_out": left_out(quality["sources"], "from mart_source_currency"),
            "unknown": quality["unknown"],
            "unknown_left_out": left_out(quality["unknown"], "from mart_unknown_reference"),
            "rejected": [row | {"raw_row": str(row["raw_row"] or "")[:300]} for row in quality["rejected"]],
            "rejected_left_out": left_out(quality["rejected"], "from evidence.rejected_rows"),
        },
    )
    yield Page(
        path="changes.html",
        template="changes.html",
        context={
            "publication": publication,
            "changes": changes,
            "publications": [
                {
                    "id": row["publication_id"],
                    "at": moment_in_words(row["published_at"]),
                    "rows": row["row_count"],
                    "withdrawn": moment_in_words(row["withdrawn_at"]) if row["withdrawn_at"] else "",
                }
                for row in publications[:20]
            ],
            "publications_left_out": max(0, len(publications) - 20),
        },
    )


def _source(reference: Reference, row: Row) -> dict[str, Any]:
    is_document = row["source_kind"] == "document"
    received: datetime | None = row["last_received_at"]
    current: date | None = row["current_to"]
    return {
        "kind": row["source_kind"],
        "name": reference.document(row["source_id"])["name"] if is_document else f"Feed {row['source_id']}",
        "href": reference.document(row["source_id"])["href"] if is_document else None,
        "publisher": row["publisher"] or "",
        "current_to": day_in_words(current) if current else "",
        "received": day_in_words(received.date()) if received else "",
        "claims": row["current_claim_count"],
    }


def _index(reference: Reference) -> dict[str, Any]:
    def link(dyad: Row) -> dict[str, Any]:
        return {
            "name": f"{dyad['country_a_name']} and {dyad['country_b_name']}",
            "href": reference.dyad_href(dyad["dyad_code"]),
            "entries": dyad["entries"],
            "trade_periods": dyad["trade_periods"],
            "coded_events": dyad["coded_events"],
            "latest": str(dyad["latest"].year) if dyad["latest"] else "",
        }

    richest = sorted(
        reference.dyads.values(),
        key=lambda row: (-row["entries"], -row["trade_periods"], -row["coded_events"], row["dyad_code"]),
    )
    partners: dict[str, list[str]] = defaultdict(list)
    for dyad in richest:
        partners[dyad["country_a_code"]].append(dyad["country_b_code"])
    countries = sorted(reference.partners, key=lambda code: (reference.country(code).casefold(), code))
    return {
        "dyad_count": len(reference.dyads),
        "richest": [link(dyad) for dyad in richest[:24]],
        "countries": [
            {
                "code": code,
                "name": reference.country(code),
                "href": reference.country_href(code),
                "dyads": len(reference.partners[code]),
            }
            for code in countries
        ],
        "search": {
            # file names are made of codes; those that are not plain stand in `files`
            "countries": {
                code: [reference.country(code), reference.countries[code]["official_name"] or ""] for code in countries
            },
            "dyads": {code: " ".join(others) for code, others in sorted(partners.items())},
            "files": {name: file_name(name) for name in (*countries, *reference.dyads) if file_name(name) != name},
        },
    }
