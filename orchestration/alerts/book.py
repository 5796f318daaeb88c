"""The book of alerts: what stands wrong, since when, and what a person was told already.

Belongs here: telling once. Does not belong here: noticing, or the way to a person. The book is a file, so that a
restarted daemon repeats nothing, and whoever sits at the terminal reads the same.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import filelock

from orchestration.alerts.kinds import Kind, Problem
from orchestration.settings import Settings
from orchestration.whole_files import write_whole

REMIND_AFTER = timedelta(hours=24)
QUIET = timedelta(hours=1)
"""What comes and goes is told no more often."""

_unwritten: dict[Path, Book] = {}
"""Books that a full disk did not take: what was told must not be told at every look until there is room."""

_logger = logging.getLogger(__name__)

Tell = Callable[[Sequence[str]], bool]
"""Tells a person some lines, and says whether they arrived."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One problem in the book."""

    key: str
    kind: str
    words: str
    state: str
    since: datetime
    told_at: datetime | None = None
    """When a person was last told that it stands; None: not yet."""
    told_state: str = ""
    is_open: bool = True
    is_end_told: bool = False

    @property
    def runbook(self) -> str:
        """Where the runbook says what to do."""
        return Kind[self.kind].runbook

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        told_at = record["told_at"]
        return cls(
            **{
                **record,
                "since": datetime.fromisoformat(record["since"]),
                "told_at": None if told_at is None else datetime.fromisoformat(told_at),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Book:
    """What is remembered between two looks."""

    entries: tuple[Entry, ...] = ()
    looked_at: datetime | None = None

    @property
    def standing(self) -> tuple[Entry, ...]:
        """The problems that stand, the oldest first."""
        return tuple(sorted((entry for entry in self.entries if entry.is_open), key=lambda entry: entry.since))


def path_of(settings: Settings) -> Path:
    """Return the file of the book."""
    return settings.home / "alerts" / "book.json"


def read(settings: Settings) -> Book:
    """Return the book; one that cannot be read counts as empty: that costs telling again."""
    try:
        record = json.loads(path_of(settings).read_text(encoding="utf-8"))
        return Book(
            entries=tuple(map(Entry.from_json, record["entries"])),
            looked_at=datetime.fromisoformat(record["looked_at"]),
        )
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return Book()


def look(settings: Settings, problems: Sequence[Problem], *, now: datetime, tell: Tell) -> tuple[str, ...]:
    """Compare what stands wrong with the book, tell what is new, and return the lines that were due.

    What could not be told is due again at the next look.
    """
    with _exclusively(settings):
        book = _unwritten.get(path_of(settings)) or read(settings)
        entries, lines, told = _after(book, problems, now=now)
        if lines and not tell(lines):
            told = entries
        _write(settings, Book(entries=_without_old(told, now), looked_at=now))
    return lines


def _after(
    book: Book, problems: Sequence[Problem], *, now: datetime
) -> tuple[tuple[Entry, ...], tuple[str, ...], tuple[Entry, ...]]:
    """Return the entries before anybody is told, the lines that are due, and the entries once they were told."""
    known = {entry.key: entry for entry in book.entries}
    before: list[Entry] = []
    after: list[Entry] = []
    lines: list[str] = []
    for problem in problems:
        entry = _renewed(known.pop(problem.key, None), problem, now)
        before.append(entry)
        due = _due(entry, now)
        if due:
            stop = "" if entry.words.endswith((".", "…")) else "."
            lines.append(f"{due}{entry.words}{stop} What to do: {entry.runbook}")
            entry = replace(entry, told_at=now, told_state=entry.state, is_end_told=False)
        after.append(entry)
    for gone in known.values():
        entry = replace(gone, is_open=False)
        before.append(entry)
        if entry.told_at is not None and not entry.is_end_told:
            lines.append(f"Over: {entry.words}")
            entry = replace(entry, is_end_told=True)
        after.append(entry)
    return tuple(before), tuple(lines), tuple(after)


def _renewed(entry: Entry | None, problem: Problem, now: datetime) -> Entry:
    if entry is None:
        return Entry(key=problem.key, kind=problem.kind.name, words=problem.words, state=problem.state, since=now)
    since = entry.since if entry.is_open else now
    return replace(entry, words=problem.words, state=problem.state, since=since, is_open=True)


def _due(entry: Entry, now: datetime) -> str | None:
    """Return how a line begins, or None where nothing is to be told; a clock that went back tells nothing twice."""
    if entry.told_at is None or (entry.state != entry.told_state and now - entry.told_at >= timedelta(0)):
        return f"{Kind[entry.kind].value}: "
    waited = now - entry.told_at
    if entry.since > entry.told_at:  # it was over in between
        return f"{Kind[entry.kind].value} again: " if waited >= QUIET else None
    return f"Still, since {entry.since:%Y-%m-%d %H:%M} UTC: " if waited >= REMIND_AFTER else None


def _without_old(entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """Leave out what has been over for long: the book does not grow for ever."""
    return tuple(
        entry
        for entry in entries
        if entry.is_open
        or (entry.told_at is not None and (not entry.is_end_told or now - entry.told_at < REMIND_AFTER))
    )


@contextmanager
def _exclusively(settings: Settings) -> Iterator[None]:
    folder = path_of(settings).parent
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder / ".lock"):
        yield


def _write(settings: Settings, book: Book) -> None:
    path = path_of(settings)
    looked_at = book.looked_at or datetime.now(UTC)
    record = {"looked_at": looked_at.isoformat(), "entries": [entry.to_json() for entry in book.entries]}
    try:
        write_whole(path, json.dumps(record, indent=2))
    except OSError as error:
        _unwritten[path] = book
        _logger.warning("The book of alerts cannot be written (%s); it is kept in memory.", error.strerror)
    else:
        _unwritten.pop(path, None)
