"""Which rows an update builds of a table that says what they follow from, and when it leaves that to a whole table."""

# ruff: noqa: S608 - the names are those of this file

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration.transformation import changed_keys, keyed, updating
from orchestration.transformation import plan as plan_module
from orchestration.transformation.plan import (
    Keyed,
    Place,
    Plan,
    PlannedNode,
    PlannedSource,
    PlannedTest,
    Relationship,
    plan_of,
    prepare_plan,
    write_plan,
)
from orchestration.transformation.python_models import given_by_python
from orchestration.transformation.updating import (
    CannotUpdateError,
    Content,
    Update,
    contents_of_sources,
    contents_of_tables,
    update_star,
)

SALES = '"memory"."landing"."sales"'
NAMES = '"memory"."main"."names"'


def _node(name: str, code: str, *reads: str, kind: str = "table", by: Keyed | None = None) -> PlannedNode:
    return PlannedNode(
        unique_id=name,
        name=name,
        schema="main",
        table=name,
        kind=kind,
        language="sql",
        code=code,
        depends_on=reads,
        relation=f'"memory"."main"."{name}"',
        keyed=by,
    )


PLAN = Plan(
    fingerprint="a",
    nodes={
        node.unique_id: node
        for node in (
            _node("sold", f"select * exclude (_delivery_id) from {SALES}", "landing.sales", kind="view"),
            _node(
                "names",
                'select * exclude (_delivery_id) from "memory"."landing"."names"',
                "landing.names",
                kind="table",
            ),
            _node(
                "newest",
                """
                select shop, day, arg_max(amount, number) as amount from "memory"."main"."sold" group by shop, day
                """,
                "sold",
                by=Keyed(key=("shop", "day"), by={"landing.sales": ("shop", "day")}),
            ),
            _node(
                "told",
                f"""
                select 'S-' || newest.shop as shop_id, names.name, newest.day, newest.amount
                from "memory"."main"."newest" as newest left join {NAMES} as names on newest.shop = names.shop
                """,
                "newest",
                "names",
                by=Keyed(
                    key=("shop_id", "day"),
                    of={"newest": ("shop", "day")},
                    beside={"names": ("shop", "name")},
                ),
            ),
            _node(
                "by_day",
                'select day, sum(amount)::bigint as amount from "memory"."main"."newest" group by day',
                "newest",
                by=Keyed(key=("day",), by={"newest": ("day",)}),
            ),
        )
    },
    tests=(
        PlannedTest(
            unique_id="by_day.positive",
            words="amount is positive",
            code='select * from "memory"."main"."by_day" where amount < 0',
            is_warning=False,
            speaks_of=("by_day",),
            depends_on=("by_day",),
            broken_where="amount < 0",
        ),
        PlannedTest(
            unique_id="by_day.unique",
            words="day is unique",
            code='select day from "memory"."main"."by_day" group by day having count(*) > 1',
            is_warning=False,
            speaks_of=("by_day",),
            depends_on=("by_day",),
            broken_where=None,
            unique_columns=("day",),
        ),
        PlannedTest(
            unique_id="newest.named",
            words="every shop is in names",
            code=f"""
                with child as (select shop as given from "memory"."main"."newest")
                select given from child left join {NAMES} as names on given = names.shop where names.shop is null
                """,
            is_warning=False,
            speaks_of=("newest",),
            depends_on=("newest", "names"),
            broken_where=None,
            relationship=Relationship(columns=("shop",), parent="names", fields=("shop",)),
        ),
    ),
    sources=(
        PlannedSource(unique_id="landing.sales", schema="landing", table="sales", relation=SALES),
        PlannedSource(unique_id="landing.names", schema="landing", table="names"),
    ),
)
KEYED = ("newest", "told", "by_day")


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema landing;
            create table landing.sales (_delivery_id varchar, number integer, shop integer, day date, amount integer);
            insert into landing.sales select 'a', range, range % 3, date '2024-01-01' + (range % 5)::integer, range
            from range(30);
            insert into landing.sales values ('a', 99, 1, null, 7);
            create table landing.names as
                select 'a' as _delivery_id, range as shop, 'shop ' || range as name from range(4);
            """
        )
        for node in PLAN.nodes.values():
            connection.execute(f"create {node.kind} main.{node.name} as {node.code}")
        yield connection


@pytest.fixture(
    autouse=True,
    params=[(keyed.MANY_ROWS, keyed.NUMBERS_IN_A_FILTER), (0, keyed.NUMBERS_IN_A_FILTER), (0, 1)],
    ids=["by key", "by number", "too many numbers"],
)
def small_tables_by_key(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(keyed, "LEAST_ROWS", 0)
    monkeypatch.setattr(keyed, "FOR_AN_INPUT", 0)
    many, few = request.param
    monkeypatch.setattr(keyed, "MANY_ROWS", many)
    monkeypatch.setattr(keyed, "NUMBERS_IN_A_FILTER", few)
    monkeypatch.setattr(keyed, "WRITTEN_WHOLE", 0)


def _update(
    connection: duckdb.DuckDBPyConnection,
    before: Mapping[str, Content],
    plan: Plan = PLAN,
    of: tuple[str, ...] = KEYED,
    build_number: int = 1,
) -> Update:
    """Update, and hold each of some tables against its SQL and its fingerprint."""
    update = update_star(connection, plan, before, build_number=build_number, log=print)
    found = contents_of_tables(connection, plan)
    for name in of:
        node = plan.nodes[name]
        assert connection.execute(f"from {name} except all ({node.code})").fetchall() == []
        assert connection.execute(f"({node.code}) except all from {name}").fetchall() == []
        assert update.contents[name] == found[name]
    assert connection.execute("select table_name from duckdb_tables() where temporary").fetchall() == []
    return update


def _known(connection: duckdb.DuckDBPyConnection, plan: Plan = PLAN) -> dict[str, Content]:
    return {**contents_of_sources(connection, plan), **contents_of_tables(connection, plan)}


def _deliver(
    connection: duckdb.DuckDBPyConnection, *sales: tuple[int, int, str | None, int], delivery: str = "b"
) -> None:
    connection.executemany("insert into landing.sales values (?, ?, ?, ?, ?)", [(delivery, *sale) for sale in sales])


def _changed(update: Update) -> set[str]:
    return {node.unique_id for node in update.outcome.nodes if node.kind == "model"}


def test_only_the_rows_of_the_keys_concerned_are_written(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    there = dict(warehouse.execute("select (shop, day)::varchar, rowid from newest").fetchall())
    _deliver(warehouse, (100, 0, "2024-01-01", 3), (101, 2, "2025-06-01", 8))
    update = _update(warehouse, before)
    assert update.by_key == set(KEYED) == _changed(update)
    now = dict(warehouse.execute("select (shop, day)::varchar, rowid from newest").fetchall())
    assert {key for key in now if there.get(key) != now[key]} == {"(0, 2024-01-01)", "(2, 2025-06-01)"}


@pytest.mark.parametrize(("whole", "times"), [(11, 1), (10, 0)], ids=["few rows", "more rows"])
def test_a_table_of_few_rows_is_written_whole_when_it_is_its_turn(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, whole: int, times: int
) -> None:
    warehouse.execute("delete from landing.sales where number between 10 and 29")
    for node in PLAN.nodes.values():
        if node.kind == "table":
            warehouse.execute(f"create or replace table {node.name} as {node.code}")
    monkeypatch.setattr(keyed, "WRITTEN_WHOLE", whole)
    monkeypatch.setattr(keyed, "MOST_OF_A_TABLE", 1)
    monkeypatch.setattr(keyed, "TURNS", 4)
    written = 0
    for build_number in range(1, 9):
        before, rows = _known(warehouse), _rowids(warehouse, "newest")
        assert len(rows) == 11
        _deliver(warehouse, (100 + build_number, 0, "2024-01-01", 3 + build_number), delivery=f"b{build_number}")
        assert "newest" in _update(warehouse, before, build_number=build_number).by_key
        written += _rowids(warehouse, "newest").isdisjoint(rows)
    assert written == 2 * times


@pytest.mark.parametrize("listed", [0, 2, 3])
def test_deliveries_are_found_whether_they_are_named_one_by_one_or_not(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    monkeypatch.setattr(keyed, "LISTED_DELIVERIES", listed)
    before = _known(warehouse)
    for delivery in ("b", "c", "d'"):
        _deliver(warehouse, (100, 0, "2024-01-01", 3), delivery=delivery)
    assert _update(warehouse, before).by_key == set(KEYED)


def test_a_key_of_nothing_is_a_key(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    _deliver(warehouse, (100, 1, None, 9), (101, 0, None, 4))
    assert _update(warehouse, before).by_key == set(KEYED)
    assert warehouse.execute("select amount from by_day where day is null").fetchall() == [(13,)]


def test_what_comes_to_the_same_rows_goes_no_further(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    _deliver(warehouse, (-1, 1, "2024-01-01", 5))
    update = _update(warehouse, before)
    assert (update.by_key, _changed(update)) == ({"newest"}, set())


def test_a_row_more_to_look_up_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    warehouse.execute("insert into landing.names values ('b', 9, 'shop 9')")
    update = _update(warehouse, before)
    assert (update.by_key, _changed(update)) == ({"told"}, {"names"})


def _told(**changes: object) -> PlannedNode:
    told = PLAN.nodes["told"]
    assert told.keyed is not None
    return replace(told, keyed=replace(told.keyed, **changes))  # type: ignore[arg-type]


def test_another_name_of_a_shop_builds_what_looks_it_up_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    warehouse.execute("delete from landing.names where shop = 1")
    warehouse.execute("insert into landing.names values ('b', 1, 'renamed')")
    update = _update(warehouse, before)
    assert (update.by_key, _changed(update)) == (set(), {"names", "told"})
    assert warehouse.execute("select distinct name from told where shop_id = 'S-1'").fetchall() == [("renamed",)]


def test_rows_that_went_from_landing_no_longer_say_what_they_were(warehouse: duckdb.DuckDBPyConnection) -> None:
    _deliver(warehouse, (100, 0, "2024-01-01", 3))
    _update(warehouse, {**_known(warehouse), "landing.sales": Content("0-0", 0, {})})
    before = _known(warehouse)
    warehouse.execute("delete from landing.sales where _delivery_id = 'b'")
    update = _update(warehouse, before)
    assert "newest" not in update.by_key
    assert _changed(update) == set(KEYED)


NAMED = _node(
    "named",
    f"""
    select newest.shop, newest.day, names.name from "memory"."main"."newest" as newest
    left join {NAMES} as names on newest.shop = names.shop
    """,
    "newest",
    "names",
    by=Keyed(key=("shop", "day"), by={"newest": ("shop", "day")}, through={"names": {"newest": ({"shop": "shop"},)}}),
)
TWICE_NAMED = _node(
    "twice_named",
    f"""
    select newest.shop, newest.day, names.name, sizes.name as size from "memory"."main"."newest" as newest
    left join {NAMES} as names on newest.shop = names.shop
    left join {NAMES} as sizes on newest.amount = sizes.shop
    """,
    "newest",
    "names",
    by=Keyed(
        key=("shop", "day"),
        by={"newest": ("shop", "day")},
        through={"names": {"newest": ({"shop": "shop"}, {"shop": "amount"})}},
    ),
)
LATEST = _node("latest", f"select max(day) as latest from {SALES}", "landing.sales")
RECENT = _node(
    "recent",
    """
    select shop, day, day > latest - 2 as is_recent from "memory"."main"."newest" cross join "memory"."main"."latest"
    """,
    "newest",
    "latest",
    by=Keyed(key=("shop", "day"), by={"newest": ("shop", "day")}, turning={"latest": "day > latest - 2"}),
)


ONCE = _node(
    "once",
    'select distinct shop from "memory"."main"."sold"',
    "sold",
    by=Keyed(key=("shop",), of={"landing.sales": ("_delivery_id",)}, once=True),
)


def _with(connection: duckdb.DuckDBPyConnection, *nodes: PlannedNode) -> Plan:
    for node in nodes:
        connection.execute(f"create table main.{node.name} as {node.code}")
    return replace(PLAN, nodes={**PLAN.nodes, **{node.unique_id: node for node in nodes}}, tests=())


def _rowids(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[int, str, int]]:
    return set(connection.execute(f"select shop, day::varchar, rowid from {table}").fetchall())


def test_what_comes_adds_what_is_not_there_yet_and_reads_nothing_else(warehouse: duckdb.DuckDBPyConnection) -> None:
    plan = _with(warehouse, ONCE)
    before = _known(warehouse, plan)
    rows = set(warehouse.execute("select shop, rowid from once").fetchall())
    _deliver(warehouse, (100, 0, "2024-01-01", 3), (101, 0, "2024-01-01", 3))
    update = _update(warehouse, before, plan)
    assert "once" in update.by_key
    assert "once" not in _changed(update)
    before = _known(warehouse, plan)
    _deliver(warehouse, (102, 1, "2024-01-01", 3), (103, 8, "2024-01-01", 3), (104, 8, None, 3), delivery="c")
    # a shop of which nothing came is no longer there: it is not looked at
    warehouse.execute("update landing.sales set shop = 2 where shop = 0 and _delivery_id = 'a'")
    update = _update(warehouse, before, replace(plan, nodes={"sold": plan.nodes["sold"], "once": ONCE}), of=())
    assert update.by_key == {"once"} == _changed(update)
    now = set(warehouse.execute("select shop, rowid from once").fetchall())
    assert now > rows
    assert [shop for shop, _ in now - rows] == [8]


def test_what_is_there_once_is_built_whole_where_rows_are_gone(warehouse: duckdb.DuckDBPyConnection) -> None:
    shops = _node(
        "shops",
        'select distinct shop from "memory"."main"."newest"',
        "newest",
        by=Keyed(key=("shop",), of={"newest": ("shop", "day")}, once=True),
    )
    plan = _with(warehouse, shops)
    before = _known(warehouse, plan)
    _deliver(warehouse, (100, 7, "2024-01-01", 3))
    assert "shops" in _update(warehouse, before, plan).by_key
    before = _known(warehouse, plan)
    _deliver(warehouse, (101, 7, "2024-01-01", 4), delivery="c")  # the row of its key is another
    update = _update(warehouse, before, plan)
    assert "shops" not in update.by_key
    assert set(warehouse.execute("from shops").fetchall()) == {(0,), (1,), (2,), (7,)}


TITLED = _node(
    "titled",
    f"""
    select 'S-' || sold.shop as shop_id, any_value(names.name) as name, sum(sold.amount)::bigint as amount
    from "memory"."main"."sold" as sold left join {NAMES} as names on sold.shop = names.shop group by sold.shop
    """,
    "sold",
    "names",
    by=Keyed(
        key=("shop_id",),
        of={"landing.sales": ("shop",), "names": ("shop",)},
        together=("landing.sales", "names"),
    ),
)


def test_rows_of_two_inputs_that_are_alike_make_rows_together(warehouse: duckdb.DuckDBPyConnection) -> None:
    def rows() -> set[tuple[str, int]]:
        return set(warehouse.execute("select shop_id, rowid from titled").fetchall())

    plan = _with(warehouse, TITLED)
    before, there = _known(warehouse, plan), rows()
    _deliver(warehouse, (100, 0, "2024-01-01", 3))  # what came is of a shop whose name did not
    assert "titled" in _update(warehouse, before, plan, of=("titled",)).by_key
    assert {shop for shop, _ in rows() - there} == {"S-0"}
    assert warehouse.execute("select name from titled where shop_id = 'S-0'").fetchall() == [("shop 0",)]
    before, there = _known(warehouse, plan), rows()
    warehouse.execute("delete from landing.names where shop = 1")
    warehouse.execute("insert into landing.names values ('b', 1, 'renamed')")
    assert "titled" in _update(warehouse, before, plan, of=("titled",)).by_key
    assert {shop for shop, _ in rows() - there} == {"S-1"}
    before, there = _known(warehouse, plan), rows()
    warehouse.execute("delete from landing.names where shop = 2")
    _deliver(warehouse, (101, 0, "2024-01-01", 4), (102, 7, None, 1), delivery="c")
    assert "titled" in _update(warehouse, before, plan, of=("titled",)).by_key
    assert {shop for shop, _ in rows() - there} == {"S-0", "S-2", "S-7"}


SUMS = _node(
    "sums",
    """
    select shop, day, count(*) as sales, sum(amount)::decimal(38, 2) as amount
    from "memory"."main"."newest" where amount < 50 group by shop, day
    """,
    "newest",
    by=Keyed(key=("shop", "day"), by={"newest": ("shop", "day")}, summed=("sales", "amount")),
)
BY_SHOP = _node(
    "by_shop",
    'select shop, count(*) as sales, sum(amount)::bigint as amount from "memory"."main"."newest" group by shop',
    "newest",
    by=Keyed(key=("shop",), by={"newest": ("shop",)}, summed=("sales", "amount")),
)


def test_sums_go_on_from_what_they_were(warehouse: duckdb.DuckDBPyConnection) -> None:
    plan = _with(warehouse, SUMS, BY_SHOP)
    names = ("sums", "by_shop")
    before = _known(warehouse, plan)
    there = dict(warehouse.execute("select shop, rowid from by_shop").fetchall())
    # a figure is another, one comes to a shop that is there, one without a day, and one to a shop that is not
    _deliver(warehouse, (100, 0, "2024-01-01", 3), (101, 2, "2025-06-01", 8), (102, 2, None, 4), (103, 9, None, 5))
    update = _update(warehouse, before, plan, of=names)
    assert set(names) <= update.by_key & _changed(update)
    now = dict(warehouse.execute("select shop, rowid from by_shop").fetchall())
    assert {shop for shop in now if there.get(shop) != now[shop]} == {0, 2, 9}
    # one is no longer counted, and one is what it was
    before = _known(warehouse, plan)
    _deliver(warehouse, (104, 9, None, 70), (105, 2, "2025-06-01", 8), delivery="c")
    update = _update(warehouse, before, plan, of=names)
    assert set(names) <= update.by_key & _changed(update)
    assert warehouse.execute("from sums where shop = 9").fetchall() == []


def test_sums_are_what_a_table_has_beside_its_key(warehouse: duckdb.DuckDBPyConnection) -> None:
    told = replace(BY_SHOP, code=BY_SHOP.code.replace("count(*)", "max(day) as day, count(*)"))
    plan = _with(warehouse, told)
    before = _known(warehouse, plan)
    _deliver(warehouse, (100, 0, "2024-01-01", 3))
    update = _update(warehouse, before, plan, of=("by_shop",))
    assert "by_shop" in _changed(update) - update.by_key


def test_what_is_looked_up_concerns_the_rows_that_name_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    plan = _with(warehouse, NAMED)
    before, rows = _known(warehouse, plan), _rowids(warehouse, "named")
    warehouse.execute("delete from landing.names where shop in (1, 3)")
    warehouse.execute("insert into landing.names values ('b', 1, 'renamed')")
    update = _update(warehouse, before, plan)
    assert "named" in update.by_key
    assert {shop for shop, _, _ in _rowids(warehouse, "named") - rows} == {1}
    assert warehouse.execute("from named except all (" + NAMED.code + ")").fetchall() == []
    assert warehouse.execute("select distinct name from named where shop = 1").fetchall() == [("renamed",)]


DATES = '"memory"."reference"."dates"'
DATED = _node(
    "dated",
    f"select sales.number, dates.name from {SALES} as sales left join {DATES} as dates on sales.day = dates.day",
    "landing.sales",
    "reference.dates",
    by=Keyed(key=("number",), beside={"reference.dates": ("day", "name")}),
)


@pytest.mark.parametrize(
    ("change", "is_unconcerned"),
    [
        pytest.param("insert into reference.dates values ('2030-01-01', 'late')", True, id="a row more"),
        pytest.param(
            "update reference.dates set name = 'renamed' where day = '2024-01-01';"
            "insert into reference.dates values ('2030-01-01', 'late')",
            False,
            id="and another that differs",
        ),
        pytest.param("delete from reference.dates where day = '2024-01-01'", False, id="a row less"),
        pytest.param("insert into landing.sales values ('b', 100, 1, '2024-01-01', 5)", False, id="what it is made of"),
    ],
)
def test_rows_more_of_another_source_that_are_only_looked_up_build_nothing(
    warehouse: duckdb.DuckDBPyConnection, change: str, is_unconcerned: bool
) -> None:
    warehouse.execute(
        """
        create schema reference;
        create table reference.dates as
            select date '2024-01-01' + range::integer as day, 'day ' || range as name from range(5)
        """
    )
    source = PlannedSource(unique_id="reference.dates", schema="reference", table="dates", relation=DATES)
    plan = replace(_with(warehouse, DATED), sources=(*PLAN.sources, source))
    before = _known(warehouse, plan)
    warehouse.execute(change)
    update = _update(warehouse, before, plan, of=("dated",))
    assert ("dated" in update.by_key, "dated" in _changed(update)) == (is_unconcerned, not is_unconcerned)


@pytest.mark.parametrize("shop", [1, 25], ids=["found as the shop", "found as the amount"])
def test_what_is_looked_up_twice_from_one_row_concerns_it_either_way(
    warehouse: duckdb.DuckDBPyConnection, shop: int
) -> None:
    warehouse.execute("insert into landing.names values ('a', 25, 'shop 25')")
    warehouse.execute(f"create or replace table names as {PLAN.nodes['names'].code}")
    plan = _with(warehouse, TWICE_NAMED)
    before = _known(warehouse, plan)
    warehouse.execute("update landing.names set name = 'renamed', _delivery_id = 'b' where shop = ?", [shop])
    assert "twice_named" in _update(warehouse, before, plan).by_key
    assert warehouse.execute("select count(*) from twice_named where 'renamed' in (name, size)").fetchall() > [(0,)]
    assert warehouse.execute("from twice_named except all (" + TWICE_NAMED.code + ")").fetchall() == []


def test_one_word_of_a_closed_vocabulary_keeps_row_groups_from_being_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create type colour as enum ('red', 'green')")
    for words, condition in {
        "('red'), ('red')": """given."colour" = 'red'::ENUM('red', 'green')""",
        "('red'), ('green')": "true",
        "('red'), (null)": "true",
    }.items():
        given = f"(values {words}) as given (word)"
        warehouse.execute(f"create or replace temp table keys as select word::colour as word from {given}")
        assert keyed.in_bounds(["colour"], keyed.bounds_of(warehouse, "keys", ["word"])) == condition
    # what a file holds never becomes SQL
    warehouse.execute("create or replace temp table keys as select 'red' as word")
    assert keyed.in_bounds(["colour"], keyed.bounds_of(warehouse, "keys", ["word"])) == "true"


def test_what_all_rows_are_held_against_concerns_those_for_which_that_comes_out_otherwise(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    plan = _with(warehouse, LATEST, RECENT)
    before, rows = _known(warehouse, plan), _rowids(warehouse, "recent")
    _deliver(warehouse, (100, 0, "2024-01-06", 3))
    assert "recent" in _update(warehouse, before, plan).by_key
    assert {day for _, day, _ in _rowids(warehouse, "recent") - rows} == {"2024-01-04", "2024-01-06"}
    assert warehouse.execute("from recent except all (" + RECENT.code + ")").fetchall() == []


def test_what_all_rows_are_held_against_is_one_row_or_they_are_built_whole(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    latest = replace(LATEST, code=LATEST.code + " having max(day) < '2026-01-01'")
    plan = _with(warehouse, latest, RECENT)
    before = _known(warehouse, plan)
    _deliver(warehouse, (100, 0, "2026-01-06", 3))
    update = _update(warehouse, before, plan)
    assert "recent" in _changed(update) - update.by_key
    assert warehouse.execute("from recent").fetchall() == []


BEST = _node(
    "best",
    'select shop, day, amount from "memory"."main"."newest" where amount >= 25',
    "newest",
    by=Keyed(key=("shop", "day"), by={"newest": ("shop", "day")}, where={"newest": "amount >= 25"}),
)


@pytest.mark.parametrize(
    ("sales", "concerned"),
    [
        pytest.param([(100, 0, "2024-01-01", 3), (101, 2, "2025-06-01", 8)], 0, id="none that was or is there"),
        pytest.param([(100, 2, "2024-01-05", 3), (101, 2, "2025-06-01", 8)], 1, id="one that was there"),
        pytest.param([(100, 2, "2025-06-01", 30), (101, 2, "2025-07-01", 8)], 1, id="one that is there"),
        pytest.param([(100, 2, None, 30), (101, 0, None, 8)], 1, id="one of nothing"),
    ],
)
def test_keys_that_cannot_have_rows_do_not_matter(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sales: list[tuple[int, int, str | None, int]],
    concerned: int,
) -> None:
    plan = _with(warehouse, BEST)
    before = _known(warehouse, plan)
    assert warehouse.execute("select amount from best where shop = 2 and day = '2024-01-05'").fetchall() == [(29,)]
    kept, whole = list[int](), keyed.Deltas._that_may_have_rows

    def counted(self: keyed.Deltas, *given: object) -> str:
        keys = whole(self, *given)  # type: ignore[arg-type]
        kept.append(self._count(keys))
        return keys

    monkeypatch.setattr(keyed.Deltas, "_that_may_have_rows", counted)
    _deliver(warehouse, *sales)
    assert "best" in _update(warehouse, before, plan).by_key
    assert kept == [concerned]
    assert (
        warehouse.execute(
            f"(from best except all ({BEST.code})) union all ({BEST.code} except all from best)"
        ).fetchall()
        == []
    )


LEAST = _node(
    "least",
    'select shop, day, arg_min(amount, number) as amount from "memory"."main"."sold" group by shop, day',
    "sold",
    by=Keyed(key=("shop", "day"), by={"landing.sales": ("shop", "day")}),
)
SPREAD = _node(
    "spread",
    """
    select newest.shop, newest.day, newest.amount - least.amount as amount
    from "memory"."main"."newest" as newest
    inner join "memory"."main"."least" as least
        on newest.shop is not distinct from least.shop and newest.day is not distinct from least.day
    """,
    "newest",
    "least",
    by=Keyed(key=("shop", "day"), by={"newest": ("shop", "day"), "least": ("shop", "day")}),
)


@pytest.mark.parametrize(
    ("sales", "looked_up"),
    [
        pytest.param([(100, 7, "2024-01-01", 3), (101, 7, None, 8)], [], id="keys that neither had"),
        pytest.param(
            [(100, 7, "2024-01-01", 3), (-1, 0, "2024-01-01", 8), (101, 0, "2024-01-01", 9)],
            ["spread"],
            id="one was there",
        ),
        pytest.param(
            [(100, 7, "2024-01-01", 3), (101, 0, "2024-01-01", 9)], ["least", "spread"], id="one changed in one"
        ),
    ],
)
def test_what_inputs_say_themselves_of_the_keys_concerned_is_not_looked_up(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sales: list[tuple[int, int, str | None, int]],
    looked_up: list[str],
) -> None:
    plan = _with(warehouse, LEAST, SPREAD)
    before = _known(warehouse, plan)
    read, built, whole, build = list[str](), list[str](), keyed.with_keys, keyed.Deltas.build

    def noted(connection: duckdb.DuckDBPyConnection, table: str, *given: Any, **how: Any) -> str:
        if built[-1:] == ["spread"]:
            read.extend(name for name in ("newest", "least", "spread") if f'"{name}"' in table)
        return whole(connection, table, *given, **how)

    def told(self: keyed.Deltas, node: PlannedNode, *given: Any, **how: Any) -> keyed.Built | None:
        built.append(node.name)
        return build(self, node, *given, **how)

    monkeypatch.setattr(keyed, "with_keys", noted)
    monkeypatch.setattr(keyed.Deltas, "build", told)
    _deliver(warehouse, *sales)
    assert "spread" in _update(warehouse, before, plan, of=("least", "spread")).by_key
    assert sorted(set(read)) == looked_up


@pytest.mark.parametrize(
    ("sold_before", "looked_up"),
    [
        pytest.param([], [("day", "amount")], id="only those rows hold the same"),
        pytest.param([(98, 2, "2024-01-04", 18)], [("day", "amount"), ("shop_id", "day")], id="another holds the same"),
    ],
)
def test_rows_that_go_are_found_by_columns_that_tell_them_apart_or_else_by_their_key(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sold_before: list[tuple[int, int, str | None, int]],
    looked_up: list[tuple[str, ...]],
) -> None:
    plan = replace(PLAN, nodes={**PLAN.nodes, "told": _told(found_by=("day", "amount"))})
    if sold_before:
        _deliver(warehouse, *sold_before, delivery="before")
    _update(warehouse, {**_known(warehouse), "landing.sales": Content("0-0", 0, {})}, plan)
    before = _known(warehouse, plan)
    assert warehouse.execute("select amount from told where shop_id = 'S-0' and day = '2024-01-04'").fetchall() == [
        (18,)
    ]
    columns, found = list[tuple[str, ...]](), keyed.Deltas._found

    def noted(self: keyed.Deltas, place: Place, by: tuple[str, ...], alike: str, **how: Any) -> str:
        if place.unique_id == "told":
            columns.append(tuple(by))
        return found(self, place, by, alike, **how)

    monkeypatch.setattr(keyed.Deltas, "_found", noted)
    _deliver(warehouse, (100, 0, "2024-01-04", 3))
    assert "told" in _update(warehouse, before, plan).by_key
    assert columns == looked_up


@pytest.mark.parametrize(
    ("sold_before", "few", "read"),
    [
        pytest.param([], 10, [("day",), ("day", "name")], id="text is compared of few"),
        pytest.param([], 0, [("day",), ("day", "name")], id="or of all, where they are many"),
        pytest.param(
            [(98, 3, "2024-01-04", 18)],
            10,
            [("day",), ("day", "name"), ("shop_id", "day")],
            id="another holds the same",
        ),
    ],
)
def test_rows_that_go_are_found_by_text_after_all_else(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sold_before: list[tuple[int, int, str | None, int]],
    few: int,
    read: list[tuple[str, ...]],
) -> None:
    warehouse.execute("update landing.names set name = 'shop 0' where shop = 3")
    plan = replace(PLAN, nodes={**PLAN.nodes, "told": _told(found_by=("name", "day"))})
    for name in ("names", "told"):
        warehouse.execute(f"create or replace table {name} as {plan.nodes[name].code}")
    if sold_before:
        _deliver(warehouse, *sold_before, delivery="before")
        _update(warehouse, {**_known(warehouse, plan), "landing.sales": Content("0-0", 0, {})}, plan)
    before = _known(warehouse, plan)
    monkeypatch.setattr(keyed, "NUMBERS_IN_A_FILTER", few)
    columns, whole = list[tuple[str, ...]](), keyed.with_keys

    def noted(connection: duckdb.DuckDBPyConnection, table: str, by: Sequence[str], *given: Any, **how: Any) -> str:
        if how.get("wanted", "").startswith((keyed.ROW_NUMBER, "rowid")):
            columns.append(tuple(sorted(by)))
        return whole(connection, table, by, *given, **how)

    def told_apart(self: keyed.Deltas, *given: Any, **how: Any) -> None:
        monkeypatch.setattr(keyed, "with_keys", noted)
        delete(self, *given, **how)
        monkeypatch.setattr(keyed, "with_keys", whole)

    delete = keyed.Deltas._delete
    monkeypatch.setattr(
        keyed.Deltas,
        "_delete",
        lambda self, node, *a, **k: (told_apart if node.name == "told" else delete)(self, node, *a, **k),
    )
    _deliver(warehouse, (100, 0, "2024-01-04", 3))
    assert "told" in _update(warehouse, before, plan).by_key
    assert columns == [tuple(sorted(one)) for one in read]


@pytest.mark.parametrize(
    ("sale", "bounds"),
    [
        ((100, 0, "2024-01-01", 3), """given."day" = date '2024-01-01'"""),
        ((100, 1, None, 3), "true"),
    ],
    ids=["of a day", "of none"],
)
def test_numbers_of_rows_that_go_are_looked_for_within_the_bounds_of_their_keys(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sale: tuple[int, int, str | None, int],
    bounds: str,
) -> None:
    monkeypatch.setattr(keyed, "MANY_ROWS", 0)
    within, asked = list[str](), keyed.Deltas._within

    def noted(self: keyed.Deltas, node: PlannedNode, *given: Any) -> str:
        condition = asked(self, node, *given)
        if node.name == "by_day":
            within.append(condition)
        return condition

    monkeypatch.setattr(keyed.Deltas, "_within", noted)
    before = _known(warehouse)
    _deliver(warehouse, sale)
    assert "by_day" in _update(warehouse, before).by_key
    assert within == [bounds]


def test_a_table_with_columns_in_another_order_is_built_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create or replace table newest as select amount, day, shop from newest")
    before = _known(warehouse)
    _deliver(warehouse, (100, 0, "2024-01-01", 3))
    update = update_star(warehouse, PLAN, before, build_number=1, log=print)
    assert "newest" not in update.by_key
    assert warehouse.execute("select amount from newest where shop = 0 and day = '2024-01-01'").fetchall() == [(3,)]


def test_rows_behind_a_view_of_landing_are_read_by_their_numbers(
    warehouse: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest
) -> None:
    warehouse.execute(
        """
        create schema landing_rows; create schema ops;
        create table ops.landed_files as select 1 as file_number, 'a' as delivery_id;
        create table landing_rows.sales as
            select number, shop, day, amount, 1 as _file_number from landing.sales;
        drop view main.sold; drop table landing.sales;
        create view landing.sales as
            select files.delivery_id as _delivery_id, landed.number, landed.shop, landed.day, landed.amount
            from landing_rows.sales as landed join ops.landed_files as files on landed._file_number = files.file_number;
        """
    )
    warehouse.execute(f"create view main.sold as {PLAN.nodes['sold'].code}")
    before = _known(warehouse)
    warehouse.execute("insert into ops.landed_files values (2, 'b')")
    warehouse.execute("insert into landing_rows.sales values (100, 0, '2024-01-01', 3, 2), (101, 1, null, 8, 2)")
    read, shown = list[str](), keyed.shown

    def noted(connection: duckdb.DuckDBPyConnection, table: str, rows: str) -> str:
        read.extend(connection.execute(f"select count(*) from {rows}").fetchall()[0])
        return shown(connection, table, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyed, "shown", noted)
        assert _update(warehouse, before).by_key == set(KEYED)
    # the rows of both keys: three that were there, and two that came
    assert read == ([5] if "[by number]" in request.node.name else [])


def test_a_small_table_is_built_whole(warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed, "LEAST_ROWS", 10)
    before = _known(warehouse)
    assert (before["newest"].row_count, before["by_day"].row_count) == (16, 6)
    _deliver(warehouse, (100, 0, "2024-01-01", 3))
    update = _update(warehouse, before)
    assert ("newest" in update.by_key, "by_day" in update.by_key) == (True, False)


@pytest.mark.parametrize(
    ("sale", "passed_over"),
    [
        pytest.param((100, 0, "2024-01-01", 3), {"told", "best"}, id="a row that is no row of it"),
        pytest.param((100, 2, "2024-01-05", 3), {"told"}, id="a row that was one"),
        pytest.param((100, 2, "2025-06-01", 30), {"told"}, id="a row that is one"),
    ],
)
def test_a_small_table_is_not_built_where_what_changed_concerns_none_of_its_rows(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    sale: tuple[int, int, str | None, int],
    passed_over: set[str],
) -> None:
    # as if a name were looked up from what is told of a shop
    told = _node("told", PLAN.nodes["names"].code + " where shop < 3", "landing.names", "newest")
    told = replace(told, keyed=Keyed(key=("shop",), beside={"newest": ("shop",)}))
    plan = _with(warehouse, BEST)
    plan = replace(plan, nodes={**plan.nodes, "told": told})
    warehouse.execute(f"create or replace table told as {told.code}")
    before = _known(warehouse, plan)
    monkeypatch.setattr(keyed, "LEAST_ROWS", 1_000)
    _deliver(warehouse, sale)
    update = _update(warehouse, before, plan, of=("newest", "told", "by_day", "best"))
    assert (update.by_key, update.looked_at) == (set(), 4 - len(passed_over))


def test_a_small_table_is_built_where_what_it_looks_up_is_no_longer_what_it_was(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed, "LEAST_ROWS", 1_000)
    before = _known(warehouse)
    warehouse.execute("insert into landing.names values ('b', 9, 'shop 9')")
    update = _update(warehouse, before)
    assert (update.looked_at, _changed(update)) == (1, {"names"})
    before = _known(warehouse)
    warehouse.execute("update landing.names set name = 'renamed' where shop = 1")
    warehouse.execute("update landing.names set _delivery_id = 'c' where shop = 1")
    update = _update(warehouse, before)
    assert (update.looked_at, _changed(update)) == (2, {"names", "told"})


def test_too_many_keys_are_built_whole(warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed, "FEW_KEYS", 2)
    before = _known(warehouse)
    _deliver(warehouse, *((100 + day, 0, f"2024-02-{day:02d}", 1) for day in range(1, 15)))
    assert "newest" not in _update(warehouse, before).by_key


@pytest.mark.parametrize(
    ("sale", "words"),
    [((100, 0, "2024-03-01", -5), "amount is positive"), ((100, 8, "2024-03-01", 5), "every shop is in names")],
)
def test_a_fault_in_a_row_of_a_key_is_found(
    warehouse: duckdb.DuckDBPyConnection, sale: tuple[int, int, str, int], words: str
) -> None:
    before = _known(warehouse)
    _deliver(warehouse, sale)
    with pytest.raises(CannotUpdateError, match=words):
        update_star(warehouse, PLAN, before, build_number=1, log=print)


def test_a_reference_to_what_is_gone_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    warehouse.execute("delete from landing.names where shop = 1")
    with pytest.raises(CannotUpdateError, match="every shop is in names"):
        update_star(warehouse, PLAN, before, build_number=1, log=print)


OPEN = _node("open", """select shop, name <> 'closed' as is_open from "memory"."main"."names" """, "names")
PLAN_WITH_OPEN = replace(
    PLAN,
    nodes={**PLAN.nodes, "open": OPEN},
    tests=(
        *PLAN.tests,
        PlannedTest(
            unique_id="open.sold",
            words="every open shop has sold",
            code="""
                select shop from (select * from "memory"."main"."open" where is_open and shop <> 3) as open
                where not exists (select 1 from "memory"."main"."newest" as newest where newest.shop = open.shop)
                """,
            is_warning=False,
            speaks_of=("open",),
            depends_on=("open", "newest"),
            broken_where=None,
            relationship=Relationship(columns=("shop",), parent="newest", fields=("shop",)),
        ),
    ),
)


@pytest.mark.parametrize("large", [0, 1_000])
def test_a_large_table_is_looked_into_for_the_rows_that_changed_in_what_refers_to_it(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(updating, "LARGE_ROWS", large)
    monkeypatch.setattr(updating, "MUCH_LARGER", 1)
    warehouse.execute(f"create table main.open as {OPEN.code}")
    before = _known(warehouse, PLAN_WITH_OPEN)
    warehouse.execute("insert into landing.names values ('b', 8, 'closed')")
    update = _update(warehouse, before, PLAN_WITH_OPEN)
    assert "open" in _changed(update)
    warehouse.execute("insert into landing.names values ('c', 9, 'shop 9')")
    with pytest.raises(CannotUpdateError, match="every open shop has sold"):
        update_star(warehouse, PLAN_WITH_OPEN, update.contents, build_number=1, log=print)


def test_rows_that_did_not_change_are_not_looked_up_in_a_large_table(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed, "WRITTEN_WHOLE", 100)
    warehouse.execute(f"create table main.open as {OPEN.code}")
    warehouse.execute("insert into main.open values (7, true)")
    warehouse.execute("insert into landing.names values ('b', 7, 'shop 7')")
    before = {**_known(warehouse, PLAN_WITH_OPEN), "landing.names": Content("0-0", 0)}
    warehouse.execute("insert into landing.names values ('c', 8, 'closed')")
    warehouse.execute("begin transaction")
    with pytest.raises(CannotUpdateError, match="every open shop has sold"):
        update_star(warehouse, PLAN_WITH_OPEN, before, build_number=1, log=print)
    warehouse.execute("rollback")
    monkeypatch.setattr(updating, "LARGE_ROWS", 0)
    monkeypatch.setattr(updating, "MUCH_LARGER", 1)
    update = update_star(warehouse, PLAN_WITH_OPEN, before, build_number=1, log=print)
    assert "open.sold" in {one.unique_id for one in update.outcome.nodes}


def test_what_nobody_refers_to_may_go(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = _known(warehouse)
    warehouse.execute("delete from landing.names where shop = 3")
    assert "names" in _changed(_update(warehouse, before))


def test_two_rows_of_one_key_are_found_where_one_is_allowed(warehouse: duckdb.DuckDBPyConnection) -> None:
    twice = replace(PLAN.nodes["by_day"], code=f"{PLAN.nodes['by_day'].code} union all select date '2024-03-01', 1")
    before = _known(warehouse)
    _deliver(warehouse, (100, 0, "2024-03-01", 5))
    with pytest.raises(CannotUpdateError, match="day is unique"):
        update_star(warehouse, replace(PLAN, nodes={**PLAN.nodes, "by_day": twice}), before, build_number=1, log=print)


def test_keys_that_changed_lead_from_one_content_to_another(warehouse: duckdb.DuckDBPyConnection) -> None:
    contents = [_known(warehouse)]
    for number, day in enumerate(("2024-01-01", "2024-01-02"), start=1):
        _deliver(warehouse, (100 + number, 0, day, 3), delivery=str(number))
        contents.append(dict(update_star(warehouse, PLAN, contents[-1], build_number=number, log=print).contents))
    words = [content["by_day"].in_words for content in contents]
    by_day = ("main", "by_day")

    def between(then: str, now: str) -> list[tuple[object, ...]] | None:
        found = changed_keys.keys_between(warehouse, {by_day: (then, now)}).get(by_day)
        if found is None:
            return None
        return warehouse.execute(
            f"select day::varchar from {found.place} where list_contains(?, build_number) order by 1",
            [list(found.builds)],
        ).fetchall()

    assert between(words[0], words[2]) == [("2024-01-01",), ("2024-01-02",)]
    assert between(words[1], words[2]) == [("2024-01-02",)]
    assert between(words[2], words[0]) is None
    assert between("other", words[2]) is None
    changed_keys.forget_keys(warehouse)
    assert between(words[0], words[2]) is None


def test_days_of_rows_that_changed_are_noted_beside_their_keys_as_they_were_and_are(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    last = _node(
        "last",
        'select shop, max(day) as day from "memory"."main"."newest" group by shop',
        "newest",
        by=Keyed(key=("shop",), by={"newest": ("shop",)}, found_by=("day",)),
    )
    plan = _with(warehouse, last)
    before = _known(warehouse, plan)
    _deliver(warehouse, (100, 1, "2024-03-01", 3), (101, 9, "2025-01-01", 3))
    after = update_star(warehouse, plan, before, build_number=7, log=print).contents
    contents = {("main", "last"): (before["last"].in_words, after["last"].in_words)}
    (found,) = changed_keys.keys_between(warehouse, contents).values()
    assert (found.columns, found.days, found.builds) == (("shop",), ("day",), (7,))
    assert warehouse.execute(f"select shop, day::varchar from {found.place} order by all").fetchall() == [
        (1, "2024-01-05"),
        (1, "2024-03-01"),
        (9, "2025-01-01"),
    ]


def test_a_large_table_whose_rows_are_not_compared_is_built_by_key_too(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "HASHED_ROWS", 3)
    before = _known(warehouse)
    assert not before["newest"].says_rows
    _deliver(warehouse, (100, 0, "2024-01-01", 3))
    update = update_star(warehouse, PLAN, before, build_number=1, log=print)
    assert update.by_key == set(KEYED)
    assert update.contents["newest"] != before["newest"]
    assert update.contents["newest"].row_count == before["newest"].row_count


@dataclass
class PlainConfig:
    """The configuration of a model that has none but what it says of its keys."""

    meta: dict[str, object]
    materialized: str = "table"
    pre_hook: tuple[str, ...] = ()
    post_hook: tuple[str, ...] = ()
    grants: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    persist_docs: Mapping[str, bool] = field(default_factory=dict)
    contract: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(enforced=False))

    def get(self, name: str) -> object:
        return self.extra.get(name)


def _manifest(**said: object) -> tuple[list[SimpleNamespace], dict[str, object]]:
    """Return what dbt says of a build of one model, and its manifest."""
    node = SimpleNamespace(
        unique_id="model.e.told",
        resource_type="model",
        name="told",
        alias="told",
        schema="main",
        language="sql",
        compiled_code="select 1",
        relation_name='"memory"."main"."told"',
        depends_on=SimpleNamespace(nodes=["model.e.newest", "model.e.names"]),
        columns={},
        constraints=[],
        description="",
        config=PlainConfig(meta={"keyed": said}),
    )
    nodes = {
        f"model.e.{name}": {"name": name, "resource_type": "model", "config": {"materialized": how}}
        for name, how in {"newest": "ephemeral", "names": "ephemeral", "told": "table"}.items()
    }
    return [SimpleNamespace(node=node)], {"nodes": nodes, "sources": {}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"key": ["shop"], "by": {"sold": ["shop"]}}, "speaks of 'sold', which is no model or source"),
        ({"key": ["shop"], "by": {"newest": ["shop", "day"]}}, "as many columns as the key"),
        (
            {"key": ["shop"], "through": {"names": {"newest": {"shop": "shop"}}}},
            "looked up from those in meta.keyed.by",
        ),
        ({"key": ["shop"], "where": {"names": "shop > 1"}}, "in meta.keyed.where inputs are those in meta.keyed.by"),
        ({"key": ["shop"], "across": {}}, "meta.keyed has no across"),
        (
            {"key": ["shop"], "of": {"newest": ["shop"], "names": ["shop", "name"]}, "together": ["newest", "names"]},
            "in meta.keyed.together inputs are those in meta.keyed.of",
        ),
        ({"key": ["shop"], "of": {"newest": ["shop"]}, "together": ["names"]}, "together inputs are those in"),
        ({"key": ["shop"], "by": {"newest": ["shop"]}, "once": True}, "once is said of what is made of inputs"),
        (
            {"key": ["shop"], "by": {"newest": ["shop"]}, "beside": {"names": ["shop"]}, "summed": ["sales"]},
            "summed is said of what is made of one input",
        ),
    ],
)
def test_what_a_model_says_of_its_keys_has_to_make_sense(said: dict[str, object], words: str) -> None:
    results, manifest = _manifest(**said)
    with pytest.raises(ValueError, match=words):
        plan_of(results, manifest, fingerprint="a")


@pytest.fixture
def kept_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep plans apart from those of the project, as if its fingerprint were a."""
    monkeypatch.setattr(plan_module, "PLAN", tmp_path / "target" / "plan.json")
    monkeypatch.setattr(plan_module, "project_fingerprint", lambda: "a")


