"""The SQL that reckons with bounds, against true figures that they allow: it never excludes the true difference."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.settings import PROJECT_ROOT

MACROS = PROJECT_ROOT / "dbt_project" / "macros" / "measures"
OPERATORS = ("=", "<", "<=", ">", ">=", "~")


Difference = tuple[float | None, float | None, bool | None, bool | None]
"""The least and the most that it can be, and whether each of the two is possible itself."""


class Figure(NamedTuple):
    """A true figure, and what a source reports of it."""

    truth: Decimal
    operator: str
    reported: Decimal
    is_share: bool


def macro(name: str, file: str, *arguments: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701, the output is SQL
    template = environment.from_string((MACROS / file).read_text(encoding="utf-8"))
    return str(getattr(template.module, name)(*arguments))


QUERY = f"""
    with figures as (
        select
            number, side, is_share, {macro("value_bounds", "value_bounds.sql", "value", "operator")}
        from reported
    ),
    bounded as (
        select *, {macro("possible_bounds", "intervals.sql", "is_share")} from figures
    )
    select {macro("interval_difference", "intervals.sql", "later", "earlier")}
    from bounded as later
    inner join bounded as earlier on later.number = earlier.number
    where later.side = 'later' and earlier.side = 'earlier'
    order by later.number
"""  # noqa: S608, macros of ours


def differences(pairs: list[tuple[Figure, Figure]]) -> list[Difference]:
    """Return what later minus earlier can be."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table reported (number integer, side varchar, operator varchar, value double, is_share boolean)"
        )
        connection.executemany(
            "insert into reported values (?, ?, ?, ?, ?)",
            [
                (number, side, figure.operator, float(figure.reported), figure.is_share)
                for number, pair in enumerate(pairs)
                for side, figure in zip(("earlier", "later"), pair, strict=True)
            ],
        )
        return connection.execute(QUERY).fetchall()


@st.composite
def figures(draw: st.DrawFn, *, is_share: bool) -> Figure:
    """A true figure and a report that does not lie about it."""
    lowest, highest = (0, 100) if is_share else (-(10**9), 10**9)
    numbers = st.decimals(lowest, highest, places=draw(st.sampled_from((0, 1, 3, 6))))
    truth, other = draw(numbers), draw(numbers)
    operator = draw(st.sampled_from(OPERATORS))
    if operator in ("=", "<=", ">=") and draw(st.booleans()):
        other = truth
    low, high = min(truth, other), max(truth, other)
    if operator == "=" or (operator in ("<", ">") and low == high):
        return Figure(truth, "=", truth, is_share)
    if operator in ("<", "<="):
        return Figure(low, operator, high, is_share)
    if operator in (">", ">="):
        return Figure(high, operator, low, is_share)
    return Figure(truth, "~", other, is_share)


pairs_of_figures = st.booleans().flatmap(
    lambda is_share: st.tuples(figures(is_share=is_share), figures(is_share=is_share))
)


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(pairs_of_figures, min_size=1, max_size=40))
def test_the_true_change_always_lies_within_the_bounds(pairs: list[tuple[Figure, Figure]]) -> None:
    for (earlier, later), (low, high, includes_low, includes_high) in zip(pairs, differences(pairs), strict=True):
        change = float(later.truth - earlier.truth)
        assert low is None or low < change or (low == change and includes_low)
        assert high is None or change < high or (change == high and includes_high)


def test_a_share_that_was_below_20_and_is_over_80_grew_by_more_than_60_and_at_most_100_points() -> None:
    earlier = Figure(Decimal(19), "<", Decimal(20), is_share=True)
    later = Figure(Decimal(81), ">", Decimal(80), is_share=True)
    assert differences([(earlier, later)]) == [(60, 100, False, True)]


def test_what_is_no_share_may_have_grown_without_an_end() -> None:
    earlier = Figure(Decimal(19), "<", Decimal(20), is_share=False)
    later = Figure(Decimal(81), ">", Decimal(80), is_share=False)
    assert differences([(earlier, later)]) == [(60, None, False, None)]


def test_about_a_billion_says_nothing_of_a_change() -> None:
    earlier = Figure(Decimal(10**9), "~", Decimal(10**9), is_share=False)
    later = Figure(Decimal(2 * 10**9), "=", Decimal(2 * 10**9), is_share=False)
    assert differences([(earlier, later)]) == [(None, None, None, None)]


@pytest.mark.parametrize(
    ("earlier", "later", "change"),
    [("0.1", "0.3", 0.2), ("-284112954", "-0.317", 284112953.683), ("-0.317", "-284112954", -284112953.683)],
)
def test_two_plain_figures_change_by_exactly_their_difference(earlier: str, later: str, change: float) -> None:
    pair = tuple(Figure(Decimal(text), "=", Decimal(text), is_share=False) for text in (earlier, later))
    assert differences([pair]) == [(change, change, True, True)]
