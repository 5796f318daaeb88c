"""Read NDJSON (also called JSON Lines): one JSON object in each line, its fields the columns of a row.

Belongs here: lines. Does not belong here: what an object says (`json_records`), or a cell may hold (validation). A
line that is no object goes to quarantine by itself; what makes the whole file doubtful (another encoding, another
format) refuses it. Formats: RFC 8259, and ndjson.org for the lines.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from orchestration.ingestion.readers.delimited import LONGEST_ROW
from orchestration.ingestion.readers.json_records import BrokenRecord, Shape, decoded, fields_of
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.readers.signatures import require_text
from orchestration.ingestion.refusal import Refused

_EXPECTED = 'one JSON object in the line, such as {"column": "value"}'
_ADVICE = "write one JSON object in each line, as UTF-8"
_BLANK = b" \t\r\n"


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
    shape = Shape.of(contract)
    names: set[str] = set()
    is_empty = True
    for number, line in _lines(source.path):
        data = line.strip(_BLANK)
        if not data:
            continue
        if is_empty and (data == b"{" or data.startswith(b"[")):
            advice = "let its name end in .json, or " + _ADVICE if data.startswith(b"[") else _ADVICE
            raise Refused("it is one JSON document, not one in each line", advice)
        is_empty = False
        text = _decoded(data, number)
        try:
            fields = fields_of(decoded(text), text, shape)
        except BrokenRecord as broken:
            row = TextRow(feed=contract.feed, row_number=number, values={}, raw=text)
            yield BrokenRow(row=row, column=broken.column, found=broken.found, expected=broken.expected or _EXPECTED)
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
