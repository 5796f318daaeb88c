"""Stage the rows of a batch of deliveries as tables of text, one for each feed, whatever they were read from.

Belongs here: temporary tables. Does not belong here: judging a cell (validation), or keeping anything (loading).
Every stage offers the same view: `_file_no`, `_row_number`, `_raw` (null: to be looked up in the file), `_places`,
`_corrects` (the quarantined row that this one corrects, else null), and under the names of the contract every column as
trimmed text, null where empty.
"""
# Statements are put together from identifiers of contracts; what files hold is bound.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.contracts import Column, Contract, Dialect
from orchestration.ingestion.archive import DeliveredFile, Delivery
from orchestration.ingestion.database import insert_rows
from orchestration.ingestion.readers import delimited
from orchestration.ingestion.readers.columns import CORRECTS, OF_REJECTS, Columns
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.validation import Parameters
from orchestration.spreadsheets import restored
from orchestration.sql_text import literal, quoted

_NO_GUESSING = (
    "auto_detect = false, strict_mode = true, null_padding = false, nullstr = '', allow_quoted_nulls = true, "
    "comment = '', compression = 'none'"
)
_CSV_OPTIONS = f"{_NO_GUESSING}, delim = ',', quote = '\"', escape = '\"'"
_OWN_OPTIONS = f"header = false, new_line = '\\n', max_line_size = {16 * (1 << 20)}"
"""Of files that `delimited.mend` writes: DuckDB would take CRLF within the first cells for the end of lines."""
_CHUNK_ROWS = 20_000
"""Rows read one by one that are held in memory before they go into a table."""
_numbers = count(1)

Originals = Callable[[Path, Iterable[int]], Iterator[tuple[int, str]]]
"""Returns the original text of some rows of a file, by their numbers, in order."""


@dataclass(frozen=True, kw_only=True)
class StagedFile:
    """One content of one delivery, under its number within the batch."""

    number: int
    delivery: Delivery
    file: DeliveredFile
    source: Path
    """Where its content is: in the archive, or unpacked."""

    def as_source(self, contract: Contract) -> Source:
        """Return the file as a reader is handed it."""
        return Source(
            path=self.source,
            name=self.file.original_path,
            dataset_key=self.delivery.dataset_key,
            contract=contract,
        )


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The rows of one feed."""

    contract: Contract
    view: str
    extras: tuple[tuple[str, str], ...] = ()
    """The columns that the contract does not know: their names in the file and in the view."""
    extra_json: str | None = None
    """The column of the view that holds them already as JSON."""
    originals: Originals | None = None
    """How the original text of a row is looked up where `_raw` is null."""
    has_corrections: bool = False
    """Whether rows may name quarantined ones that they correct."""


@dataclass(kw_only=True)
class Batch:
    """Deliveries that are loaded together, and their rows once they are staged."""

    files: Sequence[StagedFile]
    stages: list[Stage] = field(default_factory=list)
    extra_columns: list[tuple[str, str, str]] = field(default_factory=list)
    """(delivery id, feed, name)."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """(delivery id, note)."""
    cut_off: dict[str, str] = field(default_factory=dict)
    """Why a delivery may be cut off, by its id."""
    letters: list[tuple[int, str, str]] = field(default_factory=list)
    """(file number, name, letter) of the columns of spreadsheets."""

    @property
    def deliveries(self) -> list[Delivery]:
        """The deliveries, each once."""
        return list({file.delivery.delivery_id: file.delivery for file in self.files}.values())


class StructureError(Exception):
    """DuckDB found something broken in one of the files; which rows, `delimited.mend` tells."""


def open_batch(con: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> Batch:
    """Begin a batch: its files, and an empty table for what is broken before a cell can be judged."""
    close_batch(con)
    con.execute("create temp table batch_files (_file_no integer, delivery_id varchar, sha256 varchar, source varchar)")
    con.execute(
        """
        create temp table broken_rows (
            _file_no integer, _row_number bigint, feed varchar, column_name varchar, found varchar, expected varchar,
            raw_row varchar, key_values varchar
        )
        """
    )
    insert_rows(
        con,
        "batch_files",
        pa.table(
            {
                "_file_no": pa.array([file.number for file in files], pa.int32()),
                "delivery_id": pa.array([file.delivery.delivery_id for file in files], pa.string()),
                "sha256": pa.array([file.file.sha256 for file in files], pa.string()),
                "source": pa.array([str(file.source) for file in files], pa.string()),
            }
        ),
    )
    return Batch(files=files)


def leave_out(con: duckdb.DuckDBPyConnection, batch: Batch, ids: Collection[str]) -> None:
    """Take deliveries out of a batch: every later step joins to its files."""
    if not ids:
        return
    con.execute("delete from batch_files where delivery_id in (select unnest($ids::varchar[]))", {"ids": list(ids)})
    batch.files = [file for file in batch.files if file.delivery.delivery_id not in ids]
    batch.extra_columns = [extra for extra in batch.extra_columns if extra[0] not in ids]
    batch.notes = [note for note in batch.notes if note[0] not in ids]


def close_batch(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every temporary table and view."""
    for view in con.execute("select view_name from duckdb_views() where temporary and not internal").fetchall():
        con.execute(f"drop view temp.{quoted(view[0])}")
    for table in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        con.execute(f"drop table temp.{quoted(table[0])}")


