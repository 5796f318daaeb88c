"""Bring the star up to date by building only what changed, and testing only what that touches.

Belongs here: what is affected by what arrived, and running the compiled SQL of that. Does not belong here: what the
SQL says (dbt), or when to build whole (`star`). A table is built again where something that it reads has changed; where
that gives the same rows, what reads it stays as it is. The caller puts all of it into one transaction, so that a
process that is killed leaves the tables as they were. Whatever does not go as planned, a failing test above all, is
left to a whole build by dbt, which tells it in full.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import duckdb

from orchestration.ingestion.landing import ROWS, counted_by_delivery
from orchestration.publication.copying import SCHEMAS
from orchestration.sql_text import literal, quoted
from orchestration.transformation.building import BuildOutcome, NodeOutcome
from orchestration.transformation.changed_keys import note_keys
from orchestration.transformation.keyed import DELIVERY, Deltas, NotByKeyError, with_keys
from orchestration.transformation.plan import Plan, PlannedNode, PlannedTest
from orchestration.transformation.python_models import given_by_python

HASHED_ROWS = 5_000_000
"""Up to this size a table is compared with what it was; a larger one that is built again counts as changed."""

LARGE_ROWS = 100_000
"""From this size on it may cost less to find what changed in a table that refers to one than to look all of it up."""

MUCH_LARGER = 10
"""So many times larger is the one of two tables that it costs less to find what changed in the other."""

HOLDING_ROWS = ("table", "view", "seed")
TESTS_IN_ONE_QUERY = 24
PROGRESS_SECONDS = 5.0
NEXT = "next_content"
CHANGED = "changed "

Columns: TypeAlias = Mapping[tuple[str, str], Mapping[str, str]]
"""Types by column, of tables and views by (schema, name)."""

Hashes: TypeAlias = tuple[int, int, int]
"""Of some rows: how many, and two sums over their hashes."""

_DDL = """
    create schema if not exists ops;
    create table if not exists ops.built_tables
        (node VARCHAR, schema_name VARCHAR, table_name VARCHAR, fingerprint VARCHAR, row_count BIGINT,
        build_number BIGINT);
    create table if not exists ops.built_deliveries (node VARCHAR, delivery_id VARCHAR, row_count BIGINT)
"""


class CannotUpdateError(Exception):
    """Only a build with less of a short cut will do; the message says why."""


class FailingTestError(CannotUpdateError):
    """A test fails, as it would in any build: dbt tells it in full."""


@dataclass(frozen=True)
class Content:
    """What a table held when a build was over."""

    fingerprint: str
    """The same rows give the same one, in whatever order; of a view or a large table: one for each time it changed."""
    row_count: int
    deliveries: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Rows of each delivery, of a table of landing that something is built from by key."""

    @property
    def in_words(self) -> str:
        """Fingerprint and number of rows, as readers of the notes of builds compare them."""
        return f"{self.fingerprint} {self.row_count}"

    @property
    def says_rows(self) -> bool:
        """Whether two of the same fingerprint, and only those, hold the same rows."""
        return not self.fingerprint.startswith(CHANGED)

    def after(self, *, came: Hashes, went: Hashes = (0, 0, 0)) -> Content:
        """Return what a table holds that held this, when rows came and others went."""
        rows = self.row_count - went[0] + came[0]
        if not self.says_rows:
            return Content(_token(), rows)
        total, folded = map(int, self.fingerprint.split("-"))
        return Content(f"{total - went[1] + came[1]}-{folded ^ went[2] ^ came[2]}", rows)


@dataclass(frozen=True)
class Update:
    """What an update did."""

    outcome: BuildOutcome
    """The tables that hold something else now, and the tests that were run."""
    contents: Mapping[str, Content]
    """The content of every table and source as it is now, by unique id."""
    looked_at: int
    """How many tables were built to see whether they change."""
    by_key: frozenset[str]
    """Those of which only the rows of some keys were built, by unique id."""


