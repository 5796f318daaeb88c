"""How the rows of tables lie in the writer's file.

What a delivery adds to a table lies in a row group of its own, however few rows these are, and DuckDB reads each on its
own: after a hundred deliveries a small table costs many times what its rows do. A checkpoint merges row groups of
tables alone that lost rows meanwhile, and large ones with their neighbours.

Belongs here: leaving row groups as they are, and merging small ones. Does not belong here: which tables, and when.
"""
# Statements are put together from quoted identifiers and whole numbers.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import duckdb

from orchestration.sql_text import quoted

FULL = 122_880
"""The rows of a full row group, https://duckdb.org/docs/stable/internals/storage."""
SMALL = FULL // 2
MOST_RUNS = 16
"""Of one table at once: some two million rows. What is left waits for the next time."""


def leave_row_groups(con: duckdb.DuckDBPyConnection) -> None:
    """Have this connection's checkpoints leave row groups that are not full as they are.

    Threads that load or build a table together leave some behind, and a checkpoint would write most of the table again
    to fill them.
    """
    con.execute("set max_vacuum_tasks = 0")


def merge_small_row_groups(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Write neighbours that are not half full as one each, at the end of their table; return how many these were.

    In a transaction of the caller's, while nobody else writes to the table. To look at how rows lie takes seconds in a
    table of a hundred million.
    """
    place = f"{quoted(schema)}.{quoted(table)}"
    rows = con.execute(
        """
        select cast(sum(count) as bigint)
        from pragma_storage_info(?) where column_id = 0 and segment_type <> 'VALIDITY'
        group by row_group_id order by row_group_id
        """,
        [place],
    ).fetchall()
    runs = list(islice(_runs([count for (count,) in rows]), MOST_RUNS))
    for run in runs:
        _write_together(con, place, run)
    return sum(run.row_groups for run in runs)


def _write_together(con: duckdb.DuckDBPyConnection, place: str, run: _Run) -> None:
    """Write the rows of a run anew at the end of their table, in their order."""
    within = f"rowid >= {run.begin:d} and rowid < {run.end:d}"
    con.execute(f"create or replace temp table written_together as select * from {place} where {within}")
    con.execute(f"delete from {place} where {within}")
    con.execute(f"insert into {place} from temp.written_together")
    con.execute("drop table temp.written_together")


@dataclass(frozen=True)
class _Run:
    """Row groups beside each other whose rows fit into one."""

    begin: int
    """The number of its first row."""
    end: int
    """The number of the row after its last."""
    row_groups: int


def _runs(counts: Iterable[int]) -> Iterator[_Run]:
    """Give the runs of more than one small row group, of the numbers of rows in all of them."""
    begin = end = row_groups = 0
    for count in chain(counts, [FULL]):
        is_small = count < SMALL
        if is_small and end - begin + count <= FULL:
            end, row_groups = end + count, row_groups + 1
            continue
        if row_groups > 1:
            yield _Run(begin, end, row_groups)
        begin, end, row_groups = end if is_small else end + count, end + count, int(is_small)
