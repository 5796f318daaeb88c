"""The tables of landing, and how each row says from which file it comes.

Belongs here: their columns, where rows are written, and how they are deleted. Does not belong here: what rows hold.
Every feed has `landing.<table>` with the columns of its contract and `LINEAGE`. Of a feed that is read in bulk that is
a view: its rows lie in `landing_rows.<table>` with the number of their file, and what is the same for all rows of a
file stands once in `ops.landed_files`. To write the same two texts beside each of millions of rows costs more than half
of what the row costs.
"""
# Statements are put together from identifiers of contracts; what files hold is bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

import duckdb

from orchestration.contracts import Contract
from orchestration.sql_text import quoted

ROWS = "landing_rows"
"""The schema of the tables that hold the rows of feeds that are read in bulk."""
_OF_A_ROW = {"_extra": "VARCHAR", "_row_number": "BIGINT"}
OF_A_FILE = {"_delivery_id": "VARCHAR", "_file_sha256": "VARCHAR", "_loaded_at": "TIMESTAMP"}
"""The columns that are the same for all rows of a file."""
LINEAGE = {
    name: (_OF_A_ROW | OF_A_FILE)[name]
    for name in ("_extra", "_delivery_id", "_file_sha256", "_row_number", "_loaded_at")
}
"""The columns that every landing table has behind those of its contract."""

_FEW_FILES = 50
"""Up to so many new files are counted on their own."""


def rows_of(contract: Contract) -> str:
    """Return the table that holds the rows of a feed."""
    return f"{ROWS if contract.is_bulk else 'landing'}.{quoted(contract.table)}"


