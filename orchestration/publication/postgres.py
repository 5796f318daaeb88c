"""Copy the current publication into a PostgreSQL server, for tools that cannot open a file.

Belongs here: the server's schemas, and how they are switched. Does not belong here: what is published. The copy is
built in schemas of its own, then takes the place of the former one by renames in one transaction; a copy that fails
leaves the former one as it was.

    <schema>            the star            <schema>_evidence            its lineage
    <schema>__next      being built         <schema>__old_<oid>          the former one, until nobody reads it
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import duckdb

from orchestration.publication.store import DATABASE, PublicationStore
from orchestration.settings import Settings
from orchestration.sql_text import literal, quoted

URL = "ENTENTE_POSTGRES_URL"
SCHEMA = "ENTENTE_POSTGRES_SCHEMA"
READER_ROLE = "ENTENTE_POSTGRES_READER_ROLE"
PACKAGE = "duckdb-extension-postgres-scanner"

LONGEST_NAME = 63
"""Bytes of a PostgreSQL identifier; the server cuts off what is longer, without an error."""
MARK = "Entente publication "
"""How the comment of a schema of ours begins; what stands in another schema is never touched."""

SWITCH_ATTEMPTS = 60
LOCK_MILLISECONDS = 400
"""How long one attempt may keep new queries waiting; below PostgreSQL's deadlock_timeout of 1 s, so that a reader
never is the one to fail."""
PAUSE_SECONDS = 1.0

_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("TINYINT", "UTINYINT"), "SMALLINT"),
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), "DECIMAL(38, 0)"),
    **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "TIMESTAMP"),
    **{
        kind: kind
        for kind in (
            *("BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR", "BLOB", "UUID"),
            *("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
        )
    },
}
"""What PostgreSQL takes for each type of DuckDB; decimals stay, anything else goes over as JSON text."""

_logger = logging.getLogger(__name__)


class PostgresError(RuntimeError):
    """The publication was not copied to the server, which still has the former copy."""


class PostgresBusyError(PostgresError):
    """Queries ran on the former copy for so long that it could not be switched; another attempt may succeed."""


@dataclass(frozen=True, kw_only=True)
class PostgresTarget:
    """The server and the schema that hold the copy."""

    url: str = field(repr=False)
    """A connection string of libpq. What it leaves out, libpq takes from its `PG*` variables and password file."""
    schema: str = "entente"
    reader_role: str | None = None
    """A role that is given the right to read every table."""

    def __post_init__(self) -> None:
        longest = f"{self.schema}_evidence__old_4294967295"
        if len(longest.encode()) > LONGEST_NAME:
            raise PostgresError(f"{SCHEMA}={self.schema} is too long: {LONGEST_NAME} bytes must hold {longest}.")

    @classmethod
    def from_environment(cls) -> PostgresTarget | None:
        """Return the server that `ENTENTE_POSTGRES_URL` names, or None where it is not set."""
        url = os.environ.get(URL)
        if not url:
            return None
        return cls(
            url=url,
            schema=os.environ.get(SCHEMA) or "entente",
            reader_role=os.environ.get(READER_ROLE) or None,
        )

    @property
    def schemas(self) -> Mapping[str, str]:
        """The server's schema for each of the publication's."""
        return {"main": self.schema, "evidence": f"{self.schema}_evidence"}

    def without_secrets(self, words: str) -> str:
        """Return an error's text without the connection string and its password: DuckDB repeats both."""
        words = words.replace(self.url, f"the server of {URL}")
        for secret in sorted(_secrets(self.url), key=len, reverse=True):
            words = words.replace(secret, "***")
        return words


@dataclass(frozen=True, kw_only=True)
class PostgresCopy:
    """What copying came to."""

    publication_id: str
    is_new: bool
    """False where the server had this publication already."""
    schema: str
    table_count: int
    row_count: int
    seconds: float


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    comment: str | None
    columns: tuple[tuple[str, str, str | None], ...]
    """Name, type, comment."""