def prepare_notes(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the tables in which builds note what they made."""
    connection.execute(_DDL)


def read_contents(connection: duckdb.DuckDBPyConnection, *, build_number: int) -> Mapping[str, Content] | None:
    """Return what the tables held after the build of this number, or None where that was not noted."""
    prepare_notes(connection)
    rows = connection.execute("select node, fingerprint, row_count, build_number from ops.built_tables").fetchall()
    if not rows or any(row[3] != build_number for row in rows):
        return None
    deliveries: dict[str, dict[str, int]] = {}
    for node, delivery_id, row_count in connection.execute("from ops.built_deliveries").fetchall():
        deliveries.setdefault(node, {})[delivery_id] = row_count
    return {node: Content(fingerprint, row_count, deliveries.get(node, {})) for node, fingerprint, row_count, _ in rows}


def contents_by_name(connection: duckdb.DuckDBPyConnection, *, build_number: int) -> Mapping[tuple[str, str], str]:
    """Return fingerprints of what tables and views held after the build of this number, by (schema, table)."""
    prepare_notes(connection)
    rows = connection.execute(
        """
        select schema_name, table_name, fingerprint || ' ' || row_count from ops.built_tables
        where build_number = ? and schema_name is not null
        """,
        [build_number],
    ).fetchall()
    return {(schema, table): content for schema, table, content in rows}


def write_contents(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    contents: Mapping[str, Content],
    *,
    build_number: int,
    before: Mapping[str, Content] | None = None,
) -> None:
    """Note what the tables hold after the build of this number; of deliveries what is not noted `before`, if given."""
    places = {
        **{source.unique_id: (source.schema, source.table) for source in plan.sources},
        **{node.unique_id: (node.schema, node.table) for node in plan.nodes.values()},
    }
    prepare_notes(connection)
    connection.execute("delete from ops.built_tables")
    connection.execute(
        """
        insert into ops.built_tables
        select
            unnest($1::varchar[]), unnest($2::varchar[]), unnest($3::varchar[]), unnest($4::varchar[]),
            unnest($5::bigint[]), $6
        """,
        [
            list(contents),
            [places[unique_id][0] for unique_id in contents],
            [places[unique_id][1] for unique_id in contents],
            [content.fingerprint for content in contents.values()],
            [content.row_count for content in contents.values()],
            build_number,
        ],
    )
    if before is None:
        connection.execute("delete from ops.built_deliveries")
    for unique_id, content in contents.items():
        noted = before[unique_id].deliveries if before and unique_id in before else {}
        if not noted.items() <= content.deliveries.items():
            connection.execute("delete from ops.built_deliveries where node = ?", [unique_id])
            noted = {}
        new = {delivery: rows for delivery, rows in content.deliveries.items() if delivery not in noted}
        if new:
            connection.execute(
                "insert into ops.built_deliveries select $1, unnest($2::varchar[]), unnest($3::bigint[])",
                [unique_id, list(new), list(new.values())],
            )


def contents_of_sources(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    before: Mapping[str, Content] | None = None,
    *,
    columns: Columns | None = None,
) -> Mapping[str, Content]:
    """Return what the tables that the ingestion writes hold now, of which it may be known what they held before.

    `columns` are those of all tables, where the caller knows them. What a delivery holds never changes, so that its id
    and the number of its rows stand for the rows of landing.
    """
    columns = columns or _columns(connection)
    before = before or {}
    keyed = plan.keyed_inputs
    loaded = frozenset[str]()
    if before and ("ops", "deliveries") in columns:
        ids = connection.execute("select delivery_id from ops.deliveries where status = 'loaded'").fetchall()
        loaded = frozenset(one for (one,) in ids)
    contents = dict[str, Content]()
    for source in plan.sources:
        if (source.schema, source.table) not in columns:
            continue
        if source.schema != "landing" or DELIVERY not in columns[source.schema, source.table]:
            contents[source.unique_id] = _content(connection, source.qualified)
            continue
        was = before.get(source.unique_id)
        counted = counted_by_delivery(
            connection,
            source.table,
            is_view=(ROWS, source.table) in columns,
            known=was.deliveries if was else None,
            loaded=loaded,
        )
        contents[source.unique_id] = (
            was
            if was is not None and counted and counted == was.deliveries
            else _content_by_delivery(connection, counted, tells_deliveries=source.unique_id in keyed)
        )
    return contents


def contents_of_tables(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Mapping[str, Content]:
    """Return what the tables and views of the plan hold now."""
    return {
        node.unique_id: Content(_token(), 0) if node.kind == "view" else _content(connection, node.qualified)
        for node in plan.nodes.values()
        if node.kind in HOLDING_ROWS
    }


def update_star(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    before: Mapping[str, Content],
    *,
    build_number: int,
    log: Callable[[str], None],
) -> Update:
    """Build what is affected by what changed since `before`, and run the tests that read it; within a transaction.

    The keys that changed in published tables built by key are noted under `build_number`.

    Raises:
        CannotUpdateError: a test fails, a table has other columns, or something else that only a whole build tells.
    """
    started = time.monotonic()
    columns = _columns(connection)
    sources = contents_of_sources(connection, plan, before, columns=columns)
    if sources.keys() != {source.unique_id for source in plan.sources} or any(
        node.kind in HOLDING_ROWS and node.unique_id not in before for node in plan.nodes.values()
    ):
        raise CannotUpdateError("it is not known what every table was built from")
    changed = {unique_id for unique_id, content in sources.items() if before.get(unique_id) != content}
    contents = {**before, **sources}
    nodes: list[NodeOutcome] = []
    looked_at = 0
    deltas = Deltas(
        connection,
        plan,
        row_counts={unique_id: content.row_count for unique_id, content in before.items()},
        build_number=build_number,
        tested=_beside_a_larger_one(plan, before),
    )
    for unique_id in changed:
        _note_deliveries(deltas, unique_id, before.get(unique_id), sources[unique_id])
        _note_additions(connection, deltas, unique_id, before.get(unique_id), sources[unique_id])
    work = _Work(connection, before, deltas, columns, build_number)
    said = started
    for node in plan.nodes.values():
        if changed.isdisjoint(node.depends_on):
            continue
        if node.kind != "table":
            changed.add(node.unique_id)
            if node.kind in HOLDING_ROWS:
                contents[node.unique_id] = Content(_token(), 0)
            continue
        at = time.monotonic()
        content = work.build(node, frozenset(changed))
        if content is None:
            continue
        looked_at += 1
        if content != before[node.unique_id]:
            changed.add(node.unique_id)
            contents[node.unique_id] = content
            nodes.append(built_outcome(node, seconds=time.monotonic() - at))
        if time.monotonic() - said >= PROGRESS_SECONDS:
            said = time.monotonic()
            log(f"{looked_at} tables built, of which {len(nodes)} changed …")
    tests = [test for test in plan.tests if not changed.isdisjoint(test.depends_on)]
    outcomes = list(run_tests(connection, plan, tests, changed=frozenset(changed), deltas=deltas))
    deltas.drop()
    return Update(
        outcome=BuildOutcome(nodes=(*nodes, *outcomes), seconds=time.monotonic() - started),
        contents=contents,
        looked_at=looked_at,
        by_key=frozenset(work.by_key),
    )


def _beside_a_larger_one(plan: Plan, contents: Mapping[str, Content]) -> frozenset[str]:
    """Return the tables that refer to a much larger one, or that a much larger one refers to."""
    found = set[str]()
    for test in plan.tests:
        if test.relationship is None:
            continue
        both = (test.speaks_of[0], test.relationship.parent)
        for one, other in (both, both[::-1]):
            rows = contents[other].row_count if other in contents else 0
            if one in contents and rows >= max(LARGE_ROWS, MUCH_LARGER * contents[one].row_count):
                found.add(one)
    return frozenset(found)


def _note_deliveries(deltas: Deltas, unique_id: str, before: Content | None, now: Content) -> None:
    """Note what came to landing, where nothing went: rows that are gone no longer say what they were."""
    if before is None or not (now.deliveries or before.deliveries):
        return
    if all(now.deliveries.get(delivery) == rows for delivery, rows in before.deliveries.items()):
        new = [delivery for delivery in now.deliveries if delivery not in before.deliveries]
        deltas.note_deliveries(unique_id, new, DELIVERY, rows=sum(now.deliveries[delivery] for delivery in new))


def _note_additions(
    connection: duckdb.DuckDBPyConnection, deltas: Deltas, unique_id: str, before: Content | None, now: Content
) -> None:
    """Note what came to another source, where its fingerprint shows that what was there before is there as it was."""
    if before is None or not (before.says_rows and now.says_rows) or now.deliveries or before.deliveries:
        return
    if now.row_count > before.row_count:
        deltas.note_additions(
            unique_id,
            rows_before=before.row_count,
            is_so=lambda rows: now == before.after(came=_hashes(connection, rows)[0]),
        )


class _Work:
    """Builds tables on one connection, in the place of those that are there."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: Mapping[str, Content],
        deltas: Deltas,
        columns: Columns,
        build_number: int,
    ):
        self._connection = connection
        self._build_number = build_number
        self._before = before
        self._deltas = deltas
        self._columns = columns
        self.by_key: set[str] = set()

    def build(self, node: PlannedNode, changed: frozenset[str]) -> Content | None:
        """Build a table, and return what it holds; None where what changed is seen to concern none of its rows."""
        columns = self._columns.get((node.schema, node.table))
        if columns is None:
            raise CannotUpdateError(f"{node.qualified} is not there")
        try:
            if self._deltas.is_untouched(node, changed):
                return None
            with suppress(NotByKeyError):
                return self._exchange_keys(node, columns, changed)
            if self._before[node.unique_id].row_count > HASHED_ROWS:
                return self._replace(node)
            return self._compare(node, columns, changed)
        except duckdb.Error as error:
            raise CannotUpdateError(f"{node.qualified}: {error}") from error

    def _exchange_keys(self, node: PlannedNode, columns: Mapping[str, str], changed: frozenset[str]) -> Content:
        """Build the rows of the keys that are concerned, and keep the fingerprint of all rows true."""
        was = self._before[node.unique_id]
        built = self._deltas.build(node, changed, columns=columns)
        self.by_key.add(node.unique_id)
        if built is None:
            return was
        gone, come = _hashes(self._connection, built.delta.before, built.delta.after, columns=list(columns))
        content = was.after(came=come, went=gone)
        if node.schema in SCHEMAS:
            found_by = node.keyed.found_by if node.keyed is not None else ()
            days = [name for name in found_by if columns[name] == "DATE" and name not in built.delta.key]
            note_keys(
                self._connection,
                table=(node.schema, node.table),
                build_number=self._build_number,
                contents=(was.in_words, content.in_words),
                columns=built.delta.key,
                keys=self._deltas.values(built.delta, [*built.delta.key, *days]) if days else built.keys,
                days=days,
            )
        return content

    def _compare(self, node: PlannedNode, columns: Mapping[str, str], changed: frozenset[str]) -> Content:
        """Build beside, and exchange rows where they differ: the table keeps its comments and constraints."""
        self._query(node, f"create or replace temp table {NEXT} as", changed)
        try:
            fresh = self._connection.table(f"temp.{NEXT}")
            found = dict(zip(fresh.columns, map(str, fresh.types), strict=True))
            if found != columns:
                raise CannotUpdateError(f"{node.qualified} has other columns than before")
            content = _content(self._connection, f"temp.{NEXT}", columns=list(columns))
            if content != self._before[node.unique_id]:
                self._deltas.exchange(
                    node.unique_id, node.qualified, f"temp.{NEXT}", list(columns), rows=content.row_count
                )
            return content
        finally:
            self._connection.execute(f"drop table if exists temp.{NEXT}")

    def _replace(self, node: PlannedNode) -> Content:
        """Write a large table once, with the columns and comments that it has; it counts as changed."""
        statement, comment = self._one(
            "select sql, comment from duckdb_tables() where database_name = current_database()"
            " and schema_name = ? and table_name = ?",
            [node.schema, node.table],
        )
        comments = self._connection.execute(
            "select column_name, comment from duckdb_columns() where database_name = current_database()"
            " and schema_name = ? and table_name = ? and comment is not null",
            [node.schema, node.table],
        ).fetchall()
        _, _, definition = statement.partition("(")
        self._connection.execute(f"create or replace table {node.qualified} ({definition}")
        self._query(node, f"insert into {node.qualified} by name")
        if comment:
            self._connection.execute(f"comment on table {node.qualified} is {literal(comment)}")
        for name, words in comments:
            self._connection.execute(f"comment on column {node.qualified}.{quoted(name)} is {literal(words)}")
        (rows,) = self._one(f"select count(*) from {node.qualified}", [])  # noqa: S608 - a name of the manifest
        return Content(_token(), rows)

    def _query(self, node: PlannedNode, beginning: str, changed: frozenset[str] | None = None) -> None:
        """Make the rows of a model; of what it was and what `changed`, where it can and is given that."""
        if node.language != "python":
            self._connection.execute(f"{beginning} (\n{node.code}\n)")
            return
        followed = None if changed is None else self._deltas.followed(node, changed)
        with given_by_python(self._connection, node.name, node.code, changed=followed):
            self._connection.execute(f"{beginning} from given_by_python")

    def _one(self, query: str, parameters: Sequence[object]) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._connection.execute(query, parameters).fetchall()[0]
        return row