def stage_csv(con: duckdb.DuckDBPyConnection, batch: Batch, contract: Contract, columns: Columns) -> None:
    """Stage delimited files that have one header in common, all in one read.

    Raises:
        StructureError: something in one of them is broken; nothing is staged.
    """
    table = f"staged_{next(_numbers)}"
    paths = [str(file.source) for file in batch.files]
    names = literal_struct(f"c{place}" for place in range(columns.width))
    cells = _cells(columns, blanks=delimited.blanks_in((file.source for file in batch.files), contract.dialect))
    try:
        con.execute(
            f"create temp table {table} as select {cells}{', filename' if len(paths) > 1 else ''} "
            f"from read_csv($paths, columns = {names}, {_options(contract.dialect)}, "
            f"filename = {'true' if len(paths) > 1 else 'false'})",
            {"paths": paths},
        )
    except duckdb.InvalidInputException as error:
        raise StructureError(_first_line(error)) from error
    if len(paths) > 1:
        con.execute(
            f"create temp table {table}_files as select _file_no, source, first_row from batch_files join "
            f"(select filename, min(rowid) as first_row from {table} group by filename) on source = filename"
        )
        origin = f"{table} as staged join {table}_files as places on staged.filename = places.source"
        file_no, row_number = "places._file_no", "staged.rowid - places.first_row + 1"
    else:
        origin = f"{table} as staged"
        file_no, row_number = str(batch.files[0].number), "staged.rowid + 1"
    _csv_view(con, batch, contract, columns, origin=origin, file_no=file_no, row_number=row_number)


def stage_mended_csv(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    contract: Contract,
    columns: Columns,
    folder: Path,
    *,
    numbers: Sequence[int] | None = None,
) -> None:
    """Stage one delimited file without its broken rows, which are listed instead.

    `numbers` are those of its rows, where it is a part of the file that was delivered; by default they are counted.

    Raises:
        Refused: it is not UTF-8.
    """
    (file,) = batch.files
    table = f"staged_{next(_numbers)}"
    clean, broken = folder / f"{table}.clean.csv", folder / f"{table}.broken.csv"
    try:
        delimited.mend(
            file.source,
            clean=clean,
            broken=broken,
            width=columns.width,
            dialect=contract.dialect,
            restore=None if columns.corrects is None else restored,
            numbers=numbers,
        )
        names = literal_struct(("n", *(f"c{place}" for place in range(columns.width))))
        blanks = delimited.blanks_in([file.source], contract.dialect)
        con.execute(
            f"create temp table {table} as select n, {_cells(columns, blanks=blanks)} "
            f"from read_csv($path, columns = {names}, {_CSV_OPTIONS}, {_OWN_OPTIONS})",
            {"path": str(clean)},
        )
        if broken.stat().st_size:  # DuckDB loses rows that follow nothing
            con.execute(
                "insert into broken_rows by name select $number as _file_no, n::bigint as _row_number, $feed as feed, "
                f"found, expected, raw as raw_row from read_csv($path, {_CSV_OPTIONS}, "
                f"columns = {literal_struct(('n', 'found', 'expected', 'raw'))}, {_OWN_OPTIONS})",
                {"number": file.number, "feed": contract.feed, "path": str(broken)},
            )
    finally:
        clean.unlink(missing_ok=True)
        broken.unlink(missing_ok=True)
    _csv_view(
        con,
        batch,
        contract,
        columns,
        origin=f"{table} as staged",
        file_no=str(file.number),
        row_number="staged.n::bigint",
        numbers=numbers,
    )


def fault_in(con: duckdb.DuckDBPyConnection, file: StagedFile, contract: Contract, columns: Columns) -> str | None:
    """Return what DuckDB finds broken in a delimited file, if anything."""
    names = [f"c{place}" for place in range(columns.width)]
    try:
        con.execute(
            f"select {', '.join(f'count({name})' for name in names)} "
            f"from read_csv($path, columns = {literal_struct(names)}, {_options(contract.dialect)})",
            {"path": str(file.source)},
        ).fetchall()
    except duckdb.InvalidInputException as error:
        return _first_line(error)
    return None