SAID: list[tuple[dict[str, Any], Keyed]] = [
    (
        {
            "key": ["shop"],
            "by": {"newest": ["shop"]},
            "through": {"names": {"newest": {"shop": "shop"}}, "told": {"newest": [{"a": "shop"}, {"a": "day"}]}},
            "turning": {"told": "shop > 1"},
            "where": {"newest": "shop > 2"},
            "found_by": ["day"],
        },
        Keyed(
            key=("shop",),
            by={"model.e.newest": ("shop",)},
            through={
                "model.e.names": {"model.e.newest": ({"shop": "shop"},)},
                "model.e.told": {"model.e.newest": ({"a": "shop"}, {"a": "day"})},
            },
            turning={"model.e.told": "shop > 1"},
            where={"model.e.newest": "shop > 2"},
            found_by=("day",),
        ),
    ),
    (
        {"key": ["shop"], "by": {"newest": ["shop"]}, "summed": ["sales", "amount"]},
        Keyed(key=("shop",), by={"model.e.newest": ("shop",)}, summed=("sales", "amount")),
    ),
    (
        {"key": ["id"], "of": {"newest": ["shop"], "names": ["name"]}, "together": ["newest", "names"]},
        Keyed(
            key=("id",),
            of={"model.e.newest": ("shop",), "model.e.names": ("name",)},
            together=("model.e.newest", "model.e.names"),
        ),
    ),
]