def run_tests(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    tests: Sequence[PlannedTest],
    *,
    changed: frozenset[str] = frozenset(),
    deltas: Deltas | None = None,
) -> Iterator[NodeOutcome]:
    """Run tests, those of single rows in one pass over their table.

    With `deltas`, all held before what `changed`: where that is known as rows, those and what they touch are looked at.

    Raises:
        FailingTestError: one fails.
        CannotUpdateError: one cannot be run.
    """
    at = time.monotonic()
    failures: dict[str, int] = {}
    by_row: dict[str, list[PlannedTest]] = {}
    others: list[tuple[PlannedTest, str]] = []
    try:
        for test in tests:
            if test.broken_where is not None and test.speaks_of[0] in plan.nodes:
                by_row.setdefault(test.speaks_of[0], []).append(test)
            elif deltas is None:
                others.append((test, test.code))
            elif (code := _touched(connection, plan, test, changed=changed, deltas=deltas)) is None:
                failures[test.unique_id] = 0
            else:
                others.append((test, code))
        queries = []
        for unique_id, group in by_row.items():
            delta = deltas[unique_id] if deltas is not None else None
            counts = ", ".join(f"count(*) filter (where {test.broken_where})" for test in group)
            rows = delta.after if delta else plan.nodes[unique_id].qualified
            queries.append((group, f"select {counts} from {rows}"))  # noqa: S608
        for start in range(0, len(others), TESTS_IN_ONE_QUERY):
            some = others[start : start + TESTS_IN_ONE_QUERY]
            counts = ",\n".join(f"(select count(*) from (\n{code}\n))" for _, code in some)  # noqa: S608
            queries.append(([test for test, _ in some], f"select {counts}"))
        for group, query in queries:
            counted = connection.execute(query).fetchall()[0]
            failures |= {test.unique_id: found for test, found in zip(group, counted, strict=True)}
    except duckdb.Error as error:
        raise CannotUpdateError(f"a test cannot be run: {error}") from error
    seconds = (time.monotonic() - at) / max(len(tests), 1)
    for test in tests:
        found = failures[test.unique_id]
        if found and not test.is_warning:
            raise FailingTestError(f"a test fails: {test.words}")
        yield NodeOutcome(
            unique_id=test.unique_id,
            name=test.words,
            kind="test",
            status="warn" if found else "pass",
            seconds=seconds,
            failures=found,
            message="",
            speaks_of=test.speaks_of,
            compiled_sql=None,
        )


