"""No feed of others writes a year as its first of January, as docs/time.md says: else it would have to be declared."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

FIRST_OF_JANUARY = re.compile(r"\d{4}-?01-?01")

pytestmark = pytest.mark.realdata


def test_desta_writes_a_year_as_a_year(realdata: Path) -> None:
    with (realdata / "desta" / "DESTA.csv").open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for column, known in (("year", 1135), ("entryforceyear", 780)):
        assert {re.sub(r"\d", "9", row[column]) for row in rows} == {"9999", "NA"}
        assert sum(row[column] != "NA" for row in rows) == known


@pytest.mark.parametrize("release", ["2015-10-01", "2018-03-12", "2021-02-25", "2025-04-24"])
def test_no_more_visits_begin_on_a_first_of_january_than_on_other_days(realdata: Path, release: str) -> None:
    began = [
        day
        for path in (realdata / "history_at_state" / "visits" / release).glob("*.xml")
        for day in re.findall(r"<start-date>([^<]*)<", path.read_text(encoding="utf-8"))
    ]
    assert len(began) > 2_700
    assert sum(bool(FIRST_OF_JANUARY.fullmatch(day)) for day in began) == 3 < len(began) / 365


def test_gdelt_dates_no_event_of_an_export_of_october_to_a_first_of_january(realdata: Path) -> None:
    lines = (realdata / "gdelt" / "20191024143000.export.CSV").read_text(encoding="utf-8").splitlines()
    days = [line.split("\t")[1] for line in lines]
    assert len(days) == 2_111
    assert not any(FIRST_OF_JANUARY.fullmatch(day) for day in days)