@pytest.mark.usefixtures("kept_plans")
@pytest.mark.parametrize(("said", "meant"), SAID, ids=["looked up", "summed", "together"])
def test_a_plan_that_is_read_again_says_the_same_of_keys(said: dict[str, Any], meant: Keyed) -> None:
    results, manifest = _manifest(**said)
    plan = plan_of(results, manifest, fingerprint="a")
    assert plan is not None
    write_plan(plan, fingerprint="a")
    assert prepare_plan() == plan
    assert plan.nodes["model.e.told"].keyed == meant


PYTHON = """
class dbtObj:
    def __init__(self, load):
        self.ref = lambda name: load(f'"memory"."main"."{name}"')
        self.this = '"memory"."main"."totals"'

"""
SHOPS_IN_PYTHON = """
def model(dbt, session):
    return dbt.ref("newest").aggregate("shop, sum(amount)::bigint as amount").arrow()
"""
TOTALS_IN_PYTHON = """
def model(dbt, session):
    return dbt.ref("by_shop").aggregate("'all' as of, sum(amount)::bigint as amount, 0::bigint as updates").arrow()


def update(dbt, session, before, after):
    was = session.query(f"select amount, updates from {dbt.this}").fetchone()
    sums = [rows("by_shop").aggregate("coalesce(sum(amount), 0)::bigint").fetchone()[0] for rows in (before, after)]
    return session.query(
        f"select 'all' as of, {was[0] - sums[0] + sums[1]}::bigint as amount, {was[1] + 1}::bigint as updates"
    ).arrow()
"""