@dataclass(kw_only=True)
class Gathered:
    """The table into which files of one feed go that are read one by one, whatever their columns; one stage for all."""

    con: duckdb.DuckDBPyConnection
    batch: Batch
    contract: Contract
    _originals: dict[Path, Originals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = _create_stage(self.con, self.contract)
        self._stage = Stage(
            contract=self.contract,
            view=self.table,
            extra_json="_extra_json",
            originals=lambda path, numbers: self._originals[path](path, numbers),
        )

    def add(self, file: StagedFile, part: Batch) -> None:
        """Take in a file that is staged by itself."""
        (stage,) = part.stages
        parameters = Parameters()
        extra = extra_cells(stage, parameters)
        names = ["_file_no", "_row_number", "_raw", "_places", "_corrects", *map(quoted, self.contract.columns_by_name)]
        if self.con.execute(f"from {stage.view} limit 1").fetchall():  # DuckDB loses rows that follow nothing
            self.con.execute(
                f"insert into {self.table} by name select {', '.join(names)}, {extra} as _extra_json from {stage.view}",
                parameters.values,
            )
        if stage.originals is not None:
            self._originals[file.source] = stage.originals
        self._stage = replace(self._stage, has_corrections=self._stage.has_corrections or stage.has_corrections)
        self.batch.stages[:] = [self._stage]
        self.batch.extra_columns += part.extra_columns
        self.batch.notes += part.notes


def extra_cells(stage: Stage, parameters: Parameters) -> str:
    """Return the expression for the columns that no contract knows: JSON of those that are filled, else null."""
    if stage.extra_json is not None:
        return stage.extra_json
    if not stage.extras:
        return "null::varchar"
    pairs = ", ".join(
        f"struct_pack(k := {parameters.bind(name)}::varchar, v := {column})" for name, column in stage.extras
    )
    filled = f"list_filter([{pairs}], lambda pair: pair.v is not null)"
    return f"nullif(to_json(map_from_entries({filled}))::varchar, '{{}}')"


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].removeprefix("Invalid Input Error: ")


def literal_struct(names: Iterable[str]) -> str:
    """Return the argument `columns` of `read_csv` under which every column is text."""
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"


def _options(dialect: Dialect) -> str:
    """Return how DuckDB reads files of a dialect: as text, and nothing guessed."""
    if dialect.is_bare:
        return f"{_NO_GUESSING}, delim = {literal(dialect.delimiter)}, quote = '', escape = '', header = false"
    return f"{_CSV_OPTIONS}, header = true"


def _csv_view(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    contract: Contract,
    columns: Columns,
    *,
    origin: str,
    file_no: str,
    row_number: str,
    numbers: Sequence[int] | None = None,
) -> None:
    view = f"cells_{next(_numbers)}"
    placed = dict(columns.known)
    extras = tuple((name, f"_extra_{place}") for name, place in columns.extra)
    cells = [
        f"{_filled(column, f'staged.c{placed[name]}') if name in placed else 'null::varchar'} as {quoted(name)}"
        for name, column in contract.columns_by_name.items()
    ]
    cells += [f"staged.c{place} as _extra_{place}" for _, place in columns.extra]
    corrects = "null::varchar" if columns.corrects is None else f"staged.c{columns.corrects}"
    con.execute(
        f"create temp view {view} as select {file_no} as _file_no, {row_number} as _row_number, "
        f"null::varchar as _raw, null::varchar as _places, {corrects} as _corrects, {', '.join(cells)} from {origin}"
    )
    batch.stages.append(
        Stage(
            contract=contract,
            view=view,
            extras=extras,
            originals=partial(delimited.original_rows, width=columns.width, dialect=contract.dialect, numbers=numbers),
            has_corrections=columns.corrects is not None,
        )
    )
    batch.extra_columns += [
        (delivery.delivery_id, contract.feed, name) for delivery in batch.deliveries for name, _ in columns.extra
    ]


