"""Which country a name means, which names mean several, and which mean none."""

from __future__ import annotations

import re

import duckdb
import jinja2
import pyarrow as pa
import pytest
from country_resolver import resolve, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.countries.identities import country_versions
from orchestration.countries.names import AREAS, COLLECTED, ENGLISH, TRANSLATED, CountryName, _settle
from orchestration.countries.normal_form import normalise
from orchestration.countries.seeds import read_seed
from orchestration.settings import PROJECT_ROOT

NORMALISED_NAME = PROJECT_ROOT / "dbt_project" / "macros" / "names" / "normalised_name.sql"


def normalised_by_dbt(texts: list[str]) -> list[str]:
    """What the macro makes of `texts` in DuckDB."""
    macro = NORMALISED_NAME.read_text(encoding="utf-8")
    expression = jinja2.Environment(autoescape=False).from_string(macro + "{{ normalised_name('text') }}").render()  # noqa: S701
    names = pa.table({"text": texts, "number": range(len(texts))})  # noqa: F841 read by DuckDB
    answer = duckdb.sql(f"select coalesce({expression}, '') from names order by number").fetchall()  # noqa: S608
    return [normal_form for (normal_form,) in answer]


def name(text: str, country_code: str | None, *, tier: int = COLLECTED) -> CountryName:
    status = "country" if country_code else "not_a_country"
    return CountryName(text, "und", "test", tier, status, country_code, None)


def test_python_and_dbt_agree_on_the_normal_form_of_every_name() -> None:
    names = sorted({row["name"] for row in rows("country_name")})
    assert normalised_by_dbt(names) == [normalise(text) for text in names]


