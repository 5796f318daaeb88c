"""Read a date as EDTF (ISO 8601-2:2019, annex A): its text, and the first and last day it can mean.

Belongs here: the subset of EDTF that a fact may use, and its bounds. Does not belong here: comparing two dates (SQL,
`macros/time`), or guessing what an unreadable text may have meant (`edtf_refusals`).

The subset: level 0 dates and extents; of level 1 and 2 the qualifiers `~`, `?` and `%` at the end of a date, the
unspecified digits `2024-XX-18`, `2024-09-XX`, `202X` and `20XX`, open ends of extents, and one unknown date of a range
`[2024-09-17..2024-09-19]`, `[..2024]`, `[2024..]`. Lists (`[a,b]`, `{a,b}`) are refused: only bounds are kept, so the
gaps of a list would silently become possible dates.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from orchestration import edtf_refusals

PRECISIONS: Final = ("day", "month", "year", "decade", "century", "set", "extent", "undated")
"""What `Edtf.precision` may be, finest first; a range or extent of days still comes after a century."""

EXPECTED: Final = "YYYY, YYYY-MM or YYYY-MM-DD, an extent a/b or a/.., or one day unknown within [a..b]"
"""What a date column expects, in the words of a quarantine report."""

_OPEN: Final = ".."
_DATE: Final = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?"
    r"(?P<qualifier>[~?%])?"
)


class EdtfError(ValueError):
    """A text that is not in the subset: what was found, why it is refused, what to write instead."""

    def __init__(self, text: str, reason: str, hint: str) -> None:
        super().__init__(text, reason, hint)
        self.text = text
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        found = self.text if len(self.text) <= 60 else f"{self.text[:57]}..."
        return f"{found!r}: {self.reason}; expected {EXPECTED}; {self.hint}"


@dataclass(frozen=True, kw_only=True)
class Edtf:
    """A date that was read. A bound that is None is open, or unknown where the date is undated.

    An extent holds on every day within its bounds; everything else is one day (or one span of the size of its
    precision) that lies somewhere within them. Qualifiers set the flags and never move a bound.
    """

    text: str
    """As given: what a cell held, so that it can be joined to."""
    earliest: date | None
    latest: date | None
    precision: str
    """One of `PRECISIONS`: the finest unit known without a gap from the year down, so `2024-XX-18` is a year."""
    is_approximate: bool = False
    is_uncertain: bool = False
    is_open_start: bool = False
    is_open_end: bool = False

    @property
    def is_extent(self) -> bool:
        """Whether it holds throughout, rather than at one time within its bounds."""
        return self.precision == "extent"

    @property
    def is_undated(self) -> bool:
        """Whether the text was empty."""
        return self.precision == "undated"

    @property
    def reference_row(self) -> tuple[str, date | None, date | None, str, bool, bool, bool]:
        """The row of `reference.edtf`: text, earliest, latest, precision, is_approximate, is_uncertain, is_extent."""
        return (
            self.text,
            self.earliest,
            self.latest,
            self.precision,
            self.is_approximate,
            self.is_uncertain,
            self.is_extent,
        )


def parse(text: str) -> Edtf:
    """Read one date; empty text is legal and means undated. White space around the text is ignored.

    Raises:
        EdtfError: the text is not in the subset, or names a day that does not exist.
    """
    stripped = text.strip()
    if not stripped:
        return Edtf(text=text, earliest=None, latest=None, precision="undated")
    if stripped.startswith("[") and stripped.endswith("]") and "," not in stripped:
        return replace(_set(stripped), text=text)
    if "/" in stripped:
        return replace(_extent(stripped), text=text)
    return replace(_single(stripped, whole=stripped), text=text)


def _extent(text: str) -> Edtf:
    start, _, end = text.partition("/")
    if start == end == _OPEN:
        raise EdtfError(text, *edtf_refusals.explain(text, shape=_DATE))
    return _between(start, end, whole=text, precision="extent")


def _set(text: str) -> Edtf:
    start, dots, end = text[1:-1].partition(_OPEN)
    if not dots and _DATE.fullmatch(start):
        raise EdtfError(text, "brackets around a single date say nothing", f"write {start}")
    if not dots or not (start or end):
        raise EdtfError(text, *edtf_refusals.explain(text, shape=_DATE))
    return _between(start or _OPEN, end or _OPEN, whole=text, precision="set")


def _between(start: str, end: str, *, whole: str, precision: str) -> Edtf:
    lower = None if start == _OPEN else _single(start, whole=whole)
    upper = None if end == _OPEN else _single(end, whole=whole)
    earliest = lower.earliest if lower else None
    latest = upper.latest if upper else None
    if earliest and latest and earliest > latest:
        raise EdtfError(
            whole, f"{start} is after {end}", f"write the earlier date first: {_swapped(whole, start, end)}"
        )
    return Edtf(
        text=whole,
        earliest=earliest,
        latest=latest,
        precision=precision,
        is_approximate=any(part.is_approximate for part in (lower, upper) if part),
        is_uncertain=any(part.is_uncertain for part in (lower, upper) if part),
        is_open_start=lower is None,
        is_open_end=upper is None,
    )


def _swapped(whole: str, start: str, end: str) -> str:
    return f"{end}/{start}" if "/" in whole else f"[{end}..{start}]"


def _single(text: str, *, whole: str) -> Edtf:
    match = _DATE.fullmatch(text)
    if match is None:
        raise EdtfError(whole, *edtf_refusals.explain(whole, shape=_DATE))
    earliest, latest, precision = _bounds(match["year"], match["month"], match["day"], whole=whole)
    qualifier = match["qualifier"] or ""
    return Edtf(
        text=text,
        earliest=earliest,
        latest=latest,
        precision=precision,
        is_approximate=qualifier in ("~", "%"),
        is_uncertain=qualifier in ("?", "%"),
    )


def _bounds(year: str, month: str | None, day: str | None, *, whole: str) -> tuple[date, date, str]:
    """Return the first and last day that the three parts can mean, and the precision."""
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        raise EdtfError(whole, "there is no year 0000", "write a year from 0001 to 9999")
    if first_year != last_year:
        if month is not None:
            raise EdtfError(
                whole,
                f"a month or a day is given, but the year {year} is not fully known",
                f"write {year}, or the range [{first_year:04}..{last_year:04}]",
            )
        return date(first_year, 1, 1), date(last_year, 12, 31), "century" if year.endswith("XX") else "decade"
    if day is not None and day != "XX":
        return _bounds_of_day(first_year, month or "", int(day), whole=whole)
    if month is None or month == "XX":
        return date(first_year, 1, 1), date(first_year, 12, 31), "year"
    number = _month(first_year, month, whole=whole)
    return date(first_year, number, 1), date(first_year, number, _days_in(first_year, number)), "month"


def _bounds_of_day(year: int, month: str, day: int, *, whole: str) -> tuple[date, date, str]:
    if month == "XX":
        months = [number for number in range(1, 13) if 1 <= day <= _days_in(year, number)]
        if not months:
            raise EdtfError(whole, f"no month has a day {day:02}", f"write a day from 01 to 31, or {year:04} alone")
        return date(year, months[0], day), date(year, months[-1], day), "year"
    number = _month(year, month, whole=whole)
    if day == 0:
        raise EdtfError(whole, "there is no day 00", f"write {year:04}-{month} if the day is not known")
    if day > _days_in(year, number):
        raise EdtfError(
            whole,
            f"{calendar.month_name[number]} {year:04} has {_days_in(year, number)} days",
            f"correct the day, or write {year:04}-{month} if it is not known",
        )
    return date(year, number, day), date(year, number, day), "day"


def _month(year: int, month: str, *, whole: str) -> int:
    number = int(month)
    if number == 0:
        raise EdtfError(whole, "there is no month 00", f"write {year:04} if the month is not known")
    if number > 12:
        reason, hint = edtf_refusals.explain_month(year, number)
        raise EdtfError(whole, reason, hint)
    return number


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
