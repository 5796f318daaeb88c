from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.site.words import (
    bounded_in_words,
    counted,
    date_in_words,
    figure_in_words,
    listed,
    place_in_document,
    range_in_words,
    web_address,
)


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2024", "2024"),
        ("2024-09", "September 2024"),
        ("2024-09-18", "18 September 2024"),
        ("2024-09?", "September 2024, uncertain"),
        ("2023~", "2023, approximate"),
        ("2023%", "2023, uncertain and approximate"),
        ("2024-XX-18", "day 18 of a month not known, 2024"),
        ("2024-09-XX", "September 2024, day not known"),
        ("2024-XX", "2024, month not known"),
        ("202X", "the 2020s"),
        ("19XX", "a year of 1900 to 1999"),
        ("2024-01/2024-06", "January 2024 to June 2024"),
        ("2024-09/..", "from September 2024, still open"),
        ("../2024", "until 2024"),
        ("[2024-09-17..2024-09-19]", "on a day not known, between 17 September 2024 and 19 September 2024"),
        ("[..2024]", "on a day not known, in or before 2024"),
        ("[2024..]", "on a day not known, in or after 2024"),
        (None, "no date given"),
        ("", "no date given"),
        ("last year", "last year"),
        ("2024-13", "2024-13"),
    ],
)
def test_a_date_is_told_in_words_and_never_finer_than_it_is(edtf: str | None, words: str) -> None:
    assert date_in_words(edtf) == words


@given(st.text(max_size=30))
def test_any_text_in_the_place_of_a_date_is_told_somehow(text: str) -> None:
    assert date_in_words(text)


@pytest.mark.parametrize(
    ("operator", "value", "unit", "words"),
    [
        ("~", 1_000_000_000.0, "USD", "about 1 billion USD"),
        ("<", 20.0, "percent", "under 20 %"),
        (">", 80.0, "percent", "over 80 %"),
        (">=", 900_000_000.0, "USD", "at least 900 million USD"),
        ("<=", 0.25, "percent", "at most 0.25 %"),
        ("=", 3.1, "Mt", "3.1 million tonnes"),
        ("=", None, "USD", "no figure"),
        ("=", -2_500_000.0, "USD", "-2.5 million USD"),
    ],
)
def test_a_bound_stays_a_bound(operator: str, value: float | None, unit: str, words: str) -> None:
    assert bounded_in_words(operator, value, unit) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"), (12.0, "12"), (1234.5, "1,234.5"), (999_600.0, "1 million"), (999_400.0, "999,400"),
        (1_234_567.0, "1.23 million"), (999_900_000.0, "1 billion"),
        (2.5e12, "2.5 trillion"), (0.000123456, "0.000123"),
    ],
)  # fmt: skip
def test_a_large_figure_is_rounded_for_reading(value: float, words: str) -> None:
    assert figure_in_words(value) == words


@given(st.floats(min_value=1e6, max_value=9e14))
def test_what_is_read_is_what_was_counted_to_half_a_percent(value: float) -> None:
    number, name = figure_in_words(value).split(" ")
    size = {"million": 1e6, "billion": 1e9, "trillion": 1e12}[name]
    assert float(number.replace(",", "")) * size == pytest.approx(value, rel=0.005)


def test_a_change_is_told_as_its_bounds() -> None:
    assert range_in_words(60, 100, "percentage_point", lower_included=False) == (
        "more than 60 and at most 100 percentage points"
    )
    assert range_in_words(60, None, "percentage_point", lower_included=False) == "more than 60 percentage points"
    assert range_in_words(None, None, "USD") == "not bounded"
    assert range_in_words(5, 5, "USD") == "5 USD"


def test_numbers_have_their_nouns() -> None:
    assert counted(1, "agreement") == "1 agreement"
    assert counted(1200, "party") == "1,200 parties"
    assert counted(2, "more entry") == "2 more entries"
    assert listed([]) == ""
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert place_in_document("p4") == "paragraph 4"
    assert place_in_document("table 2") == "table 2"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
        "data:text/html,x",
        "//example.org/x", "example.org", "file:///etc/passwd", "https://", "http://[", "https://exa mple.org",
        "", None,
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None


def test_a_web_address_stays_as_it_is() -> None:
    assert web_address("https://example.org/a?b=1&c=<2>") == "https://example.org/a?b=1&c=<2>"
    assert web_address("HTTP://example.org") == "HTTP://example.org"
