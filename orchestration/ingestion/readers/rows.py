"""Rows that were read one by one (NDJSON, Excel, XML, dossiers), on their way to the same tables as those of CSV files.

Belongs here: the shape that those readers share. Does not belong here: judging a cell (validation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from orchestration.contracts import Contract


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file, as a reader is handed it."""

    path: Path
    """Where its content is: in the archive under its hash, or unpacked."""
    name: str
    """The path below `raw/` that it came from, for messages."""
    dataset_key: str
    contract: Contract


@dataclass(frozen=True, kw_only=True, slots=True)
class TextRow:
    """One row of one feed, as text."""

    feed: str
    row_number: int
    """As the one who wrote the file sees it: the line, the row of the sheet; else the rows counted from 1."""
    values: Mapping[str, str | None]
    extras: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None
    """The piece of the file that the row comes from; None: it is looked up where somebody needs it."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where in the file a column stands, in words, where it helps."""
    place: str = ""
    """Where the row itself stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenRow:
    """A row that could not be read as one, or a cell of it."""

    row: TextRow
    column: str | None
    found: str
    expected: str


@dataclass(kw_only=True)
class FileContent:
    """What a file holds. Rows may be read only while they are asked for; the rest is complete once they were."""

    rows: Iterable[TextRow | BrokenRow]
    notes: list[str] = field(default_factory=list)
    """What the one who wrote the file may want to know, and what costs nothing."""
    cut_off: str = ""
    """Why there may be more than the file holds; empty where nothing says so."""
    header: list[str] | None = None
    """The names of the columns, of a file that is one table; None where each row has fields of its own."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """What a spreadsheet calls the columns, by their names."""
    tables: Iterable[pa.Table] = ()
    """Rows that were read many at once: `_row_number`; as text, columns of the contract, `_extra_json`, and
    `_rejected_row` where the file has it."""


Reader = Callable[[Source], FileContent]
"""Reads one file.

Raises `Refused`, at once or while the rows are read, where something makes the whole file unusable.
"""
