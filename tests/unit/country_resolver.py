"""Resolve a text as dbt does, in Python: for the tests of the reference tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from orchestration.countries import reference_tables
from orchestration.countries.normal_form import normalise


@dataclass(frozen=True)
class Resolution:
    code: str | None
    status: str
    candidates: tuple[str, ...] = ()


UNKNOWN = Resolution(None, "unknown")


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return {name: table.to_pylist() for name, table in reference_tables().items()}


def rows(table: str) -> list[dict[str, Any]]:
    return _tables()[table]


@cache
def _names() -> dict[str, list[dict[str, Any]]]:
    by_normal_form: dict[str, list[dict[str, Any]]] = {}
    for row in rows("country_name"):
        by_normal_form.setdefault(normalise(row["name"]), []).append(row)
    return by_normal_form


@cache
def _codes() -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["scheme"], row["code"]): row for row in rows("country_code") if row["is_default"]}


@cache
def _schemes() -> set[str]:
    return {row["scheme"] for row in rows("country_code")}


@cache
def _aliases() -> dict[tuple[str, str], str]:
    return {(row["feed"], normalise(row["name"])): row["country_code"] for row in rows("country_source_alias")}


def resolve(text: str, feed: str | None = None) -> Resolution:
    """Return what `text` means: as `scheme:code`, to `feed` alone, as a bare ISO code in capitals, or as a name."""
    scheme, colon, code = text.partition(":")
    if colon and scheme in _schemes():
        row = _codes().get((scheme, code.upper()))
        return Resolution(row["country_code"], row["status"]) if row else UNKNOWN
    normal_form = normalise(text)
    if feed and (alias := _aliases().get((feed, normal_form))):
        return Resolution(alias, "country")
    if bare := _codes().get(("iso3", text)) or _codes().get(("iso2", text)):
        return Resolution(bare["country_code"], "country")
    found = _names().get(normal_form)
    if not found:
        return UNKNOWN
    best = min(found, key=lambda row: row["tier"])
    return Resolution(
        best["country_code"], best["status"], tuple(filter(None, (best["candidate_codes"] or "").split(",")))
    )