# names are of letters, marks, digits and punctuation; of characters that one Unicode version has and another has not,
# the two cannot be expected to agree
@settings(max_examples=200)
@given(
    st.lists(
        st.text(
            st.characters(
                max_codepoint=0xFFFF,
                categories=("Lu", "Ll", "Lt", "Lo", "Nd", "Po", "Pd", "Zs"),
            ),
            max_size=20,
        ),
        min_size=1,
    )
)
def test_python_and_dbt_agree_on_the_normal_form_of_any_text(texts: list[str]) -> None:
    ours = ["the ", "The The Gambia", "  THE  Bahamas!", "İstanbul", "ΟΔΟΣ", "한국", *texts]
    assert normalised_by_dbt(ours) == [normalise(text) for text in ours]


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("Pakistan", "PAK"),
        ("Russia", "RUS"),
        ("Brazil", "BRA"),
        ("India", "IND"),
        ("China", "CHN"),
        ("South Africa", "ZAF"),
        ("Iran", "IRN"),
        ("Egypt", "EGY"),
        ("Ethiopia", "ETH"),
        ("United Arab Emirates", "ARE"),
    ],
)
def test_the_countries_of_the_first_dossier_resolve(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("the Russian Federation", "RUS"),
        ("ISLAMIC REPUBLIC OF PAKISTAN", "PAK"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Germany, Federal Republic of", "DEU"),
        ("Trinidad & Tobago", "TTO"),
        ("St. Lucia", "LCA"),
        ("Saint Lucia", "LCA"),
        ("Cote d’Ivoire", "CIV"),
        ("PAK", "PAK"),
        ("PK", "PAK"),
        ("UK", "GBR"),
        ("UAE", "ARE"),
        ("Holland", "NLD"),
        ("Scotland", "GBR"),
        ("Vatican City", "VAT"),
        ("Macau", "MAC"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Congo (Brazzaville)", "COG"),
        ("North Korea", "PRK"),
        ("Rep. of Korea", "KOR"),
        ("Georgia", "GEO"),
        ("Niger", "NER"),
        ("Dominica", "DMA"),
        ("Guinea", "GIN"),
    ],
)
def test_the_spellings_of_one_country_resolve_to_it(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("Россия", "RUS"),
        ("俄罗斯", "RUS"),
        ("Rusia", "RUS"),
        ("روسیه", "RUS"),
        ("Nga", "RUS"),
        ("پاکستان", "PAK"),
        ("巴基斯坦", "PAK"),
        ("Südafrika", "ZAF"),
        ("Brasilien", "BRA"),
        ("Égypte", "EGY"),
        ("مصر", "EGY"),
        ("대한민국", "KOR"),
        ("दक्षिण अफ़्रीका", "ZAF"),
        ("República Árabe Siria", "SYR"),
        ("Демократическая Республика Конго", "COD"),
        ("Ελλάδα", "GRC"),
    ],
)
def test_names_in_other_languages_resolve(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


def test_names_come_in_more_than_eighty_languages_of_bcp_47() -> None:
    languages = {row["language"] for row in rows("country_name")}
    assert len(languages) > 80
    assert {"ar", "de", "en", "es", "fa", "fr", "hi", "ja", "pt", "ru", "sr-Latn", "ur", "zh", "zh-Hant"} <= languages
    assert not [language for language in languages if "_" in language or "@" in language]


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("Swaziland", "SWZ"),
        ("Macedonia", "MKD"),
        ("FYROM", "MKD"),
        ("Macedonia, Former Yugoslav Republic of", "MKD"),
        ("Czech Republic", "CZE"),
        ("Burma", "MMR"),
        ("Zaire", "COD"),
        ("Dahomey", "BEN"),
        ("Upper Volta", "BFA"),
        ("Ceylon", "LKA"),
        ("Cape Verde", "CPV"),
        ("Ivory Coast", "CIV"),
        ("Kampuchea", "KHM"),
        ("Khmer Republic", "KHM"),
        ("Siam", "THA"),
        ("Persia", "IRN"),
        ("Union of South Africa", "ZAF"),
        ("Zimbabwe Rhodesia", "ZWE"),
        ("Tanganyika", "TZA"),
        ("Malaya", "MYS"),
        ("Muscat & Oman", "OMN"),
        ("Western Samoa", "WSM"),
        ("Yemen Arab Republic", "YEM"),
        ("West Germany", "DEU"),
    ],
)
def test_a_country_that_changed_its_name_is_one_country(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("U.S.S.R.", "SUN"),
        ("Soviet Union", "SUN"),
        ("Union of Soviet Socialist Republics", "SUN"),
        ("Czechoslovakia", "CSK"),
        ("Yugoslavia", "YUG"),
        ("Serbia and Montenegro", "SCG"),
        ("East Germany", "DDR"),
        ("South Yemen", "YMD"),
        ("South Vietnam", "X-RVN"),
        ("North Vietnam", "VDR"),
        ("Netherlands Antilles", "ANT"),
        ("Hawaii", "X-HAW"),
        ("Austria-Hungary", "X-AUH"),
        ("Papal States", "X-PAP"),
    ],
)
def test_a_state_that_is_gone_stays_itself(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("Taiwan", "TWN"),
        ("Republic of China", "TWN"),
        ("China, Republic of", "TWN"),
        ("Taiwan, Province of China", "TWN"),
        ("Chinese Taipei", "TWN"),
        ("Other Asia, nes", "TWN"),
        ("Kosovo", "XKX"),
        ("Palestine", "PSE"),
        ("Palestinian Territories", "PSE"),
        ("West Bank", "PSE"),
        ("Crimea", "X-CRI"),
        ("Крым", "X-CRI"),
        ("Abkhazia", "X-ABK"),
        ("Northern Cyprus", "X-NCY"),
        ("Western Sahara", "ESH"),
        ("Somaliland", "X-SLD"),
    ],
)
def test_disputed_and_special_territories_are_taken_as_the_source_names_them(text: str, country_code: str) -> None:
    assert resolve(text).code == country_code


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Congo", ("COD", "COG")),
        ("the Congo", ("COD", "COG")),
        ("Korea", ("KOR", "PRK", "X-KOR")),
        ("Virgin Islands", ("VGB", "VIR")),
        ("Saint Martin", ("MAF", "SXM")),
        ("St Martin", ("MAF", "SXM")),
        ("Guiana", ("GUF", "GUY")),
        ("Rhodesia", ("ZWE", "ZMB", "X-RHN")),
        ("Конго", ("COD", "COG")),
    ],
)
def test_a_name_of_several_countries_is_ambiguous_with_its_candidates(text: str, candidates: tuple[str, ...]) -> None:
    resolution = resolve(text)
    assert (resolution.code, resolution.status, resolution.candidates) == (None, "ambiguous", candidates)


def test_na_is_not_taken_for_namibia() -> None:
    meanings = {
        (row["status"], row["candidate_codes"]) for row in rows("country_name") if normalise(row["name"]) == "na"
    }
    assert ("ambiguous", "NAM") in meanings


@pytest.mark.parametrize(
    "text",
    [
        "World",
        "Welt",
        "весь мир",
        "Areas, nes",
        "Bunkers",
        "Free Zones",
        "Special Categories",
        "Unspecified",
        "Rest of the world",
        "LAIA, nes",
        "European Union",
        "EU-28",
        "Africa",
        "Southern Africa",
        "Latin America",
    ],
)
def test_the_world_and_areas_of_statistics_are_no_country(text: str) -> None:
    assert resolve(text).status == "not_a_country"


@pytest.mark.parametrize("text", ["Atlantis", "Ruritania", "United Nations", "Paris", "Texas", "Texan", "", "?!"])
def test_what_nobody_calls_a_country_is_unknown(text: str) -> None:
    assert resolve(text).status == "unknown"


