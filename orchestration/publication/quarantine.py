"""Write the open rows of quarantine as a table of their feed, to be corrected in a spreadsheet and dropped into `raw/`.

Belongs here: which rows, and their cells as they stood. Does not belong here: reading the corrected table (ingestion),
or what became of a row (dbt). The rows are those that readers see, so that nobody waits for the writer; the header of
the file that a row came from is read in the archive.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion.archive import Archive
from orchestration.ingestion.formats import CSV, format_of
from orchestration.ingestion.readers import compressed, delimited
from orchestration.ingestion.readers.columns import (
    CORRECTS,
    OF_REJECTS,
    ORIGIN_FILE,
    ORIGIN_ROW,
    ORIGINAL,
    REASON,
)
from orchestration.ingestion.refusal import Refused
from orchestration.readers import connect
from orchestration.settings import Settings
from orchestration.spreadsheets import neutralised, restored

_BYTE_ORDER_MARK = "utf-8-sig"
"""Excel takes a CSV file for UTF-8 only where it begins with a mark."""


class NotRepairableError(ValueError):
    """The rows of a feed do not come back as a table."""


@dataclass(frozen=True, kw_only=True)
class OpenRow:
    """One row that waits for its correction, as it was last tried."""

    rejected_row_id: str
    reason: str
    raw: str
    original_path: str
    row_number: int
    tried_sha256: str
    tried_path: str


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written, and what has to be corrected elsewhere."""

    row_count: int
    elsewhere: tuple[str, ...]
    """Paths of files of other formats that hold broken rows of the feed: correct and save those themselves."""


def export(settings: Settings, feed: str, target: Path, *, registry: Mapping[str, Contract] = FEEDS) -> Exported:
    """Write every open row of a feed to `target`, as one CSV file; nothing is written where there is none.

    Raises:
        NotRepairableError: there is no such feed, or its rows come in files that only their publisher corrects.
        NoPublicationError: nothing is published yet.
        FileExistsError: `target` is there already; somebody may be at work on it.
    """
    contract = _repairable(feed, registry)
    rows, elsewhere = _open_rows(settings, contract)
    if rows:
        cells = _cells_of(settings, contract, rows)
        _write(target, contract, rows, cells)
    return Exported(row_count=len(rows), elsewhere=elsewhere)


def _repairable(feed: str, registry: Mapping[str, Contract]) -> Contract:
    contract = registry.get(feed)
    if contract is None:
        raise NotRepairableError(f"No feed is called {feed}. The feeds are {', '.join(registry)}.")
    if contract.feed == "dossiers":
        raise NotRepairableError(
            "A dossier is corrected in its own file: its report names the line, and saving it settles what was broken. "
            "make query SQL=\"select * from evidence.rejected_rows where resolution = 'open'\" lists all."
        )
    if contract.reader is not None or contract.dialect.is_bare:
        raise NotRepairableError(
            f"{feed} holds files as their publisher wrote them, and those are not edited. What is broken in one is "
            "settled by the publisher's next release of it; until then record the fact by hand, in a dossier or a "
            "table of the feed that fits. evidence.rejected_rows lists the rows."
        )
    return contract


def _open_rows(settings: Settings, contract: Contract) -> tuple[list[OpenRow], tuple[str, ...]]:
    with connect(serving=settings.serving) as con:
        found = con.execute(
            """
            with paths as (
                select delivery_id, sha256, min(original_path) as original_path from evidence.files group by all
            ),

            tries as (
                select
                    rejected.*, paths.original_path, deliveries.received_at, deliveries.feed as delivery_feed,
                    coalesce(rejected.corrects_row_id, rejected.rejected_row_id) as root_id
                from evidence.rejected_rows as rejected
                join evidence.deliveries as deliveries on rejected.delivery_id = deliveries.delivery_id
                join paths on rejected.delivery_id = paths.delivery_id and rejected.file_sha256 = paths.sha256
                where rejected.feed = $feed and rejected.resolution in ('open', 'attempt')
            ),

            roots as (
                select distinct rejected_row_id, original_path, row_number, delivery_feed
                from tries where resolution = 'open'
            ),

            last_tries as (
                select
                    root_id, rejected_row_id, any_value(raw_row) as raw_row, any_value(file_sha256) as file_sha256,
                    any_value(original_path) as original_path,
                    string_agg(
                        coalesce(column_name || ': ', '')
                        || case when found <> '' then 'found ' || found || ', ' else '' end || 'expected ' || expected,
                        '; ' order by column_name
                    ) as reason
                from tries
                group by root_id, rejected_row_id
                qualify row_number() over (
                    partition by root_id order by any_value(received_at) desc, rejected_row_id
                ) = 1
            )

            select
                roots.rejected_row_id, last_tries.reason, coalesce(last_tries.raw_row, ''), roots.original_path,
                roots.row_number, last_tries.file_sha256, last_tries.original_path, roots.delivery_feed
            from roots
            join last_tries on roots.rejected_row_id = last_tries.root_id
            order by roots.original_path, roots.row_number, roots.rejected_row_id
            """,
            {"feed": contract.feed},
        ).fetchall()
    elsewhere = sorted({row[3] for row in found if row[7] != contract.feed})
    rows = [
        OpenRow(
            rejected_row_id=row[0],
            reason=row[1],
            raw=row[2],
            original_path=row[3],
            row_number=row[4],
            tried_sha256=row[5],
            tried_path=row[6],
        )
        for row in found
        if row[7] == contract.feed
    ]
    return rows, tuple(elsewhere)


