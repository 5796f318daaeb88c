"""The data dictionary: every published table with its grain, and every column with its type and meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from orchestration.documentation.markdown import page, table
from orchestration.documentation.published import (
    SUBJECTS,
    PublishedTable,
    in_order,
    published_tables,
    table_macros,
)


def data_dictionary(manifest: Mapping[str, Any], *, beside: Iterable[PublishedTable] = ()) -> str:
    """Return the page for a dbt manifest, and for published tables that are no models."""
    tables = in_order([*published_tables(manifest), *beside])
    blocks = [
        "# Data dictionary",
        "Every table of the published database `serving/warehouse.duckdb`. The same words are comments in the database"
        " itself (`duckdb_tables()`, `duckdb_columns()`). How dates are kept is told in [Time](time.md), which fact has"
        " which dimension in the [bus matrix](bus-matrix.md).",
        _contents(tables),
    ]
    for subject, members in groupby(tables, key=lambda one: one.subject):
        blocks.append(f"## {SUBJECTS.get(subject, subject or 'Other')}")
        for one in members:
            blocks.extend(_section(one))
    macros = table_macros(manifest)
    if macros:
        blocks.append("## Table macros")
        blocks.append(
            "Tables with parameters, for SQL: `select * from explain('agreement', '…')`. BI tools cannot call them."
        )
        blocks.append(table(("macro", "what it returns"), ((f"`{call}`", meaning) for call, meaning in macros)))
    return page(*blocks)


def _contents(tables: Sequence[PublishedTable]) -> str:
    return table(("table", "grain"), ((f"[`{_qualified(one)}`](#{_anchor(one)})", one.grain) for one in tables))


def _section(one: PublishedTable) -> list[str]:
    has_unit = any(column.unit for column in one.columns)
    has_additivity = any(column.additive_over for column in one.columns)
    header = ["column", "type", "meaning"] + ["unit"] * has_unit + ["may be added over"] * has_additivity
    rows = [
        [f"`{column.name}`", "ENUM" if column.is_enum else column.type, column.description]
        + [column.unit] * has_unit
        + [column.additive_over] * has_additivity
        for column in one.columns
    ]
    heading = [f"### {_qualified(one)}", f"**Grain:** {one.grain}."]
    return [*heading, *([one.remarks] if one.remarks else []), table(header, rows)]


def _qualified(one: PublishedTable) -> str:
    return one.name if one.schema == "main" else f"{one.schema}.{one.name}"


def _anchor(one: PublishedTable) -> str:
    """Return the anchor that GitHub gives the heading."""
    return _qualified(one).replace(".", "")
