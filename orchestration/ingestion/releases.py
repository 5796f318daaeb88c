"""How complete deliveries of one data set stand to each other: what completes, contradicts or suddenly shrinks.

Belongs here: the rules of a release. Does not belong here: versions of facts (dbt), which follow from all releases.
"""

from __future__ import annotations

import duckdb

from orchestration.contracts import Mode
from orchestration.ingestion.clock import naive
from orchestration.ingestion.ledger import Entry, Status
from orchestration.ingestion.readers import dossiers
from orchestration.ingestion.refusal import Refused

LARGEST_SHRINKAGE = 0.05
"""A release with fewer rows than this share below its neighbour is held: more often cut off than true."""


class Held(Exception):
    """The delivery could be loaded, but a person must say that it is meant."""


def completed_by(con: duckdb.DuckDBPyConnection, entry: Entry) -> list[str]:
    """Return the loaded deliveries of the same day that this one holds whole, with more beside it.

    Raises:
        Refused: one of the same day and revision holds something else.
    """
    delivery = entry.delivery
    if entry.status is not Status.LOADED or not _is_release(entry) or not delivery.is_as_of_stated:
        return []
    rows = con.execute(
        """
        select deliveries.delivery_id, list(files.sha256), min(deliveries.received_at)
        from ops.deliveries join ops.files using (delivery_id)
        where feed = $feed and dataset_key = $dataset_key and as_of = $as_of and revision = $revision
          and status = 'loaded' and is_as_of_stated and deliveries.delivery_id <> $id
        group by deliveries.delivery_id
        """,
        {
            "feed": delivery.feed,
            "dataset_key": delivery.dataset_key,
            "as_of": naive(delivery.as_of),
            "revision": delivery.revision,
            "id": delivery.delivery_id,
        },
    ).fetchall()
    completed = []
    for delivery_id, hashes, received_at in rows:
        if not delivery.hashes > frozenset(hashes):
            raise Refused(
                f"{delivery.dataset_key} as of {delivery.as_of:%Y-%m-%d} was received on {received_at:%Y-%m-%d} with "
                f"other content (delivery {delivery_id})",
                "if this one corrects it, say so in its manifest by a higher revision, such as revision: "
                f"{delivery.revision + 1}",
            )
        completed.append(delivery_id)
    return completed


def judge_size(con: duckdb.DuckDBPyConnection, entry: Entry, row_count: int, *, is_confirmed: bool) -> None:
    """Compare a complete delivery with its neighbours in the order of `as_of`.

    A person edits a dossier and may well take facts out of it, so a dossier is held only when it lost all of them.

    Raises:
        Held: it is empty or much smaller than the one before, or would make the one after it look so.
    """
    if is_confirmed or not (_is_release(entry) or entry.delivery.feed == dossiers.FEED):
        return
    if entry.delivery.feed == dossiers.FEED:
        before = _neighbour(con, entry, is_before=True)
        if row_count <= 1 and before is not None and before > 1:
            raise Held(f"no fact is left in it, the version before had {before - 1}; {_confirm(entry)}")
        return
    if row_count == 0:
        raise Held(f"it is empty; {_confirm(entry)}")
    before, after = _neighbour(con, entry, is_before=True), _neighbour(con, entry, is_before=False)
    if before is not None and row_count < before * (1 - LARGEST_SHRINKAGE):
        raise Held(f"it has {row_count:,} rows, the release before it {before:,}; {_confirm(entry)}")
    if after is not None and after < row_count * (1 - LARGEST_SHRINKAGE):
        raise Held(
            f"it has {row_count:,} rows, but the release after it, which is loaded, only {after:,}; {_confirm(entry)}"
        )


def _is_release(entry: Entry) -> bool:
    return entry.is_complete and entry.mode in (Mode.SNAPSHOT, Mode.REPLACE) and entry.delivery.feed != dossiers.FEED


def _confirm(entry: Entry) -> str:
    return f"if that is right, run `entente confirm {entry.delivery.delivery_id}`"


def _neighbour(con: duckdb.DuckDBPyConnection, entry: Entry, *, is_before: bool) -> int | None:
    """Return the number of rows of the nearest loaded complete delivery of the data set."""
    sign, direction = ("<", "desc") if is_before else (">", "asc")
    delivery = entry.delivery
    row = con.execute(
        f"""
        select rows_read from ops.deliveries
        where feed = $feed and dataset_key = $dataset_key and status = 'loaded' and is_complete
          and delivery_id <> $id and (as_of, revision) {sign} ($as_of::timestamp, $revision::integer)
        order by as_of {direction}, revision {direction} limit 1
        """,  # noqa: S608 - the two words are chosen above
        {
            "feed": delivery.feed,
            "dataset_key": delivery.dataset_key,
            "id": delivery.delivery_id,
            "as_of": naive(delivery.as_of),
            "revision": delivery.revision,
        },
    ).fetchone()
    return int(row[0]) if row else None
