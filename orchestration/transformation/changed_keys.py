"""Which keys of a published table changed with which build, so that a publication need not look at the rest.

Belongs here: the notes of updates on their keys, kept until everything is built anew. Does not belong here: finding the
keys (`keyed`), or bringing a copy up to date (`publication`).
"""
# The names are those of tables of the project; values are bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.sql_text import quoted

_DDL = """
    create schema if not exists ops;
    create table if not exists ops.changed_keys
        (schema_name VARCHAR, table_name VARCHAR, build_number BIGINT, was VARCHAR, became VARCHAR, columns VARCHAR[]);
    alter table ops.changed_keys add column if not exists days VARCHAR[]
"""


@dataclass(frozen=True)
class ChangedKeys:
    """The keys that changed in a table from one content to another."""

    columns: tuple[str, ...]
    place: str
    """The table that holds them, in the writer's database."""
    builds: tuple[int, ...]
    """The builds that changed them: values of its column `build_number`."""
    days: tuple[str, ...] = ()
    """Columns with days of the rows that changed, as they were and are: others need not be looked at."""


def note_keys(
    connection: duckdb.DuckDBPyConnection,
    *,
    table: tuple[str, str],
    build_number: int,
    contents: tuple[str, str],
    columns: Sequence[str],
    keys: str,
    days: Sequence[str] = (),
) -> None:
    """Note that a build changed only these keys of a (schema, table), and what that held (before, after).

    `keys` is a table of the key's `columns`, and of `days` that the rows of these keys have, or had.
    """
    connection.execute(_DDL)
    place = _place(table)
    connection.execute(f"create table if not exists {place} as select *, 0 as build_number from {keys} where false")
    connection.execute(f"insert into {place} by name select *, $1 as build_number from {keys}", [build_number])
    connection.execute(
        """
        insert into ops.changed_keys by name
        select
            $1 as schema_name, $2 as table_name, $3 as build_number, $4 as was, $5 as became,
            $6::varchar[] as columns, $7::varchar[] as days
        """,
        [*table, build_number, *contents, list(columns), list(days)],
    )


def forget_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all notes: everything was built anew, and may be in another order."""
    connection.execute(_DDL)
    for table in connection.execute("select distinct schema_name, table_name from ops.changed_keys").fetchall():
        connection.execute(f"drop table if exists {_place(table)}")
    connection.execute("delete from ops.changed_keys")


def keys_between(
    connection: duckdb.DuckDBPyConnection, contents: Mapping[tuple[str, str], tuple[str, str]]
) -> Mapping[tuple[str, str], ChangedKeys]:
    """Return the changed keys, by (schema, table), of those that came from one content to the other by keys alone."""
    connection.execute(_DDL)
    steps: dict[tuple[str, str], list[tuple[int, str, str, tuple[str, ...], tuple[str, ...]]]] = {}
    for schema, table, number, was, became, columns, days in connection.execute(
        """
        select schema_name, table_name, build_number, was, became, columns, coalesce(days, [])
        from ops.changed_keys order by build_number
        """
    ).fetchall():
        steps.setdefault((schema, table), []).append((number, was, became, tuple(columns), tuple(days)))
    found = {}
    for table, (then, now) in contents.items():
        at, builds, key, key_days = then, list[int](), tuple[str, ...](), tuple[str, ...]()
        for number, was, became, columns, days in steps.get(table, ()):
            if was == at and at != now:
                at, key, key_days = became, columns, days
                builds.append(number)
        if builds and at == now:
            found[table] = ChangedKeys(key, _place(table), tuple(builds), key_days)
    return found


def _place(table: tuple[str, str]) -> str:
    return f"ops.{quoted('changed_keys_of_' + '_'.join(table))}"
