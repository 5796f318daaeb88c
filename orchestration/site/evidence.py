"""Who says so: the claims behind an item, which of them won, and what the others say instead.

Belongs here: claims in words. Does not belong here: the rule by which one wins (dbt).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from orchestration.site import questions
from orchestration.site.page import as_sql
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.reference import Reference
from orchestration.site.words import date_in_words, place_in_document, spoken, titled

NOT_SAID: Final = frozenset(
    {"reported_agreement_id", "reported_meeting_id", "fact_id", "party_code", "represents_code", "member_code"}
)
"""Attributes of a claim that repeat another one in our own codes."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What belongs to the rows of a batch: parties, steps, participants, claims."""

    parties: Mapping[str, Sequence[Row]]
    steps: Mapping[str, Sequence[Row]]
    participants: Mapping[str, Sequence[Row]]
    claims: Mapping[tuple[str, str], Sequence[Row]]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, found: Mapping[str, Mapping[str, Sequence[Row]]]) -> Details:
        """Read what belongs to the rows found for a batch of dyads."""

        def ids(section: str, column: str) -> list[str]:
            return sorted({row[column] for rows in found[section].values() for row in rows if row[column]})

        agreements, meetings = ids("agreements", "agreement_id"), ids("meetings", "meeting_id")
        steps = ask(connection, questions.STEPS, {"ids": agreements}) if agreements else []
        wanted = {
            "agreement": ids("agreements", "fact_id"),
            "agreement_event": sorted({row["fact_id"] for row in steps}),
            "meeting": ids("meetings", "fact_id"),
            "statement": ids("statements", "fact_id"),
            "indicator": ids("figures", "fact_id"),
            "trade": ids("trade_claims", "fact_id"),
            "project_event": ids("projects", "fact_id"),
        }
        return cls(
            parties=grouped(ask(connection, questions.PARTIES, {"ids": agreements}), "agreement_id"),
            steps=grouped(steps, "agreement_id"),
            participants=grouped(ask(connection, questions.PARTICIPANTS, {"ids": meetings}), "meeting_id"),
            claims=_claims(connection, wanted),
        )


def _claims(
    connection: duckdb.DuckDBPyConnection, wanted: Mapping[str, Sequence[str]]
) -> Mapping[tuple[str, str], Sequence[Row]]:
    claims: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for kind, ids in wanted.items():
        if ids:
            parameters = {"kind": kind, "ids": list(ids), "bound": questions.CLAIM_ROWS}
            for row in ask(connection, questions.CLAIMS, parameters):
                claims[kind, row["fact_id"]].append(row)
    return claims


def evidence(reference: Reference, details: Details, *facts: tuple[str, str], explain: tuple[str, str]) -> Row:
    """Return the claims behind an item, which of them won, and what the others say instead."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    documents: set[str] = set()
    left_out = 0
    for fact in facts:
        rows = details.claims.get(fact, ())
        winner = next((row for row in rows if row["is_winner"]), None)
        for row in rows:
            documents.add(row["document_id"])
            otherwise = _otherwise(row, winner)
            # what one document says of the parts of an item, in the same way, is told once
            key = (row["document_id"], row["modality"], row["attributed_to"], row["is_winner"], row["reason"])
            group = groups.setdefault(
                (*key, *otherwise),
                {
                    "document": reference.document(row["document_id"]),
                    "modality": row["modality"],
                    "attributed_to": row["attributed_to"],
                    "is_winner": row["is_winner"],
                    "reason": row["reason"],
                    "otherwise": otherwise,
                    "known": f"{row['recorded_from']:%Y-%m-%d}" if row["recorded_from"] else "",
                    "file": row["original_path"] or "",
                    "says": {},
                    "where": {},
                    "rows": {},
                },
            )
            # dictionaries as ordered sets
            group["says"][_about(row)] = True
            group["where"][place_in_document(row["locator"])] = True
            group["rows"][f"{row['row_number']:,}" if row["row_number"] is not None else ""] = True
        if rows and rows[0]["total"] > len(rows):
            left_out += rows[0]["total"] - len(rows)
    claims = [
        group | {name: ", ".join([word for word in group[name] if word][:6]) for name in ("says", "where", "rows")}
        for group in groups.values()
    ]
    shown = claims[: questions.CLAIM_ROWS]
    return {
        "claims": shown,
        "documents": len(documents),
        "left_out": left_out + len(claims) - len(shown),
        "sql": f"from explain({as_sql(explain[0])}, {as_sql(explain[1])})",
    }


def attributes(row: Row) -> dict[str, Any]:
    """Return what a claim says, by the name of the attribute."""
    loaded = json.loads(row["attributes"]) if row["attributes"] else {}
    return loaded if isinstance(loaded, dict) else {}


def _about(row: Row) -> str:
    """Return which part of an item a claim is about."""
    if row["fact_kind"] != "agreement_event":
        return ""
    said = attributes(row)
    who = said.get("party_reported")
    step = titled(said.get("event"))
    return f"{step} ({who})" if who else step


def _otherwise(row: Row, winner: Row | None) -> list[str]:
    """Return what a claim says that the one which won does not, in words."""
    if winner is None or row["is_winner"]:
        return []
    said, won = attributes(row), attributes(winner)
    different = []
    for name, value in said.items():
        if value is None or value == won.get(name) or name in NOT_SAID or name.startswith("reported_"):
            continue
        words = date_in_words(value) if name.endswith("_edtf") else str(value)
        label = spoken(name.removesuffix("_edtf").removesuffix("_id"))
        different.append(f"{label}: {words}")
    return different
