"""The answer to whoever dropped a file: a short text beside it.

Belongs here: words. Does not belong here: numbers that the ledger does not have. A report is a courtesy: where the
folder cannot be written, ingestion goes on.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.contracts import NATIVE
from orchestration.ingestion.formats import how_rows_count
from orchestration.ingestion.ledger import Status

MOST_CELLS = 50
"""Broken cells that a report spells out; all of them are in `evidence.rejected_rows`."""
_LONGEST = 120


@dataclass(frozen=True, kw_only=True)
class BrokenCell:
    """One cell in quarantine."""

    original_path: str
    row_number: int
    column: str | None
    found: str
    expected: str


@dataclass(kw_only=True)
class Account:
    """What the ledger says about one delivery."""

    delivery_id: str
    feed: str
    path: str
    status: Status
    reason: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    received_at: datetime
    file_count: int
    cells: list[BrokenCell] = field(default_factory=list)
    cell_count: int = 0
    extra_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_table(self) -> bool:
        """Whether the rows came in a table that a person may write."""
        return self.feed in NATIVE


def accounts(con: duckdb.DuckDBPyConnection, delivery_ids: Sequence[str]) -> dict[str, Account]:
    """Return what the ledger says about some deliveries."""
    ids = {"ids": list(delivery_ids)}
    found = {
        row[0]: Account(
            delivery_id=row[0],
            feed=row[1],
            path=row[2],
            status=Status(row[3]),
            reason=row[4],
            rows_read=row[5],
            rows_accepted=row[6],
            rows_rejected=row[7],
            received_at=row[8],
            file_count=row[9],
        )
        for row in con.execute(
            """
            select delivery_id, feed, path, status, coalesce(reason, ''), rows_read, rows_accepted, rows_rejected,
                   received_at, file_count
            from ops.deliveries where delivery_id in (select unnest($ids::varchar[]))
            """,
            ids,
        ).fetchall()
    }
    cells = con.execute(
        """
        with paths as (
            select delivery_id, sha256, min(original_path) as original_path from ops.files
            where delivery_id in (select unnest($ids::varchar[])) group by all
        )

        select rejected.delivery_id, original_path, row_number, column_name, found, expected,
               count(*) over (partition by rejected.delivery_id)
        from ops.rejected_rows as rejected
        join paths on rejected.delivery_id = paths.delivery_id and rejected.file_sha256 = paths.sha256
        qualify row_number() over (
            partition by rejected.delivery_id order by original_path, row_number, column_name
        ) <= $most
        order by original_path, row_number, column_name
        """,
        {**ids, "most": MOST_CELLS},
    ).fetchall()
    for delivery_id, *cell, cell_count in cells:
        account = found[delivery_id]
        account.cells.append(
            BrokenCell(original_path=cell[0], row_number=cell[1], column=cell[2], found=cell[3], expected=cell[4])
        )
        account.cell_count = cell_count
    for delivery_id, name in con.execute(
        """
        select distinct delivery_id, column_name from ops.extra_columns
        where delivery_id in (select unnest($ids::varchar[])) order by all
        """,
        ids,
    ).fetchall():
        found[delivery_id].extra_columns.append(name)
    for delivery_id, note in con.execute(
        "select delivery_id, note from ops.notes where delivery_id in (select unnest($ids::varchar[]))", ids
    ).fetchall():
        found[delivery_id].notes.append(note)
    return found


def text_of(account: Account, *, path: str, is_check: bool = False) -> str:
    """Return the report for whoever dropped the file at `path`; for a check, without what only the ledger knows."""
    lines = [path, *_verdict(account), ""]
    if account.cells:
        lines += ["In quarantine:", *(_cell(cell, is_one_file=account.file_count == 1) for cell in account.cells)]
        if account.cell_count > len(account.cells):
            lines.append(f"  and {account.cell_count - len(account.cells):,} more broken cells")
        lines.append(how_rows_count(account.path))
        if not is_check:
            lines += [
                "All of them, with their original text, once published:",
                f"  select * from evidence.rejected_rows where delivery_id = '{account.delivery_id}'",  # noqa: S608
            ]
        lines.append("What to do: correct these rows and save the file; it is then read again as a whole.")
        if account.is_table and not is_check:
            lines.append(f"Or correct them in a table of their own, once published: make rejects FEED={account.feed}")
        lines.append("")
    if account.extra_columns:
        names = ", ".join(account.extra_columns)
        lines += [f"Unknown columns, kept beside the rows but not used: {names}", ""]
    if account.notes:
        lines += ["To be looked at:", *(f"  {note}" for note in account.notes), ""]
    if is_check:
        lines.append("Nothing was loaded: this was a check.")
    else:
        if account.path != path:
            lines += [f"The same content was received as {account.path}; it counts once.", ""]
        lines.append(f"Delivery {account.delivery_id}, received {account.received_at:%Y-%m-%d %H:%M} UTC")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> bool:
    """Write a report whole, unless it says so already; return whether that was needed.

    Raises:
        OSError: the folder cannot be written.
    """
    try:
        if path.read_text(encoding="utf-8") == text:
            return False
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def write_all(raw: Path, reports: Mapping[str, str]) -> list[str]:
    """Write reports at their paths below `raw/`; return a warning for each folder that cannot be written."""
    failed: dict[str, list[str]] = defaultdict(list)
    for path, text in reports.items():
        try:
            write(raw / path, text)
        except OSError as error:
            failed[f"{Path(path).parent.as_posix()} ({error.strerror})"].append(path)
    return [f"no report could be written into {folder}: {len(paths)} left out" for folder, paths in failed.items()]


def _verdict(account: Account) -> list[str]:
    match account.status:
        case Status.REFUSED:
            return [
                "REFUSED: nothing of it was loaded.",
                f"Why: {account.reason}",
                "Correct it and save it: it is then read again.",
            ]
        case Status.HELD:
            return ["HELD: nothing of it is loaded until somebody confirms it.", f"Why: {account.reason}"]
        case _ if account.rows_read == 0:
            return ["Accepted, but there are no rows in it."]
        case _:
            verdict = f"Accepted: {account.rows_accepted:,} of {_rows(account.rows_read)}."
            if account.rows_rejected:
                verdict += f" In quarantine: {account.rows_rejected:,}."
            if account.status is Status.REPLACED:
                verdict += f" Since then {account.reason}."
            return [verdict]


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _cell(cell: BrokenCell, *, is_one_file: bool) -> str:
    where = f"row {cell.row_number}" if is_one_file else f"{cell.original_path}, row {cell.row_number}"
    if cell.column:
        where += f", {cell.column}"
    found = repr(_short(cell.found)) if cell.found else "nothing"
    return f"  {where}: found {found}, expected {cell.expected}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
