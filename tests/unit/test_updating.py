"""What an update builds, what it leaves alone, and what it leaves to a whole build."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion import database
from orchestration.settings import Settings
from orchestration.transformation import builds, keyed, star, updating
from orchestration.transformation.building import BuildOutcome
from orchestration.transformation.plan import Plan, PlannedNode, PlannedSource, PlannedTest
from orchestration.transformation.project import project_fingerprint
from orchestration.transformation.updating import (
    CannotUpdateError,
    Content,
    contents_of_sources,
    contents_of_tables,
    read_contents,
    update_star,
    write_contents,
)

PYTHON = """
class dbtObj:
    def __init__(self, load):
        self.ref = lambda name: load("main." + name)


def model(dbt, session):
    return dbt.ref("even").aggregate("count(*) as how_many").arrow()
"""


def node(name: str, code: str, *reads: str, kind: str = "table", language: str = "sql") -> PlannedNode:
    return PlannedNode(
        unique_id=name, name=name, schema="main", table=name, kind=kind, language=language, code=code, depends_on=reads
    )


PLAN = Plan(
    fingerprint="a",
    nodes={
        one.unique_id: one
        for one in (
            node("numbers", "select number from landing.numbers", "landing.numbers", kind="view"),
            node("even", "select number from numbers where number % 2 = 0 order by number", "numbers"),
            node("total", "select sum(number)::bigint as total from even", "even"),
            node("counted", PYTHON, "even", language="python"),
        )
    },
    tests=(
        PlannedTest(
            unique_id="even.not_null",
            words="number is never empty",
            code="select * from even where number is null",
            is_warning=False,
            speaks_of=("even",),
            depends_on=("even",),
            broken_where="number is null",
        ),
        PlannedTest(
            unique_id="total.small",
            words="the total is below a thousand",
            code="select * from total where total >= 1000",
            is_warning=False,
            speaks_of=("total",),
            depends_on=("total",),
            broken_where=None,
        ),
        PlannedTest(
            unique_id="total.tiny",
            words="the total is below a hundred",
            code="select * from total where total >= 100",
            is_warning=True,
            speaks_of=("total",),
            depends_on=("total",),
            broken_where=None,
        ),
    ),
    sources=(PlannedSource(unique_id="landing.numbers", schema="landing", table="numbers"),),
)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema landing")
        connection.execute("create table landing.numbers as select 'a' as _delivery_id, unnest([2, 3, 4]) as number")
        connection.execute("create view numbers as select number from landing.numbers")
        connection.execute("create table even (number integer not null)")
        connection.execute("insert into even from (select number from numbers where number % 2 = 0)")
        connection.execute("comment on column even.number is 'An even one; ''quoted'''")
        connection.execute("create table total as select sum(number)::bigint as total from even")
        connection.execute("create table counted as select 2::bigint as how_many")
        yield connection


def known(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    return {**contents_of_sources(connection, PLAN), **contents_of_tables(connection, PLAN)}


def deliver(connection: duckdb.DuckDBPyConnection, *numbers: int | None, delivery: str = "b") -> None:
    connection.execute("insert into landing.numbers select ?, unnest(?)", [delivery, list(numbers)])


def changed(update: updating.Update) -> set[str]:
    return {one.unique_id for one in update.outcome.nodes if one.kind == "model"}


def _tests_run(update: updating.Update) -> set[str]:
    return {one.unique_id for one in update.outcome.nodes if one.kind == "test"}


def test_what_reads_nothing_new_is_left_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    update = update_star(warehouse, PLAN, known(warehouse), build_number=1, log=print)
    assert (changed(update), _tests_run(update), update.looked_at) == (set(), set(), 0)


def test_a_table_that_comes_to_the_same_rows_stops_the_update(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = known(warehouse)
    deliver(warehouse, 5, 7)
    update = update_star(warehouse, PLAN, before, build_number=1, log=print)
    assert (changed(update), _tests_run(update), update.looked_at) == (set(), set(), 1)


@pytest.mark.parametrize(("numbers", "are_written_again"), [((6, 8), False), ((6, 8, 10, 12, 14), True)])
def test_of_a_table_that_changes_only_rows_that_differ_are_written_where_they_are_few(
    warehouse: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    numbers: tuple[int, ...],
    are_written_again: bool,
) -> None:
    monkeypatch.setattr(keyed, "WRITTEN_WHOLE", 0)
    monkeypatch.setattr(keyed, "MOST_OF_A_TABLE", 0.5)
    deliver(warehouse, 2, delivery="twice")  # rows that are alike are counted
    warehouse.execute("insert into even values (2)")
    before, rows = known(warehouse), warehouse.execute("select number, rowid from even").fetchall()
    warehouse.execute("delete from landing.numbers where _delivery_id = 'a' and number = 4")
    deliver(warehouse, *numbers)
    update = update_star(warehouse, PLAN, before, build_number=1, log=print)
    assert changed(update) == {"even", "total", "counted"}
    now = warehouse.execute("select number, rowid from even").fetchall()
    assert sorted(number for number, _ in now) == sorted([2, 2, *numbers])
    assert (set(rows) & set(now) == set()) is are_written_again
    found = contents_of_tables(warehouse, PLAN)
    assert all(update.contents[name] == found[name] for name in ("even", "total", "counted"))


def test_what_reads_something_new_is_built_and_tested(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = known(warehouse)
    deliver(warehouse, 6, 100)
    update = update_star(warehouse, PLAN, before, build_number=1, log=print)
    assert changed(update) == {"even", "total", "counted"}
    assert _tests_run(update) == {test.unique_id for test in PLAN.tests}
    assert warehouse.execute("select total, how_many from total, counted").fetchall() == [(112, 4)]
    (warned,) = [one for one in update.outcome.nodes if one.status == "warn"]
    assert warned.unique_id == "total.tiny"
    again = update_star(warehouse, PLAN, update.contents, build_number=1, log=print)
    assert again.looked_at == 0


def test_a_table_keeps_its_comments_and_constraints(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most in (updating.HASHED_ROWS, 0):  # exchanged row by row, and written anew
        monkeypatch.setattr(updating, "HASHED_ROWS", most)
        before = known(warehouse)
        deliver(warehouse, 8, delivery=f"at most {most}")
        assert "even" in changed(update_star(warehouse, PLAN, before, build_number=1, log=print))
        assert warehouse.execute(
            "select comment, is_nullable from duckdb_columns() where table_name = 'even'"
        ).fetchall() == [("An even one; 'quoted'", False)]


@pytest.mark.parametrize(
    ("arrives", "why"),
    [((2000,), "a test fails: the total is below a thousand"), ((10**6, None), "the total is below a thousand")],
)
def test_a_test_that_fails_takes_the_update_back(
    warehouse: duckdb.DuckDBPyConnection, arrives: tuple[int | None, ...], why: str
) -> None:
    before = known(warehouse)
    deliver(warehouse, *arrives)
    warehouse.execute("begin transaction")
    with pytest.raises(CannotUpdateError, match=why):
        update_star(warehouse, PLAN, before, build_number=1, log=print)
    warehouse.execute("rollback")
    assert warehouse.execute("select total from total").fetchall() == [(6,)]


def test_a_row_that_breaks_a_constraint_or_cannot_be_computed_needs_a_whole_build(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    before = known(warehouse)
    deliver(warehouse, 2147483646, 2147483646)
    faulty = Plan(
        PLAN.fingerprint,
        {**PLAN.nodes, "total": node("total", "select 'a'::bigint as total from even", "even")},
        PLAN.tests,
        PLAN.sources,
    )
    with pytest.raises(CannotUpdateError, match=r'"main"\."total": Conversion Error'):
        update_star(warehouse, faulty, before, build_number=1, log=print)


def test_a_table_with_other_columns_needs_a_whole_build(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = known(warehouse)
    deliver(warehouse, 6)
    warehouse.execute("alter table total alter total type varchar")
    with pytest.raises(CannotUpdateError, match="other columns"):
        update_star(warehouse, PLAN, before, build_number=1, log=print)


def test_contents_are_those_of_one_build(warehouse: duckdb.DuckDBPyConnection) -> None:
    contents = known(warehouse)
    write_contents(warehouse, PLAN, contents, build_number=3)
    assert read_contents(warehouse, build_number=3) == contents
    assert read_contents(warehouse, build_number=4) is None


@pytest.mark.parametrize(
    "now",
    [{"a": 3, "b": 2, "c": 1}, {"a": 3, "b": 2}, {"a": 3}, {"a": 3, "b": 5, "c": 1}, {}],
    ids=["one more", "the same", "one less", "another number", "none"],
)
def test_of_deliveries_that_were_noted_only_what_differs_is_noted(
    warehouse: duckdb.DuckDBPyConnection, now: dict[str, int]
) -> None:
    noted, changed = Content("then", 5, {"a": 3, "b": 2}), Content("now", 6, now)
    then = {"landing.numbers": noted, "total": Content("one", 1)}
    write_contents(warehouse, PLAN, then, build_number=1)
    rows = set(warehouse.execute("select rowid from ops.built_deliveries").fetchall())
    contents = {**then, "landing.numbers": changed}
    write_contents(warehouse, PLAN, contents, build_number=2, before=then)
    found = read_contents(warehouse, build_number=2)
    assert found == contents
    assert found["landing.numbers"].deliveries == now
    kept = rows & set(warehouse.execute("select rowid from ops.built_deliveries").fetchall())
    assert kept == (rows if noted.deliveries.items() <= now.items() else set())


@pytest.mark.parametrize("have_passed", [True, False])
@pytest.mark.parametrize("other", ["models", "contracts", None])
def test_the_first_refresh_after_a_change_of_models_or_contracts_builds_everything(
    other: str | None, have_passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(raw=tmp_path / "raw", home=tmp_path / "home")
    settings.warehouse.parent.mkdir(parents=True)
    plan = Plan(project_fingerprint(), {"fixed": node("fixed", "select 2 as number")}, (), ())
    with duckdb.connect(str(settings.warehouse)) as connection:
        database.create_tables(connection, {})
        connection.execute("insert into ops.contracts (fingerprint) values ('as it was')")
        build = builds.begin_build(connection, run_id="a", inputs=builds.inputs_of_build(connection), is_whole=True)
        builds.end_build(connection, build, before=None, failures=(), models_built=1, tests_passed=1)
        write_contents(connection, plan, {"fixed": Content("as it was", 1)}, build_number=build.number)
        if other == "contracts":
            connection.execute("update ops.contracts set fingerprint = 'another'")
        connection.execute("insert into ops.deliveries (delivery_id, status) values ('a', 'new')")
    monkeypatch.setattr(star, "prepare_plan", lambda **_: plan)
    if other == "models":
        monkeypatch.setattr(builds, "project_fingerprint", lambda: "another")
    said: list[str] = []

    def run_unit_tests(*_: object, **__: object) -> tuple[()]:
        said.append("unit tests")
        return ()

    def build_star(*_: object, **options: object) -> BuildOutcome:
        said.append(f"dbt, {'with' if options['unit_tests'] else 'without'} unit tests")
        return BuildOutcome(nodes=(), seconds=0.0)

    monkeypatch.setattr(star, "run_unit_tests", run_unit_tests)
    monkeypatch.setattr(star, "stand_unit_tests", lambda: have_passed)
    monkeypatch.setattr(star, "build_star", build_star)
    refreshed = star.refresh_star(settings, run_id="b")
    assert refreshed.build.method == (builds.UPDATE if other is None else builds.WHOLE)
    # models are judged anew, by their unit tests, only where readers have seen others and nobody has judged these
    assert said == (["unit tests"] if other == "models" and not have_passed else [])
    assert star.refresh_star(settings, run_id="c").was_built is False
    star.refresh_star(settings, run_id="d", force=True)
    assert said[-1] == ("dbt, without unit tests" if have_passed else "dbt, with unit tests")


def _update_and_die(path: str) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("begin transaction")
        update = update_star(
            connection, PLAN, read_contents(connection, build_number=1) or {}, build_number=1, log=print
        )
        write_contents(connection, PLAN, update.contents, build_number=2)
        assert connection.execute("select total from total").fetchall() == [(14,)]
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_leaves_tables_and_ledger_as_they_were(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "warehouse.duckdb"
    write_contents(warehouse, PLAN, known(warehouse), build_number=1)
    warehouse.execute(f"attach '{path}' as copied")
    warehouse.execute("copy from database memory to copied")
    warehouse.execute("insert into copied.landing.numbers values ('b', 8)")
    warehouse.execute("detach copied")
    process = multiprocessing.get_context("spawn").Process(target=_update_and_die, args=(str(path),))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with duckdb.connect(str(path)) as connection:
        before = read_contents(connection, build_number=1)
        assert before is not None
        assert connection.execute("select total from total").fetchall() == [(6,)]
        assert update_star(connection, PLAN, before, build_number=1, log=print).contents["total"] != before["total"]
