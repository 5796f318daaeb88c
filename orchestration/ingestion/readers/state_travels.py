"""Read travels of presidents and secretaries of state, as github.com/HistoryAtState/travels keeps them.

A `<trip>` is a stay in one country. It names the person and the role twice, in its attributes and in its elements.
"""

from __future__ import annotations

from orchestration.ingestion.readers import historian
from orchestration.ingestion.readers.rows import FileContent, Source

FEED = "state_travels"
_LAYOUT = historian.Layout(
    feed=FEED,
    root="trips",
    record="trip",
    columns={"id": "trip_id"},
    ids={"country": "country_id"},
    folders={"president-travels": {"role": "president"}, "secretary-travels": {"role": "secretary"}},
    others=frozenset({"code-table", "collection", "meta", "package", "presidents", "project", "properties"}),
)


def read(source: Source) -> FileContent:
    """Read one file.

    Raises:
        Refused: it is no well-formed list of trips.
    """
    return historian.read(source, _LAYOUT)
