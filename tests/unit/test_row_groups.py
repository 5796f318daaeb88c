"""What becomes of the small row groups that many deliveries leave in a table."""

# ruff: noqa: S608 - the names are those of this file

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import row_groups
from orchestration.ingestion.database import transaction
from orchestration.row_groups import FULL, SMALL, leave_row_groups, merge_small_row_groups

TABLE = "main.counted"


def _deliver(path: Path, *sizes: int) -> None:
    """Add rows that count on, each time on a connection of their own, as refreshes do."""
    for size in sizes:
        with duckdb.connect(str(path)) as connection:
            leave_row_groups(connection)
            connection.execute(f"create table if not exists {TABLE} (number bigint, words varchar)")
            connection.execute(
                f"insert into {TABLE} select (select count(*) from {TABLE}) + range, 'row ' || range from range(?)",
                [size],
            )


def _lie(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the rows in each row group."""
    rows = connection.execute(
        "select sum(count)::bigint from pragma_storage_info(?)"
        " where column_name = 'number' and segment_type <> 'VALIDITY' group by row_group_id order by row_group_id",
        [TABLE],
    ).fetchall()
    return [count for (count,) in rows]


def _numbers(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [number for (number,) in connection.execute(f"select number from {TABLE} order by rowid").fetchall()]


@pytest.mark.parametrize(
    ("sizes", "merged", "left"),
    [
        pytest.param([10, 20, 30, 40], 4, [100], id="all into one"),
        pytest.param([FULL, 10, 20], 2, [FULL, 30], id="a full one stays"),
        pytest.param([FULL, 10], 0, [FULL, 10], id="one alone stays"),
        pytest.param([10, SMALL, 20], 0, [10, SMALL, 20], id="half full ones stay"),
        pytest.param([SMALL - 1, SMALL - 1, 10], 2, [10, 2 * SMALL - 2], id="no more than fit into one"),
    ],
)
def test_neighbours_that_are_not_half_full_become_one(
    tmp_path: Path, sizes: Sequence[int], merged: int, left: Sequence[int]
) -> None:
    path = tmp_path / "some.duckdb"
    _deliver(path, *sizes)
    with duckdb.connect(str(path)) as connection:
        leave_row_groups(connection)
        assert _lie(connection) == list(sizes)
        with transaction(connection):
            assert merge_small_row_groups(connection, "main", "counted") == merged
    with duckdb.connect(str(path)) as connection:
        assert _lie(connection) == list(left)
        assert sorted(_numbers(connection)) == list(range(sum(sizes)))


def test_rows_keep_their_order_and_those_that_are_gone_stay_gone(tmp_path: Path) -> None:
    path = tmp_path / "some.duckdb"
    _deliver(path, *[5] * 8)
    with duckdb.connect(str(path)) as connection:
        leave_row_groups(connection)
        connection.execute(f"delete from {TABLE} where number in (3, 17)")
    with duckdb.connect(str(path)) as connection:
        leave_row_groups(connection)
        before = _numbers(connection)
        with transaction(connection):
            assert merge_small_row_groups(connection, "main", "counted") == 8
        assert _numbers(connection) == before
    with duckdb.connect(str(path)) as connection:
        assert _lie(connection) == [38]
        assert _numbers(connection) == before == [number for number in range(40) if number not in (3, 17)]
        assert merge_small_row_groups(connection, "main", "counted") == 0


def test_what_is_too_much_for_once_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "FULL", 20)
    monkeypatch.setattr(row_groups, "SMALL", 10)
    monkeypatch.setattr(row_groups, "MOST_RUNS", 2)
    path = tmp_path / "some.duckdb"
    _deliver(path, *[5] * 12)
    with duckdb.connect(str(path)) as connection:
        leave_row_groups(connection)
        with transaction(connection):
            assert merge_small_row_groups(connection, "main", "counted") == 8
    with duckdb.connect(str(path)) as connection:
        assert sorted(_numbers(connection)) == list(range(60))
        assert _lie(connection) == [5, 5, 5, 5, 40], "what is written in one transaction lies together"


def test_a_fault_on_the_way_leaves_the_table_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.duckdb"
    _deliver(path, 5, 5, FULL, 5, 5)
    whole, calls = row_groups._write_together, list[str]()

    def broken(connection: duckdb.DuckDBPyConnection, place: str, run: Any) -> None:
        calls.append(place)
        if len(calls) == 2:
            raise duckdb.OutOfMemoryException("no more")
        whole(connection, place, run)

    monkeypatch.setattr(row_groups, "_write_together", broken)
    with duckdb.connect(str(path)) as connection:
        leave_row_groups(connection)
        with pytest.raises(duckdb.OutOfMemoryException), transaction(connection):
            merge_small_row_groups(connection, "main", "counted")
    with duckdb.connect(str(path)) as connection:
        assert _lie(connection) == [5, 5, FULL, 5, 5]
        assert sorted(_numbers(connection)) == list(range(FULL + 20))
