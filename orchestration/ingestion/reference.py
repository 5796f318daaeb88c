"""Load the reference tables of countries, when they differ from those that are loaded.

Belongs here: tables into schema `reference`. Does not belong here: what they say (`orchestration.countries`).
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from orchestration import countries
from orchestration.ingestion.database import transaction
from orchestration.sql_text import quoted


def load_reference(con: duckdb.DuckDBPyConnection, *, log: Callable[[str], None]) -> bool:
    """Replace the reference tables whole, and say whether that was needed."""
    current = countries.fingerprint()
    loaded = con.execute("select fingerprint from ops.reference_fingerprint").fetchall()
    if loaded == [(current,)]:
        return False
    tables = countries.reference_tables()
    with transaction(con):
        for name, rows in tables.items():
            con.register("arriving_reference", rows)
            statement = f"create or replace table reference.{quoted(name)} as select * from arriving_reference"  # noqa: S608
            con.execute(statement)
            con.unregister("arriving_reference")
        con.execute("delete from ops.reference_fingerprint")
        con.execute("insert into ops.reference_fingerprint values ($fingerprint)", {"fingerprint": current})
    log(f"Reference tables of countries: {', '.join(f'{name} {rows.num_rows:,}' for name, rows in tables.items())}")
    return True
