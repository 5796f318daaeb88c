"""The first rows of a table as Markdown, for the history of a run.

Belongs here: what a cell looks like there. Does not belong here: which table is shown.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from orchestration.sql_text import quoted

LONGEST_CELL = 80
MOST_COLUMNS = 12


def markdown(frame: pd.DataFrame) -> str:
    """Return a frame as a Markdown table; a cell may hold anything, so what would end it is escaped."""
    cells = frame.astype(object).where(frame.notna(), "").map(_cell)
    return str(cells.to_markdown(index=False))


def first_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str, *, rows: int = 5) -> str | None:
    """Return the first rows of a table, as they are sorted on the disk, or None where it is empty."""
    frame = connection.sql(f"from {quoted(schema)}.{quoted(table)}").limit(rows).df()
    if frame.empty:
        return None
    shown = frame.iloc[:, :MOST_COLUMNS]
    more = len(frame.columns) - len(shown.columns)
    return markdown(shown) + (f"\n\nand {more} more columns" if more else "")


def harmless(text: str) -> str:
    """Return text of others as Markdown shows it letter by letter: no HTML, no links, no pictures, no end of a cell."""
    flat = " ".join(text.split("\n")).replace("\r", " ")
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), ("[", "\\["), ("`", "\\`"), ("|", "\\|")):
        flat = flat.replace(sign, instead)
    return flat


def _cell(cell: object) -> str:
    text = str(cell)
    return harmless(text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…")