def _in_python() -> Plan:
    by_shop = _node("by_shop", PYTHON + SHOPS_IN_PYTHON, "newest", by=Keyed(key=("shop",), by={"newest": ("shop",)}))
    totals = replace(_node("totals", PYTHON + TOTALS_IN_PYTHON, "by_shop", "names"), follows=("by_shop",))
    nodes = {one.unique_id: replace(one, language="python") for one in (by_shop, totals)}
    return replace(PLAN, nodes={**PLAN.nodes, **nodes})


def test_models_in_python_are_made_by_key_and_follow_what_changed(warehouse: duckdb.DuckDBPyConnection) -> None:
    plan = _in_python()
    for node in list(plan.nodes.values())[-2:]:
        with given_by_python(warehouse, node.name, node.code):
            warehouse.execute(f"create table main.{node.name} as from given_by_python")
    by_shop = "from by_shop order by shop"
    sums = "select shop, sum(amount) from newest group by shop order by shop"
    total = "select 'all', sum(amount), $1::bigint from newest"
    known = _known(warehouse, plan)
    _deliver(warehouse, (90, 1, "2024-01-01", 500), (91, 7, "2024-01-09", 3), delivery="b")
    warehouse.execute("insert into landing.names values ('b', 7, 'shop 7')")
    update = _update(warehouse, known, plan)
    assert "by_shop" in update.by_key
    assert warehouse.execute(by_shop).fetchall() == warehouse.execute(sums).fetchall()
    # names changed, too, which it does not follow: it is made of all
    assert warehouse.execute("from totals").fetchall() == warehouse.execute(total, [0]).fetchall()
    _deliver(warehouse, (92, 7, "2024-01-09", 4), (93, 2, "2024-01-02", 5), delivery="c")
    again = _update(warehouse, {**known, **update.contents}, plan)
    assert "by_shop" in again.by_key
    assert warehouse.execute(by_shop).fetchall() == warehouse.execute(sums).fetchall()
    assert warehouse.execute("from totals").fetchall() == warehouse.execute(total, [1]).fetchall()


