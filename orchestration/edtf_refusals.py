"""Say why a text is not a date of the subset, and what its author most likely wanted to write.

Belongs here: the forms that spreadsheets, people and other standards use for dates, each with its advice. Does not
belong here: accepting any of them; the advice is text for a report and is never applied.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

_MONTHS: Final[Mapping[str, int]] = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr, ("",) * 9 + ("sept",))
    for number, name in enumerate(names)
    if name
}
_SPREADSHEET_EPOCH: Final = date(1899, 12, 30)

Refusal = tuple[str, str]
"""The reason, and what to do."""


def explain(text: str, *, shape: re.Pattern[str]) -> Refusal:
    """Explain a text that is refused; `shape` is what one date looks like, to find the part that is at fault."""
    refusal = _explain_one(text)
    if refusal is not None:
        return refusal
    for part in re.split(r"\.\.|[\[\]{}/,]", text):
        if part and part != text and not shape.fullmatch(part):
            reason, hint = _explain_one(part) or _UNREADABLE
            return f"in {part}: {reason}", hint
    return _UNREADABLE


def explain_month(year: int, number: int) -> Refusal:
    """Explain a month beyond 12: a season of EDTF, or a slip."""
    if 21 <= number <= 41:
        return (
            f"{number} is the EDTF code of a season, quarter or half, whose months differ from place to place",
            f"write its months, such as [{year:04}-03..{year:04}-05] for one day of them",
        )
    return f"there is no month {number}", f"write {year:04}-01 to {year:04}-12"


_UNREADABLE: Final[Refusal] = (
    "it cannot be read as a date",
    "write it as in 2024, 2024-09 or 2024-09-18, or leave the cell empty if the date is not known",
)


def _explain_one(text: str) -> Refusal | None:
    for pattern, advice in _FORMS:
        match = re.fullmatch(pattern, text, re.IGNORECASE | re.ASCII)
        if match is None:
            continue
        refusal = advice(match) if callable(advice) else advice
        if refusal is not None:
            return refusal
    return None


def _iso(year: int | str, month: int | str, day: int | str) -> str | None:
    """Return the date as ISO text, or None where there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _month_of(year: int | str, month: int | str) -> str | None:
    first = _iso(year, month, 1)
    return first[:7] if first else None


def _absent(match: re.Match[str]) -> Refusal:
    return f"{match[0]} is a word for an absent date", "leave the cell empty"


def _day_first(match: re.Match[str]) -> Refusal | None:
    written = _iso(match["y"], match["m"], match["d"])
    return ("the day stands before the year", f"write {written}") if written else None


def _slashes(match: re.Match[str]) -> Refusal | None:
    candidates = (_iso(match["y"], match["b"], match["a"]), _iso(match["y"], match["a"], match["b"]))
    written = list(dict.fromkeys(one for one in candidates if one))
    if not written:
        return None
    meant = ", whichever is meant" if len(written) > 1 else ""
    return "a slash separates the ends of an extent, not day, month and year", f"write {' or '.join(written)}{meant}"


def _year_first(match: re.Match[str]) -> Refusal | None:
    written = _iso(match["y"], match["m"], match["d"])
    return ("day, month and year are not joined by hyphens", f"write {written}") if written else None


def _padded(match: re.Match[str]) -> Refusal | None:
    written = _iso(match["y"], match["m"], match["d"]) if match["d"] else _month_of(match["y"], match["m"])
    return ("month and day have two digits each", f"write {written}") if written else None


def _basic(match: re.Match[str]) -> Refusal | None:
    written = _iso(match["y"], match["m"], match["d"]) if match["d"] else _month_of(match["y"], match["m"])
    return ("the hyphens are missing", f"write {written}") if written else None


def _month_first(match: re.Match[str]) -> Refusal | None:
    written = _month_of(match["y"], match["m"])
    return ("the month stands before the year", f"write {written}") if written else None


def _with_time(match: re.Match[str]) -> Refusal | None:
    written = _iso(match["y"], match["m"], match["d"])
    return ("it has a time of day", f"write {written}") if written else None


def _named_month(match: re.Match[str]) -> Refusal | None:
    number = _MONTHS.get(match["name"].lower())
    if number is None:
        return None
    written = _iso(match["y"], number, match["d"]) if match["d"] else _month_of(match["y"], number)
    return ("the month is a word", f"write {written}") if written else None


def _week(match: re.Match[str]) -> Refusal | None:
    try:
        monday = date.fromisocalendar(int(match["y"]), int(match["w"]), 1)
        sunday = monday + timedelta(days=6)
    except (ValueError, OverflowError):
        return None
    return (
        "weeks are not part of EDTF",
        f"write [{monday}..{sunday}] for one day of that week, {monday}/{sunday} for all of it",
    )