def test_a_feed_may_mean_by_a_name_what_others_do_not() -> None:
    assert resolve("Korea").status == "ambiguous"
    assert resolve("Korea", feed="state_visits").code == "KOR"
    assert resolve("Somoa").status == "unknown"
    assert resolve("Somoa", feed="state_visits").code == "WSM"


def test_every_english_name_of_every_country_resolves_to_it_unless_decided_otherwise() -> None:
    missed = {
        (country.name, resolve(country.name).code)
        for country in country_versions()
        if resolve(country.name).code != country.country_code
    }
    assert missed == set()


def policy_examples() -> list[tuple[str, str]]:
    """The names and codes in the tables of the naming policy; one code stands for all names of its row."""
    examples = []
    for line in (PROJECT_ROOT / "docs" / "naming-policy.md").read_text(encoding="utf-8").splitlines():
        texts, codes = ([part.strip(" `") for part in cell.split(";")] for cell in (line + "||").split("|")[1:3])
        if re.fullmatch(r"\| [^`]+ \| (`[A-Z-]{3,5}`(; )?)+ \|.*", line.replace("`comtrade:490`", "comtrade:490")):
            examples += zip(texts, codes if len(codes) > 1 else codes * len(texts), strict=True)
    return examples


def test_the_naming_policy_says_what_the_tables_do() -> None:
    examples = policy_examples()
    assert len(examples) > 40
    assert [(text, resolve(text).code) for text, _ in examples] == examples


def test_no_decision_contradicts_another() -> None:
    meanings: dict[str, set[tuple[str, str]]] = {}
    for row in read_seed("names"):
        meanings.setdefault(normalise(row["name"]), set()).add((row["status"], row["country_codes"]))
    assert {normal_form: found for normal_form, found in meanings.items() if len(found) > 1} == {}


def test_within_a_tier_two_meanings_make_a_name_ambiguous() -> None:
    settled = list(_settle([name("Sabiya", "SRB"), name("Sābiya", "ZMB"), name("Serbia", "SRB")]))
    assert [(row.name, row.country_code, row.candidate_codes) for row in settled] == [
        ("Sabiya", None, "SRB,ZMB"),
        ("Sābiya", None, "SRB,ZMB"),
        ("Serbia", "SRB", None),
    ]


def test_a_better_source_is_believed_where_two_disagree_about_one_text() -> None:
    (settled,) = _settle([name("Солтүстік Корея", "PRK", tier=TRANSLATED), name("СОЛТҮСТІК КОРЕЯ", "KOR")])
    assert settled.country_code == "PRK"


def test_two_texts_that_differ_in_vowel_signs_alone_are_ambiguous_over_all_sources() -> None:
    (settled,) = _settle([name("मालदीव", "MDV", tier=TRANSLATED), name("मोल्दोवा", "MDA")])
    assert (settled.country_code, settled.candidate_codes) == (None, "MDA,MDV")


def test_an_english_name_wins_over_the_same_name_in_another_language() -> None:
    settled = list(_settle([name("Guinea", "GIN", tier=ENGLISH), name("Guinéa", "GNQ")]))
    assert [row.country_code for row in settled] == ["GIN"]


def test_a_region_never_hides_a_country_of_the_same_name() -> None:
    settled = list(_settle([name("Южная Африка", "ZAF"), name("Южная Африка", None, tier=AREAS)]))
    assert [row.country_code for row in settled] == ["ZAF"]


def test_each_normal_form_has_one_outcome_in_its_best_tier() -> None:
    best: dict[str, tuple[int, set[tuple[str, str | None, str | None]]]] = {}
    for row in rows("country_name"):
        normal_form, outcome = normalise(row["name"]), (row["status"], row["country_code"], row["candidate_codes"])
        tier, outcomes = best.get(normal_form, (AREAS + 1, set()))
        if row["tier"] < tier:
            best[normal_form] = (row["tier"], {outcome})
        elif row["tier"] == tier:
            outcomes.add(outcome)
    assert {form: outcomes for form, (_, outcomes) in best.items() if len(outcomes) > 1} == {}


def test_a_name_has_a_country_or_candidates_or_neither_as_its_status_says() -> None:
    known = {country.country_code for country in country_versions()}
    for row in rows("country_name"):
        candidates = (row["candidate_codes"] or "").split(",") if row["candidate_codes"] else []
        assert (row["country_code"] is not None) == (row["status"] == "country"), row
        assert bool(candidates) == (row["status"] == "ambiguous"), row
        assert {*candidates, *filter(None, [row["country_code"]])} <= known, row
