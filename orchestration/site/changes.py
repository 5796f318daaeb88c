"""What a publication says that the one before did not, and the other way round.

Belongs here: comparing two published databases. Does not belong here: what a source changed and when
(`changes_between` answers that). Two publications are compared themselves, since a fact may be recorded for a day long
before it was published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration.publication.store import DATABASE
from orchestration.site.questions import CHANGE_ROWS, ask
from orchestration.site.reference import Reference
from orchestration.site.words import date_in_words, moment_in_words, spoken
from orchestration.sql_text import literal

_ENTRY: Final = ("occurred_edtf", "event", "status", "title", "modality", "document_id", "has_conflict")
_SPELL: Final = ("status", "began_edtf", "ended_edtf", "is_current", "modality", "document_id", "has_conflict")

_COMPARED: Final = """
    with before as (
        select {key}, {shown} from earlier.main.{table} where {wanted}
    ),

    after as (
        select {key}, {shown} from main.{table} where {wanted}
    ),

    compared as (
        select
            {keys},
            {both},
            case
                when before.{first} is null then 'added'
                when after.{first} is null then 'gone'
                else 'changed'
            end as change
        from after
        full join before on {joined}
        where before.{first} is null or after.{first} is null or ({differ})
    )

    select *, count(*) over (partition by change) as total
    from compared
    qualify row_number() over (partition by change order by {order_by}) <= $bound
    order by change, {order_by}
"""


def compare(
    connection: duckdb.DuckDBPyConnection, reference: Reference, *, earlier: Path | None, why_not: str
) -> dict[str, Any]:
    """Compare the open publication with the one in the folder `earlier`; `why_not` says why there is none.

    The connection must have that folder within reach.
    """
    if earlier is None:
        return {"compared": "", "why_not": why_not, "groups": []}
    connection.execute(f"attach {literal(earlier / DATABASE)} as earlier (read_only)")
    try:
        shape = _missing(connection)
        if shape:
            why = f"The publication before has no {shape}: it was made by an older version."
            return {"compared": "", "why_not": why, "groups": []}
        before = ask(
            connection,
            "select publication_id, published_at from earlier.evidence.publications order by published_at desc limit 1",
        )[0]
        entry_key = ("dyad_code", "fact_kind", "fact_id")
        spell_key = ("organization_id", "member_code", "membership_spell_key")
        entries = _compare(
            connection,
            "mart_dyad_timeline",
            entry_key,
            _ENTRY,
            "evidence_class = 'curated'",
        )
        spells = _compare(
            connection,
            "fct_membership_spell",
            spell_key,
            _SPELL,
            "true",
        )
    finally:
        connection.execute("detach earlier")
    return {
        "compared": before["publication_id"],
        "at": moment_in_words(before["published_at"]),
        "why_not": "",
        "groups": [
            _group("On the timelines of two countries", [_entry(reference, row) for row in entries], entries),
            _group("Memberships", [_spell(reference, row) for row in spells], spells),
        ],
    }


def _missing(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what the earlier publication lacks of what is compared, or nothing."""
    wanted = {
        *(
            ("mart_dyad_timeline", column)
            for column in ("dyad_code", "fact_kind", "fact_id", "evidence_class", *_ENTRY)
        ),
        *(("fct_membership_spell", column) for column in ("organization_id", "member_code", *_SPELL)),
        ("publications", "published_at"),
    }
    found = {
        (row["table_name"], row["column_name"])
        for row in ask(
            connection, "select table_name, column_name from duckdb_columns() where database_name = 'earlier'"
        )
    }
    table, column = min(wanted - found, default=("", ""))
    return f"{table}.{column}" if table else ""


def _compare(
    connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...], shown: tuple[str, ...], wanted: str
) -> list[dict[str, Any]]:
    # constants of this module make the text of the question, no value does
    sql = _COMPARED.format(
        table=table,
        wanted=wanted,
        key=", ".join(key),
        shown=", ".join(shown),
        first=key[-1],
        keys=", ".join(f"coalesce(after.{name}, before.{name}) as {name}" for name in key),
        both=", ".join(f"before.{name} as old_{name}, after.{name} as new_{name}" for name in shown),
        joined=" and ".join(f"after.{name} is not distinct from before.{name}" for name in key),
        differ=" or ".join(f"after.{name} is distinct from before.{name}" for name in shown),
        order_by=", ".join(key),
    )
    return ask(connection, sql, {"bound": CHANGE_ROWS})


def _group(name: str, items: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, Any]:
    totals = {row["change"]: row["total"] for row in rows}
    return {
        "name": name,
        "total": sum(totals.values()),
        "kinds": [
            {
                "change": change,
                "total": totals[change],
                "entries": [item for item, row in zip(items, rows, strict=True) if row["change"] == change],
            }
            for change in ("added", "changed", "gone")
            if change in totals
        ],
    }


def _entry(reference: Reference, row: Mapping[str, Any]) -> dict[str, Any]:
    side = "old" if row["change"] == "gone" else "new"
    dyad = reference.dyads.get(row["dyad_code"])
    return {
        "title": row[f"{side}_title"],
        "where": f"{dyad['country_a_name']} and {dyad['country_b_name']}" if dyad else row["dyad_code"],
        "href": reference.dyad_href(row["dyad_code"]),
        "date": date_in_words(row[f"{side}_occurred_edtf"]),
        "modality": row[f"{side}_modality"],
        "document": reference.document(row[f"{side}_document_id"]),
        "differences": _differences(row, _ENTRY) if row["change"] == "changed" else [],
    }


def _spell(reference: Reference, row: Mapping[str, Any]) -> dict[str, Any]:
    side = "old" if row["change"] == "gone" else "new"
    member = row["member_code"]
    organization = reference.organizations.get(row["organization_id"], row["organization_id"])
    return {
        "title": f"{reference.country(member)}: {spoken(row[f'{side}_status'])} of {organization}",
        "where": reference.country(member),
        "href": reference.country_href(member),
        "date": date_in_words(row[f"{side}_began_edtf"]),
        "modality": row[f"{side}_modality"],
        "document": reference.document(row[f"{side}_document_id"]),
        "differences": _differences(row, _SPELL) if row["change"] == "changed" else [],
    }


def _differences(row: Mapping[str, Any], columns: tuple[str, ...]) -> list[str]:
    def words(column: str, value: object) -> str:
        if value is None:
            return "nothing"
        if column.endswith("_edtf"):
            return date_in_words(str(value))
        return {True: "yes", False: "no"}.get(value, spoken(str(value))) if isinstance(value, bool) else str(value)

    names = {"has_conflict": "documents disagree", "is_current": "still so", "document_id": "document that wins"}
    return [
        f"{names.get(column, spoken(column.removesuffix('_edtf')))}: {words(column, row[f'old_{column}'])} "
        f"became {words(column, row[f'new_{column}'])}"
        for column in columns
        if row[f"old_{column}"] != row[f"new_{column}"]
    ]
