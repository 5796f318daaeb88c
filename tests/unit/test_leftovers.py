"""What the project no longer makes goes; what no build noted stays."""

import duckdb

from orchestration.transformation.leftovers import drop_leftovers
from orchestration.transformation.plan import Plan, PlannedNode
from orchestration.transformation.updating import prepare_notes


def _node(name: str, *, kind: str = "table", schema: str = "main") -> PlannedNode:
    return PlannedNode(
        unique_id=f"model.e.{name}",
        name=name,
        schema=schema,
        table=name,
        kind=kind,
        language="sql",
        code="",
        depends_on=(),
    )


def test_what_no_model_makes_any_more_is_dropped_and_nothing_else() -> None:
    plan = Plan(
        fingerprint="a", nodes={"now": _node("now"), "ask": _node("ask", kind="table_function")}, tests=(), sources=()
    )
    with duckdb.connect() as connection:
        prepare_notes(connection)
        connection.execute(
            """
            create schema landing; create schema intermediate; create schema mine;
            create table landing.facts (a integer);
            create table main.now (a integer); create table main.gone (a integer);
            create view intermediate.gone_view as from main.gone;
            create table main.of_somebody (a integer);
            create macro main.ask(a) as table select a; create macro main.asked(a) as table select a;
            create macro main.twice(a) as a * 2; create macro mine.thrice(a) as a * 3;
            insert into ops.built_tables by name
            select unnest(['source.e.landing.facts', 'model.e.now', 'model.e.gone', 'model.e.gone_view']) as node,
                unnest(['landing', 'main', 'main', 'intermediate']) as schema_name,
                unnest(['facts', 'now', 'gone', 'gone_view']) as table_name
            """
        )
        gone = ("main.asked", "main.twice", "intermediate.gone_view", "main.gone")
        assert drop_leftovers(connection, plan) == gone
        assert connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name <> 'ops' order by all"
        ).fetchall() == [("landing.facts",), ("main.now",), ("main.of_somebody",)]
        assert connection.execute("select view_name from duckdb_views() where not internal").fetchall() == []
        assert connection.execute(
            "select function_name from duckdb_functions() where not internal order by all"
        ).fetchall() == [("ask",), ("thrice",)]
        assert drop_leftovers(connection, plan) == ()


def test_a_new_database_has_none() -> None:
    with duckdb.connect() as connection:
        assert drop_leftovers(connection, Plan(fingerprint="a", nodes={}, tests=(), sources=())) == ()
