"""Quarantine: one line for every broken cell, with what was found, what was expected, and the original row.

Belongs here: what the one who wrote the file needs to correct it. Does not belong here: deciding what is broken
(validation).
"""
# Statements are put together from identifiers of contracts; what files hold is bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import duckdb
import pyarrow as pa

from orchestration.ingestion.database import insert_rows
from orchestration.ingestion.staging import Batch, Originals, Stage
from orchestration.ingestion.validation import (
    Parameters,
    edtf_columns,
    edtf_texts,
    group_judgements,
    judgements,
    parsed_dates,
)
from orchestration.sql_text import literal, quoted

LONGEST_FOUND = 1000
"""Characters of a broken cell that are repeated; the original row holds all of it."""

_CHUNK_ROWS = 20_000


def read_dates(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Read every date of the batch that was never read before: `reference.edtf`, and hints for those that are none."""
    con.execute("create temp table date_hints (found varchar, expected varchar)")
    for stage in batch.stages:
        for text, column in edtf_texts(stage.contract):
            texts = con.execute(
                f"""
                select distinct {text} from {stage.view} where {column} is not null
                except select edtf_text from reference.edtf
                except select found from date_hints
                """
            ).fetchall()
            rows, hints = parsed_dates(text for (text,) in texts if text is not None)
            insert_rows(con, "reference.edtf", _dates(rows))
            insert_rows(con, "date_hints", pa.table({"found": list(hints), "expected": list(hints.values())}))


def write_rejected_rows(con: duckdb.DuckDBPyConnection, batch: Batch, incomplete: Sequence[Stage]) -> None:
    """Put every row that was not accepted into `ops.rejected_rows`; `incomplete` are the stages that have some."""
    con.execute("create temp table rejected_cells as select *, null::integer as column_number from broken_rows limit 0")
    if con.execute("select count(*) from broken_rows").fetchall() != [(0,)]:  # DuckDB loses rows that follow nothing
        con.execute("insert into rejected_cells by name from broken_rows")
    for stage in incomplete:
        _reject_cells(con, stage)
        if stage.originals is not None:
            _look_up_original_rows(con, batch, stage.originals)
    if batch.letters:
        _say_which_cell(con, batch)
    con.execute(
        """
        insert into ops.rejected_rows by name
        select delivery_id, feed, sha256 as file_sha256, _row_number as row_number, column_name, found,
               expected, raw_row, key_values
        from rejected_cells join batch_files using (_file_no)
        order by delivery_id, _file_no, _row_number, column_number
        """
    )


def write_corrections(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Note which rows name a quarantined row that they are to correct, accepted or not."""
    for stage in batch.stages:
        if stage.has_corrections:
            con.execute(
                f"""
                insert into ops.corrections by name
                select delivery_id, $feed as feed, sha256 as file_sha256, _row_number as row_number,
                       _corrects as rejected_row_id
                from {stage.view} join batch_files using (_file_no)
                where _corrects is not null
                order by delivery_id, _file_no, _row_number
                """,
                {"feed": stage.contract.feed},
            )


def _reject_cells(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    contract = stage.contract
    parameters = Parameters()
    cells = judgements(contract, parameters)
    groups = group_judgements(contract)
    is_broken = " or ".join([*(cell.is_broken for cell in cells), *(group.is_broken for group in groups)])
    is_empty = f"coalesce({', '.join(quoted(name) for name in contract.columns_by_name)}) is null"
    dates = edtf_columns(contract)
    empty = parameters.bind("a row with values; delete this empty one")
    entries = [_entry(0, "_is_empty", "null", "null", empty)]
    entries += [
        _entry(
            number,
            f"not _is_empty and {cell.is_broken}",
            literal(cell.column.name),
            quoted(cell.column.name),
            parameters.bind(cell.expected),
            is_date=cell.column.name in dates,
        )
        for number, cell in enumerate(cells, start=1)
        if cell.is_broken != "false"
    ]
    entries += [
        _entry(
            number,
            f"not _is_empty and {group.is_broken}",
            literal(group.columns[0]),
            "null",
            parameters.bind(group.expected),
        )
        for number, group in enumerate(groups, start=len(cells) + 1)
    ]
    keys = ", ".join(f"{literal(name)}, {quoted(name)}" for name in contract.key)
    # One pass over the broken rows for each column: a list of all columns for each row took three times as long.
    con.execute(
        f"""
        insert into rejected_cells by name
        with broken as materialized (
            select *, {is_empty} as _is_empty, json_object({keys})::varchar as _key_values
            from {stage.view} where {is_broken}
        ),

        entries as ({" union all ".join(entries)})

        select
            _file_no, _row_number, {parameters.bind(contract.feed)} as feed, column_name,
            left(coalesce(found, ''), {LONGEST_FOUND}) as found,
            expected || coalesce(' (' || json_extract_string(_places, coalesce(column_name, '')) || ')', '')
                as expected,
            _raw as raw_row, _key_values as key_values, column_number
        from entries
        """,
        parameters.values,
    )


def _entry(number: int, is_broken: str, column: str, found: str, expected: str, *, is_date: bool = False) -> str:
    """Return the statement that tells of what is broken in one column; of a date it says what is wrong with it."""
    cells = (
        f"select _file_no, _row_number, _raw, _places, _key_values, {number:d} as column_number, "
        f"{column}::varchar as column_name, {found}::varchar as found, {expected} as expected "
        f"from broken where {is_broken}"
    )
    if not is_date:
        return f"({cells})"
    return (
        f"(select cells.* replace (coalesce(date_hints.expected, cells.expected) as expected) "
        f"from ({cells}) as cells left join date_hints on cells.found = date_hints.found)"
    )


def _look_up_original_rows(con: duckdb.DuckDBPyConnection, batch: Batch, originals: Originals) -> None:
    """Read the text of rejected rows in the file again: the staged cells no longer show how it was written."""
    con.execute("create temp table original_rows (_file_no integer, _row_number bigint, raw varchar)")
    for file in batch.files:
        found = con.execute(
            "select distinct _row_number from rejected_cells where raw_row is null and _file_no = $number",
            {"number": file.number},
        ).fetchall()
        rows = originals(file.source, (number for (number,) in found))
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            insert_rows(
                con,
                "original_rows",
                pa.table(
                    {
                        "_file_no": pa.array([file.number] * len(chunk), pa.int32()),
                        "_row_number": pa.array([number for number, _ in chunk], pa.int64()),
                        "raw": pa.array([raw for _, raw in chunk], pa.string()),
                    }
                ),
            )
    con.execute(
        """
        update rejected_cells set raw_row = original_rows.raw from original_rows
        where rejected_cells._file_no = original_rows._file_no
          and rejected_cells._row_number = original_rows._row_number and rejected_cells.raw_row is null
        """
    )


def _say_which_cell(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Add the cell of a spreadsheet to what is said about its rejected rows."""
    con.execute("create temp table letters (_file_no integer, column_name varchar, letter varchar)")
    insert_rows(
        con,
        "letters",
        pa.table(
            {
                "_file_no": pa.array([number for number, _, _ in batch.letters], pa.int32()),
                "column_name": pa.array([name for _, name, _ in batch.letters], pa.string()),
                "letter": pa.array([letter for _, _, letter in batch.letters], pa.string()),
            }
        ),
    )
    con.execute(
        """
        update rejected_cells
        set expected = rejected_cells.expected || ' (cell ' || letters.letter || rejected_cells._row_number || ')'
        from letters
        where rejected_cells._file_no = letters._file_no and rejected_cells.column_name = letters.column_name
        """
    )


def _dates(rows: list[tuple[object, ...]]) -> pa.Table:
    columns = {
        "edtf_text": pa.string(),
        "earliest": pa.date32(),
        "latest": pa.date32(),
        "precision": pa.string(),
        "is_approximate": pa.bool_(),
        "is_uncertain": pa.bool_(),
        "is_extent": pa.bool_(),
    }
    return pa.table(
        {name: pa.array([row[place] for row in rows], type=kind) for place, (name, kind) in enumerate(columns.items())}
    )
