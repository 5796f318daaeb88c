"""Which country a code means, in which scheme, and when."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import pycountry
import pytest
from country_resolver import resolve, rows

from orchestration.countries.seeds import BEGINNING, FOREVER

SCHEMES = {"cameo", "comtrade", "cow", "desta", "fips", "iso2", "iso3", "iso3166_3", "isonum"}


def known(text: str) -> list[tuple[str, str]]:
    """`code country` pairs, written one after the other."""
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


ISO3 = known("PAK PAK RUS RUS SUN SUN CSK CSK YUG YUG SCG SCG DDR DDR ZAR COD BUR MMR ROM ROU TMP TLS XKX XKX ANT ANT")
ISO2 = known("PK PAK RU RUS NA NAM NO NOR GB GBR UK GBR SU SUN YU YUG DD DDR XK XKX AN ANT TP TLS AI AIA SK SVK GE GEO")
ISO3166_3 = known("SUHH SUN CSHH CSK CSXX SCG YUCS YUG DDDE DDR ZRCD COD BUMM MMR ANHH ANT HVBF BFA DYBJ BEN TPTL TLS")
ISONUM = known(
    "586 PAK 643 RUS 076 BRA 356 IND 250 FRA 380 ITA 756 CHE 578 NOR 840 USA 158 TWN 810 SUN 200 CSK 278 DDR 280 DEU "
    "276 DEU 736 SDN 729 SDN 230 ETH 231 ETH 886 YEM 887 YEM 720 YMD 890 YUG 530 ANT 591 PAN 659 KNA 004 AFG"
)
FIPS = known(
    "RS RUS UP UKR GM DEU AU AUT AS AUS CH CHN SZ CHE SW SWE SP ESP PO PRT EI IRL UK GBR JA JPN KS KOR KN PRK TU TUR "
    "IS ISR IZ IRQ IR IRN PK PAK IN IND BG BGD BM MMR CE LKA VM VNM RP PHL SN SGP TW TWN SF ZAF NI NGA NG NER AG DZA "
    "MO MAR TS TUN SU SDN OD SSD ET ETH DA DNK FI FIN LG LVA LH LTU EN EST BO BLR MD MDA GG GEO AJ AZE AM ARM RI SRB "
    "RB SRB MJ MNE KV XKX BK BIH LO SVK EZ CZE YM YEM AE ARE GZ PSE WE PSE CI CHL CS CRI ES SLV HO HND NU NIC BH BLZ "
    "SV SJM JN SJM UR SUN"
)
COMTRADE = known(
    "842 USA 841 USA 840 USA 251 FRA 381 ITA 699 IND 356 IND 757 CHE 579 NOR 490 TWN 810 SUN 200 CSK 278 DDR 280 DEU "
    "276 DEU 890 YUG 891 SCG 688 SRB 499 MNE 736 SDN 729 SDN 728 SSD 58 X-BLX 56 BEL 442 LUX 711 X-SCU 710 ZAF 36 AUS "
    "4 AFG 76 BRA 156 CHN 344 HKG 446 MAC 412 XKX 275 PSE 530 ANT 532 ANT 531 CUW 533 ABW 582 PCI 592 PCZ 591 PAN "
    "586 PAK 588 PAK 643 RUS 704 VNM 866 VDR 868 X-RVN 720 YMD 886 YEM 887 YEM 717 X-RHN 835 TZA 836 X-ZAN 834 TZA "
    "459 MYS 458 MYS 230 ETH 231 ETH 232 ERI 698 SKM 658 KNA"
)
COW = known(
    "2 USA 20 CAN 40 CUB 41 HTI 70 MEX 100 COL 140 BRA 160 ARG 200 GBR 205 IRL 210 NLD 211 BEL 220 FRA 225 CHE 230 ESP "
    "235 PRT 255 DEU 260 DEU 265 DDR 290 POL 300 X-AUH 305 AUT 310 HUN 315 CSK 316 CZE 317 SVK 325 ITA 327 X-PAP "
    "339 ALB 344 HRV 347 XKX 350 GRC 355 BGR 360 ROU 365 RUS 369 UKR 375 FIN 380 SWE 385 NOR 390 DNK 404 GNB 432 MLI "
    "437 CIV 452 GHA 475 NGA 484 COG 490 COD 500 UGA 510 TZA 511 X-ZAN 530 ETH 560 ZAF 580 MDG 600 MAR 615 DZA 625 SDN "
    "626 SSD 630 IRN 640 TUR 645 IRQ 651 EGY 652 SYR 666 ISR 670 SAU 678 YEM 680 YMD 700 AFG 710 CHN 713 TWN 730 X-KOR "
    "731 PRK 732 KOR 740 JPN 750 IND 770 PAK 771 BGD 775 MMR 800 THA 811 KHM 816 VNM 817 X-RVN 850 IDN 900 AUS 990 WSM"
)
CAMEO = known(
    "RUS RUS PAK PAK USA USA GBR GBR CHN CHN IND IND ROM ROU ROU ROU TMP TLS ZAR COD COD COD KSV XKX PSE PSE WSB PSE "
    "GZS PSE IMY IMN MTN MNE TWN TWN ANT ANT SRB SRB UKR UKR DEU DEU ISR ISR IRN IRN IRQ IRQ SYR SYR TUR TUR EGY EGY "
    "SAU SAU ARE ARE QAT QAT YEM YEM AFG AFG BGD BGD LKA LKA NPL NPL JPN JPN KOR KOR PRK PRK VNM VNM ZAF ZAF NGA NGA "
    "KEN KEN ETH ETH SDN SDN SSD SSD SUN SUN YUG YUG BAG IRQ"
)
DESTA = known("4 AFG 643 RUS 530 ANT 900 XKX 158 TWN")


@pytest.mark.parametrize(
    ("scheme", "code", "country_code"),
    [
        (scheme, code, country_code)
        for scheme, codes in {
            "iso3": ISO3,
            "iso2": ISO2,
            "iso3166_3": ISO3166_3,
            "isonum": ISONUM,
            "fips": FIPS,
            "comtrade": COMTRADE,
            "cow": COW,
            "cameo": CAMEO,
            "desta": DESTA,
        }.items()
        for code, country_code in codes
    ],
)
def test_a_code_means_the_country_that_its_publisher_says(scheme: str, code: str, country_code: str) -> None:
    assert resolve(f"{scheme}:{code}").code == country_code


@pytest.mark.parametrize(
    "coded",
    ["comtrade:0", "comtrade:97", "comtrade:837", "comtrade:838", "comtrade:839", "comtrade:899", "comtrade:473"]
    + [f"cameo:{region}" for region in ("AFR", "EUR", "WST", "ASA", "SAF", "SEA", "MEA", "NMR")]
    + ["fips:OS", "fips:PG", "isonum:001"],
)
def test_codes_of_areas_are_no_country_and_not_unknown(coded: str) -> None:
    assert resolve(coded).status == "not_a_country"


def test_a_code_that_nobody_gave_is_unknown() -> None:
    assert resolve("iso3:XYZ").status == "unknown"


def test_no_scheme_is_missing() -> None:
    assert {row["scheme"] for row in rows("country_code")} == SCHEMES


def test_every_code_means_a_country_of_the_table_or_no_country() -> None:
    countries = {row["country_code"] for row in rows("country")}
    for row in rows("country_code"):
        assert (row["country_code"] is not None) == (row["status"] == "country"), row
        assert row["country_code"] is None or row["country_code"] in countries, row


def by_code() -> list[list[dict[str, Any]]]:
    return [list(group) for _, group in groupby(rows("country_code"), key=lambda row: (row["scheme"], row["code"]))]


def test_the_ranges_of_one_code_do_not_overlap_and_leave_no_gap() -> None:
    for group in by_code():
        for earlier, later in pairwise(group):
            assert earlier["valid_to"] == later["valid_from"], group


def test_one_row_of_each_code_holds_where_no_date_is_known() -> None:
    for group in by_code():
        assert [row["is_default"] for row in group] == [False] * (len(group) - 1) + [True], group


def test_no_range_is_empty() -> None:
    assert [row for row in rows("country_code") if row["valid_from"] >= row["valid_to"]] == []


def test_codes_are_stored_in_one_spelling() -> None:
    for row in rows("country_code"):
        code = row["code"]
        assert code == code.upper().strip(), row
        match row["scheme"]:
            case "isonum":
                assert code.isdecimal(), row
                assert len(code) == 3, row
            case "comtrade" | "cow":
                assert code == str(int(code)), row
            case "iso3" | "cameo":
                assert len(code) == 3, row
            case "iso2" | "fips":
                assert len(code) == 2, row
            case "iso3166_3":
                assert len(code) == 4, row


def meaning(scheme: str, code: str, day: date) -> str | None:
    (found,) = [
        row["country_code"]
        for row in rows("country_code")
        if (row["scheme"], row["code"]) == (scheme, code) and row["valid_from"] <= day < row["valid_to"]
    ]
    return found


@pytest.mark.parametrize(
    ("scheme", "code", "day", "country_code"),
    [
        ("iso2", "CS", date(1990, 1, 1), "CSK"),
        ("iso2", "CS", date(2005, 1, 1), "SCG"),
        ("iso2", "AI", date(1975, 1, 1), "DJI"),
        ("iso2", "AI", date(2005, 1, 1), "AIA"),
        ("iso2", "GE", date(1975, 1, 1), "GEL"),
        ("iso2", "GE", date(1995, 1, 1), "GEO"),
        ("isonum", "891", date(1995, 1, 1), "YUG"),
        ("isonum", "891", date(2005, 1, 1), "SCG"),
        ("cow", "345", date(1970, 1, 1), "YUG"),
        ("cow", "345", date(2004, 1, 1), "SCG"),
        ("cow", "345", date(2010, 1, 1), "SRB"),
        ("comtrade", "736", date(2010, 1, 1), "SDN"),
        ("comtrade", "729", date(2012, 1, 1), "SDN"),
    ],
)
def test_a_code_that_was_given_twice_means_what_it_meant_on_the_day(
    scheme: str, code: str, day: date, country_code: str
) -> None:
    assert meaning(scheme, code, day) == country_code


def test_a_code_of_a_state_that_is_gone_stays_unambiguous_for_ever() -> None:
    ranges = {
        row["code"]: (row["valid_from"], row["valid_to"])
        for row in rows("country_code")
        if row["scheme"] == "iso3" and row["code"] in ("SUN", "CSK", "YUG", "DDR")
    }
    assert set(ranges.values()) == {(BEGINNING, FOREVER)}


def test_the_numbers_of_correlates_of_war_are_all_there() -> None:
    numbers = {row["code"] for row in rows("country_code") if row["scheme"] == "cow"}
    assert len(numbers) == 217


def test_every_member_and_observer_of_the_united_nations_has_a_number_of_correlates_of_war() -> None:
    numbered = {row["country_code"] for row in rows("country_code") if row["scheme"] == "cow"}
    states = {row["country_code"] for row in rows("country") if row["is_current_state"]}
    # neither is in the system of states of 2016
    assert states - numbered == {"PSE", "VAT"}


def test_every_code_that_iso_withdrew_is_known() -> None:
    given = {(row["scheme"], row["code"]) for row in rows("country_code")}
    for country in pycountry.historic_countries:
        codes = {("iso2", country.alpha_2), ("iso3", country.alpha_3), ("iso3166_3", country.alpha_4)}
        if numeric := getattr(country, "numeric", None):
            codes.add(("isonum", numeric))
        assert codes <= given, country


def test_every_country_of_iso_has_a_code_of_fips_but_two() -> None:
    with_fips = {row["country_code"] for row in rows("country_code") if row["scheme"] == "fips"}
    # FIPS 10-4 counted Åland with Finland; the Caribbean Netherlands came after its end
    assert {country.alpha_3 for country in pycountry.countries} - with_fips == {"ALA", "BES"}


def test_no_region_of_cameo_hides_a_country_of_iso() -> None:
    alpha_3 = {country.alpha_3 for country in pycountry.countries}
    regions = {row["code"] for row in rows("country_code") if row["scheme"] == "cameo" and row["country_code"] is None}
    assert regions & alpha_3 == set()


def test_the_seed_never_gives_one_code_twice_at_a_time() -> None:
    counts = Counter((row["scheme"], row["code"], row["valid_from"]) for row in rows("country_code"))
    assert [key for key, count in counts.items() if count > 1] == []