def _cells_of(settings: Settings, contract: Contract, rows: Sequence[OpenRow]) -> list[dict[str, str]]:
    """Return the cells of each row under the names of its own file; what cannot be split stays whole."""
    headers: dict[str, tuple[str, ...] | None] = {}
    cells = []
    for row in rows:
        if format_of(contract, row.tried_path) != CSV:
            cells.append(_fields(row.raw, contract))
            continue
        if row.tried_sha256 not in headers:
            headers[row.tried_sha256] = _header(settings, contract, row)
        cells.append(_placed(row.raw, headers[row.tried_sha256]))
    return cells


def _header(settings: Settings, contract: Contract, row: OpenRow) -> tuple[str, ...] | None:
    """Return the names in the header of an archived file, or None where its content is gone."""
    source = Archive(settings.archive).path_of(row.tried_sha256)
    with TemporaryDirectory(prefix="entente-rejects-") as folder:
        try:
            if row.tried_path.lower().endswith(".gz"):
                unpacked = Path(folder) / "unpacked"
                compressed.unpack(source, unpacked)
                source = unpacked
            return delimited.read_header(source, contract).names
        except (Refused, FileNotFoundError):
            return None


def _placed(raw: str, names: tuple[str, ...] | None) -> dict[str, str]:
    split = delimited.split(raw)
    if names is None or split is None:
        return {ORIGINAL: raw}
    placed = dict(zip(names, split, strict=False))
    if CORRECTS in names:
        placed = {name: restored(cell) for name, cell in placed.items()}
    # a row of another number of cells may have them in the wrong places
    return placed if len(split) == len(names) else placed | {ORIGINAL: raw}


def _fields(raw: str, contract: Contract) -> dict[str, str]:
    """Return the fields of a row that is kept as a JSON object under the names of its columns."""
    try:
        fields = json.loads(raw, parse_int=str, parse_float=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError):
        return {ORIGINAL: raw}
    if not isinstance(fields, dict) or not contract.columns_by_name.keys() & fields.keys():
        return {ORIGINAL: raw}
    cells = {
        name: cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
        for name, cell in fields.items()
        if cell is not None
    }
    return {name: restored(cell) for name, cell in cells.items()} if CORRECTS in cells else cells


def _write(target: Path, contract: Contract, rows: Iterable[OpenRow], cells: Sequence[Mapping[str, str]]) -> None:
    present = dict.fromkeys(name for row in cells for name in row if name not in OF_REJECTS)
    known = [name for name in contract.columns_by_name if name in present or name in contract.required]
    extra = [name for name in present if name not in contract.columns_by_name]
    names = [*known, *extra, REASON, ORIGIN_FILE, ORIGIN_ROW, ORIGINAL, CORRECTS]
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding=_BYTE_ORDER_MARK, newline="", errors="backslashreplace") as writer:
        table = csv.writer(writer, quoting=csv.QUOTE_ALL)
        table.writerow(names)
        for row, values in zip(rows, cells, strict=True):
            marks = {
                REASON: row.reason,
                ORIGIN_FILE: row.original_path,
                ORIGIN_ROW: str(row.row_number),
                ORIGINAL: values.get(ORIGINAL, ""),
                CORRECTS: row.rejected_row_id,
            }
            table.writerow([neutralised(marks.get(name, values.get(name, ""))) for name in names])
