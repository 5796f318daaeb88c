"""The kinds of problems that are told, each with its heading in the runbook.

Belongs here: the list. Does not belong here: how they are noticed. docs/runbook.md has a section for each, as a test
says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

RUNBOOK = "docs/runbook.md"


class Kind(Enum):
    """One kind of problem; the value is its heading in the runbook."""

    RUN_FAILED = "A run failed"
    FEED_STALE = "A feed is stale"
    QUARANTINE = "Many rows are in quarantine"
    DELIVERY_HELD = "A delivery waits for you"
    DELIVERY_REFUSED = "A delivery was refused"
    DISK = "The disk is nearly full"
    SILENCE = "Nobody is watching"

    @property
    def runbook(self) -> str:
        """Where the runbook says what to do."""
        return f"{RUNBOOK}#{self.value.lower().replace(' ', '-')}"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that stands wrong now."""

    key: str
    """What makes it the same problem at the next look."""
    kind: Kind
    words: str
    """What is wrong, and where, for a person who was asleep a minute ago."""
    state: str = ""
    """When this changes, the same problem is worth telling again."""
