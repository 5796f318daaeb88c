"""What need not be fetched: what lies in `raw/`, and what the published ledger says was loaded once.

Belongs here: looking. Does not belong here: the writer's ledger; it is private, and opening it would stop a writer.
What was loaded but not yet published, and has gone from `raw/`, is fetched again: that costs a request, no fact.
"""

from __future__ import annotations

import logging
import os

import duckdb

from orchestration.publication.store import PublicationStore
from orchestration.settings import Settings

_logger = logging.getLogger(__name__)


class KnownFiles:
    """The files of one feed that were there when this was made, and those that lie in `raw/` now."""

    def __init__(self, settings: Settings, feed: str):
        self._raw = settings.raw
        self._loaded = _loaded(settings, feed)

    def has(self, path: str) -> bool:
        """Say whether a file or folder of this path below `raw/` is there, or was taken in once."""
        return path in self._loaded or os.path.lexists(self._raw / path)


def _loaded(settings: Settings, feed: str) -> frozenset[str]:
    """Return the paths of what was taken in and not refused, and what they lie in right below `raw/<feed>/`."""
    database = PublicationStore(settings.serving).database
    if not database.exists():
        return frozenset()
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        try:
            rows = connection.execute(
                """
                select distinct files.original_path
                from evidence.files as files
                join evidence.deliveries as deliveries using (delivery_id)
                where deliveries.feed = ? and deliveries.status <> 'refused'
                """,
                [feed],
            ).fetchall()
        except duckdb.CatalogException:
            _logger.warning("The published warehouse has no ledger: what it holds may be fetched again.")
            return frozenset()
    paths = {row[0] for row in rows}
    return frozenset(paths | {"/".join(path.split("/")[:2]) for path in paths})
