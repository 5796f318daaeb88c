"""The ledger: which deliveries there are, and what became of each. The only truth about what is loaded.

Belongs here: reading and writing the tables of `ops`. Does not belong here: rows of facts, or deciding anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.contracts import Mode
from orchestration.ingestion.archive import Delivery
from orchestration.ingestion.clock import naive
from orchestration.ingestion.database import insert_rows
from orchestration.ingestion.discovery import FoundFile

_TABLES_OF_ROWS = ("rejected_rows", "corrections", "extra_columns", "notes")
_TABLES_OF_A_DELIVERY = ("deliveries", "files", *_TABLES_OF_ROWS)
_TIMESTAMP = pa.timestamp("us")


class Status(StrEnum):
    """What became of a delivery."""

    LOADED = "loaded"
    HELD = "held"
    """Complete by its contract, but so much smaller than the one before that a person must confirm it."""
    REFUSED = "refused"
    REPLACED = "replaced"
    """A delivery with the same `as_of` and more files completes it."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A delivery of the ledger, as planning needs it."""

    delivery_id: str
    feed: str
    dataset_key: str
    path: str
    as_of: datetime
    is_as_of_stated: bool
    revision: int
    received_at: datetime
    status: Status
    reason: str
    manifest: Mapping[str, Any] | None
    hashes: frozenset[str]

    @property
    def takes_effect(self) -> bool:
        """Whether its content counts, or will once it is confirmed."""
        return self.status is not Status.REFUSED


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger, as it is written."""

    delivery: Delivery
    mode: Mode
    is_complete: bool
    status: Status
    reason: str = ""
    publisher: str | None = None
    licence: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_found: int | None = None
    """The rows in its files, whatever became of them; None where they could not be read."""
    load_seconds: float = 0.0
    loaded_at: datetime


def known_deliveries(con: duckdb.DuckDBPyConnection) -> list[Known]:
    """Return every delivery of the ledger in the order in which they were received."""
    rows = con.execute(
        """
        select deliveries.delivery_id, feed, dataset_key, path, as_of, is_as_of_stated, revision,
               deliveries.received_at, status, coalesce(reason, ''), manifest, hashes
        from ops.deliveries
        left join (select delivery_id, list(distinct sha256) as hashes from ops.files group by delivery_id) as files
            on deliveries.delivery_id = files.delivery_id
        order by deliveries.received_at, as_of, deliveries.delivery_id
        """
    ).fetchall()
    statuses = {str(status): status for status in Status}
    return [
        Known(
            delivery_id=row[0],
            feed=row[1],
            dataset_key=row[2],
            path=row[3],
            as_of=row[4].replace(tzinfo=UTC),
            is_as_of_stated=row[5],
            revision=row[6],
            received_at=row[7].replace(tzinfo=UTC),
            status=statuses[row[8]],
            reason=row[9],
            manifest=json.loads(row[10]) if row[10] else None,
            hashes=frozenset(row[11] or ()),
        )
        for row in rows
    ]


def delivery_ids(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the ids of all deliveries of the ledger."""
    return frozenset(row[0] for row in con.execute("select delivery_id from ops.deliveries").fetchall())


