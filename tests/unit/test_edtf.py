"""Dates: the documented examples, the refusals, and what must hold for every text."""

from __future__ import annotations

import calendar
import contextlib
import io
import itertools
import math
import re
from datetime import date, timedelta
from time import struct_time

import edtf as python_edtf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.edtf import EXPECTED, PRECISIONS, Edtf, EdtfError, parse
from orchestration.settings import PROJECT_ROOT

TIME_PAGE = (PROJECT_ROOT / "docs" / "time.md").read_text(encoding="utf-8")


def table_after(heading: str) -> list[list[str]]:
    """Return the cells of the first Markdown table below a heading of the page on time."""
    section = TIME_PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def flags_of(value: Edtf) -> str:
    names = {
        "approximate": value.is_approximate,
        "uncertain": value.is_uncertain,
        "open start": value.is_open_start,
        "open end": value.is_open_end,
    }
    return ", ".join(name for name, is_set in names.items() if is_set)


@pytest.mark.parametrize("row", table_after("What may be written"), ids=lambda row: row[0].strip("`") or "empty")
def test_every_documented_example_is_read_as_documented(row: list[str]) -> None:
    written, _meaning, earliest, latest, precision, flags = row
    value = parse(written.strip("`"))
    assert (str(value.earliest or ""), str(value.latest or ""), value.precision) == (earliest, latest, precision)
    assert flags_of(value) == flags
    assert value.is_extent == (precision == "extent")


@pytest.mark.parametrize("row", table_after("What is refused, for example"), ids=lambda row: row[0].strip("`"))
def test_every_documented_refusal_is_refused_with_the_documented_advice(row: list[str]) -> None:
    found, advice = (re.findall("`([^`]+)`", cell) for cell in row)
    with pytest.raises(EdtfError) as caught:
        parse(found[0])
    for suggestion in advice:
        assert suggestion in caught.value.hint
        parse(suggestion)


