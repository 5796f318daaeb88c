"""Ingestion: finding, archiving, reading, validating, loading and quarantining what lies in `raw/`.

Belongs here: everything between a dropped file and a landed row, and the ledger of it. Does not belong here: what a
fact means (dbt), what a row must look like (contracts), or fetching what others publish (connectors).
"""

from __future__ import annotations

from orchestration.ingestion.checking import NotCheckableError, check
from orchestration.ingestion.discovery import Ignored, Snapshot, scan
from orchestration.ingestion.erasing import NothingToEraseError, erase
from orchestration.ingestion.outcome import DeliveryOutcome, IngestResult, OutcomeStatus
from orchestration.ingestion.refreshing import UnknownDeliveryError, confirm, rebuild, refresh, renew

__all__ = [
    "DeliveryOutcome",
    "Ignored",
    "IngestResult",
    "NotCheckableError",
    "NothingToEraseError",
    "OutcomeStatus",
    "Snapshot",
    "UnknownDeliveryError",
    "check",
    "confirm",
    "erase",
    "rebuild",
    "refresh",
    "renew",
    "scan",
]
