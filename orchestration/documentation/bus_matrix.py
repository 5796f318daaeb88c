"""The bus matrix: which fact has which conformed dimension, and in which roles.

A fact may say so in `meta.dimensions` (a list of dimensions, or a mapping of each to its roles). Otherwise its
relationships tests say it, and the names of its columns: `<role>_<dimension>_key`, `_code` or `_id`; `<role>_code`
beside `<role>_kind`, which is a country or an organisation; and `<role>_earliest`, a day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from orchestration.documentation.markdown import page, table
from orchestration.documentation.published import SUBJECTS, PublishedTable, published_tables, relationships

_PRESENT: Final = "●"


class UnknownDimension(ValueError):
    """A fact declares a dimension that is not published."""


def bus_matrix(manifest: Mapping[str, Any]) -> str:
    """Return the page for a dbt manifest.

    Raises:
        UnknownDimension: a fact's `meta.dimensions` names a dimension that is no model.
    """
    tables = published_tables(manifest)
    dimensions = [one.name for one in tables if one.name.startswith("dim_")]
    references = defaultdict[str, list[tuple[str, str]]](list)
    for unique_id, column, target in relationships(manifest):
        references[unique_id].append((column, target))
    used = {
        one.name: _dimensions_of(one, dimensions=dimensions, references=references[one.unique_id])
        for one in tables
        if one.name.startswith(("fct_", "bridge_"))
    }
    return page(
        "# Bus matrix",
        "Which fact can be cut by which dimension. A mark means that the key or the code of the dimension is a column"
        f" of the fact: in the roles that are named, or once ({_PRESENT}). Facts with a mark in the same column can be"
        " compared across subjects: aggregate each to that dimension, then join.",
        "## Facts",
        _matrix([one for one in tables if one.name.startswith("fct_")], dimensions=dimensions, used=used),
        "## Bridges",
        _matrix([one for one in tables if one.name.startswith("bridge_")], dimensions=dimensions, used=used),
    )


def _matrix(
    rows: Sequence[PublishedTable], *, dimensions: Sequence[str], used: Mapping[str, Mapping[str, Sequence[str]]]
) -> str:
    columns = [name for name in dimensions if any(name in used[one.name] for one in rows)]
    header = ["subject", "fact", *(name.removeprefix("dim_") for name in columns)]
    return table(
        header,
        (
            [
                SUBJECTS.get(one.subject, one.subject),
                f"[`{one.name}`](data-dictionary.md#{one.name})",
                *(_mark(used[one.name].get(name)) for name in columns),
            ]
            for one in rows
        ),
    )


def _mark(roles: Sequence[str] | None) -> str:
    if roles is None:
        return ""
    return ", ".join(roles) or _PRESENT


def _dimensions_of(
    one: PublishedTable, *, dimensions: Sequence[str], references: Iterable[tuple[str, str]]
) -> Mapping[str, Sequence[str]]:
    """Return each dimension of a fact with its roles; the dimension without a role of its own is a mark."""
    if one.declared_dimensions is not None:
        unknown = sorted(set(one.declared_dimensions) - set(dimensions))
        if unknown:
            raise UnknownDimension(f"{one.name}: meta.dimensions names {', '.join(unknown)}, which no model is called")
        return one.declared_dimensions
    names = [column.name for column in one.columns]
    pairs = {*references, *((name, target) for name in names for target in _targets_by_name(name, names, dimensions))}
    roles = defaultdict[str, list[str]](list)
    for column, target in sorted(pairs):
        role = _role(column, target)
        if target in dimensions and role not in roles[target]:
            roles[target].append(role)
    return {target: [role or _PRESENT for role in sorted(found)] for target, found in roles.items()}


def _targets_by_name(column: str, columns: Sequence[str], dimensions: Sequence[str]) -> Sequence[str]:
    """Return the dimensions that a column leads to by its name."""
    if column.endswith("_earliest"):
        return ["dim_date"]
    entities = [name.removeprefix("dim_") for name in dimensions]
    named = [entity for entity in entities if re.fullmatch(rf"(\w+_)?{entity}_(key|code|id)", column)]
    if named:
        return [f"dim_{max(named, key=len)}"]
    if column.endswith("_code") and f"{column.removesuffix('_code')}_kind" in columns:
        return ["dim_country", "dim_organization"]
    return []


def _role(column: str, dimension: str) -> str:
    """Return what is left of a column's name without the dimension's: `reporter` of `reporter_country_key`."""
    stem = re.sub(r"_(key|code|id|earliest)$", "", column)
    return stem.removesuffix(dimension.removeprefix("dim_")).rstrip("_").replace("_", " ")