REFUSED = [
    # (found, a part of the reason, a part of the advice)
    ("1.2.2024", "day stands before the year", "2024-02-01"),
    ("18-09-2024", "day stands before the year", "2024-09-18"),
    ("32.01.2024", "cannot be read", "2024-09-18"),
    ("18/09/2024", "slash", "write 2024-09-18"),
    ("2024/09/18", "hyphens", "2024-09-18"),
    ("09.2024", "month stands before the year", "2024-09"),
    ("2024-9", "two digits", "2024-09"),
    ("20240918", "hyphens are missing", "2024-09-18"),
    ("202409", "hyphens are missing", "2024-09"),
    ("2024-09-18 00:00:00", "time of day", "2024-09-18"),
    ("18 September 2024", "month is a word", "2024-09-18"),
    ("Sept. 18, 2024", "month is a word", "2024-09-18"),
    ("Foo 2024", "cannot be read", "2024"),
    ("2023-02-29", "February 2023 has 28 days", "2023-02"),
    ("2024-04-31", "April 2024 has 30 days", "2024-04"),
    ("2024-13", "no month 13", "2024-01 to 2024-12"),
    ("2024-00", "no month 00", "write 2024"),
    ("2024-09-00", "no day 00", "write 2024-09"),
    ("2024-XX-32", "no month has a day 32", "2024"),
    ("2024-XX-00", "no month has a day 00", "2024"),
    ("2024-21", "season", "[2024-03..2024-05]"),
    ("2024-39", "half", "2024-03"),
    ("FY2023/24", "fiscal year", "2023-04/2024-03"),
    ("1999/00", "fiscal year", "1999-07/2000-06"),
    ("2024Q1", "quarters", "2024-01/2024-03"),
    ("Q4 2024", "quarters", "2024-10/2024-12"),
    ("H1 2024", "half years", "2024-01/2024-06"),
    ("2024-2025", "hyphen", "2024/2025"),
    ("2024-09-18/19", "written whole", "2024-09-18/2024-09-19"),
    ("2024-09-17..2024-09-19", "brackets", "[2024-09-17..2024-09-19]"),
    ("[2024]", "single date", "write 2024"),
    ("[..]", "open on both sides", "empty"),
    ("../..", "open on both sides", "empty"),
    ("..", "absent date", "empty"),
    ("/2024", "two ends", "../2024"),
    ("[2024,2025,2027]", "list", "[2024..2027]"),
    ("[2024..2025]?", "behind the bracket", "before"),
    ("[2024", "cannot be read", "2024"),
    ("[2024..2025..2026]", "cannot be read", "2024"),
    ("2024?~", "one qualifier", "2024%"),
    ("2024??", "one qualifier", "2024?"),
    ("2024~-09-18", "whole date", "2024-09-18~"),
    ("2025/2024", "2025 is after 2024", "2024/2025"),
    ("[2025..2024]", "2025 is after 2024", "[2024..2025]"),
    ("2024-02-30/2024-03", "February 2024 has 29 days", "2024-02"),
    ("2024-9-1/2024-10-03", "in 2024-9-1", "2024-09-01"),
    ("2024-01/2024-02/2024-03", "cannot be read", "2024"),
    ("202x", "capital X", "202X"),
    ("2024-09-1X", "known or XX", "[2024-09-10..2024-09-19]"),
    ("2024-1X", "known or XX", "[2024-10..2024-12]"),
    ("2X24", "century is known", "range"),
    ("XXXX", "century is known", "empty"),
    ("1XXX", "century is known", "range"),
    ("202X-09", "year 202X is not fully known", "[2020..2029]"),
    ("1990s", "decade", "199X"),
    ("2024-262", "within the month", "2024-09-18"),
    ("circa 2024", "words", "2024~"),
    ("before 2024", "words", "[..2024]"),
    ("after 2024-09", "words", "[2024-09..]"),
    ("2024–09–18", "dash", "2024-09-18"),
    ("٢٠٢٤", "cannot be read", "2024"),
    ("2024-09-18\n2024", "cannot be read", "2024"),
    ("n/a", "absent date", "empty"),
    ("0000", "year 0000", "0001 to 9999"),
    ("000X", "year 0000", "0001 to 9999"),
    ("10000", "outside 0001 to 9999", "four digits"),
    ("Y12000", "outside 0001 to 9999", "four digits"),
    ("44 BC", "outside 0001 to 9999", "four digits"),
    ("yesterday", "cannot be read", "empty"),
]


