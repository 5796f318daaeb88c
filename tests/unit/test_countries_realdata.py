"""The names and codes that others really write, in whole files of theirs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from country_resolver import resolve
from defusedxml.ElementTree import parse

pytestmark = pytest.mark.realdata

UNITED_NATIONS_NAMES = [f"official_name_{language}" for language in ("en", "fr", "es", "ru", "cn", "ar")] + [
    f"UNTERM {language} Short" for language in ("English", "French", "Spanish", "Russian", "Chinese", "Arabic")
]

EXPECTED_NAMES = {
    "shared by two states, so ambiguous": {("COG", "Congo"), ("COG", "Конго")},
    "in an oblique case, or cut off in the file": {
        ("ALA", "Аландских островов"),
        ("ATA", "Антарктике"),
        ("CCK", "Кокосовых (Килинг) островов"),
        ("CYM", "Кайман острова"),
        ("ATF", "Южные земли (французская заморская территория)"),
        ("IOT", "المحيط الهندي الإقليم البريطاني في"),
        ("UMI", "نائية التابعة للولايات المتحدة"),
        ("ATF", "الأراضي الفرنسية الجنوبية الجنوبية"),
    },
    "inverted in Arabic with a dash for the name": {
        ("BOL", "بوليفيا (دولة - المتعددة القوميات)"),
        ("IRN", "إيران (جمهورية - الإسلامية)"),
        ("FSM", "ميكرونيزيا (ولايات - الموحدة)"),
        ("VEN", "فنزويلا (جمهورية - البوليفارية)"),
        ("NLD", "هولندا (مملكة _)"),
    },
    "a spelling of an island group that no library knows": {
        ("HMD", "Île Heard-et-Îles MacDonald"),
        ("HMD", "赫德岛和麦克唐纳岛"),
        ("SJM", "Îles Svalbard-et-Jan Mayen"),
        ("SJM", "جزيرتي سفالبارد وجان مايِن"),
        ("SGS", "Georgia del Sur y las Islas Sandwich del Sur"),
        ("SGS", "南乔治亚岛和南桑德韦奇岛"),
        ("ATF", "Territorio de las Tierras Australes Francesas"),
        ("UMI", "Islas menores alejadas de Estados Unidos"),
        ("UMI", "Внешние малые острова Соединенных Штатов"),
        ("BES", "博纳尔，圣俄斯塔休斯和萨巴"),
        ("BES", "بونير وسانت يوستاشيوس وسابا"),
        ("BVT", "جزيرة بوفيت"),
        ("CXR", "جزيرة عيد الميلاد"),
        ("CCK", "جزر كوكس (كيلينغ)"),
        ("FRO", "جزر فايرو"),
        ("PCN", "بيتكرن"),
    },
}

EXPECTED_FIPS = {
    ("SRB", "KV"): "of Kosovo, which has a row of its own",
    ("BES", "NL"): "of the Netherlands, whose code it is",
    ("UMI", "a"): "a footnote; each island has its own code",
}


def reference_rows(realdata: Path) -> list[dict[str, str]]:
    with (realdata / "reference" / "country-codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("scheme", "column"),
    [
        ("iso3", "ISO3166-1-Alpha-3"),
        ("iso2", "ISO3166-1-Alpha-2"),
        ("isonum", "ISO3166-1-numeric"),
        ("isonum", "M49"),
    ],
)
def test_every_territory_of_iso_has_its_codes(realdata: Path, scheme: str, column: str) -> None:
    territories = reference_rows(realdata)
    assert len(territories) == 249
    wrong = {
        (territory["ISO3166-1-Alpha-3"], code)
        for territory in territories
        for code in [territory[column].zfill(3) if scheme == "isonum" else territory[column]]
        if resolve(f"{scheme}:{code}").code != territory["ISO3166-1-Alpha-3"]
    }
    assert wrong == set()


def test_every_territory_has_its_codes_of_fips(realdata: Path) -> None:
    wrong = {
        (territory["ISO3166-1-Alpha-3"], code)
        for territory in reference_rows(realdata)
        for code in re.findall(r"[A-Za-z]{1,2}", territory["FIPS"])
        if resolve(f"fips:{code}").code != territory["ISO3166-1-Alpha-3"]
    }
    assert wrong == set(EXPECTED_FIPS)


def test_every_territory_is_known_by_its_names_in_the_languages_of_the_united_nations(realdata: Path) -> None:
    unresolved = set()
    for territory in reference_rows(realdata):
        country_code = territory["ISO3166-1-Alpha-3"]
        for column in UNITED_NATIONS_NAMES:
            # the list of terms writes the article and a footnote behind: "Comores (les) *"
            name = re.sub(r"\s*(\((l'|le|la|les|el|las|los|the)\))?[\s*]*$", "", territory[column])
            if name and resolve(name).code != country_code:
                unresolved.add((country_code, name))
                assert resolve(name).code is None, f"{name} is {country_code}"
    assert unresolved == set().union(*EXPECTED_NAMES.values())


def visits(realdata: Path) -> Iterator[Element]:
    for path in sorted((realdata / "history_at_state" / "visits").glob("*/*.xml")):
        yield from parse(path).iter("visit")


def test_every_country_that_a_visitor_came_from_resolves(realdata: Path) -> None:
    reported = {visit.findtext("from") or "" for visit in visits(realdata)}
    assert len(reported) > 200
    assert {text for text in reported if resolve(text, "state_visits").status != "country"} == set()


@pytest.mark.parametrize(
    ("text", "country_code"),
    [
        ("Democratic Republic of the Congo (Zaire)", "COD"),
        ("Siam (Thailand)", "THA"),
        ("Macedonia, Former Yugoslav Republic of", "MKD"),
        ("China, Republic of", "TWN"),
        ("China, People’s Republic of", "CHN"),
        ("Germany, Federal Republic of", "DEU"),
        ("German Democratic Republic", "DDR"),
        ("Korea", "KOR"),
        ("Bosnian Federation", "BIH"),
        ("Somoa", "WSM"),
        ("Hawaii", "X-HAW"),
        ("U.S.S.R.", "SUN"),
        ("Congo, Republic of", "COG"),
        ("Poland (government-in-exile)", "POL"),
        ("United Arab Emirates ", "ARE"),
    ],
)
def test_the_odd_headings_of_the_visits_mean_what_their_visitors_say(
    realdata: Path, text: str, country_code: str
) -> None:
    assert text in {visit.findtext("from") for visit in visits(realdata)}
    assert resolve(text, "state_visits").code == country_code


def test_every_actor_and_place_of_gdelt_resolves(realdata: Path) -> None:
    actor_columns, place_columns = (7, 17), (37, 45, 53)
    codes = set()
    for line in (realdata / "gdelt" / "20191024143000.export.CSV").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        codes |= {f"cameo:{cells[column]}" for column in actor_columns if cells[column]}
        codes |= {f"fips:{cells[column]}" for column in place_columns if cells[column]}
    assert len(codes) > 200
    assert {code for code in codes if resolve(code).status == "unknown"} == set()


def test_every_area_of_comtrade_resolves_to_what_its_own_iso_column_says(realdata: Path) -> None:
    differing = set()
    for path in (realdata / "comtrade").glob("*.json"):
        for row in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for side in ("reporter", "partner"):
                code, alpha_3 = row[f"{side}Code"], row[f"{side}ISO"]
                if resolve(f"comtrade:{code}").code != alpha_3 and alpha_3:
                    differing.add((code, alpha_3, resolve(f"comtrade:{code}").code))
    # its own marks for the world, and for "Other Asia, nes"
    assert differing == {(0, "W00", None), (490, "S19", "TWN")}


def test_every_trader_of_baci_and_member_of_desta_resolves(realdata: Path) -> None:
    codes = set()
    with (realdata / "baci" / "BACI_HS17_Y2020_V202201_extract.csv").open(encoding="utf-8", newline="") as file:
        codes |= {f"comtrade:{int(row[side])}" for row in csv.DictReader(file) for side in ("i", "j")}
    with (realdata / "desta" / "DESTA.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            members = (row[column] for column in row if column and re.fullmatch(r"c\d+", column))
            codes |= {f"isonum:{int(float(code)):03}" for code in members if code not in ("", "NA")}
    unresolved = {code for code in codes if resolve(code).status == "unknown"}
    assert len(codes) > 300
    # DESTA's own number for Kosovo, which ISO has none for
    assert unresolved == {"isonum:900"}
