"""Take out of the writer's database what the project no longer makes.

Belongs here: tables, views and macros of models that are gone. Does not belong here: what is there and how it is built.
dbt leaves them where they are, and a publication would show them for ever, as they were on their last day.
"""

from __future__ import annotations

import duckdb

from orchestration.publication.copying import SCHEMAS
from orchestration.sql_text import quoted
from orchestration.transformation.plan import Plan
from orchestration.transformation.updating import prepare_notes

_FOUND = """
    with noted as (
        select schema_name as schema, table_name as name from ops.built_tables
        where split_part(node, '.', 1) in ('model', 'seed')
    )

    -- views before the tables that they read
    select 'view' as kind, schema_name as schema, view_name as name, 1 as place from duckdb_views()
    where database_name = current_database() and (schema_name, view_name) in (from noted)
    union all
    select 'table', schema_name, table_name, 2 from duckdb_tables()
    where database_name = current_database() and (schema_name, table_name) in (from noted)
    union all
    select distinct if(function_type = 'macro', 'macro', 'macro table'), schema_name, function_name, 0
    from duckdb_functions()
    where database_name = current_database() and not internal and function_type in ('macro', 'table_macro')
        and list_contains(?, schema_name)
    order by place, schema, name
"""


def drop_leftovers(connection: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[str, ...]:
    """Drop what an earlier build noted that is not in the plan, and macros among what is published; return the names.

    Tables that no build noted are somebody else's, and stay.
    """
    prepare_notes(connection)
    made = {(node.schema, node.table) for node in plan.nodes.values()}
    gone = [
        (kind, schema, name)
        for kind, schema, name, _ in connection.execute(_FOUND, [list(SCHEMAS)]).fetchall()
        if (schema, name) not in made
    ]
    for kind, schema, name in gone:
        connection.execute(f"drop {kind} {quoted(schema)}.{quoted(name)}")
    return tuple(f"{schema}.{name}" for _, schema, name in gone)
