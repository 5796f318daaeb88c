"""The seeds: small CSV files of decisions that no library takes.

Belongs here: reading them, and the validity ranges that they state. Every seed has a column `comment` with the
source or the reason; it is for people and is not loaded.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "seeds"
BEGINNING = date(1, 1, 1)
"""Valid from the first day that DuckDB and Python can both write: no beginning is stated."""
FOREVER = date(9999, 12, 31)

Row = Mapping[str, str]


def read_seed(name: str) -> list[Row]:
    """Return the rows of the seed `name`, every cell as text.

    Raises:
        ValueError: a row has more or fewer cells than the header.
    """
    path = FOLDER / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path.name}, line {number}: {len(row)} cells, the header has {len(header)}")
    return [dict(zip(header, row, strict=True)) for row in rows]


def valid_from(row: Row) -> date:
    """Return the first day of a row's validity; an empty cell is the beginning."""
    return date.fromisoformat(row["valid_from"]) if row["valid_from"] else BEGINNING


def valid_to(row: Row) -> date:
    """Return the day after a row's validity; an empty cell is open."""
    return date.fromisoformat(row["valid_to"]) if row["valid_to"] else FOREVER
