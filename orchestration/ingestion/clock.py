"""Times as ingestion writes them: always UTC, always with microseconds.

Belongs here: the clock that tests replace, and the one text form. Does not belong here: dates of facts (EDTF).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present, with a time zone."""


def utc_now() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """Return `2024-09-18T10:00:00.000000Z`: of one length, so that texts sort like times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def from_text(text: str) -> datetime:
    """Read what `as_text` wrote.

    Raises:
        ValueError: the text is no such time.
    """
    return datetime.fromisoformat(text)


def naive(moment: datetime) -> datetime:
    """Return the moment as DuckDB's TIMESTAMP holds it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
