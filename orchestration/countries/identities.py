"""Who is a country: ISO 3166-1, the former and special ones that it lacks, and every version of their names.

Belongs here: one row per version of a name, with kind, successors and roll-up. Does not belong here: codes of
other schemes (`codes`), or names to recognise a country by (`names`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from orchestration.countries.seeds import BEGINNING, FOREVER, Row, read_seed, valid_from, valid_to


@dataclass(frozen=True, kw_only=True)
class CountryVersion:
    """One country under one name, valid from and to (half-open)."""

    country_code: str
    valid_from: date
    valid_to: date
    name: str
    official_name: str | None
    alpha_2: str | None
    alpha_3: str | None
    numeric_code: str | None
    kind: str
    """state, territory, former_state or special."""
    is_current_state: bool
    began_edtf: str | None
    ended_edtf: str | None
    successor_codes: str | None
    """The present countries on most of its territory, the continuing one first, separated by commas."""
    rollup_code: str
    """The country that takes over in long series; otherwise the country itself."""


def country_versions() -> list[CountryVersion]:
    """Return every country in every version of its name, sorted by code and date."""
    import pycountry

    overrides = {row["country_code"]: row for row in read_seed("iso_overrides")}
    countries = [_from_iso(country, overrides.get(country.alpha_3, {})) for country in pycountry.countries]
    countries += [_from_seed(row) for row in read_seed("other_countries")]
    former_names: dict[str, list[Row]] = {}
    for row in read_seed("former_names"):
        former_names.setdefault(row["country_code"], []).append(row)
    return sorted(
        (
            version
            for country in countries
            for version in _versions(country, former_names.get(country.country_code, []))
        ),
        key=lambda version: (version.country_code, version.valid_from),
    )


def _from_iso(country: Any, override: Row) -> CountryVersion:
    kind = override.get("kind") or "state"
    return CountryVersion(
        country_code=country.alpha_3,
        valid_from=BEGINNING,
        valid_to=FOREVER,
        name=override.get("name") or getattr(country, "common_name", country.name),
        official_name=override.get("official_name") or getattr(country, "official_name", None),
        alpha_2=country.alpha_2,
        alpha_3=country.alpha_3,
        numeric_code=country.numeric,
        kind=kind,
        is_current_state=kind == "state",
        began_edtf=override.get("began_edtf") or None,
        ended_edtf=None,
        successor_codes=None,
        rollup_code=country.alpha_3,
    )


def _from_seed(row: Row) -> CountryVersion:
    successors = row["successor_codes"].split()
    return CountryVersion(
        country_code=row["country_code"],
        valid_from=BEGINNING,
        valid_to=FOREVER,
        name=row["name"],
        official_name=row["official_name"] or None,
        alpha_2=row["alpha_2"] or None,
        alpha_3=row["alpha_3"] or None,
        numeric_code=row["numeric_code"] or None,
        kind=row["kind"],
        is_current_state=False,
        began_edtf=row["began_edtf"] or None,
        ended_edtf=row["ended_edtf"] or None,
        successor_codes=",".join(successors) or None,
        rollup_code=row["rollup_code"] or next(iter(successors), row["country_code"]),
    )


def _versions(country: CountryVersion, former: list[Row]) -> list[CountryVersion]:
    """Cut a country into the versions of its name; the present one follows the last of `former`."""
    versions = [
        replace(
            country,
            valid_from=valid_from(row),
            valid_to=valid_to(row),
            name=row["name"],
            official_name=row["official_name"] or None,
        )
        for row in sorted(former, key=valid_from)
    ]
    present_from = versions[-1].valid_to if versions else BEGINNING
    return [*versions, replace(country, valid_from=present_from)]