def among(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[str]:
    """Return those of some deliveries that the ledger knows."""
    rows = con.execute(
        "select delivery_id from ops.deliveries where delivery_id in (select unnest($ids::varchar[]))",
        {"ids": list(ids)},
    ).fetchall()
    return [row[0] for row in rows]


def forget(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
    """Delete all that the ledger says about some deliveries."""
    for table in _TABLES_OF_A_DELIVERY:
        statement = f"delete from ops.{table} where delivery_id in (select unnest($ids::varchar[]))"  # noqa: S608 - a table of ours
        con.execute(statement, {"ids": list(ids)})


def write(con: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> None:
    """Write the lines of some deliveries and of their files; what was said about them before must be gone."""
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "delivery_id": (pa.string(), [entry.delivery.delivery_id for entry in entries]),
        "feed": (pa.string(), [entry.delivery.feed for entry in entries]),
        "dataset_key": (pa.string(), [entry.delivery.dataset_key for entry in entries]),
        "path": (pa.string(), [entry.delivery.path for entry in entries]),
        "as_of": (_TIMESTAMP, [naive(entry.delivery.as_of) for entry in entries]),
        "is_as_of_stated": (pa.bool_(), [entry.delivery.is_as_of_stated for entry in entries]),
        "mode": (pa.string(), [str(entry.mode) for entry in entries]),
        "is_complete": (pa.bool_(), [entry.is_complete for entry in entries]),
        "revision": (pa.int32(), [entry.delivery.revision for entry in entries]),
        "status": (pa.string(), [str(entry.status) for entry in entries]),
        "reason": (pa.string(), [entry.reason or None for entry in entries]),
        "publisher": (pa.string(), [entry.publisher for entry in entries]),
        "licence": (pa.string(), [entry.licence for entry in entries]),
        "file_count": (pa.int32(), [len(entry.delivery.files) for entry in entries]),
        "byte_count": (pa.int64(), [entry.delivery.byte_count for entry in entries]),
        "rows_read": (pa.int64(), [entry.rows_read for entry in entries]),
        "rows_accepted": (pa.int64(), [entry.rows_accepted for entry in entries]),
        "rows_rejected": (pa.int64(), [entry.rows_rejected for entry in entries]),
        "rows_found": (pa.int64(), [entry.rows_found for entry in entries]),
        "received_at": (_TIMESTAMP, [naive(entry.delivery.received_at) for entry in entries]),
        "load_seconds": (pa.float64(), [entry.load_seconds for entry in entries]),
        "loaded_at": (_TIMESTAMP, [naive(entry.loaded_at) for entry in entries]),
        "manifest": (pa.string(), [manifest_text(entry.delivery.manifest) for entry in entries]),
    }
    insert_rows(con, "ops.deliveries", _table(columns))
    files = [(entry.delivery, file) for entry in entries for file in entry.delivery.files]
    insert_rows(
        con,
        "ops.files",
        _table(
            {
                "sha256": (pa.string(), [file.sha256 for _, file in files]),
                "delivery_id": (pa.string(), [delivery.delivery_id for delivery, _ in files]),
                "original_path": (pa.string(), [file.original_path for _, file in files]),
                "received_at": (_TIMESTAMP, [naive(delivery.received_at) for delivery, _ in files]),
                "byte_count": (pa.int64(), [file.byte_count for _, file in files]),
            }
        ),
    )


def write_notes(con: duckdb.DuckDBPyConnection, notes: Iterable[tuple[str, str]]) -> None:
    """Write remarks about deliveries that cost nothing."""
    rows = list(notes)
    insert_rows(
        con,
        "ops.notes",
        _table(
            {"delivery_id": (pa.string(), [row[0] for row in rows]), "note": (pa.string(), [row[1] for row in rows])}
        ),
    )


def write_extra_columns(con: duckdb.DuckDBPyConnection, extras: Iterable[tuple[str, str, str]]) -> None:
    """Write the columns that no contract knows, as (delivery id, feed, name)."""
    rows = list(extras)
    names = ("delivery_id", "feed", "column_name")
    columns = {name: (pa.string(), [row[place] for row in rows]) for place, name in enumerate(names)}
    insert_rows(con, "ops.extra_columns", _table(columns))


def restate(con: duckdb.DuckDBPyConnection, delivery_id: str, status: Status, reason: str) -> None:
    """Note that a delivery stands otherwise; what was counted in it stays."""
    con.execute(
        "update ops.deliveries set status = $status, reason = $reason where delivery_id = $id",
        {"status": str(status), "reason": reason or None, "id": delivery_id},
    )


def set_apart(con: duckdb.DuckDBPyConnection, delivery_id: str, status: Status, reason: str) -> None:
    """Note that nothing of a delivery is loaded any more, as if nothing ever had been."""
    restate(con, delivery_id, status, reason)
    con.execute(
        "update ops.deliveries set rows_read = 0, rows_accepted = 0, rows_rejected = 0 where delivery_id = $id",
        {"id": delivery_id},
    )
    for table in _TABLES_OF_ROWS:
        statement = f"delete from ops.{table} where delivery_id = $id"  # noqa: S608 - a table of ours
        con.execute(statement, {"id": delivery_id})


def seen_files(con: duckdb.DuckDBPyConnection) -> dict[FoundFile, str]:
    """Return the content of every file as it was when it was last read."""
    rows = con.execute("select path, size, mtime_ns, inode, sha256 from ops.seen_files").fetchall()
    return {FoundFile(path=row[0], size=row[1], mtime_ns=row[2], inode=row[3]): row[4] for row in rows}


def remember_files(con: duckdb.DuckDBPyConnection, seen: Mapping[FoundFile, str]) -> None:
    """Replace what is known about these paths."""
    table = _table(
        {
            "path": (pa.string(), [file.path for file in seen]),
            "size": (pa.int64(), [file.size for file in seen]),
            "mtime_ns": (pa.int64(), [file.mtime_ns for file in seen]),
            "inode": (pa.uint64(), [file.inode for file in seen]),
            "sha256": (pa.string(), list(seen.values())),
        }
    )
    _replace_paths(con, "ops.seen_files", table)


def reported_deliveries(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return for every path the delivery that the report beside it speaks of."""
    return dict(con.execute("select path, delivery_id from ops.seen_deliveries").fetchall())


def remember_reports(con: duckdb.DuckDBPyConnection, reported: Mapping[str, str]) -> None:
    """Replace what is known about the reports of these paths."""
    table = _table({"path": (pa.string(), list(reported)), "delivery_id": (pa.string(), list(reported.values()))})
    _replace_paths(con, "ops.seen_deliveries", table)


def manifest_text(manifest: Mapping[str, Any] | None) -> str | None:
    """Return the one text form of a manifest."""
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True) if manifest is not None else None


def _replace_paths(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    if rows.num_rows:
        statement = f"delete from {table} where path in (select unnest($paths::varchar[]))"  # noqa: S608 - a table of ours
        con.execute(statement, {"paths": rows["path"].to_pylist()})
        insert_rows(con, table, rows)


def _table(columns: Mapping[str, tuple[pa.DataType, list[Any]]]) -> pa.Table:
    return pa.table({name: pa.array(values, type=kind) for name, (kind, values) in columns.items()})
