from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orchestration.site import charts
from orchestration.site.charts import Bound, Entry, SidePoint

DAYS = st.dates(min_value=date(1776, 1, 1), max_value=date(2100, 12, 31))


def entry(first: date, last: date, lane: str = "Meetings") -> Entry:
    return Entry(
        lane=lane, earliest=first, latest=last, certainty="asserted", is_uncertain_date=False, label=f"{first}"
    )


@given(st.lists(st.tuples(DAYS, st.integers(min_value=0, max_value=40_000)), min_size=1, max_size=60))
def test_every_mark_of_a_timeline_is_within_it(spans: list[tuple[date, int]]) -> None:
    chart = charts.timeline(
        [entry(day, min(day + timedelta(days=length), date(2100, 12, 31))) for day, length in spans], lanes=["Meetings"]
    )
    assert chart is not None
    marks = chart.lanes[0].marks
    assert len(marks) == len(spans)
    for mark in marks:
        assert 2 <= mark.x <= 98
        assert mark.x + mark.width <= 100
        assert 0 < mark.y < chart.height - 20
        assert mark.is_point == (mark.width == 0)
    assert 1 <= len(chart.ticks) <= 7


def test_a_year_is_as_long_as_a_year_and_a_day_is_a_dot() -> None:
    chart = charts.timeline(
        [entry(date(2023, 1, 1), date(2023, 12, 31)), entry(date(2024, 9, 18), date(2024, 9, 18))], lanes=["Meetings"]
    )
    assert chart is not None
    year, day = chart.lanes[0].marks
    assert year.width > 45
    assert day.is_point
    assert charts.timeline([], lanes=["Meetings"]) is None


def test_of_many_entries_the_latest_are_drawn_and_the_others_counted() -> None:
    first = date(2000, 1, 1)
    days = [first + timedelta(days=number) for number in range(charts.MARKS + 25)]
    chart = charts.timeline([entry(day, day) for day in days], lanes=["Meetings"])
    assert chart is not None
    assert chart.left_out == 25
    assert chart.lanes[0].marks[-1].label == str(days[-1])


def bound(operator: str, value: float, lower: float | None, upper: float | None) -> Bound:
    return Bound(label="", words="", value=value, lower=lower, upper=upper, operator=operator, certainty="asserted")


def test_a_bound_is_drawn_as_the_stretch_that_it_leaves_open() -> None:
    chart = charts.bounds(
        [
            bound("<", 20, None, 20),
            bound(">", 80, 80, None),
            bound("~", 50, None, None),
            bound("=", 50, 50, 50),
            bound("=", 50, 40, 60),
        ],
        unit="percent",
    )
    assert chart is not None
    below, above, about, exact, between = chart.marks
    assert (below.kind, below.start, below.is_included) == ("below", 2.0, False)
    assert below.end == 21.2
    assert (above.kind, above.end) == ("above", 98.0)
    assert (about.kind, exact.kind) == ("about", "exact")
    assert about.x == exact.x
    assert (between.kind, between.start < between.x < between.end) == ("between", True)
    assert [tick.label for tick in chart.ticks] == ["0\u202f%", "25\u202f%", "50\u202f%", "75\u202f%", "100\u202f%"]


@given(st.floats(min_value=1e-3, max_value=1e14))
def test_a_scale_holds_its_largest_figure(value: float) -> None:
    chart = charts.bounds([bound("=", value, value, value)], unit="USD")
    assert chart is not None
    assert 2 <= chart.marks[0].x <= 98
    assert 3 <= len(chart.ticks) <= 6
    assert charts.bounds([bound("=", -value, None, None)], unit="USD") is None


def test_both_sides_stand_in_one_scale_and_silence_is_no_zero() -> None:
    chart = charts.sides(
        [
            SidePoint(period="2020", exporter=None, importer=130.0, reconciled=110.0),
            SidePoint(period="2021", exporter=100.0, importer=130.0, reconciled=None),
        ]
    )
    assert chart is not None
    silent, both = chart.marks
    assert silent.exporter is None
    assert silent.importer == both.importer
    assert both.exporter is not None
    assert both.importer is not None
    assert both.importer < both.exporter <= chart.floor
    assert charts.sides([SidePoint(period="2020", exporter=None, importer=None, reconciled=None)]) is None
