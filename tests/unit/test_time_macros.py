"""The SQL that compares imprecise dates, against every pair of dates in a window of a few days."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import duckdb
import jinja2
import pytest

from orchestration.edtf import parse
from orchestration.settings import PROJECT_ROOT

MACROS = PROJECT_ROOT / "dbt_project" / "macros" / "time"
DAY_ZERO = date(2024, 9, 10)
FIRST, LAST = 0, 3
"""Bounded dates lie in this window of day numbers."""
FAR = 3
"""How many days an open bound reaches beyond the window; one more changes no answer."""


class Bounds(NamedTuple):
    """A date as the warehouse keeps it, in day numbers."""

    earliest: int | None
    latest: int | None
    is_extent: bool


def render(macro: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701, the output is SQL
    template = environment.from_string((MACROS / f"{macro}.sql").read_text(encoding="utf-8"))
    columns = ("a_earliest", "a_latest", "b_earliest", "b_latest", "a_is_extent", "b_is_extent")
    return str(getattr(template.module, macro)(*columns))


def answers(macro: str, pairs: list[tuple[Bounds, Bounds]]) -> list[str]:
    def as_date(number: int | None) -> date | None:
        return None if number is None else DAY_ZERO + timedelta(days=number)

    rows = [
        (n, as_date(a.earliest), as_date(a.latest), as_date(b.earliest), as_date(b.latest), a.is_extent, b.is_extent)
        for n, (a, b) in enumerate(pairs)
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table pairs(n integer, a_earliest date, a_latest date, b_earliest date, b_latest date,"
            " a_is_extent boolean, b_is_extent boolean)"
        )
        connection.executemany("insert into pairs values (?, ?, ?, ?, ?, ?, ?)", rows)
        result = connection.execute(f"select {render(macro)} from pairs order by n")  # noqa: S608, a macro of ours
        return [answer for (answer,) in result.fetchall()]


def all_dates() -> list[Bounds]:
    bounds: list[int | None] = [None, *range(FIRST, LAST + 1)]
    return [
        Bounds(earliest, latest, is_extent)
        for earliest, latest, is_extent in itertools.product(bounds, bounds, (False, True))
        if earliest is None or latest is None or earliest <= latest
    ]


ALL_PAIRS = [(a, b) for a in all_dates() for b in all_dates()]


def meanings(value: Bounds) -> Iterator[frozenset[int]]:
    """Yield the sets of days that a date can stand for: one day, or for an extent all days between two ends."""
    lowest = FIRST - FAR if value.earliest is None else value.earliest
    highest = LAST + FAR if value.latest is None else value.latest
    if not value.is_extent:
        yield from (frozenset([day]) for day in range(lowest, highest + 1))
        return
    starts = range(lowest, highest + 1) if value.earliest is None else [lowest]
    ends = range(lowest, highest + 1) if value.latest is None else [highest]
    yield from (frozenset(range(start, end + 1)) for start in starts for end in ends if start <= end)


def verdict(outcomes: set[bool]) -> str:
    return "possible" if len(outcomes) == 2 else "true" if outcomes == {True} else "false"


def test_is_before_agrees_with_trying_every_day_that_the_dates_can_mean() -> None:
    expected = [
        verdict({max(days_a) < min(days_b) for days_a in meanings(a) for days_b in meanings(b)}) for a, b in ALL_PAIRS
    ]
    assert dict(zip(ALL_PAIRS, answers("is_before", ALL_PAIRS), strict=True)) == dict(
        zip(ALL_PAIRS, expected, strict=True)
    )


def possible_days(value: Bounds) -> frozenset[int]:
    return frozenset().union(*meanings(value))


def compatible(a: Bounds, b: Bounds) -> str:
    if a.is_extent and b.is_extent:
        if not possible_days(a) & possible_days(b):
            return "false"
        return "true" if set(meanings(a)) & set(meanings(b)) else "possible"
    common = possible_days(a) & possible_days(b)
    if not common:
        return "false"
    return "true" if common in (possible_days(a), possible_days(b)) else "possible"


def test_is_compatible_agrees_with_comparing_the_days_that_the_dates_can_mean() -> None:
    expected = [compatible(a, b) for a, b in ALL_PAIRS]
    assert dict(zip(ALL_PAIRS, answers("is_compatible", ALL_PAIRS), strict=True)) == dict(
        zip(ALL_PAIRS, expected, strict=True)
    )


def test_is_compatible_does_not_depend_on_the_order_of_the_two_dates() -> None:
    swapped = [(b, a) for a, b in ALL_PAIRS]
    assert answers("is_compatible", ALL_PAIRS) == answers("is_compatible", swapped)


def test_nothing_is_certainly_before_what_is_certainly_before_it() -> None:
    before = dict(zip(ALL_PAIRS, answers("is_before", ALL_PAIRS), strict=True))
    assert all(before[b, a] == "false" for (a, b), answer in before.items() if answer == "true")


def as_bounds(text: str) -> Bounds:
    value = parse(text)
    earliest, latest = (None if bound is None else (bound - DAY_ZERO).days for bound in (value.earliest, value.latest))
    return Bounds(earliest, latest, value.is_extent)


EXAMPLES = [
    # a, b, a is before b, a is compatible with b
    ("2024", "2025-03", "true", "false"),
    ("2025-03", "2024", "false", "false"),
    ("2024-09", "2024-09-18", "possible", "true"),
    ("2024-09-18", "2024-09-18", "false", "true"),
    ("[2024-09-17..2024-09-19]", "[2024-09-18..2024-09-20]", "possible", "possible"),
    ("[..2024]", "2023", "possible", "true"),
    ("[..2024]", "2025", "true", "false"),
    ("[2024..]", "2023", "false", "false"),
    ("", "2024", "possible", "true"),
    ("", "", "possible", "true"),
    ("2024-01/2024-06", "2024-03", "false", "true"),
    ("[2024-01..2024-06]", "2024-03", "possible", "true"),
    ("2024-01/2024-06", "2024-07", "true", "false"),
    ("2024-01/2024-06", "2024-01/2024-03", "false", "possible"),
    ("2024-01/..", "2024-01/2024-03", "false", "true"),
    ("2020/..", "2024", "possible", "true"),
    ("2024", "2020/..", "false", "true"),
]


@pytest.mark.parametrize(
    ("a", "b", "before", "compatible_"), EXAMPLES, ids=[f"{row[0]} and {row[1]}" for row in EXAMPLES]
)
def test_dates_as_people_write_them(a: str, b: str, before: str, compatible_: str) -> None:
    pair = [(as_bounds(a), as_bounds(b))]
    assert (answers("is_before", pair), answers("is_compatible", pair)) == ([before], [compatible_])
