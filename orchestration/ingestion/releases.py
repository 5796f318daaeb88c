"""How complete deliveries of one data set stand to each other: what completes, contradicts or suddenly shrinks.

Belongs here: the rules of a release. Does not belong here: versions of facts (dbt), which follow from all releases.
The rules look at all that was received of a data set, in the order of its dates, and at nothing else: not at what is
loaded, nor when. So the same deliveries stand alike in any order, in one run or many, and after a replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import duckdb

from orchestration.contracts import Mode
from orchestration.ingestion.clock import naive
from orchestration.ingestion.ledger import Entry, Status
from orchestration.ingestion.readers import dossiers

LARGEST_SHRINKAGE = 0.05
"""A release with fewer rows than this share below the one before is held: more often cut off than true."""

_SET_APART = (Status.HELD, Status.REFUSED)


@dataclass(frozen=True, kw_only=True)
class Release:
    """A delivery whose files could be read, as the rules need it."""

    delivery_id: str
    feed: str
    dataset_key: str
    path: str
    as_of: datetime
    is_as_of_stated: bool
    revision: int
    received_at: datetime
    mode: Mode
    is_complete: bool
    row_count: int
    status: Status
    """What became of it so far."""
    reason: str
    hashes: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether what is not in it is gone; a dossier is edited by a person, who may well take facts out of it."""
        return self.is_complete and self.mode in (Mode.SNAPSHOT, Mode.REPLACE) and not self.is_dossier

    @property
    def is_dossier(self) -> bool:
        """Whether it is the dossier of a document."""
        return self.feed == dossiers.FEED

    @property
    def day(self) -> tuple[datetime, int]:
        """What releases are ordered by, and what two of one day have in common."""
        return self.as_of, self.revision


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a release stands to the others of its data set."""

    release: Release
    status: Status
    reason: str = ""

    @property
    def is_due(self) -> bool:
        """Whether its files have to be read again for that: its rows were left out."""
        is_read = self.status is Status.LOADED or (
            self.status is Status.REPLACED and self.release.status is not Status.LOADED
        )
        return is_read and self.release.status is not self.status

    @property
    def is_change(self) -> bool:
        """Whether the ledger says otherwise, and can be made to agree without a look at the files."""
        return not self.is_due and (self.release.status, self.release.reason) != (self.status, self.reason)


def release_of(entry: Entry) -> Release:
    """Return a delivery that is being loaded as a release.

    Raises:
        ValueError: its rows were not counted.
    """
    if entry.rows_found is None:
        raise ValueError("the size of a release is judged, but its rows were not counted")
    delivery = entry.delivery
    return Release(
        delivery_id=delivery.delivery_id,
        feed=delivery.feed,
        dataset_key=delivery.dataset_key,
        path=delivery.path,
        as_of=naive(delivery.as_of),
        is_as_of_stated=delivery.is_as_of_stated,
        revision=delivery.revision,
        received_at=naive(delivery.received_at),
        mode=entry.mode,
        is_complete=entry.is_complete,
        row_count=entry.rows_found,
        status=entry.status,
        reason=entry.reason,
        hashes=delivery.hashes,
    )


def judge(releases: Iterable[Release], *, is_confirmed: Callable[[str], bool]) -> list[Verdict]:
    """Say how all releases of one data set stand, from the oldest day to the newest.

    Each is measured by the last before it that is not held itself: a second file that is cut off at the same place is
    held like the first. Of the releases of one day, one that holds another whole and more completes it; of two that
    differ otherwise the first that was received counts, and the other needs a higher revision.
    """
    verdicts: list[Verdict] = []
    before: int | None = None
    ordered = sorted(releases, key=lambda one: (one.day, one.received_at, one.path, one.delivery_id))
    for _, of_one_day in groupby(ordered, key=lambda one: one.day):
        standing: list[Verdict] = []
        for release in of_one_day:
            if release.mode is Mode.APPEND:  # claims, each for itself
                verdicts.append(Verdict(release=release, status=Status.LOADED))
                continue
            reason = _why_held(release, before)
            if reason and not is_confirmed(release.delivery_id):
                verdicts.append(Verdict(release=release, status=Status.HELD, reason=reason))
                continue
            verdict = _beside(release, standing, verdicts)
            (standing if verdict.status is Status.LOADED else verdicts).append(verdict)
        verdicts += standing
        complete = [verdict.release.row_count for verdict in standing if verdict.release.is_complete]
        before = max(complete, default=before)
    return verdicts


def judged(
    con: duckdb.DuckDBPyConnection,
    feed: str,
    dataset_key: str,
    *,
    is_confirmed: Callable[[str], bool],
    arriving: Release | None = None,
) -> list[Verdict]:
    """Say how the releases of a data set stand that the ledger knows, and one more."""
    known = _known(con, feed, dataset_key)
    if arriving is not None:
        known = [arriving, *(release for release in known if release.delivery_id != arriving.delivery_id)]
    return judge(_with_hashes(con, known), is_confirmed=is_confirmed)


def due(con: duckdb.DuckDBPyConnection, *, is_confirmed: Callable[[str], bool]) -> frozenset[str]:
    """Return the deliveries that were left out and are to be loaded: confirmed, or judged by what is gone since."""
    data_sets = con.execute(
        """
        select distinct feed, dataset_key from ops.deliveries
        where status <> 'loaded' and rows_found is not null
        """
    ).fetchall()
    return frozenset(
        verdict.release.delivery_id
        for feed, dataset_key in data_sets
        for verdict in judged(con, feed, dataset_key, is_confirmed=is_confirmed)
        if verdict.is_due
    )


def _beside(release: Release, standing: list[Verdict], completed: list[Verdict]) -> Verdict:
    """Say how a release stands to those of its day before it; what it completes is moved to `completed`."""
    if not (release.is_whole and release.is_as_of_stated):
        return Verdict(release=release, status=Status.LOADED)
    rivals = [verdict for verdict in standing if verdict.release.is_as_of_stated]
    for rival in (verdict.release for verdict in rivals):
        if rival.is_whole and rival.hashes >= release.hashes:
            return _completed(release, by=rival)
        if not release.hashes > rival.hashes:
            reason = (
                f"{release.dataset_key} as of {release.as_of:%Y-%m-%d} was received on {rival.received_at:%Y-%m-%d} "
                f"with other content (delivery {rival.delivery_id}); if this one corrects it, say so in its manifest "
                f"by a higher revision, such as revision: {release.revision + 1}"
            )
            return Verdict(release=release, status=Status.REFUSED, reason=reason)
    for verdict in rivals:
        standing.remove(verdict)
        completed.append(_completed(verdict.release, by=release))
    return Verdict(release=release, status=Status.LOADED)


def _completed(release: Release, *, by: Release) -> Verdict:
    return Verdict(release=release, status=Status.REPLACED, reason=f"completed by delivery {by.delivery_id}")


def _why_held(release: Release, before: int | None) -> str:
    """Return why a person must say that a release is meant, given the rows of the one before; empty where nothing is.

    A dossier is held only when it lost all of its facts.
    """
    confirm = f"if that is right, run `entente confirm {release.delivery_id}`"
    if release.is_dossier:
        if release.row_count <= 1 and before is not None and before > 1:
            return f"no fact is left in it, the version before had {before - 1}; {confirm}"
    elif release.is_whole:
        if release.row_count == 0:
            return f"it is empty; {confirm}"
        if before is not None and release.row_count < before * (1 - LARGEST_SHRINKAGE):
            return f"it has {release.row_count:,} rows, the release before it {before:,}; {confirm}"
    return ""


def _known(con: duckdb.DuckDBPyConnection, feed: str, dataset_key: str) -> list[Release]:
    rows = con.execute(
        """
        select delivery_id, path, as_of, is_as_of_stated, revision, received_at, mode, is_complete, rows_found, status,
               coalesce(reason, '')
        from ops.deliveries where feed = $feed and dataset_key = $dataset_key and rows_found is not null
        """,
        {"feed": feed, "dataset_key": dataset_key},
    ).fetchall()
    return [
        Release(
            delivery_id=row[0],
            feed=feed,
            dataset_key=dataset_key,
            path=row[1],
            as_of=row[2],
            is_as_of_stated=row[3],
            revision=row[4],
            received_at=row[5],
            mode=Mode(row[6]),
            is_complete=row[7],
            row_count=row[8],
            status=Status(row[9]),
            reason=row[10],
        )
        for row in rows
    ]


def _with_hashes(con: duckdb.DuckDBPyConnection, releases: list[Release]) -> list[Release]:
    """Add the contents where two are of one day: nothing else asks for them."""
    if len({release.day for release in releases}) == len(releases):
        return releases
    ids = [release.delivery_id for release in releases if not release.hashes]
    hashes: Mapping[str, list[str]] = dict(
        con.execute(
            "select delivery_id, list(distinct sha256) from ops.files "
            "where delivery_id in (select unnest($ids::varchar[])) group by delivery_id",
            {"ids": ids},
        ).fetchall()
    )
    return [
        replace(release, hashes=release.hashes or frozenset(hashes.get(release.delivery_id, ())))
        for release in releases
    ]


def is_set_apart(status: Status) -> bool:
    """Say whether nothing is kept of a delivery but its line in the ledger."""
    return status in _SET_APART
