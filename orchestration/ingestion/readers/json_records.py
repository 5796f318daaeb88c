"""Turn a JSON object into the columns of a row: of NDJSON a line, of a JSON file a record of its list.

Belongs here: values of JSON to text. Does not belong here: finding the objects in a file (`json_lines`, `json_array`).
Numbers keep the digits that stand in the file, so nothing is rounded on the way. Format: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any, NoReturn

from orchestration.contracts import ColumnType, Contract
from orchestration.ingestion.readers.delimited import LONGEST_ROW

DEEPEST = 100
"""Lists and objects within each other: more is no data."""
MOST_FOUND = 200

_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
"""Halves of surrogate pairs and zeros: `\\ud800` is legal JSON, but no text."""


class BrokenRecord(ValueError):
    """It is no row: which field, what was found and what was expected."""

    def __init__(self, found: str, expected: str = "", *, column: str | None = None) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected
        """Empty: one object, in the words of the format."""
        self.column = column


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which columns of a feed hold one value, and which JSON."""

    flat: Set[str]
    nested: Set[str]

    @classmethod
    def of(cls, contract: Contract) -> Shape:
        """Return the shape of a feed."""
        nested = {column.name for column in contract.columns if column.type is ColumnType.JSON}
        return cls(flat=contract.columns_by_name.keys() - nested, nested=nested)


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def decoded(text: str) -> Any:
    """Return the value that a text is.

    Raises:
        BrokenRecord: it is none, or one that no row may hold.
    """
    if len(text) >= LONGEST_ROW:
        raise BrokenRecord("a line that is too long", f"at most {LONGEST_ROW:,} bytes")
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BrokenRecord(f"{error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise too_deep() from error


def fields_of(value: Any, text: str, shape: Shape) -> dict[str, str | None]:
    """Return the fields of an object as text; lists and objects stay JSON, and may not stand in flat columns.

    What stands in a nested column stays JSON whatever it is. `text` is how the object is written.

    Raises:
        BrokenRecord: it is no object, or holds what no row may.
    """
    if not isinstance(value, dict):
        raise BrokenRecord(text[:MOST_FOUND])
    # Only an escape can stand for something that is no character.
    is_suspect = "\\u" in text
    fields: dict[str, str | None] = {}
    for name, cell in value.items():
        if cell is None or cell.__class__ is _Number or (cell.__class__ is str and name not in shape.nested):
            fields[name] = cell
        else:
            fields[name] = _as_text(cell)
            if name in shape.flat and cell.__class__ is not bool:
                what = "a list" if isinstance(cell, list) else "an object"
                raise BrokenRecord(f"{what}: {fields[name]}"[:MOST_FOUND], "one value, not several", column=name)
        if is_suspect and (_NO_CHARACTER.search(name) or _NO_CHARACTER.search(fields[name] or "")):
            column = name if name in shape.flat else None
            raise BrokenRecord("an escape such as \\ud800 or \\u0000", "characters of Unicode", column=column)
    return fields


def _as_text(value: Any, depth: int = 0) -> str:
    """Return a value as JSON again, with its numbers as they were written."""
    if depth >= DEEPEST:
        raise too_deep()
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
        raise BrokenRecord(f"the field {twice} more than once"[:MOST_FOUND], "every field once in an object")
    return content


def _decimal(text: str) -> _Number:
    """Return a number as written; `2017.0`, which programs write for 2017 beside gaps, is the whole number."""
    whole, _, fraction = text.partition(".")
    return _Number(whole if fraction and not fraction.strip("0") else text)


def _refuse_constant(name: str) -> NoReturn:
    raise BrokenRecord(name, "null where there is no number")


def too_deep() -> BrokenRecord:
    """Return what is said of a value within too many others."""
    return BrokenRecord("lists or objects within each other", f"at most {DEEPEST} of them")


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_decimal, parse_constant=_refuse_constant
)
