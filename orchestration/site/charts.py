"""Where the marks of a chart stand: positions in percent of its width and pixels of its height.

Belongs here: scales and layout, as pure functions. Does not belong here: SVG (the template `_charts.html`), colours
(`assets/site.css`). Positions are in percent so that a chart is as wide as its page and its words keep their size, on
a phone as on a desk; nothing has to be redrawn, so no script is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from orchestration.site.words import MONTHS, figure_in_words

MARKS: Final = 400
"""How many marks a timeline draws; of more, the latest."""

_LEFT, _RIGHT = 2.0, 98.0
_ROWS: Final = 6
_ROW_HEIGHT: Final = 11
_LANE_HEADER: Final = 22


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One dated thing that a timeline shows."""

    lane: str
    earliest: date
    latest: date
    certainty: str
    is_uncertain_date: bool
    label: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A mark of a timeline: a point for a day, a bar for everything less precise."""

    x: float
    width: float
    y: float
    is_point: bool
    certainty: str
    is_uncertain_date: bool
    label: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """The marks of one subject."""

    name: str
    y: float
    count: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line of an axis, with its words."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A timeline, ready to draw."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    height: float
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One figure, as far as it is known."""

    label: str
    words: str
    value: float
    lower: float | None
    upper: float | None
    operator: str
    certainty: str


@dataclass(frozen=True, kw_only=True)
class BoundMark:
    """A figure in a chart: a dot, a dot that is only about right, or the stretch within which the true one lies."""

    y: float
    label: str
    words: str
    kind: str
    """exact, about, below, above or between."""
    x: float
    start: float
    end: float
    is_included: bool
    certainty: str


@dataclass(frozen=True, kw_only=True)
class BoundChart:
    """Figures below each other on one scale."""

    marks: tuple[BoundMark, ...]
    ticks: tuple[Tick, ...]
    height: float


@dataclass(frozen=True, kw_only=True)
class SidePoint:
    """What several accounts say of one flow in one period; None where one says nothing."""

    period: str
    exporter: float | None
    importer: float | None
    reconciled: float | None


@dataclass(frozen=True, kw_only=True)
class SideMark:
    """One period of a chart of both sides: heights in pixels from the top."""

    x: float
    period: str
    is_labelled: bool
    exporter: float | None
    importer: float | None
    reconciled: float | None
    words: str


@dataclass(frozen=True, kw_only=True)
class SideChart:
    """One flow over time, as both sides and a reconciliation tell it."""

    marks: tuple[SideMark, ...]
    ticks: tuple[Tick, ...]
    height: float
    floor: float


def timeline(entries: Iterable[Entry], *, lanes: Sequence[str]) -> Timeline | None:
    """Lay out dated entries in lanes; None where nothing is dated."""
    ordered = sorted(entries, key=lambda entry: (entry.earliest, entry.latest, entry.label))
    kept = ordered[-MARKS:]
    if not kept:
        return None
    first = date(min(entry.earliest for entry in kept).year, 1, 1)
    last = date(max(entry.latest for entry in kept).year, 12, 31)
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (day - first).days / span

    drawn = []
    y = 0.0
    for name in lanes:
        members = [entry for entry in kept if entry.lane == name]
        if not members:
            continue
        rows: list[float] = []
        marks = []
        for entry in members:
            is_point = entry.earliest == entry.latest
            start, end = across(entry.earliest), across(entry.latest)
            start, end = (start, start) if is_point else (start, max(end, start + 1.2))
            row = _free_row(rows, start, end)
            marks.append(
                Mark(
                    x=round(start, 2),
                    width=round(end - start, 2),
                    y=y + _LANE_HEADER + row * _ROW_HEIGHT + 5,
                    is_point=is_point,
                    certainty=entry.certainty,
                    is_uncertain_date=entry.is_uncertain_date,
                    label=entry.label,
                    href=entry.href,
                )
            )
        drawn.append(Lane(name=name, y=y, count=len(members), marks=tuple(marks)))
        y += _LANE_HEADER + max(len(rows), 1) * _ROW_HEIGHT + 8
    return Timeline(
        lanes=tuple(drawn),
        ticks=tuple(Tick(at=round(across(day), 2), label=label) for day, label in _ticks_of_time(first, last)),
        height=y + 24,
        left_out=len(ordered) - len(kept),
    )


def _free_row(rows: list[float], start: float, end: float) -> int:
    """Return the first row with room and take it; where none is left, the one that is free soonest."""
    room = 1.6
    for number, taken_to in enumerate(rows):
        if taken_to + room <= start:
            rows[number] = end
            return number
    if len(rows) < _ROWS:
        rows.append(end)
        return len(rows) - 1
    number = rows.index(min(rows))
    rows[number] = max(rows[number], end)
    return number


