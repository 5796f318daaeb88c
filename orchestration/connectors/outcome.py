"""What one run of a connector did, and how it is shown.

Belongs here: counts, reasons, words. Does not belong here: doing it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 25
"""How many names of a kind are shown; the others are counted."""


class FileStatus(StrEnum):
    """What became of a file that a run wanted."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    REMAINING = "remaining"


@dataclass(frozen=True, kw_only=True)
class FileOutcome:
    """One file, by its name below `raw/`."""

    path: str
    status: FileStatus
    words: str = ""
    byte_count: int = 0


@dataclass
class FetchOutcome:
    """What one run did, in the order in which it did it."""

    files: list[FileOutcome] = field(default_factory=list)
    """The first files of each kind."""
    counts: Counter[FileStatus] = field(default_factory=Counter)
    byte_count: int = 0
    notes: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why the run ended before all was done, if it did."""

    def add(self, path: str, status: FileStatus, words: str = "", *, byte_count: int = 0) -> None:
        """Take in what became of a file."""
        self.counts[status] += 1
        self.byte_count += byte_count
        if self.counts[status] <= SHOWN:
            self.files.append(FileOutcome(path=path, status=status, words=words, byte_count=byte_count))

    def of(self, status: FileStatus) -> list[FileOutcome]:
        """Return the first files of a kind."""
        return [file for file in self.files if file.status is status]

    @property
    def words(self) -> str:
        """Return one line for a log."""
        counted = ", ".join(f"{self.counts[status]:,} {status}" for status in FileStatus)
        return f"{counted}; {self.byte_count:,} bytes{f'. {self.stopped}' if self.stopped else ''}"

    def markdown(self) -> str:
        """Return a table for the run's page in Dagster."""
        lines = ["| file | what became of it | bytes |", "| --- | --- | ---: |"]
        for status in FileStatus:
            shown = self.of(status)
            for file in shown:
                words = f"{status}: {file.words}" if file.words else str(status)
                lines.append(f"| `raw/{_cell(file.path)}` | {_cell(words)} | {_number(file.byte_count)} |")
            more = self.counts[status] - len(shown)
            if more:
                lines.append(f"| {more:,} more | {status} |  |")
        if len(lines) == 2:
            lines = ["Nothing was asked for."]
        notes = [*self.notes, *([self.stopped] if self.stopped else [])]
        return "\n".join([*lines, *(f"\n{note}" for note in notes)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _number(count: int) -> str:
    return f"{count:,}" if count else ""