@dataclass(kw_only=True)
class Arriving:
    """Rows that are read one by one, on their way into one table for each feed; a chunk of them is in memory."""

    con: duckdb.DuckDBPyConnection
    batch: Batch
    registry: Mapping[str, Contract]
    originals: Originals | None = None
    tables: dict[str, str] = field(default_factory=dict)
    """By feed."""
    strangers: set[tuple[str, str, str]] = field(default_factory=set)
    """(delivery id, feed, name) of every column that no contract knows."""
    corrected: set[str] = field(default_factory=set)
    """The feeds of which a row names a quarantined one."""
    _rows: dict[str, list[tuple[StagedFile, TextRow]]] = field(default_factory=lambda: defaultdict(list))
    _read_at_once: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    """By feed; of small files many go into their table together."""
    _broken: list[tuple[StagedFile, BrokenRow]] = field(default_factory=list)
    _count: int = 0

    def take_in(self, file: StagedFile, content: FileContent) -> None:
        """Stage the rows of a file, each under its feed.

        Raises:
            Refused: what a reader finds unusable while its rows are read.
        """
        for row in content.rows:
            self._add(file, row)
        for table in content.tables:
            self._add_table(file, table, names=content.header or ())
        self.batch.letters += [(file.number, name, letter) for name, letter in content.letters.items()]
        self.batch.notes += [(file.delivery.delivery_id, note) for note in content.notes]
        if content.cut_off:
            self.batch.cut_off[file.delivery.delivery_id] = content.cut_off
            note = f"it may be cut off: {content.cut_off}; nothing follows from what it lacks"
            self.batch.notes.append((file.delivery.delivery_id, note))

    def stage(self) -> None:
        """Have the batch know of all that arrived."""
        self._flush()
        self.batch.extra_columns += sorted(self.strangers)
        self.batch.stages += [
            Stage(
                contract=self.registry[feed],
                view=table,
                extra_json="_extra_json",
                originals=self.originals,
                has_corrections=feed in self.corrected,
            )
            for feed, table in self.tables.items()
        ]

    def leave_out(self, ids: Collection[str]) -> None:
        """Take deliveries out of the batch again, with what arrived of them."""
        numbers = [file.number for file in self.batch.files if file.delivery.delivery_id in ids]
        for table in ("broken_rows", *self.tables.values()) if numbers else ():
            self.con.execute(
                f"delete from {table} where _file_no in (select unnest($numbers::integer[]))", {"numbers": numbers}
            )
        leave_out(self.con, self.batch, ids)

    def _add(self, file: StagedFile, row: TextRow | BrokenRow) -> None:
        text = row if isinstance(row, TextRow) else row.row
        known = self.registry[text.feed].columns_by_name
        if text.extras or not text.values.keys() <= known.keys():
            names = (*(name for name in text.values if name not in known), *text.extras)
            self.strangers |= {(file.delivery.delivery_id, text.feed, name) for name in names if name not in OF_REJECTS}
        if isinstance(row, TextRow):
            self._rows[row.feed].append((file, row))
        else:
            self._broken.append((file, row))
        self._more(1)

    def _add_table(self, file: StagedFile, rows: pa.Table, *, names: Iterable[str]) -> None:
        """Take in rows that were read many at once; they are of the feed of the file, which has columns of `names`."""
        contract = self.registry[file.delivery.feed]
        known = contract.columns_by_name
        own = {*known, *OF_REJECTS}
        self.strangers |= {(file.delivery.delivery_id, contract.feed, name) for name in names if name not in own}
        nothing = pa.nulls(rows.num_rows, pa.string())
        columns = dict.fromkeys((*known, "_raw", "_places", "_extra_json"), nothing)
        columns |= {name: rows.column(name) for name in rows.column_names if name in columns or name == "_row_number"}
        columns["_file_no"] = pa.array([file.number] * rows.num_rows, pa.int32())
        if CORRECTS in rows.column_names:
            for name in known.keys() & columns.keys():
                # what kept a spreadsheet from calculating a cell goes with the table wherever it is saved again
                columns[name] = _restored(columns[name])
            columns["_corrects"] = rows.column(CORRECTS)
            self.corrected.add(contract.feed)
        self._read_at_once[contract.feed].append(pa.table(columns))
        self._more(rows.num_rows)

    def _flush(self) -> None:
        for feed, rows in self._rows.items():
            self._insert(self.registry[feed], rows)
        for feed, tables in self._read_at_once.items():
            self._insert_text(self.registry[feed], pa.concat_tables(tables, promote_options="permissive"))
        insert_rows(self.con, "broken_rows", _broken_table(self._broken, self.registry))
        self._rows.clear()
        self._read_at_once.clear()
        self._broken.clear()
        self._count = 0

    def _more(self, rows: int) -> None:
        self._count += rows
        if self._count >= _CHUNK_ROWS:
            self._flush()

    def _insert(self, contract: Contract, rows: Sequence[tuple[StagedFile, TextRow]]) -> None:
        names = contract.columns_by_name
        columns: dict[str, pa.Array] = {
            "_file_no": pa.array([file.number for file, _ in rows], pa.int32()),
            "_row_number": pa.array([row.row_number for _, row in rows], pa.int64()),
            "_raw": pa.array([row.raw for _, row in rows], pa.string()),
            "_places": pa.array([_places(row, contract) for _, row in rows], pa.string()),
            "_extra_json": pa.array([_extra(row, names) for _, row in rows], pa.string()),
            "_corrects": pa.array([row.values.get(CORRECTS) for _, row in rows], pa.string()),
        }
        if columns["_corrects"].null_count < len(rows):
            self.corrected.add(contract.feed)
        for name in names:
            columns[name] = pa.array([_cell(row, name) for _, row in rows], pa.string())
        self._insert_text(contract, pa.table(columns))

    def _insert_text(self, contract: Contract, rows: pa.Table) -> None:
        names = contract.columns_by_name
        table = self.tables.get(contract.feed)
        if table is None:
            table = self.tables[contract.feed] = _create_stage(self.con, contract)
        trimmed = ", ".join(f"{_trimmed(quoted(name))} as {quoted(name)}" for name in names)
        self.con.register("arriving_text", rows)
        try:
            self.con.execute(f"insert into {table} by name select * replace ({trimmed}) from arriving_text")
        finally:
            self.con.unregister("arriving_text")


