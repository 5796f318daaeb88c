"""Superset's datasets, one per published table, from dbt's manifest.

A dataset offers no sum that the warehouse does not allow. A measure gets one only where its column says what it may be
added over (`meta.additive_over`); and it is empty, rather than wrong, where the rows differ in what they have to agree
in: the dyad, and whatever `meta.added_within` names.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from orchestration.documentation.published import PublishedColumn, PublishedTable, published_tables

FOLDER: Final = "bi/superset/datasets/warehouse"
DATABASE_UUID: Final = "3f1f6b0e-6d0b-5d6c-9d0c-6a5a2f6f4b11"
"""That of `bi/superset/databases/entente.yaml`."""

COUNTED: Final[Mapping[str, str]] = {
    "fact_id": "facts",
    "agreement_id": "agreements",
    "meeting_id": "meetings",
    "statement_id": "statements",
    "project_id": "projects",
    "item_id": "items",
    "person_id": "people",
    "organization_id": "organizations",
    "document_id": "documents",
    "dyad_code": "dyads",
}
"""What is counted distinctly, so that a treaty of five states is one and not ten: the id, and what one calls it."""

_EVIDENCE: Final = ("claims", "rejected_rows", "publications")
_CAPITALS: Final = {"usd": "USD", "url": "URL", "edtf": "EDTF", "kg": "kg", "sha256": "SHA-256"}
_TIMES: Final = ("DATE", "TIMESTAMP")


def dataset_files(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the dataset of every published table, under its path in the project.

    Of schema `evidence` only what a person looks at: the claims and the quarantine.
    """
    return {
        f"{FOLDER}/{table.name}.yaml": yaml.safe_dump(dataset(table), sort_keys=False, allow_unicode=True, width=10_000)
        for table in published_tables(manifest)
        if table.schema != "evidence" or table.name in _EVIDENCE
    }


def dataset(table: PublishedTable) -> Mapping[str, Any]:
    """Return a table as Superset imports it."""
    times = [column.name for column in table.columns if column.type.startswith(_TIMES)]
    return {
        "table_name": table.name,
        "schema": table.schema,
        "description": table.description,
        "main_dttm_col": next((name for name in times if name.endswith(("_earliest", "_on"))), None),
        "uuid": dataset_uuid(table.name),
        "database_uuid": DATABASE_UUID,
        "version": "1.0.0",
        "metrics": list(_metrics(table)),
        "columns": [_column(column) for column in table.columns],
    }


def dataset_uuid(name: str) -> str:
    """Return the id of a table's dataset, the same in every installation."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://entente/superset/dataset/{name}"))


def label(name: str) -> str:
    """Return a column's name as the heading of a table: `status_since_edtf` is *Status since*."""
    words = name.removesuffix("_edtf").replace("_", " ")
    words = words.removeprefix("is ").removeprefix("has ")
    return " ".join(_CAPITALS.get(word, word) for word in (words[:1].upper() + words[1:]).split(" "))


def _column(column: PublishedColumn) -> Mapping[str, Any]:
    return {
        "column_name": column.name,
        "verbose_name": label(column.name),
        # Superset knows no ENUM, and reads its words as text
        "type": "VARCHAR" if column.is_enum else column.type,
        "is_dttm": column.type.startswith(_TIMES),
        "groupby": True,
        "filterable": True,
        "description": column.description,
    }


def _metrics(table: PublishedTable) -> Iterator[Mapping[str, Any]]:
    yield {
        "metric_name": "row_count",
        "verbose_name": "Rows",
        "expression": "count(*)",
        "description": f"Rows, not facts: {table.grain[:1].lower()}{table.grain[1:]}.",
    }
    names = {column.name for column in table.columns}
    for column_name, things in COUNTED.items():
        if column_name in names:
            # an id of a fact is unique within its kind
            is_of_a_kind = column_name == "fact_id" and "fact_kind" in names
            counted = "fact_kind || ':' || fact_id" if is_of_a_kind else column_name
            yield {
                "metric_name": f"distinct_{things}",
                "verbose_name": things.capitalize(),
                "expression": f"count(distinct {counted})",
                "description": "Each once, however many rows it has: right over several dyads, too.",
            }
    for column in table.columns:
        if column.additive_over:
            yield _sum(column, names)


def _sum(column: PublishedColumn, names: set[str]) -> Mapping[str, Any]:
    over = column.additive_over.split(", ")
    within = list(column.added_within)
    if "dyad_code" in names and not {"dyad", "partner"} & set(over) and "dyad_code" not in within:
        within.insert(0, "dyad_code")
    conditions = [f"count(distinct coalesce({name}::varchar, '')) <= 1" for name in within]
    if "operator" in names:
        # a bound is never added
        conditions.append("count(*) filter (where operator is distinct from '=') = 0")
    total = f"sum({column.name})"
    return {
        "metric_name": f"sum_{column.name}",
        "verbose_name": label(column.name),
        "expression": f"case when {' and '.join(conditions)} then {total} end" if conditions else total,
        "description": " ".join(
            [
                f"May be added over: {column.additive_over}.",
                f"Empty where rows differ in {', '.join(within)}." if within else "",
                "Empty where one of them is a bound." if "operator" in names else "",
                f"Unit: {column.unit}." if column.unit else "",
            ]
        ).strip(),
    }
