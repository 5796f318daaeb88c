"""Read visits by foreign leaders to the United States, as github.com/HistoryAtState/visits keeps them."""

from __future__ import annotations

from orchestration.ingestion.readers import historian
from orchestration.ingestion.readers.rows import FileContent, Source

FEED = "state_visits"
_LAYOUT = historian.Layout(
    feed=FEED,
    root="visits",
    record="visit",
    columns={"id": "visit_id", "from": "from_country"},
    ids={"from": "from_id"},
)


def read(source: Source) -> FileContent:
    """Read one file.

    Raises:
        Refused: it is no well-formed list of visits.
    """
    return historian.read(source, _LAYOUT)
