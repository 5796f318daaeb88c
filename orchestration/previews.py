"""The first rows of a table as Markdown, for the history of a run.

Belongs here: what a cell looks like there. Does not belong here: which table is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
from tabulate import tabulate

from orchestration.sql_text import quoted

LONGEST_CELL = 80
MOST_COLUMNS = 12


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as a Markdown table; a cell may hold anything, so what would end it is escaped."""
    return tabulate([[_cell(cell) for cell in row] for row in rows], headers=columns, tablefmt="pipe")


def first_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str, *, rows: int = 5) -> str | None:
    """Return the first rows of a table, as they are sorted on the disk, or None where it is empty."""
    relation = connection.sql(f"from {quoted(schema)}.{quoted(table)}").limit(rows)
    found = relation.fetchall()
    if not found:
        return None
    names = relation.columns
    more = len(names) - MOST_COLUMNS
    shown = markdown(names[:MOST_COLUMNS], [row[:MOST_COLUMNS] for row in found])
    return shown + (f"\n\nand {more} more columns" if more > 0 else "")


def harmless(text: str) -> str:
    """Return text of others as Markdown shows it letter by letter: no HTML, no links, no pictures, no end of a cell."""
    flat = " ".join(text.split("\n")).replace("\r", " ")
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), ("[", "\\["), ("`", "\\`"), ("|", "\\|")):
        flat = flat.replace(sign, instead)
    return flat


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return harmless(text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")
