"""Read bare delimited text, without header and quotes: one line is one row, and a quote is a letter as any other.

Belongs here: lines, their cells, and whether a file is of this kind at all. Does not belong here: text with quotes
(`delimited`), which knows when to come here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from orchestration.contracts import Dialect
from orchestration.ingestion.readers.signatures import require_text
from orchestration.ingestion.refusal import Refused

FETCH_AGAIN = "fetch it again as published"
LONGEST_ROW = 2_000_000
"""Characters of one row: DuckDB reads lines of up to 2 MiB."""

_ROWS_LOOKED_AT = 100
_BEGINNING_BYTES = 64
_WORDS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}


class Line(NamedTuple):
    """One row of the text; `found` is empty for a good one."""

    raw: str
    cells: tuple[str, ...]
    found: str = ""
    expected: str = ""


def require_rows(path: Path, *, dialect: Dialect, width: int) -> None:
    """Look at the beginning of a file.

    Raises:
        Refused: it is empty, a web page, in another format, or none of its first rows has as many cells as expected.
    """
    require_text(path, advice=FETCH_AGAIN)
    with path.open("rb") as reader:
        head = reader.read(_BEGINNING_BYTES)
    text = head.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if text[:1] == "<":
        raise Refused(f"it is a web page, not data: it begins with {text[:40]!r}", FETCH_AGAIN)
    first = list(islice(lines(path, dialect=dialect, width=width), _ROWS_LOOKED_AT))
    if not first:
        raise Refused("the file is empty", FETCH_AGAIN)
    if all(line.found for line in first):
        raise Refused(
            f"its first row has {first[0].found}, expected {first[0].expected}, separated by "
            f"{_WORDS.get(dialect.delimiter, repr(dialect.delimiter))}",
            "put it into the folder of the feed that it belongs to, or " + FETCH_AGAIN,
        )


def lines(path: Path, *, dialect: Dialect, width: int) -> Iterator[Line]:
    """Return every row that is not empty, judged against the number of columns."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as reader:
        for line in reader:
            if text := line.rstrip("\r\n"):
                yield _line(text, dialect, width)


def _line(text: str, dialect: Dialect, width: int) -> Line:
    if not text.isascii():
        readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if readable != text:
            return Line(readable, (), "bytes that are not UTF-8", "text in UTF-8")
    if len(text) > LONGEST_ROW:
        return Line(text, (), f"a row of {len(text):,} characters", f"at most {LONGEST_ROW:,}")
    cells = text.split(dialect.delimiter)
    if len(cells) != width:
        return Line(text, (), f"{len(cells)} cell{'' if len(cells) == 1 else 's'}", f"{width} cells")
    return Line(text, tuple(cells))
