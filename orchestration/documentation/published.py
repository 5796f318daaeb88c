"""The published tables, as dbt's manifest (schema v12) describes them.

Belongs here: reading the manifest. Does not belong here: Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

SUBJECTS: Final[Mapping[str, str]] = {
    "core": "Conformed dimensions",
    "agreements": "Agreements",
    "trade": "Trade",
    "meetings": "Meetings",
    "relations": "Relations",
    "bi": "For BI tools",
    "metrics": "Metrics",
    "evidence": "Evidence",
}
"""The folders below `models/marts`, in the order of the pages, with their headings."""

_REF: Final = re.compile(r"""ref\(\s*['"](?:[\w.]+['"]\s*,\s*['"])?(\w+)['"]""")


@dataclass(frozen=True, kw_only=True)
class PublishedColumn:
    """One column of a published table."""

    name: str
    type: str
    """As DuckDB writes it: `VARCHAR`, `ENUM('CIF', 'FOB', 'unknown')`."""
    description: str
    unit: str = ""
    additive_over: str = ""
    added_within: tuple[str, ...] = ()
    """The columns in which rows must agree before their figures may be added."""

    @property
    def is_enum(self) -> bool:
        """Whether it holds words of a closed list, which its description names."""
        return self.type.startswith("ENUM(")


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """One mart or evidence table."""

    unique_id: str
    name: str
    schema: str
    subject: str
    description: str
    columns: tuple[PublishedColumn, ...]
    declared_dimensions: Mapping[str, Sequence[str]] | None = field(default=None)
    """`meta.dimensions`: each dimension with the roles that it plays; None where the model does not say."""

    @property
    def grain(self) -> str:
        """The first sentence of the description, without the full stop."""
        return self.description.split(". ", 1)[0].removesuffix(".")

    @property
    def remarks(self) -> str:
        """The description after its first sentence."""
        return self.description.partition(". ")[2]


def published_tables(manifest: Mapping[str, Any]) -> tuple[PublishedTable, ...]:
    """Return the tables below `models/marts`, by subject and name."""
    return in_order(
        _table(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and len(node["fqn"]) > 2 and node["fqn"][1] == "marts"
    )


def table_macros(manifest: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (call, meaning) of the table macros below `models/functions`, by name."""
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and len(node["fqn"]) > 1 and node["fqn"][1] == "functions"
    ]
    described = [(node["name"], _one_line(node["description"]).partition(": ")) for node in nodes]
    return tuple((call, meaning) for _, (call, _, meaning) in sorted(described))


def in_order(tables: Iterable[PublishedTable]) -> tuple[PublishedTable, ...]:
    """Sort tables by subject, in the order of `SUBJECTS`, and name."""
    order = {subject: number for number, subject in enumerate(SUBJECTS)}
    return tuple(sorted(tables, key=lambda one: (order.get(one.subject, len(order)), one.subject, one.name)))


def described_table(
    name: str, *, schema: str, subject: str, description: str, columns: Mapping[str, tuple[str, str]]
) -> PublishedTable:
    """Describe a table that is no model; `columns` gives type and meaning by name."""
    return PublishedTable(
        unique_id=f"{schema}.{name}",
        name=name,
        schema=schema,
        subject=subject,
        description=_opening_with_the_grain(description),
        columns=tuple(
            PublishedColumn(name=column, type=kind, description=meaning) for column, (kind, meaning) in columns.items()
        ),
    )


def relationships(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (unique id of the model, its column, name of the model it refers to) for every relationships test."""
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if node["resource_type"] != "test" or not str(metadata.get("name", "")).startswith("relationships"):
            continue
        arguments = metadata.get("kwargs", {})
        target = _REF.search(str(arguments.get("to", "")))
        column = node.get("column_name") or arguments.get("column_name")
        if target and column and node.get("attached_node"):
            yield node["attached_node"], str(column), target[1]


def _table(node: Mapping[str, Any]) -> PublishedTable:
    meta = _meta(node)
    return PublishedTable(
        unique_id=node["unique_id"],
        name=node["name"],
        schema=node["schema"],
        subject=node["fqn"][2] if len(node["fqn"]) > 3 else "",
        description=_opening_with_the_grain(node["description"]),
        columns=tuple(_column(column) for column in node["columns"].values()),
        declared_dimensions=_dimensions(meta["dimensions"]) if "dimensions" in meta else None,
    )


def _column(column: Mapping[str, Any]) -> PublishedColumn:
    meta = _meta(column)
    return PublishedColumn(
        name=column["name"],
        type=_type(column.get("data_type") or ""),
        description=_one_line(column["description"]),
        unit=_listed(meta.get("unit", "")),
        additive_over=_listed(meta.get("additive_over", meta.get("additivity", ""))),
        added_within=tuple(meta.get("added_within", ())),
    )


def _type(declared: str) -> str:
    """Return a type as DuckDB writes it."""
    name, bracket, arguments = declared.partition("(")
    return f"{name.upper()}{bracket}{arguments}"


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `meta`, which dbt keeps under `config` too."""
    return {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}


def _dimensions(declared: Mapping[str, Any] | Sequence[str]) -> Mapping[str, Sequence[str]]:
    if isinstance(declared, Mapping):
        return {
            _dimension_name(name): [roles] if isinstance(roles, str) else list(roles or ())
            for name, roles in declared.items()
        }
    return {_dimension_name(name): () for name in declared}


def _dimension_name(name: str) -> str:
    return name if name.startswith("dim_") else f"dim_{name}"


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else _one_line(str(value))


def _opening_with_the_grain(description: str) -> str:
    text = re.sub("^grain: *", "", _one_line(description), flags=re.IGNORECASE)
    return text[:1].upper() + text[1:]


def _one_line(text: str) -> str:
    return " ".join(text.split())