def _touched(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    test: PlannedTest,
    *,
    changed: frozenset[str],
    deltas: Deltas,
) -> str | None:
    """Return the query of a test over the rows that what changed may have broken; None where there are none."""
    if not test.speaks_of or test.speaks_of[0] not in plan.nodes:
        return test.code
    node = plan.nodes[test.speaks_of[0]]
    delta = deltas[node.unique_id]
    if test.unique_columns and delta is not None:
        if delta.key:  # what is alike in these columns shares a key, and all of that is here
            return test.code.replace(node.in_code, delta.after)
        return test.code.replace(node.in_code, deltas.alike(node.qualified, test.unique_columns, delta.after))
    related = test.relationship
    if related is None:
        return test.code
    rows = []
    if node.unique_id in changed:
        if delta is None:
            return test.code
        rows.append(f"from {delta.after}")
    if related.parent in changed:
        lost = deltas.lost(related.parent, related.fields)
        if lost is None:
            return test.code
        if lost:
            rows.append(f"from {with_keys(connection, node.qualified, related.columns, lost, named=related.fields)}")
    if not rows:
        return None
    return test.code.replace(node.in_code, f"({' union all by name '.join(rows)})")


def built_outcome(node: PlannedNode, *, seconds: float) -> NodeOutcome:
    """Return the outcome of a node that was built."""
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.name,
        kind="seed" if node.kind == "seed" else "model",
        status="success",
        seconds=seconds,
        failures=None,
        message="",
        speaks_of=(),
        compiled_sql=None,
    )