def create(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Create `landing.<table>` where it is missing; the schemas and the ledger are there."""
    own = {column.name: column.type.duckdb_type for column in contract.columns}
    if not contract.is_bulk:
        con.execute(f"create table if not exists {rows_of(contract)} ({_listed(own | LINEAGE)})")
        return
    con.execute(
        f"create table if not exists {rows_of(contract)} ({_listed(own | _OF_A_ROW | {'_file_number': 'INTEGER'})})"
    )
    con.execute(
        f"create view if not exists landing.{quoted(contract.table)} as {_shown(own | LINEAGE, rows_of(contract))}"
    )


def shown(con: duckdb.DuckDBPyConnection, table: str, rows: str) -> str:
    """Return a query for what `landing.<table>`, a view, shows of some rows of the table behind it."""
    columns = con.execute(f"from landing.{quoted(table)} limit 0").description
    return _shown([name for name, *_ in columns], rows)


def _shown(columns: Iterable[str], rows: str) -> str:
    cells = ", ".join(
        f"files.{quoted(name.removeprefix('_'))} as {quoted(name)}" if name in OF_A_FILE else f"landed.{quoted(name)}"
        for name in columns
    )
    files = "join ops.landed_files as files on landed._file_number = files.file_number"
    return f"select {cells} from {rows} as landed {files}"


def number_file(con: duckdb.DuckDBPyConnection, *, delivery_id: str, sha256: str, loaded_at: datetime) -> int:
    """Note a file of which nothing has landed yet, and return its number."""
    rows = con.execute(
        """
        insert into ops.landed_files
        select coalesce(max(file_number), 0) + 1, $delivery_id, $sha256, $loaded_at from ops.landed_files
        returning file_number
        """,
        {"delivery_id": delivery_id, "sha256": sha256, "loaded_at": loaded_at},
    ).fetchall()
    return int(rows[0][0])


def count_file(con: duckdb.DuckDBPyConnection, contract: Contract, *, delivery_id: str, sha256: str) -> int:
    """Return how many rows of a file are in landing, of a feed that is read in bulk."""
    rows = con.execute(
        f"""
        select count(*) from {rows_of(contract)} where _file_number = (
            select file_number from ops.landed_files where delivery_id = $delivery_id and file_sha256 = $sha256
        )
        """,
        {"delivery_id": delivery_id, "sha256": sha256},
    ).fetchall()
    return int(rows[0][0])


def number_batch(con: duckdb.DuckDBPyConnection, *, loaded_at: datetime) -> None:
    """Note those files of a batch that have no number yet: a part of a file may have landed before the rest."""
    con.execute(
        """
        insert into ops.landed_files
        select (select coalesce(max(file_number), 0) from ops.landed_files) + row_number() over (order by _file_no),
               delivery_id, sha256, $loaded_at
        from batch_files anti join ops.landed_files as landed
            on batch_files.delivery_id = landed.delivery_id and batch_files.sha256 = landed.file_sha256
        """,
        {"loaded_at": loaded_at},
    )


def delete(con: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], delivery_ids: Sequence[str]) -> None:
    """Delete the rows of some deliveries, which have none in tables of other contracts."""
    ids = {"ids": list(delivery_ids)}
    for contract in contracts:
        condition = "_delivery_id in (select unnest($ids::varchar[]))"
        if contract.is_bulk:
            files = "select file_number from ops.landed_files where delivery_id in (select unnest($ids::varchar[]))"
            condition = f"_file_number in ({files})"
        con.execute(f"delete from {rows_of(contract)} where {condition}", ids)
    if any(contract.is_bulk for contract in contracts):
        con.execute("delete from ops.landed_files where delivery_id in (select unnest($ids::varchar[]))", ids)


def counted_by_delivery(
    con: duckdb.DuckDBPyConnection,
    table: str,
    *,
    is_view: bool,
    known: Mapping[str, int] | None = None,
    loaded: Set[str] = frozenset(),
) -> dict[str, int]:
    """Return the number of rows of each delivery in `landing.<table>`.

    In the rows behind a view files are counted, and each is then looked up once. `known` are the numbers as they were,
    `loaded` the deliveries that are in the ledger: where none of those that are known has gone, and those that are new
    make up for all rows beyond these, no other rows are read.
    """
    if not is_view:
        rows = f"landing.{quoted(table)}"
        counted = f"select _delivery_id, count(*) from {rows}"
        if known and known.keys() <= loaded:
            # rows are only ever added at the end, unless a delivery goes: the last that was known lies where it lay
            there = sum(known.values())
            end = dict(con.execute(f"{counted} where rowid >= $1 group by _delivery_id", [there - 1]).fetchall())
            (total,) = con.execute(f"select count(*) from {rows}").fetchall()[0]
            last = end.keys() & known.keys()
            if len(last) == 1 and end.pop(*last) == 1 and there + sum(end.values()) == total:
                return {**known, **end}
        return dict(con.execute(f"{counted} group by _delivery_id").fetchall())
    rows = f"{ROWS}.{quoted(table)}"
    if known:
        (total,) = con.execute(f"select count(*) from {rows}").fetchall()[0]
        files = con.execute(
            "select file_number from ops.landed_files where delivery_id not in (select unnest($1::varchar[]))",
            [list(known)],
        ).fetchmany(_FEW_FILES + 1)
        if len(files) <= _FEW_FILES:
            new = _counted_by_file(con, rows, [number for (number,) in files])
            if sum(known.values()) + sum(new.values()) == total:
                return {**known, **new}
    return _counted_by_file(con, rows)


def _counted_by_file(con: duckdb.DuckDBPyConnection, rows: str, numbers: Sequence[int] | None = None) -> dict[str, int]:
    """Return the number of rows of each delivery, of these files or of all; row groups without them are not read."""
    if numbers is not None and not numbers:
        return {}
    within = "true" if numbers is None else f"_file_number in ({', '.join(str(int(number)) for number in numbers)})"
    return dict(
        con.execute(
            f"""
            select files.delivery_id, cast(sum(landed.row_count) as bigint)
            from (select _file_number, count(*) as row_count from {rows} where {within} group by _file_number) as landed
            join ops.landed_files as files on landed._file_number = files.file_number
            group by files.delivery_id
            """
        ).fetchall()
    )


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Drop all of landing, views before what they read."""
    found = con.execute(
        """
        select 'view', schema_name, view_name from duckdb_views()
        where database_name = current_database() and schema_name in ('landing', 'landing_rows')
        union all
        select 'table', schema_name, table_name from duckdb_tables()
        where database_name = current_database() and schema_name in ('landing', 'landing_rows')
        order by 1 desc, 2, 3
        """
    ).fetchall()
    for kind, schema, name in found:
        con.execute(f"drop {'view' if kind == 'view' else 'table'} {quoted(schema)}.{quoted(name)}")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
