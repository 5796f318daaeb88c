"""Run a model in Python on a connection, as dbt's adapter does.

Belongs here: what a model in Python is given, and what it gives. Does not belong here: when it runs (`updating`,
`keyed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa


@contextmanager
def given_by_python(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    code: str,
    *,
    places: Mapping[str, str] | None = None,
    changed: Mapping[str, tuple[str, str]] | None = None,
) -> Iterator[None]:
    """Have the rows of a model in a view of the name given_by_python; `code` is what dbt compiled of it.

    `places` are names or queries in brackets to read from in place of tables, as the code calls them. With `changed`,
    of the inputs that the model follows, by name, the rows that changed as they were and as they are, `update` runs.
    """
    # it holds the model and what that may refer to
    module: dict[str, Any] = {"__name__": name}
    exec(compile(code, f"{name}.py", "exec"), module)  # noqa: S102 - code of the project
    within = module["dbtObj"](lambda table: connection.query(f"from {(places or {}).get(table, table)}"))
    if changed is None:
        given = module["model"](within, connection)
    else:
        before, after = (lambda one, at=at: connection.query(f"from {changed[one][at]}") for at in (0, 1))
        given = module["update"](within, connection, before, after)
    # what is still to be fetched from this connection would wait for it for ever
    if isinstance(given, duckdb.DuckDBPyRelation):
        given = given.to_arrow_table()
    elif isinstance(given, pa.RecordBatchReader):
        given = given.read_all()
    connection.register("given_by_python", given)
    try:
        yield
    finally:
        connection.unregister("given_by_python")