def _ticks_of_time(first: date, last: date) -> list[tuple[date, str]]:
    years = last.year - first.year + 1
    if years <= 2:
        step = 3 if years == 1 else 6
        return [
            (date(year, month, 1), f"{MONTHS[month - 1][:3]} {year}")
            for year in range(first.year, last.year + 1)
            for month in range(1, 13, step)
        ]
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if years / step <= 6)
    start = -(-first.year // step) * step
    return [(date(year, 1, 1), str(year)) for year in range(start, last.year + 1, step)]


def bounds(figures: Sequence[Bound], *, unit: str) -> BoundChart | None:
    """Lay out figures of one unit on one scale from 0, open where nothing bounds them."""
    if not figures or any(figure.value < 0 for figure in figures):
        return None
    largest = max(value for figure in figures for value in (figure.value, figure.upper or 0))
    is_share = unit == "percent" and largest <= 100
    top, step = (100.0, 25.0) if is_share else _nice_top(largest * 1.1)

    def across(value: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * value / top, 2)

    marks = []
    for number, figure in enumerate(figures):
        kind = _kind(figure)
        start = across(figure.lower) if figure.lower is not None and kind != "below" else across(0)
        end = across(figure.upper) if figure.upper is not None and kind != "above" else across(top)
        marks.append(
            BoundMark(
                y=number * 44 + 34,
                label=figure.label,
                words=figure.words,
                kind=kind,
                x=across(figure.value),
                start=start,
                end=end,
                is_included=figure.operator in ("<=", ">=", "="),
                certainty=figure.certainty,
            )
        )
    ticks = tuple(
        Tick(at=across(step * number), label=figure_in_words(step * number) + ("\u202f%" if is_share else ""))
        for number in range(math.floor(top / step + 1e-9) + 1)
    )
    return BoundChart(marks=tuple(marks), ticks=_at_the_edges(ticks), height=len(figures) * 44 + 34)


def _kind(figure: Bound) -> str:
    if figure.operator == "~":
        return "about"
    if figure.operator in ("<", "<="):
        return "below"
    if figure.operator in (">", ">="):
        return "above"
    if figure.lower is not None and figure.upper is not None and figure.lower != figure.upper:
        return "between"
    return "exact"


def sides(points: Sequence[SidePoint]) -> SideChart | None:
    """Lay out one flow over its periods, in the order given; None where no account gives a figure."""
    values = [
        value for point in points for value in (point.exporter, point.importer, point.reconciled) if value is not None
    ]
    if not values or min(values) < 0:
        return None
    top, step = _nice_top(max(values) * 1.05)
    floor = 176.0

    def down(value: float | None) -> float | None:
        return None if value is None else round(floor - (floor - 16) * value / top, 1)

    every = max(1, math.ceil(len(points) / 6))
    marks = tuple(
        SideMark(
            x=round(16 + 80 * (number + 0.5) / len(points), 2),
            period=point.period,
            is_labelled=number % every == 0,
            exporter=down(point.exporter),
            importer=down(point.importer),
            reconciled=down(point.reconciled),
            words="; ".join(
                f"{who} {figure_in_words(value)} USD"
                for who, value in (
                    ("exporter", point.exporter),
                    ("importer", point.importer),
                    ("BACI", point.reconciled),
                )
                if value is not None
            ),
        )
        for number, point in enumerate(points)
    )
    ticks = tuple(
        Tick(at=down(step * number) or 0.0, label=figure_in_words(step * number))
        for number in range(math.floor(top / step + 1e-9) + 1)
    )
    return SideChart(marks=marks, ticks=ticks, height=floor + 30, floor=floor)


def _nice_top(largest: float) -> tuple[float, float]:
    """Return the end of a scale that holds `largest`, and the distance of its three to five lines."""
    if largest <= 0:
        return 1.0, 0.5
    magnitude = 10 ** math.floor(math.log10(largest))
    for factor, parts in ((1, 4), (1.5, 3), (2, 4), (3, 3), (4, 4), (5, 5), (6, 3), (8, 4), (10, 4)):
        if largest <= factor * magnitude:
            return factor * magnitude, factor * magnitude / parts
    return 10.0 * magnitude, 2.5 * magnitude


def _at_the_edges(ticks: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """Keep the words of the first and the last tick within the chart."""
    last = len(ticks) - 1
    return tuple(
        Tick(at=tick.at, label=tick.label, anchor="start" if number == 0 else "end" if number == last else "middle")
        for number, tick in enumerate(ticks)
    )
