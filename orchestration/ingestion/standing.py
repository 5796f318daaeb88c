"""What the ledger says about a feed at the end of a refresh: what is new, what is set aside, what waits.

Belongs here: questions to the ledger, and how much quarantine is too much. Does not belong here: who is told. Every
figure is about the deliveries as they stand: a file that was corrected counts as it is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import Contract

MOST_NAMED = 20
FLOOD = 0.5
"""From this share on, it is not rows that are broken but the file, the source or the contract."""


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """How many of the rows of a feed's recent deliveries are in quarantine."""

    rows_read: int = 0
    rows_rejected: int = 0

    @property
    def share(self) -> float:
        """Rows in quarantine per row read, 0 to 1."""
        return self.rows_rejected / self.rows_read if self.rows_read else 0.0

    def is_tolerable(self, contract: Contract) -> bool:
        """Say whether these are few rows, or a small part."""
        return self.rows_rejected <= contract.tolerated_rows or self.share <= contract.tolerated_share

    @property
    def is_flood(self) -> bool:
        """Say whether most rows are broken."""
        return self.share > FLOOD

    @property
    def words(self) -> str:
        """Return what a person should read."""
        return (
            f"{self.rows_rejected:,} of {self.rows_read:,} rows of the recent deliveries are in quarantine "
            f"({self.share:.1%})"
        )


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A delivery that was held or refused, and that nothing has come in place of."""

    delivery_id: str
    path: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """Return what JSON can hold."""
        return {"delivery_id": self.delivery_id, "path": self.path, "reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands about one feed."""

    quarantine: Quarantine = Quarantine()
    held: tuple[Waiting, ...] = ()
    refused: tuple[Waiting, ...] = ()
    last_received_at: datetime | None = None
    archive_bytes: int = 0
    archive_files: int = 0


def standing(connection: duckdb.DuckDBPyConnection, *, raw: Path) -> Mapping[str, Standing]:
    """Return what stands, by feed; a feed without deliveries is not there."""
    quarantine = _quarantine(connection)
    waiting = _waiting(connection, raw=raw)
    return {
        feed: Standing(
            quarantine=quarantine.get(feed, Quarantine()),
            held=tuple(found for status, found in waiting.get(feed, ()) if status == "held"),
            refused=tuple(found for status, found in waiting.get(feed, ()) if status == "refused"),
            last_received_at=received_at.replace(tzinfo=UTC),
            archive_bytes=byte_count,
            archive_files=file_count,
        )
        for feed, received_at, byte_count, file_count in _growth(connection)
    }


def archive_size(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return how many contents the archive holds for the ledger, and their bytes."""
    row = connection.execute(
        "select count(*), coalesce(sum(byte_count), 0) from (select distinct sha256, byte_count from ops.files)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _quarantine(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Quarantine]:
    """Count over what arrived within a day of a feed's last delivery: a flood must not drown in years of good rows.

    No clock of the machine plays a part, so that the same deliveries give the same answer.
    """
    rows = connection.execute(
        """
        with loaded as (
            select feed, path, received_at, rows_read, rows_rejected
            from ops.deliveries
            where status = 'loaded'
            qualify row_number() over (partition by feed, path order by received_at desc, delivery_id) = 1
        ),

        latest as (
            select feed, max(received_at) as received_at from loaded group by feed
        )

        select loaded.feed, sum(loaded.rows_read), sum(loaded.rows_rejected)
        from loaded
        inner join latest
            on loaded.feed = latest.feed and loaded.received_at > latest.received_at - interval 1 day
        group by loaded.feed
        """
    ).fetchall()
    return {feed: Quarantine(rows_read=int(read), rows_rejected=int(rejected)) for feed, read, rejected in rows}


def _waiting(connection: duckdb.DuckDBPyConnection, *, raw: Path) -> Mapping[str, list[tuple[str, Waiting]]]:
    """Return what is held until something newer of its data set was loaded, and what is refused while it lies there.

    Newer is what is of that day or a later one, and was received after it and after the release that it is too small
    for: what was there before nobody has put in its place.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        """
        with lying as (
            select delivery_id, min(path) as path from ops.seen_deliveries group by delivery_id
        )

        select waiting.feed, waiting.status, waiting.delivery_id, coalesce(lying.path, waiting.path),
            coalesce(waiting.reason, ''), lying.path is not null
        from ops.deliveries as waiting
        left join lying using (delivery_id)
        where waiting.status = 'refused'
            or (
                waiting.status = 'held' and not exists (
                    select 1 from ops.deliveries as newer
                    where newer.feed = waiting.feed and newer.dataset_key = waiting.dataset_key
                        and newer.status = 'loaded' and newer.received_at > waiting.received_at
                        and (newer.as_of, newer.revision) >= (waiting.as_of, waiting.revision)
                        and newer.received_at > coalesce(
                            (
                                select max_by(before.received_at, (before.as_of, before.revision))
                                from ops.deliveries as before
                                where before.feed = waiting.feed and before.dataset_key = waiting.dataset_key
                                    and before.status = 'loaded' and before.is_complete
                                    and (before.as_of, before.revision) < (waiting.as_of, waiting.revision)
                            ),
                            waiting.received_at
                        )
                )
            )
        order by waiting.received_at desc, waiting.delivery_id
        """
    ).fetchall()
    found: dict[str, list[tuple[str, Waiting]]] = {}
    for feed, status, delivery_id, path, reason, is_known_to_lie in rows:
        if status == "refused" and not (is_known_to_lie and (raw / path).exists()):
            continue  # corrected or taken away
        found.setdefault(feed, []).append((status, Waiting(delivery_id=delivery_id, path=path, reason=reason)))
    return found


def _growth(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        """
        with contents as (
            select feed, count(*) as file_count, sum(byte_count) as byte_count
            from (
                select distinct deliveries.feed, files.sha256, files.byte_count
                from ops.files as files
                inner join ops.deliveries as deliveries using (delivery_id)
            )
            group by feed
        ),

        received as (
            select feed, max(received_at) as received_at from ops.deliveries group by feed
        )

        select feed, received_at, coalesce(byte_count, 0)::bigint, coalesce(file_count, 0)
        from received
        left join contents using (feed)
        """
    ).fetchall()