def _columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Return the types of the columns of all tables and views, in their order."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        """
        select schema_name, table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database() and not internal
        order by schema_name, table_name, column_index
        """
    ).fetchall():
        found.setdefault((schema, table), {})[column] = kind
    return found


def _content(connection: duckdb.DuckDBPyConnection, table: str, *, columns: Sequence[str] | None = None) -> Content:
    """Return the number of rows, and two sums over the hashes of all rows: neither asks for an order."""
    if columns is None:
        (rows,) = connection.execute(f"select count(*) from {table}").fetchall()[0]  # noqa: S608
        if rows > HASHED_ROWS:
            return Content(_token(), rows)
    ((rows, total, folded),) = _hashes(connection, table, columns=columns)
    return Content(f"{total}-{folded}", rows)


def _hashes(connection: duckdb.DuckDBPyConnection, *tables: str, columns: Sequence[str] | None = None) -> list[Hashes]:
    """Return of each table the number of rows, and two sums over the hashes of all rows."""
    listed = "*" if columns is None else ", ".join(quoted(column) for column in columns)
    queries = (
        f"""
        select {place}, count(*), coalesce(sum(hash(whole_row)), 0), coalesce(bit_xor(hash(whole_row)), 0)
        from (select {listed} from {table}) as whole_row
        """  # noqa: S608
        for place, table in enumerate(tables)
    )
    found = sorted(connection.execute(" union all ".join(queries)).fetchall())
    return [(rows, int(total), int(folded)) for _, rows, total, folded in found]


def _content_by_delivery(
    connection: duckdb.DuckDBPyConnection, rows_of: Mapping[str, int], *, tells_deliveries: bool
) -> Content:
    given = [list(rows_of), list(rows_of.values())]
    rows, total, folded = connection.execute(
        """
        select sum(row_count), sum(hash(whole_row)), bit_xor(hash(whole_row))
        from (select unnest($1::varchar[]) as _delivery_id, unnest($2::bigint[]) as row_count) as whole_row
        """,
        given,
    ).fetchall()[0]
    return Content(f"{total}-{folded}", rows or 0, dict(rows_of) if tells_deliveries else {})


def _token() -> str:
    """A fingerprint that nothing else has."""
    return f"{CHANGED}{uuid.uuid4().hex}"