def _create_stage(con: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """Create an empty table for rows of a feed, as text, and return its name."""
    table = f"staged_{next(_numbers)}"
    cells = ", ".join(f"{quoted(name)} varchar" for name in contract.columns_by_name)
    con.execute(
        f"create temp table {table} (_file_no integer, _row_number bigint, _raw varchar, _places varchar, "
        f"_extra_json varchar, _corrects varchar, {cells})"
    )
    return table


def _filled(column: Column, cell: str) -> str:
    """Return a cell without what published files write for nothing."""
    if not column.empty:
        return cell
    return f"case when {cell} not in ({', '.join(literal(word) for word in column.empty)}) then {cell} end"


def _cells(columns: Columns, *, blanks: str) -> str:
    """Return the trimmed cells of a CSV file, of which only some blanks occur in it."""
    return ", ".join(f"{_trimmed(f'c{place}', blanks)} as c{place}" for place in range(columns.width))


def _trimmed(cell: str, blanks: str = delimited.BLANKS) -> str:
    # To trim the space alone takes a third of the time, and most files have no other blank in them.
    trimmed = f"trim({cell})" if blanks == " " else f"trim({cell}, {literal(blanks)})"
    return f"nullif({trimmed}, '')"


def _cell(row: TextRow, name: str) -> str | None:
    """Return a cell, in a corrected row without what kept a spreadsheet from calculating it."""
    value = row.values.get(name)
    return restored(value) if value and CORRECTS in row.values else value


def _restored(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pa.array([restored(cell) if cell else cell for cell in cells.to_pylist()], pa.string())


def _extra(row: TextRow, known: Mapping[str, Column]) -> str | None:
    if not row.extras and row.values.keys() <= known.keys():
        return None
    extras = {
        name: value for name, value in row.values.items() if name not in known and name not in OF_REJECTS and value
    } | dict(row.extras)
    return json.dumps(extras, ensure_ascii=False) if extras else None


def _places(row: TextRow, contract: Contract) -> str | None:
    """Return where each column of a row stands, as JSON; for one that is missing, where the row does."""
    if not row.place:
        return None
    places = {name: row.places.get(name, f"{row.place}.{name}") for name in contract.columns_by_name}
    return json.dumps({**places, "": row.place}, ensure_ascii=False)


def _broken_table(broken: Sequence[tuple[StagedFile, BrokenRow]], registry: Mapping[str, Contract]) -> pa.Table:
    keys = [{name: entry.row.values.get(name) for name in registry[entry.row.feed].key} for _, entry in broken]
    return pa.table(
        {
            "_file_no": pa.array([file.number for file, _ in broken], pa.int32()),
            "_row_number": pa.array([entry.row.row_number for _, entry in broken], pa.int64()),
            "feed": pa.array([entry.row.feed for _, entry in broken], pa.string()),
            "column_name": pa.array([entry.column for _, entry in broken], pa.string()),
            "found": pa.array([entry.found for _, entry in broken], pa.string()),
            "expected": pa.array([entry.expected for _, entry in broken], pa.string()),
            "raw_row": pa.array([entry.row.raw for _, entry in broken], pa.string()),
            "key_values": pa.array([json.dumps(key, ensure_ascii=False) for key in keys], pa.string()),
        }
    )
