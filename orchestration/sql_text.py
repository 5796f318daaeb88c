"""Names and values as SQL text, for the few statements that take no parameters.

Belongs here: quoting. Does not belong here: any statement. Wherever DuckDB or PostgreSQL take a parameter, bind it.
"""

from __future__ import annotations

from pathlib import Path


def quoted(identifier: str) -> str:
    """Return a name as both DuckDB and PostgreSQL quote it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """Return a constant of the code, or a path, as SQL text; never what a file holds."""
    return "'" + str(value).replace("'", "''") + "'"