@pytest.mark.parametrize(
    ("language", "follows"), [("sql", ["newest"]), ("python", ["sold"]), ("python", ["newest", "sold"])]
)
def test_only_a_model_in_python_follows_and_only_what_it_reads(language: str, follows: list[str]) -> None:
    results, manifest = _manifest(key=["day"], by={"newest": ["day"]})
    results[0].node.config.meta["follows"] = follows
    results[0].node.language = language
    with pytest.raises(ValueError, match=r"meta\.follows"):
        plan_of(results, manifest, fingerprint="a")


@pytest.mark.usefixtures("kept_plans")
def test_a_plan_that_is_read_again_says_the_same_of_what_is_followed() -> None:
    results, manifest = _manifest(key=["day"], by={"newest": ["day"]})
    results[0].node.config.meta["follows"] = ["newest", "names"]
    results[0].node.language = "python"
    plan = plan_of(results, manifest, fingerprint="a")
    assert plan is not None
    write_plan(plan, fingerprint="a")
    assert prepare_plan() == plan
    assert plan.nodes["model.e.told"].follows == ("model.e.newest", "model.e.names")


def test_what_is_put_into_code_is_not_looked_at_again() -> None:
    places = {'"a"."b"': '(from "c"."d" where false)', '"c"."d"': '(from "a"."b")'}
    assert keyed._replaced('from "a"."b" union all from "c"."d"', places) == (
        'from (from "c"."d" where false) union all from (from "a"."b")'
    )


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ([(2020, "a"), (2020, "b")], [(2020, "a", 1), (2020, "b", 2)]),
        ([(2020, "a"), (2021, "b")], [(2020, "a", 1), (2021, "b", 4)]),
        ([(2021, "a")], [(2021, "a", 3)]),
        ([(None, "a")], [(None, "a", 5)]),
        ([(None, "a"), (2021, "b")], [(None, "a", 5), (2021, "b", 4)]),
        ([], []),
    ],
)
def test_rows_of_keys_are_found_though_a_column_of_which_all_hold_the_same_is_not_compared(
    keys: list[tuple[int | None, str]], found: list[tuple[int | None, str, int]]
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table sold (year integer, what varchar, number integer)")
        rows = [(2020, "a", 1), (2020, "b", 2), (2021, "a", 3), (2021, "b", 4), (None, "a", 5)]
        connection.executemany("insert into sold values (?, ?, ?)", rows)
        connection.execute("create table wanted (year integer, what varchar)")
        for key in keys:
            connection.execute("insert into wanted values (?, ?)", key)
        query = keyed.with_keys(connection, "sold", ("year", "what"), "wanted")
        assert connection.execute(f"from {query} order by number").fetchall() == sorted(found, key=lambda row: row[2])