def copy_to_postgres(
    settings: Settings, target: PostgresTarget, *, force: bool = False, log: Callable[[str], None] = _logger.info
) -> PostgresCopy:
    """Copy what readers of `serving/` see now to the server, unless it is there already, and switch to it.

    Raises:
        PostgresError: nothing is published, the server cannot be reached or refuses, or others built on the copy.
    """
    started = time.monotonic()
    folder = PublicationStore(settings.serving).current_folder()
    if folder is None:
        raise PostgresError("Nothing is published yet; `make warehouse` publishes.")
    with _Server(target, folder / DATABASE) as server:
        tables = server.published_tables()
        is_new = force or server.published_id() != folder.name
        rows = 0
        if is_new:
            server.drop_former()
            server.refuse_what_is_not_ours()
            rows = server.build(tables, publication_id=folder.name, log=log)
            server.switch(tables, log=log)
            server.drop_former(log=log)
            log(f"PostgreSQL has {folder.name} in schema {target.schema}: {len(tables)} tables, {rows:,} rows.")
        else:
            log(f"PostgreSQL has {folder.name} already.")
    return PostgresCopy(
        publication_id=folder.name,
        is_new=is_new,
        schema=target.schema,
        table_count=len(tables),
        row_count=rows,
        seconds=time.monotonic() - started,
    )