def _quarter(match: re.Match[str]) -> Refusal:
    year, last = match["y"] or match["y2"], 3 * int(match["n"] or match["n2"])
    return "quarters are written as their months", f"write {year}-{last - 2:02}/{year}-{last:02}"


def _half(match: re.Match[str]) -> Refusal:
    year, last = match["y"] or match["y2"], 6 * int(match["n"] or match["n2"])
    return "half years are written as their months", f"write {year}-{last - 5:02}/{year}-{last:02}"


def _fiscal(match: re.Match[str]) -> Refusal | None:
    year = int(match["y"])
    if int(match["z"]) != (year + 1) % 100 or not 1 <= year < 9999:
        return None
    return (
        "a fiscal year begins in another month from country to country",
        f"write its months, such as {year:04}-07/{year + 1:04}-06 or {year:04}-04/{year + 1:04}-03",
    )


def _short_end(match: re.Match[str]) -> Refusal:
    return (
        "the end of an extent is written whole, with its year",
        f"write {match['a']}/{match['a'][: -len(match['b'])]}{match['b']}",
    )


def _hyphened_years(match: re.Match[str]) -> Refusal | None:
    first, last = match["a"], match["b"]
    return (
        (
            "a hyphen does not join two dates",
            f"write {first}/{last} if it lasted throughout, [{first}..{last}] if it was one date between them",
        )
        if first <= last
        else None
    )


def _unbracketed(match: re.Match[str]) -> Refusal:
    return "a range of possible dates stands in brackets", f"write [{match[0]}]"


def _unfinished(match: re.Match[str]) -> Refusal:
    written = f"{match['a']}/.." if match["a"] else f"../{match['b']}"
    return "an extent has two ends", f"write {written} if the other end is open or not known"


def _list(match: re.Match[str]) -> Refusal:
    parts = sorted(part for part in re.split(r"[,\s]+|\.\.", match["list"]) if part)
    return (
        "of a list only its first and last date could be kept",
        f"write the range [{parts[0]}..{parts[-1]}] if it is one date between them"
        if parts
        else "leave the cell empty",
    )


def _leading_qualifier(match: re.Match[str]) -> Refusal:
    return "a qualifier stands at the end of the date", f"write {match['date']}{match['q']}"


def _inner_qualifier(match: re.Match[str]) -> Refusal:
    return "a qualifier speaks for the whole date", f"write {match['a']}{match['b']}{match['q']}"


def _two_qualifiers(match: re.Match[str]) -> Refusal:
    one = match["q"][0] if len(set(match["q"])) == 1 else "%"
    return "a date has one qualifier", f"write {match['date']}{one}"


def _words(match: re.Match[str]) -> Refusal:
    word, year = match["word"].lower(), match["date"]
    if word in ("before", "until", "<", "<="):
        return "words are not part of a date", f"write [..{year}], which means in {year} or before"
    if word in ("after", "since", "from", ">", ">="):
        return "words are not part of a date", f"write [{year}..], which means in {year} or after"
    return "words are not part of a date", f"write {year}~"


def _decade(match: re.Match[str]) -> Refusal:
    return "a decade is written with an X for the digit that is not known", f"write {match['y']}X"


def _lower_x(match: re.Match[str]) -> Refusal:
    return "a digit that is not known is a capital X", f"write {match[0].upper()}"


def _part_of_a_day(match: re.Match[str]) -> Refusal | None:
    first, last = (_iso(match["y"], match["m"], max(1, int(match["d"].replace("X", digit)))) for digit in "09")
    if last is None and first is not None:
        last = f"{first[:8]}{calendar.monthrange(int(match['y']), int(match['m']))[1]}"
    if first is None:
        return None
    return "a day is known or XX", f"write [{first}..{last}], or {match['y']}-{match['m']}"


def _part_of_a_month(match: re.Match[str]) -> Refusal:
    first, last = ("01", "09") if match["m"] == "0" else ("10", "12")
    return "a month is known or XX", f"write [{match['y']}-{first}..{match['y']}-{last}], or {match['y']}"


def _ordinal(match: re.Match[str]) -> Refusal | None:
    year, day = int(match["y"]), int(match["d"])
    if not 1 <= year <= 9999 or not 1 <= day <= (366 if calendar.isleap(year) else 365):
        return None
    written = date(year, 1, 1) + timedelta(days=day - 1)
    return "days are counted within the month", f"write {written}"


