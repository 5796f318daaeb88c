"""Rows that were read one by one (XML, dossiers), on their way to the same tables as those of CSV files.

Belongs here: the shape that those readers share. Does not belong here: judging a cell (validation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class TextRow:
    """One row of one feed, as text."""

    feed: str
    row_number: int
    """Counts the rows of the file from 1."""
    values: Mapping[str, str]
    extras: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""
    """The piece of the file that the row comes from."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where in the file a column stands, in words, where it helps."""
    place: str = ""
    """Where the row itself stands."""


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row that could not be read as one, or a cell of it."""

    row: TextRow
    column: str | None
    found: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """What a file holds: rows to be judged, and what was broken before that."""

    rows: tuple[TextRow, ...]
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
