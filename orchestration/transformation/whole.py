"""Build and test everything by running what dbt compiled, as dbt would run it, without what dbt costs.

Belongs here: how a table, view, seed or table function comes about. Does not belong here: what the SQL says (dbt), and
what follows when something fails: dbt then builds everything itself, and tells it in full.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import duckdb

from orchestration.ingestion.database import transaction
from orchestration.sql_text import literal, quoted
from orchestration.transformation.building import PROGRESS_SECONDS, BuildOutcome
from orchestration.transformation.plan import Plan, PlannedNode
from orchestration.transformation.project import DBT_PROJECT
from orchestration.transformation.python_models import given_by_python
from orchestration.transformation.updating import CannotUpdateError, built_outcome, run_tests


def build_whole(connection: duckdb.DuckDBPyConnection, plan: Plan, *, log: Callable[[str], None]) -> BuildOutcome:
    """Build all tables and views of the plan anew, each in a transaction of its own, and run all tests.

    Raises:
        CannotUpdateError: a test fails, a table is not what its contract says, or the SQL of something fails.
    """
    started = said = time.monotonic()
    for schema in sorted({node.schema for node in plan.nodes.values()}):
        connection.execute(f"create schema if not exists {quoted(schema)}")
    nodes = []
    for node in plan.nodes.values():
        at = time.monotonic()
        with transaction(connection):
            _build(connection, node)
        nodes.append(built_outcome(node, seconds=time.monotonic() - at))
        if time.monotonic() - said >= PROGRESS_SECONDS:
            said = time.monotonic()
            log(f"{len(nodes)} tables and views built …")
    log(f"{len(nodes)} tables and views built in {time.monotonic() - started:.0f} s; {len(plan.tests)} tests are run.")
    tests = run_tests(connection, plan, plan.tests)
    return BuildOutcome(nodes=(*nodes, *tests), seconds=time.monotonic() - started, plan=plan)


def _build(connection: duckdb.DuckDBPyConnection, node: PlannedNode) -> None:
    place = node.qualified
    try:
        if node.kind == "seed":
            connection.execute(f"create or replace table {place} ({_declared(node)})")
            path = str(DBT_PROJECT / node.code)
            connection.execute(f"copy {place} from {literal(path)} (format csv, header true, delimiter ',')")
        elif node.kind == "view":
            connection.execute(f"create or replace view {place} as (\n{node.code}\n)")
            _compare_with_contract(connection, node, f"from {place}")
        elif node.kind == "table_function":
            parameters = ", ".join(node.parameters)
            connection.execute(f"create or replace function {place} ({parameters}) as table (\n{node.code}\n)")
        elif node.language == "python":
            with given_by_python(connection, node.name, node.code):
                connection.execute(f"create or replace table {place} as from given_by_python")
        elif not node.columns:
            connection.execute(f"create or replace table {place} as (\n{node.code}\n)")
        else:
            connection.execute(f"create or replace table {place} ({_declared(node)})")
            _compare_with_contract(connection, node, node.code)
            names = ", ".join(quoted(column.name) for column in node.columns)
            connection.execute(f"insert into {place} ({names}) select {names} from (\n{node.code}\n)")  # noqa: S608
        _say_what_it_is(connection, node)
    except duckdb.Error as error:
        raise CannotUpdateError(f"{place}: {error}") from error


def _declared(node: PlannedNode) -> str:
    return ", ".join(
        f"{quoted(column.name)} {column.type}{' not null' if column.is_required else ''}" for column in node.columns
    )


def _compare_with_contract(connection: duckdb.DuckDBPyConnection, node: PlannedNode, query: str) -> None:
    """Hold the columns that a query gives against those that a model promises, as dbt does: their order is free."""
    if not node.columns:
        return
    given = _columns(connection, query)
    empty = ", ".join(f"cast(null as {column.type}) as {quoted(column.name)}" for column in node.columns)
    promised = _columns(connection, f"select {empty}")
    if given != promised:
        different = sorted({*given.items()} ^ {*promised.items()})
        raise CannotUpdateError(f"{node.qualified} has other columns than its contract: {different}")


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe (\n{query}\n)").fetchall()}


def _say_what_it_is(connection: duckdb.DuckDBPyConnection, node: PlannedNode) -> None:
    """Leave the descriptions of a model in the database."""
    if node.comment is not None:
        kind = "view" if node.kind == "view" else "table"
        connection.execute(f"comment on {kind} {node.qualified} is {literal(node.comment)}")
    for column in node.columns:
        if column.comment is not None:
            connection.execute(f"comment on column {node.qualified}.{quoted(column.name)} is {literal(column.comment)}")