@pytest.mark.parametrize(("found", "reason", "advice"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_in_the_subset_is_refused_with_reason_and_advice(found: str, reason: str, advice: str) -> None:
    with pytest.raises(EdtfError) as caught:
        parse(found)
    assert reason in caught.value.reason
    assert advice in caught.value.hint


def test_the_message_says_what_was_found_what_is_expected_and_what_to_do() -> None:
    with pytest.raises(EdtfError, match=re.escape(EXPECTED)) as caught:
        parse("18.09.2024")
    assert str(caught.value).startswith("'18.09.2024': ")
    assert str(caught.value).endswith("write 2024-09-18")


def test_the_message_about_a_huge_cell_stays_short() -> None:
    with pytest.raises(EdtfError) as caught:
        parse("x" * 1_000_000)
    assert len(str(caught.value)) < 500


def test_the_text_is_kept_as_given_so_that_a_cell_can_be_joined_to_it() -> None:
    assert parse(" 2024 ").text == " 2024 "
    assert parse(" ").is_undated


days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
qualifiers = st.sampled_from(["", "~", "?", "%"])


@st.composite
def plain_dates(draw: st.DrawFn) -> str:
    day = draw(days)
    return draw(st.sampled_from([f"{day.year:04}", day.isoformat()[:7], day.isoformat()]))


@st.composite
def single_dates(draw: st.DrawFn) -> str:
    day = draw(st.dates(min_value=date(100, 1, 1), max_value=date(9999, 12, 31)))
    year, month = f"{day.year:04}", f"{day.month:02}"
    unspecified = [f"{year[:3]}X", f"{year[:2]}XX", f"{year}-XX", f"{year}-XX-XX", f"{year}-{month}-XX"]
    unspecified.append(f"{year}-XX-{day.day:02}")
    return draw(st.one_of(plain_dates(), st.sampled_from(unspecified)))


@st.composite
def spans(draw: st.DrawFn) -> str:
    first, second = draw(single_dates()) + draw(qualifiers), draw(single_dates()) + draw(qualifiers)
    if parse(first).earliest > parse(second).latest:  # type: ignore[operator]
        first, second = second, first
    first, second = draw(st.sampled_from([(first, second), ("..", second), (first, "..")]))
    if draw(st.booleans()):
        return f"{first}/{second}"
    return f"[{first.removesuffix('..')}..{second.removesuffix('..')}]"


readable = st.one_of(single_dates(), st.builds(str.__add__, single_dates(), qualifiers), spans(), st.just(""))


@given(readable)
def test_bounds_are_in_order_and_missing_exactly_where_the_date_is_open_or_undated(text: str) -> None:
    value = parse(text)
    assert value.precision in PRECISIONS
    assert (value.earliest is None) == (value.is_open_start or value.is_undated)
    assert (value.latest is None) == (value.is_open_end or value.is_undated)
    if value.earliest and value.latest:
        assert value.earliest <= value.latest


@given(single_dates(), qualifiers)
def test_a_qualifier_sets_its_flags_and_nothing_else(text: str, qualifier: str) -> None:
    plain, qualified = parse(text), parse(text + qualifier)
    assert qualified.is_approximate == (qualifier in {"~", "%"})
    assert qualified.is_uncertain == (qualifier in {"?", "%"})
    assert (qualified.earliest, qualified.latest, qualified.precision) == (
        plain.earliest,
        plain.latest,
        plain.precision,
    )


@given(single_dates())
@example("2024-XX-18")
@example("2023-XX-29")
@example("2023-XX-31")
def test_the_bounds_are_the_first_and_last_day_that_the_text_matches(text: str) -> None:
    value = parse(text)
    assert value.earliest is not None
    assert value.latest is not None
    pattern = re.compile(text.replace("X", "[0-9]") + ".*")
    assert pattern.fullmatch(value.earliest.isoformat())
    assert pattern.fullmatch(value.latest.isoformat())
    year = value.earliest.year
    if not text[:4].isdigit():
        assert (value.earliest.month, value.earliest.day, value.latest.month, value.latest.day) == (1, 1, 12, 31)
        assert value.latest.year - year == (99 if value.precision == "century" else 9)
        return
    every_day = (date(year, 1, 1) + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365))
    matching = [day for day in every_day if pattern.fullmatch(day.isoformat())]
    assert (value.earliest, value.latest) == (matching[0], matching[-1])


@given(days)
def test_a_finer_date_lies_within_every_coarser_one(day: date) -> None:
    texts = [day.isoformat(), day.isoformat()[:7], f"{day.year:04}"]
    if day.year >= 100:
        texts += [f"{day.year:04}"[:3] + "X", f"{day.year:04}"[:2] + "XX"]
    values = [parse(text) for text in texts]
    assert [value.precision for value in values] == list(PRECISIONS[: len(values)])
    for finer, coarser in itertools.pairwise(values):
        assert coarser.earliest <= finer.earliest  # type: ignore[operator]
        assert finer.latest <= coarser.latest  # type: ignore[operator]


@given(single_dates(), single_dates())
def test_an_extent_and_a_set_have_the_bounds_of_their_ends(first: str, second: str) -> None:
    lower, upper = parse(first), parse(second)
    if lower.earliest > upper.latest:  # type: ignore[operator]
        for reversed_text in (f"{first}/{second}", f"[{first}..{second}]"):
            with pytest.raises(EdtfError, match="write the earlier date first"):
                parse(reversed_text)
        return
    for value in (parse(f"{first}/{second}"), parse(f"[{first}..{second}]")):
        assert (value.earliest, value.latest) == (lower.earliest, upper.latest)


@given(st.text(alphabet="0123456789X-/[].~?%, ", max_size=24) | st.text(max_size=30))
@example("2024-02-3X")
@example("0000/01")
@example("9999-W53")
@example("9999/00")
@example("99999")
def test_any_text_is_read_or_refused_and_never_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(EdtfError):
        assert parse(text).text == text
        return
    with pytest.raises(EdtfError) as caught:
        parse(text)
    assert caught.value.reason
    assert caught.value.hint
    assert caught.value.text == text.strip()


advised = st.one_of(
    st.builds(lambda day: f"{day.day}.{day.month}.{day.year:04}", days),
    st.builds(lambda day: f"{day.year:04}/{day.month}/{day.day}", days),
    st.builds(lambda day: f"{day.day} {calendar.month_name[day.month]} {day.year:04}", days),
    st.builds(lambda day: f"{calendar.month_abbr[day.month]} {day.year:04}", days),
    st.builds(lambda day: day.strftime("%Y%m%d").zfill(8), days),
    st.builds(lambda day: f"{day.isoformat()}T12:30:00Z", days),
    st.builds(lambda year, n: f"{year:04}-Q{n}", st.integers(1, 9999), st.integers(1, 4)),
    st.builds(lambda year, n: f"{year:04}-W{n:02}", st.integers(1, 9998), st.integers(1, 52)),
    st.builds(lambda year: f"{year:04}/{(year + 1) % 100:02}", st.integers(1, 9998)),
    st.builds(lambda day: f"{day.isoformat()[:9]}X", days),
    st.builds(lambda day: f"{day.isoformat()}..", days),
    st.integers(20000, 69999).map(str),
)


@given(advised)
def test_what_the_advice_says_to_write_is_accepted(text: str) -> None:
    with pytest.raises(EdtfError) as caught:
        parse(text)
    suggestions = re.findall(r"\[?(?:\d{4}|\.\.)[\d.X/\[-]*\]?[~?%]?", caught.value.hint)
    assert suggestions
    for suggestion in suggestions:
        parse(suggestion)


# python-edtf is an independent reader of the whole standard. Ours differs from it on purpose: it refuses what lies
# outside the subset (seasons, times of day, years beyond four digits, year 0000, lists, qualifiers or X within a part)
# and days that do not exist (python-edtf reads 2023-02-29); it reads ends of different precision and X in a set, and a
# qualifier behind 2024-XX-18, which python-edtf does not; an open bound is None rather than infinity.


@st.composite
def texts_that_both_read(draw: st.DrawFn) -> str:
    form = draw(st.sampled_from(["single", "extent", "open extent", "set", "open set"]))
    if form == "single":
        text = draw(single_dates())
        has_partial_x = bool(re.fullmatch(r"\d{4}-XX-\d\d", text))
        return text if has_partial_x else text + draw(qualifiers)
    first, second = sorted(draw(st.lists(days, min_size=2, max_size=2)))
    length = draw(st.sampled_from([4, 7, 10]))
    lower, upper = first.isoformat()[:length], second.isoformat()[:length]
    if form == "extent":
        return f"{lower}{draw(qualifiers)}/{upper}{draw(qualifiers)}"
    if form == "open extent":
        return draw(st.sampled_from([f"{lower}/..", f"../{upper}"]))
    if form == "set":
        return f"[{lower}..{upper}]"
    return draw(st.sampled_from([f"[{lower}..]", f"[..{upper}]"]))


def as_bound(value: object) -> date | None:
    """Return a bound of python-edtf as ours: a struct_time or an infinity."""
    if isinstance(value, float) and math.isinf(value):
        return None
    assert isinstance(value, struct_time)
    return date(value.tm_year, value.tm_mon, value.tm_mday)


@given(texts_that_both_read())
@example("2024-XX-18")
@example("2024-02-XX")
@example("[2024-09-17..2024-09-19]")
@example("2024-09~/..")
def test_an_independent_reader_finds_the_same_bounds(text: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = python_edtf.parse_edtf(text)
    ours = parse(text)
    assert (ours.earliest, ours.latest) == (as_bound(theirs.lower_strict()), as_bound(theirs.upper_strict()))
