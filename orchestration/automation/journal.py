"""What one run did, for whoever started it and waits for an answer.

Belongs here: the outcomes of the steps, as they are. Does not belong here: how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.ingestion import IngestResult
from orchestration.publication.postgres import PostgresCopy
from orchestration.publication.publishing import PublishOutcome
from orchestration.transformation.star import StarOutcome


@dataclass
class Journal:
    """The outcomes of a run's steps; None for a step that did not come to its end."""

    ingested: IngestResult | None = None
    built: StarOutcome | None = None
    published: PublishOutcome | None = None
    published_ahead: tuple[str, PublishOutcome] | None = None
    """What readers saw before Dagster was told what was built, and the id of the run."""
    copied: PostgresCopy | None = None
