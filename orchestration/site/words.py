"""Dates, figures, codes and degrees of certainty in plain words, never finer than what is known.

Belongs here: pure functions from values to words. Does not belong here: HTML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

UNDATED: Final = "no date given"

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_QUALIFIERS: Final = {"?": "uncertain", "~": "approximate", "%": "uncertain and approximate"}
_DATE: Final = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?(?P<qualifier>[?~%])?"
)

CERTAINTIES: Final = {
    "asserted": ("stated", "A document says so."),
    "inferred": ("inferred", "A reader concludes it; no document says so outright."),
    "intended": ("intended", "Somebody plans it; it has not happened yet."),
    "hypothetical": ("possible", "A document says that it could be."),
    "negated": ("denied", "A document says that it is not so."),
}
"""Modality: its word on the pages, and what that means."""

OPERATORS: Final = {"=": "", "<": "under", "<=": "at most", ">": "over", ">=": "at least", "~": "about"}

_UNITS: Final = {"percent": "%", "percentage_point": "percentage points", "Mt": "million tonnes", "t": "tonnes"}

_MAGNITUDES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))

_PLURALS: Final = {
    "agency": "agencies",
    "country": "countries",
    "delivery": "deliveries",
    "entry": "entries",
    "party": "parties",
    "reply": "replies",
}


def date_in_words(edtf: str | None) -> str:
    """Return an EDTF text of our subset in words: `2024-09?` is `September 2024, uncertain`.

    What is no such text is returned as it is: it is what the source gave.
    """
    if not edtf:
        return UNDATED
    if edtf.startswith("[") and edtf.endswith("]") and ".." in edtf:
        start, _, end = edtf[1:-1].partition("..")
        if not start:
            return f"on a day not known, in or before {_single(end)}"
        if not end:
            return f"on a day not known, in or after {_single(start)}"
        return f"on a day not known, between {_single(start)} and {_single(end)}"
    if "/" in edtf:
        start, _, end = edtf.partition("/")
        if end == "..":
            return f"from {_single(start)}, still open"
        if start == "..":
            return f"until {_single(end)}"
        if not end or not start:
            return f"from {_single(start)}, end not known" if start else f"until {_single(end)}, start not known"
        return f"{_single(start)} to {_single(end)}"
    return _single(edtf)


def _single(edtf: str) -> str:
    match = _DATE.fullmatch(edtf)
    if not match:
        return edtf
    year, month, day = match["year"], match["month"], match["day"]
    if year.endswith("XX"):
        words = f"a year of {year[:2]}00 to {year[:2]}99"
    elif year.endswith("X"):
        words = f"the {year[:3]}0s"
    else:
        words = year
    if month == "XX":
        words = f"{words}, month not known" if day in (None, "XX") else f"day {int(day)} of a month not known, {words}"
    elif month is not None:
        if not 1 <= int(month) <= 12:
            return edtf
        words = f"{MONTHS[int(month) - 1]} {words}"
        if day == "XX":
            words = f"{words}, day not known"
        elif day is not None:
            words = f"{int(day)} {words}"
    qualifier = match["qualifier"]
    return f"{words}, {_QUALIFIERS[qualifier]}" if qualifier else words


def day_in_words(day: date | None) -> str:
    """Return a day known as such: `18 September 2024`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day is not None else UNDATED


def moment_in_words(moment: datetime | None) -> str:
    """Return a moment in UTC, to the minute."""
    return f"{day_in_words(moment.date())}, {moment:%H:%M} UTC" if moment is not None else UNDATED


def figure_in_words(value: float | None) -> str:
    """Return a number for reading: three significant figures from a million on, otherwise as it is.

    >>> figure_in_words(1_234_567_890)
    '1.23 billion'
    """
    if value is None:
        return "no figure"
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    for magnitude, name in _MAGNITUDES:
        # what rounds up to a whole magnitude is written in it: 999.9 million is 1 billion
        if float(f"{size:.3g}") >= magnitude:
            return f"{_plain(float(f'{value / magnitude:.3g}'))} {name}"
    return _plain(round(value, 2) if size >= 1 else float(f"{value:.3g}"))


def _plain(value: float) -> str:
    text = f"{value:,.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def bounded_in_words(operator: str | None, value: float | None, unit: str | None) -> str:
    """Return a figure with its bound and unit: `under 20 %`, `about 1 billion USD`."""
    if value is None:
        return "no figure"
    figure = f"{figure_in_words(value)} {unit_in_words(unit)}".strip()
    bound = OPERATORS.get(operator or "=", operator or "")
    return f"{bound} {figure}".strip()


def range_in_words(
    lower: float | None,
    upper: float | None,
    unit: str | None,
    *,
    lower_included: bool = True,
    upper_included: bool = True,
) -> str:
    """Return what lies between two bounds: `more than 60 and at most 100 percentage points`."""
    name = unit_in_words(unit)
    below = f"{'at least' if lower_included else 'more than'} {figure_in_words(lower)}" if lower is not None else ""
    above = f"{'at most' if upper_included else 'less than'} {figure_in_words(upper)}" if upper is not None else ""
    if not below and not above:
        return "not bounded"
    if lower is not None and lower == upper:
        return f"{figure_in_words(lower)} {name}".strip()
    return f"{' and '.join(filter(None, (below, above)))} {name}".strip()


def unit_in_words(unit: str | None) -> str:
    """Return a unit as people write it."""
    return _UNITS.get(unit or "", (unit or "").replace("_", " "))


def spoken(code: str | None) -> str:
    """Return a code of ours as words: `memorandum_of_understanding` without its underscores."""
    return (code or "").replace("_", " ")


def titled(code: str | None) -> str:
    """Return a code of ours as the beginning of a sentence."""
    words = spoken(code)
    return words[:1].upper() + words[1:]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 agreement`, `2 agreements`, `1,200 parties`."""
    if number == 1:
        return f"1 {noun}"
    head, _, last = noun.rpartition(" ")
    many = _PLURALS.get(last, f"{last}s")
    return f"{number:,} {head} {many}" if head else f"{number:,} {many}"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def web_address(url: str | None) -> str | None:
    """Return an address that a page may link to, http or https with a host; None for anything else."""
    if not url or any(ord(letter) <= 32 for letter in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def place_in_document(locator: str | None) -> str:
    """Return a locator in words: `p3` is a paragraph; anything else is as recorded."""
    if not locator:
        return ""
    match = re.fullmatch(r"p(\d+)", locator)
    return f"paragraph {match[1]}" if match else locator
