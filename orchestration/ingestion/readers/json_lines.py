"""Read NDJSON (also called JSON Lines): one JSON object in each line, its fields the columns of a row.

Belongs here: lines and JSON. Does not belong here: what a cell may hold (validation). Numbers keep the digits that
stand in the file, so nothing is rounded on the way. A line that is no object goes to quarantine by itself; what makes
the whole file doubtful (another encoding, another format) refuses it. Formats: RFC 8259, and ndjson.org for the lines.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Set
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from orchestration.contracts import ColumnType
from orchestration.ingestion.readers.delimited import LONGEST_ROW
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.readers.signatures import require_text
from orchestration.ingestion.refusal import Refused

DEEPEST = 100
"""Lists and objects within each other: more is no data."""

_EXPECTED = 'one JSON object in the line, such as {"column": "value"}'
_ADVICE = "write one JSON object in each line, as UTF-8"
_BLANK = b" \t\r\n"
_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
"""Halves of surrogate pairs and zeros: `\\ud800` is legal JSON, but no text."""
_MOST_FOUND = 200


class _BrokenLine(ValueError):
    """The line is no row: which field, what was found and what was expected."""

    def __init__(self, found: str, expected: str = _EXPECTED, *, column: str | None = None) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected
        self.column = column


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def read(source: Source) -> FileContent:
    """Read the rows of a file; `row_number` is the line, as an editor counts it.

    Raises:
        Refused: it is empty, another format, not UTF-8, or one JSON document over many lines.
    """
    require_text(source.path, advice=_ADVICE)
    header: list[str] = []
    return FileContent(rows=_rows(source, header), header=header)


def original_rows(path: Path, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Return the text of some lines, in their order."""
    wanted = set(numbers)
    for number, line in islice(_lines(path), max(wanted, default=0)):
        if number in wanted:
            yield number, line.strip(_BLANK).decode("utf-8", "backslashreplace")


def _rows(source: Source, header: list[str]) -> Iterator[TextRow | BrokenRow]:
    contract = source.contract
    nested = {column.name for column in contract.columns if column.type is ColumnType.JSON}
    flat = contract.columns_by_name.keys() - nested
    names: set[str] = set()
    is_empty = True
    for number, line in _lines(source.path):
        data = line.strip(_BLANK)
        if not data:
            continue
        if is_empty and (data == b"{" or data.startswith(b"[")):
            raise Refused("it is one JSON document, not one in each line", _ADVICE)
        is_empty = False
        text = _decoded(data, number)
        try:
            fields = _fields(text, flat=flat, nested=nested)
        except _BrokenLine as broken:
            row = TextRow(feed=contract.feed, row_number=number, values={}, raw=text)
            yield BrokenRow(row=row, column=broken.column, found=broken.found, expected=broken.expected)
            continue
        if not names.issuperset(fields):
            header += [name for name in fields if name not in names]
            names.update(fields)
        yield TextRow(feed=contract.feed, row_number=number, values=fields)
    if is_empty:
        raise Refused("the file is empty", _ADVICE)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Return the lines with their numbers; of one that is longer than any row, only a beginning that is too long."""
    with path.open("rb") as reader:
        if reader.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            reader.seek(0)
        number = 0
        while line := reader.readline(LONGEST_ROW + 1):
            number += 1
            rest = line
            while len(rest) > LONGEST_ROW and not rest.endswith(b"\n"):
                rest = reader.readline(LONGEST_ROW + 1)
            yield number, line


def _decoded(data: bytes, number: int) -> str:
    if len(data) >= LONGEST_ROW:
        # cut off anywhere, also within a character
        return data.decode("utf-8", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"line {number} holds bytes that are not UTF-8", "save the file as UTF-8") from error


def _fields(text: str, *, flat: Set[str], nested: Set[str]) -> dict[str, str | None]:
    """Return the fields of an object as text; lists and objects stay JSON, and may not stand in `flat` columns.

    What stands in a `nested` column stays JSON whatever it is.

    Raises:
        _BrokenLine: the line is no object, or holds what no row may.
    """
    if len(text) >= LONGEST_ROW:
        raise _BrokenLine("a line that is too long", f"at most {LONGEST_ROW:,} bytes")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _BrokenLine(f"{error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(value, dict):
        raise _BrokenLine(text[:_MOST_FOUND])
    # Only an escape can stand for something that is no character.
    is_suspect = "\\u" in text
    fields: dict[str, str | None] = {}
    for name, cell in value.items():
        if cell is None or cell.__class__ is _Number or (cell.__class__ is str and name not in nested):
            fields[name] = cell
        else:
            fields[name] = _as_text(cell)
            if name in flat and cell.__class__ is not bool:
                what = "a list" if isinstance(cell, list) else "an object"
                raise _BrokenLine(f"{what}: {fields[name]}"[:_MOST_FOUND], "one value, not several", column=name)
        if is_suspect and (_NO_CHARACTER.search(name) or _NO_CHARACTER.search(fields[name] or "")):
            column = name if name in flat else None
            raise _BrokenLine("an escape such as \\ud800 or \\u0000", "characters of Unicode", column=column)
    return fields


def _as_text(value: Any, depth: int = 0) -> str:
    """Return a value as JSON again, with its numbers as they were written."""
    if depth >= DEEPEST:
        raise _too_deep()
    if isinstance(value, dict):
        parts = (f"{json.dumps(name, ensure_ascii=False)}: {_as_text(cell, depth + 1)}" for name, cell in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_as_text(cell, depth + 1) for cell in value) + "]"
    return value if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _BrokenLine(f"the field {twice} more than once"[:_MOST_FOUND], "every field once in an object")
    return content


def _decimal(text: str) -> _Number:
    """Return a number as written; `2017.0`, which programs write for 2017 beside gaps, is the whole number."""
    whole, _, fraction = text.partition(".")
    return _Number(whole if fraction and not fraction.strip("0") else text)


def _refuse_constant(name: str) -> NoReturn:
    raise _BrokenLine(name, "null where there is no number")


def _too_deep() -> _BrokenLine:
    return _BrokenLine("lists or objects within each other", f"at most {DEEPEST} of them")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_decimal, parse_constant=_refuse_constant
)
