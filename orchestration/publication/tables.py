"""What is said of the tables of a publication while it is made.

Belongs here: plain descriptions. Does not belong here: copying tables (`copying`) or writing them as files (`parquet`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedTable:
    """One table of a publication."""

    schema: str
    name: str
    row_count: int
    content: str | None = None
    """What it holds, in the words of the ledger of builds; None where that is not known."""

    @property
    def parquet(self) -> str:
        """The name of its Parquet file, or of the folder of such files that a large table is."""
        return f"{self.schema}.{self.name}.parquet"


@dataclass(frozen=True)
class Exchange:
    """How a table differs from what it was in the publication before, in tables of a database in memory."""

    columns: tuple[str, ...]
    """The key: rows that share its values changed together."""
    keys: str
    """The name of the table of these keys."""
    gone: str
    """Of their rows as they were: `row_id` in the database before, and the column that files are parted by, if any."""
    come: str
    """Their rows as they are; a view, where they are many."""
    within: str
    """A condition of `given` that all rows of these keys meet, so that others need not be held against them."""
    rows_before: int
    """How many rows the whole table had."""
