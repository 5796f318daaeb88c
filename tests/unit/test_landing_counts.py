"""How many rows of each delivery have landed, and what has to be read to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.ingestion import landing
from orchestration.ingestion.landing import counted_by_delivery

FIRST = {"one": 10, "two": 5}


@pytest.fixture
def landed() -> Iterator[duckdb.DuckDBPyConnection]:
    """Landing in bulk, with two deliveries, of which one has two files."""
    with duckdb.connect() as con:
        con.execute(
            """
            create schema landing_rows; create schema ops;
            create table landing_rows.figures (value integer, _file_number integer);
            create table ops.landed_files (file_number integer, delivery_id varchar);
            insert into ops.landed_files values (1, 'one'), (2, 'one'), (3, 'two');
            insert into landing_rows.figures select range, case when range < 4 then 1 when range < 10 then 2 else 3 end
            from range(15);
            """
        )
        yield con


def _counted(con: duckdb.DuckDBPyConnection, known: Mapping[str, int] | None = FIRST) -> dict[str, int]:
    return counted_by_delivery(con, "figures", is_view=True, known=known)


def test_all_rows_are_counted_where_nothing_is_known(landed: duckdb.DuckDBPyConnection) -> None:
    assert _counted(landed, None) == FIRST


def test_only_new_files_are_counted_where_nothing_went(
    landed: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    count = landing._counted_by_file

    def counting(con: duckdb.DuckDBPyConnection, rows: str, numbers: list[int] | None = None) -> dict[str, int]:
        asked.append(numbers)
        return count(con, rows, numbers)

    monkeypatch.setattr(landing, "_counted_by_file", counting)
    assert _counted(landed) == FIRST
    landed.execute("insert into ops.landed_files values (4, 'three'), (5, 'three'), (6, 'none')")
    landed.execute("insert into landing_rows.figures select range, 4 + range % 2 from range(3)")
    assert _counted(landed) == {**FIRST, "three": 3}
    assert asked == [[], [4, 5, 6]]


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ("delete from landing_rows.figures where value = 3", {"one": 9, "two": 5}),
        ("delete from landing_rows.figures where _file_number = 3; delete from ops.landed_files where file_number = 3",
         {"one": 10}),
        ("insert into landing_rows.figures values (99, 1)", {"one": 11, "two": 5}),
        ("update landing_rows.figures set _file_number = 4 where _file_number = 3;"
         "insert into ops.landed_files values (4, 'three')", {"one": 10, "three": 5}),
        ("insert into ops.landed_files select range, 'more ' || range from range(4, 99);"
         "insert into landing_rows.figures select range, range from range(4, 99)",
         {**FIRST, **{f"more {number}": 1 for number in range(4, 99)}}),
    ],
    ids=["a row went", "a delivery went", "a row came to one that was there", "one became another", "many came"],
)  # fmt: skip
def test_all_rows_are_counted_where_that_does_not_add_up(
    landed: duckdb.DuckDBPyConnection, change: str, now: dict[str, int]
) -> None:
    landed.execute(change)
    assert _counted(landed) == now


@pytest.mark.parametrize(
    ("change", "now", "is_read_whole"),
    [
        ("select 1", FIRST, False),
        ("insert into landing.notes select 'three' from range(4)", {**FIRST, "three": 4}, False),
        ("delete from landing.notes where _delivery_id = 'two'", {"one": 10}, True),
        ("insert into landing.notes values ('one')", {"one": 11, "two": 5}, True),
        ("delete from landing.notes where rowid = 3", {"one": 9, "two": 5}, True),
        ("delete from landing.notes where _delivery_id = 'two'; insert into landing.notes select 'two' from range(6)",
         {"one": 10, "two": 6}, True),
        ("delete from landing.notes where _delivery_id = 'two'; insert into landing.notes select 'three' from range(9)",
         {"one": 10, "three": 9}, True),
        ("create or replace table landing.notes as select unnest(list_concat("
         "list_resize(['one'], 10, 'one'), list_resize(['two'], 3, 'two'), list_resize(['three'], 4, 'three')"
         ")) as _delivery_id", {"one": 10, "two": 3, "three": 4}, True),
    ],
    ids=["nothing", "a delivery came", "one went", "one grew", "a row went", "one was loaded again", "one for another",
         "one shrank, and all was put together"],
)  # fmt: skip
def test_rows_of_a_table_are_counted(change: str, now: dict[str, int], is_read_whole: bool) -> None:
    with duckdb.connect() as con:
        con.execute("create schema landing; create table landing.notes (_delivery_id varchar)")
        con.execute("insert into landing.notes select if(range < 10, 'one', 'two') from range(15)")
        con.execute(change)
        asked = list[str]()
        execute = con.execute
        asking = SimpleNamespace(execute=lambda query, *given: asked.append(query) or execute(query, *given))
        loaded = {"one", "two", "three"}
        assert counted_by_delivery(asking, "notes", is_view=False, known=FIRST, loaded=loaded) == now  # type: ignore[arg-type]
        assert any(query.startswith("select _delivery_id") and "where" not in query for query in asked) == is_read_whole


def test_rows_of_a_delivery_that_the_ledger_no_longer_has_are_looked_for() -> None:
    """Its place may have been taken: a table that lost rows is written anew, and rows are numbered from the start."""
    with duckdb.connect() as con:
        con.execute("create schema landing; create table landing.notes (_delivery_id varchar)")
        con.execute("insert into landing.notes select if(range < 10, 'one', 'other') from range(15)")
        now = {"one": 10, "other": 5}
        assert counted_by_delivery(con, "notes", is_view=False, known=FIRST, loaded={"one", "other"}) == now
        assert counted_by_delivery(con, "notes", is_view=False, known={"one": 10, "other": 5}, loaded=set(now)) == now
        assert counted_by_delivery(con, "notes", is_view=False) == now
        con.execute("create or replace table landing.notes as select 'one' as _delivery_id from range(3)")
        assert counted_by_delivery(con, "notes", is_view=False, known={"one": 5}) == {"one": 3}