class _Server:
    """DuckDB with the publication and the server attached. Use as a context manager."""

    def __init__(self, target: PostgresTarget, database: Path):
        self._target = target
        self._database = database
        self._connection = duckdb.connect(":memory:")

    def __enter__(self) -> _Server:
        try:
            with self._told_without_secrets():
                self._connection.execute("set TimeZone = 'UTC'")
                self._connection.execute(f"load {literal(_extension())}")
                # PostgreSQL's text cannot hold it
                self._connection.execute("set pg_null_byte_replacement = ''")
                self._connection.execute(f"attach {literal(self._database)} as published (read_only)")
                self._connection.execute(f"attach {literal(self._target.url)} as server (type postgres)")
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def published_tables(self) -> tuple[_Table, ...]:
        """Return the tables of the publication."""
        rows = self._connection.execute(
            """
            select tables.schema_name, tables.table_name, tables.comment,
                list((columns.column_name, columns.data_type, columns.comment) order by columns.column_index)
            from duckdb_tables() as tables
            join duckdb_columns() as columns using (database_name, schema_name, table_name)
            where database_name = 'published'
            group by all
            order by all
            """
        ).fetchall()
        tables = tuple(_Table(schema, name, comment, tuple(columns)) for schema, name, comment, columns in rows)
        for table in tables:
            for name in (table.name, *(column for column, _, _ in table.columns)):
                if len(name.encode()) > LONGEST_NAME:
                    raise PostgresError(f"{table.schema}.{table.name}: PostgreSQL would cut off the name {name}.")
        return tables

    def published_id(self) -> str | None:
        """Return the publication that the server has now."""
        comment = self._comments().get(self._target.schema)
        return comment.removeprefix(MARK) if comment is not None and comment.startswith(MARK) else None

    def refuse_what_is_not_ours(self) -> None:
        """Raise where a schema of that name is somebody else's, or where somebody's view stands on the copy."""
        comments = self._comments()
        for schema in self._target.schemas.values():
            if schema in comments and not (comments[schema] or "").startswith(MARK) and self._tables_in(schema):
                raise PostgresError(
                    f"The schema {schema} holds tables that Entente did not make: empty it, or choose another schema "
                    f"with {SCHEMA}. Nothing was changed."
                )
        views = self._ask(
            f"""
            select distinct dependent.oid::regclass::text as view_name
            from pg_depend as edge
            join pg_rewrite as rule on rule.oid = edge.objid
            join pg_class as dependent on dependent.oid = rule.ev_class
            join pg_class as copied on copied.oid = edge.refobjid
            join pg_namespace as schema on schema.oid = copied.relnamespace
            where edge.classid = 'pg_rewrite'::regclass and edge.refclassid = 'pg_class'::regclass
                and dependent.oid <> copied.oid and schema.nspname in ({self._schema_names()})
            order by 1
            """  # noqa: S608
        )
        if views:
            names = ", ".join(str(row[0]) for row in views)
            raise PostgresError(
                f"Views stand on the tables of the copy and would go with it: {names}. Drop them, and make them anew "
                "from queries of the tool. The server has the former copy."
            )

    def build(self, tables: Sequence[_Table], *, publication_id: str, log: Callable[[str], None]) -> int:
        """Write the tables, comments and rights into the schemas being built, and return the number of rows."""
        log(f"Copying {publication_id} to PostgreSQL.")
        rows = 0
        following = [quoted(_next(schema)) for schema in self._target.schemas.values()]
        # what a copy that could not be switched left behind; DuckDB must not remember it
        self._do(f"drop schema if exists {', '.join(following)} cascade")
        self._connection.execute("call pg_clear_cache()")
        with self._transaction():
            for schema in following:
                self._connection.execute(f"create schema server.{schema}")
            for table in tables:
                into = f"{quoted(_next(self._target.schemas[table.schema]))}.{quoted(table.name)}"
                columns = ", ".join(_as_postgres_takes_it(name, kind) for name, kind, _ in table.columns)
                copied = self._connection.execute(
                    f"create table server.{into} as select {columns} "  # noqa: S608
                    f"from published.{quoted(table.schema)}.{quoted(table.name)}"
                ).fetchone()
                rows += copied[0] if copied else 0
            self._do("\n".join([*self._comment_statements(tables, publication_id), *self._grants(tables)]))
        return rows

    def switch(self, tables: Sequence[_Table], *, log: Callable[[str], None]) -> None:
        """Let the schemas that were built take the place of the former ones, all in one transaction.

        Locking the former tables first keeps a query that is being planned from taking one table of each.

        Raises:
            PostgresBusyError: a query held one of the former tables in every attempt.
        """
        for attempt in range(SWITCH_ATTEMPTS):
            try:
                with self._transaction():
                    self._do(self._switch_statements(tables))
            except PostgresError as error:
                if "lock timeout" not in str(error) and "deadlock" not in str(error):
                    raise
                if attempt == 0:
                    log("Waiting for queries that run on the former copy in PostgreSQL.")
                time.sleep(PAUSE_SECONDS)
            else:
                return
        raise PostgresBusyError(
            f"Queries ran on the copy in schema {self._target.schema} for more than {SWITCH_ATTEMPTS} s; "
            "the server has the former copy. Run the job copy_to_postgres again."
        )

    def drop_former(self, *, log: Callable[[str], None] = _logger.info) -> None:
        """Drop former copies; one that is still read stays until the next copy."""
        patterns = " or ".join(
            f"nspname ~ {literal(f'^{re.escape(schema)}__old_[0-9]+$')}" for schema in self._target.schemas.values()
        )
        for (name,) in self._ask(f"select nspname::text from pg_namespace where {patterns} order by 1"):  # noqa: S608
            try:
                with self._transaction():
                    self._do(f"set local lock_timeout = '2s'; drop schema {quoted(str(name))} cascade;")
            except PostgresError as error:
                if "lock timeout" not in str(error):
                    raise
                log(f"The former copy {name} is still read; it goes with the next copy.")

    def _switch_statements(self, tables: Sequence[_Table]) -> str:
        oids = {
            str(name): int(str(oid))
            for name, oid in self._ask(
                f"select nspname::text, oid::bigint from pg_namespace where nspname in ({self._schema_names()})"  # noqa: S608
            )
        }
        former = [
            f"{quoted(schema)}.{quoted(name)}"
            for schema in self._target.schemas.values()
            if schema in oids
            for name in self._tables_in(schema)
        ]
        statements = [f"set local lock_timeout = '{LOCK_MILLISECONDS}ms'"]
        if former:
            statements.append(f"lock table {', '.join(former)} in access exclusive mode")
        for schema in {self._target.schemas[table.schema]: None for table in tables}:
            if schema in oids:
                statements.append(f"alter schema {quoted(schema)} rename to {quoted(f'{schema}__old_{oids[schema]}')}")
            statements.append(f"alter schema {quoted(_next(schema))} rename to {quoted(schema)}")
        return ";\n".join(statements)

    def _comment_statements(self, tables: Sequence[_Table], publication_id: str) -> Iterator[str]:
        for schema in self._target.schemas.values():
            yield f"comment on schema {quoted(_next(schema))} is {literal(MARK + publication_id)};"
        for table in tables:
            name = f"{quoted(_next(self._target.schemas[table.schema]))}.{quoted(table.name)}"
            if table.comment:
                yield f"comment on table {name} is {literal(table.comment)};"
            for column, _, comment in table.columns:
                if comment:
                    yield f"comment on column {name}.{quoted(column)} is {literal(comment)};"
            yield f"analyze {name};"

    def _grants(self, tables: Sequence[_Table]) -> Iterator[str]:
        """Yield the grants of the reader's role, and those to read that others were given on the former copy."""
        if self._target.reader_role is not None:
            for schema in self._target.schemas.values():
                yield f"grant usage on schema {quoted(_next(schema))} to {quoted(self._target.reader_role)};"
                yield (
                    f"grant select on all tables in schema {quoted(_next(schema))} "
                    f"to {quoted(self._target.reader_role)};"
                )
        copied = {(self._target.schemas[table.schema], table.name) for table in tables}
        for granted_in, name, grantee in self._ask(
            f"""
            select schema.nspname::text, null as table_name, granted.grantee::bigint
            from pg_namespace as schema, aclexplode(schema.nspacl) as granted
            where granted.privilege_type = 'USAGE' and granted.grantee <> schema.nspowner
                and schema.nspname in ({self._schema_names()})
            union all
            select schema.nspname::text, copied.relname::text, granted.grantee::bigint
            from pg_class as copied join pg_namespace as schema on schema.oid = copied.relnamespace,
                aclexplode(copied.relacl) as granted
            where granted.privilege_type = 'SELECT' and granted.grantee <> copied.relowner
                and schema.nspname in ({self._schema_names()})
            order by 1, 2 nulls first, 3
            """  # noqa: S608
        ):
            role = quoted(self._role(int(str(grantee)))) if grantee else "public"
            if name is None:
                yield f"grant usage on schema {quoted(_next(str(granted_in)))} to {role};"
            elif (granted_in, name) in copied:
                yield f"grant select on {quoted(_next(str(granted_in)))}.{quoted(str(name))} to {role};"

    def _role(self, oid: int) -> str:
        return str(self._ask(f"select pg_get_userbyid({oid})::text")[0][0])

    def _comments(self) -> Mapping[str, str | None]:
        rows = self._ask(
            f"""
            select nspname::text, obj_description(oid, 'pg_namespace') from pg_namespace
            where nspname in ({self._schema_names()})
            """  # noqa: S608
        )
        return {str(name): None if comment is None else str(comment) for name, comment in rows}

    def _tables_in(self, schema: str) -> tuple[str, ...]:
        rows = self._ask(
            f"select tablename::text from pg_tables where schemaname = {literal(schema)} order by 1"  # noqa: S608
        )
        return tuple(str(row[0]) for row in rows)

    def _schema_names(self) -> str:
        return ", ".join(map(literal, self._target.schemas.values()))

    def _ask(self, sql: str) -> list[tuple[object, ...]]:
        with self._told_without_secrets():
            return self._connection.execute("from postgres_query('server', ?)", [sql]).fetchall()

    def _do(self, sql: str) -> None:
        with self._told_without_secrets():
            self._connection.execute("call postgres_execute('server', ?)", [sql])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin")
        try:
            with self._told_without_secrets():
                yield
                self._connection.execute("commit")
        except BaseException:
            # a failed commit has ended the transaction already
            if self._is_in_transaction():
                self._connection.execute("rollback")
            raise

    def _is_in_transaction(self) -> bool:
        try:
            self._connection.execute("begin")
        except duckdb.TransactionException:
            return True
        self._connection.execute("rollback")
        return False

    @contextmanager
    def _told_without_secrets(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            words = self._target.without_secrets(str(error))
            # not chained: the original repeats the connection string
            raise PostgresError(f"PostgreSQL: {words}\nThe server has the former copy.") from None


def _extension() -> Path:
    """Return the file of DuckDB's extension: it comes in a package, for where no extension host is reached.

    Raises:
        PostgresError: the package is not installed.
    """
    package = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    folders = package.submodule_search_locations if package is not None else None
    found = sorted(Path(folders[0]).rglob("postgres_scanner.duckdb_extension")) if folders else []
    if not found:
        raise PostgresError(
            f"Copying to PostgreSQL needs the package {PACKAGE}=={duckdb.__version__} (extra `postgres`): "
            "pip install 'entente[postgres]', or unset ENTENTE_POSTGRES_URL."
        )
    return found[0]


def _as_postgres_takes_it(name: str, kind: str) -> str:
    if kind in _TYPES:
        wanted = _TYPES[kind]
        return quoted(name) if wanted == kind else f"{quoted(name)}::{wanted} as {quoted(name)}"
    if kind.startswith("DECIMAL"):
        return quoted(name)
    if kind.startswith("ENUM"):
        return f"{quoted(name)}::varchar as {quoted(name)}"
    return f"to_json({quoted(name)})::varchar as {quoted(name)}"


def _next(schema: str) -> str:
    return f"{schema}__next"


def _secrets(url: str) -> set[str]:
    """Return the password of a connection string, in each way it may be written."""
    found = {match["quoted"] or match["bare"] for match in _PASSWORD.finditer(url)}
    if "://" in url:
        parts = urlsplit(url)
        found |= {parts.password or "", *parse_qs(parts.query).get("password", [])}
    return {form for secret in found if secret for form in (secret, unquote(secret))}


_PASSWORD = re.compile(r"\bpassword\s*=\s*(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s&]+))")
