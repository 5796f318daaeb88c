"""What a run of ingestion did, for whoever asked for it.

Belongs here: plain results. Does not belong here: words for a terminal (the command line), or reports (reports).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestration.ingestion.discovery import Ignored


class OutcomeStatus(StrEnum):
    """What this run did with a delivery."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    HELD = "held"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class DeliveryOutcome:
    """One delivery of this run: loaded, refused or held by it, known before, or not yet whole."""

    feed: str
    dataset_key: str
    delivery_id: str | None
    """None while it waits."""
    status: OutcomeStatus
    standing: str | None = None
    """What the ledger says about it, also where it is unchanged: loaded, held, refused or replaced."""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    reason: str = ""
    paths: tuple[str, ...] = ()
    """The files below `raw/`."""
    seconds: float = 0.0
    rows_by_feed: Mapping[str, int] | None = None
    """The accepted rows of each landing table, of a delivery that this run loaded."""


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """All that a run found and did."""

    deliveries: tuple[DeliveryOutcome, ...]
    ignored: tuple[Ignored, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    def count(self, status: OutcomeStatus) -> int:
        """Return how many deliveries this run left in a state."""
        return sum(outcome.status is status for outcome in self.deliveries)

    @property
    def rows_accepted(self) -> int:
        """The rows that this run loaded."""
        return sum(outcome.rows_accepted for outcome in self.deliveries if outcome.status is OutcomeStatus.NEW)

    @property
    def rows_rejected(self) -> int:
        """The rows that this run put into quarantine."""
        return sum(outcome.rows_rejected for outcome in self.deliveries if outcome.status is OutcomeStatus.NEW)
