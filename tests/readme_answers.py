"""The questions of the README and the answers printed under them: found, asked again, and written as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

_BLOCK = re.compile(r"```sql\n(?P<sql>.*?)```\n(?P<answer>\n(?:\|[^\n]*\|\n)+)?", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One query of the page, with the table under it (empty where there is none)."""

    sql: str
    answer: str


def questions(page: str) -> Sequence[Question]:
    """Find the SQL blocks of a page and the Markdown table that follows each."""
    return [Question(match["sql"], (match["answer"] or "").strip()) for match in _BLOCK.finditer(page)]


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the answer as a Markdown table; null is an empty cell."""
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    rows = [["" if value is None else str(value) for value in row] for row in cursor.fetchall()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [names, ["---"] * len(names), *rows])


def with_answers(connection: duckdb.DuckDBPyConnection, page: str) -> str:
    """Return the page with every answer asked anew."""
    return _BLOCK.sub(lambda match: f"```sql\n{match['sql']}```\n\n{ask(connection, match['sql'])}\n", page)
