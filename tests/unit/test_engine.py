"""What DuckDB is known to do wrong, and how the warehouse keeps clear of it: an upgrade that mends it shows here."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.row_groups import FULL as ROW_GROUP
from orchestration.transformation.keyed import WRITTEN_WHOLE


def _kept(path: Path, *statements: str) -> int:
    """Return how many rows are in table `kept` after these statements, within one transaction, of many rows."""
    with duckdb.connect(str(path)) as con:
        con.execute("create table none (number integer)")
        con.execute("create table many as select range::integer as number from range($rows)", {"rows": ROW_GROUP})
        con.execute("create table kept (number integer)")
        con.execute("begin")
        for statement in statements:
            con.execute(statement)
        con.execute("commit")
        return len(con.execute("from kept").fetchall())


@pytest.mark.xfail(strict=True, reason="up to DuckDB 1.5.6; 2.0.1 keeps them")
def test_duckdb_keeps_a_row_group_that_comes_after_nothing(tmp_path: Path) -> None:
    """Where an insert into a table gave no rows, one of a whole row group in the same transaction is lost."""
    rows = _kept(tmp_path / "a.duckdb", "insert into kept from none", "insert into kept from many")
    assert rows == ROW_GROUP


@pytest.mark.parametrize(
    ("statements", "rows"),
    [
        (["insert into kept from many"], ROW_GROUP),
        (["insert into kept from many", "insert into kept from many limit 9"], ROW_GROUP + 9),
        (["insert into kept from many limit 9", "insert into kept from many"], ROW_GROUP + 9),
        (["insert into kept from none", f"insert into kept from many limit {WRITTEN_WHOLE}"], WRITTEN_WHOLE),
        (["delete from kept", "insert into kept from many"], ROW_GROUP),
    ],
)
def test_duckdb_keeps_what_is_written_as_the_warehouse_writes(tmp_path: Path, statements: list[str], rows: int) -> None:
    """Loading, building and publishing insert so: after nothing only what is too short to be written on that way."""
    assert _kept(tmp_path / "a.duckdb", *statements) == rows
