"""From tables of claims to scored pairs of agreements: the edge between dbt and `linkage`.

Belongs here: the columns that dbt hands in and gets back. Does not belong here: the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from orchestration.countries.normal_form import normalise
from orchestration.identity.linkage import LEVELS, Agreement, Parameters, Period, frozen_parameters, scored_pairs

LAST_TIER_READ = 2
"""Names of countries are looked for in titles where they are decided or English: a short name of another language is
mostly another word."""


def names_from(country_names: Iterable[Mapping[str, Any]], others: Mapping[str, str]) -> dict[str, str]:
    """Return codes by normalised name: of countries, where the name means one alone, and of `others`.

    Takes name (or normalised_name), tier, country_code, and status where the code is empty for two reasons.
    """
    best: dict[str, tuple[int, set[str | None]]] = {}
    for row in country_names:
        name = row.get("normalised_name") or normalise(row["name"])
        tier, codes = best.get(name, (row["tier"], set()))
        if row["tier"] < tier:
            tier, codes = row["tier"], set()
        if row["tier"] == tier:
            best[name] = (tier, codes | {row["country_code"]})
    single = {
        name: min(code for code in codes if code)
        for name, (tier, codes) in best.items()
        if tier <= LAST_TIER_READ and len(codes) == 1 and not codes & {None, "unknown", "not_a_country"}
    }
    return {**single, **others}