def _serial(match: re.Match[str]) -> Refusal:
    written = _SPREADSHEET_EPOCH + timedelta(days=int(match[0]))
    return (
        "it looks like the day number of a spreadsheet",
        f"write {written} if that is meant, and format the column as text",
    )


def _dashes(match: re.Match[str]) -> Refusal:
    return "the dash is not a hyphen", f"write {re.sub('[‐-―−]', '-', match[0])}"


_POINT: Final = r"[0-9]{4}(?:-[0-9X]{2}){0,2}"

_FORMS: Final[tuple[tuple[str, Callable[[re.Match[str]], Refusal | None] | Refusal], ...]] = (
    (r"unknown|undated|n/?a|n\.a\.|none|null|nan|nat|not known|tbd|-+|\?+|0000-00-00|\.\.", _absent),
    (r"(?P<d>\d{1,2})[.-](?P<m>\d{1,2})[.-](?P<y>\d{4})", _day_first),
    (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})", _slashes),
    (r"(?P<y>\d{4})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})", _year_first),
    (r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?", _padded),
    (r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})?", _basic),
    (r"(?P<m>\d{1,2})[./-](?P<y>\d{4})", _month_first),
    (r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})[T ]\d{2}:\d{2}.*", _with_time),
    (r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?[ -]+)?(?P<name>[a-z]+)\.?,?[ -]+(?P<y>\d{4})", _named_month),
    (r"(?P<name>[a-z]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})", _named_month),
    (r"(?P<y>\d{4})-?W(?P<w>\d{1,2})(?:-\d)?", _week),
    (r"(?P<y>\d{4})[ -]?Q(?P<n>[1-4])|Q(?P<n2>[1-4])[ /-]?(?P<y2>\d{4})", _quarter),
    (r"(?P<y>\d{4})[ -]?H(?P<n>[12])|H(?P<n2>[12])[ /-]?(?P<y2>\d{4})", _half),
    (r"(?:FY ?)?(?P<y>\d{4})[/–](?P<z>\d{2})", _fiscal),
    (r"(?P<a>\d{4}(?:-\d{2}){1,2})/(?P<b>\d{2}(?:-\d{2})?)", _short_end),
    (r"(?P<a>\d{4})\s*[-–—]\s*(?P<b>\d{4})", _hyphened_years),
    (rf"{_POINT}\.\.(?:{_POINT})?|\.\.{_POINT}", _unbracketed),
    (rf"(?P<a>{_POINT}[~?%]?)/|/(?P<b>{_POINT}[~?%]?)", _unfinished),
    (r"\[(?:\.\.)?\]|\.\./\.\.", ("a date that is open on both sides says nothing", "leave the cell empty")),
    (r"\{.*\}", ("a list in braces means several dates", "write one row for each of them")),
    (r"\[(?P<list>[^\[\]{}]*,[^\[\]{}]*)\]", _list),
    (
        r"\[.*\][~?%]",
        ("a qualifier stands behind a date, not behind the bracket", "put it before the dots or the bracket"),
    ),
    (rf"(?P<q>[~?%])(?P<date>{_POINT})", _leading_qualifier),
    (r"(?P<a>\d{4}|\d{4}-[0-9X]{2})(?P<q>[~?%])(?P<b>-[0-9X]{2}(?:-[0-9X]{2})?)", _inner_qualifier),
    (rf"(?P<date>{_POINT})(?P<q>[~?%]{{2,}})", _two_qualifiers),
    (
        rf"(?P<word>circa|ca\.?|c\.|about|around|approx\.?|before|until|after|since|from|[<>]=?) ?(?P<date>{_POINT})",
        _words,
    ),
    (r"(?P<y>\d{3})0s", _decade),
    (r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\dX)", _part_of_a_day),
    (r"(?P<y>\d{4})-(?P<m>[01])X", _part_of_a_month),
    (r"(?=.*(?-i:x))[0-9X]{4}(?:-[0-9X]{2}){0,2}[~?%]?", _lower_x),
    (
        r"(?=\d*X)[0-9X]{4}(?:-[0-9X]{2}){0,2}[~?%]?",
        (
            "of a year at least the century is known, and only its last digits are X",
            "write a range [a..b], or leave the cell empty",
        ),
    ),
    (r"(?P<y>\d{4})-(?P<d>\d{3})", _ordinal),
    (r"[2-6]\d{4}(?:\.0)?", _serial),
    (
        r"-\d{4,}.*|Y-?\d+.*|\d+ ?(?:BC|BCE)|[+]?\d{5,}(?:-\d{2})*",
        ("the year is outside 0001 to 9999", "write a year of four digits; other years cannot be kept"),
    ),
    (r"(?=.*[‐-―−])[\d‐-―−/]+", _dashes),
)
