"""Read a JSON file that is one list of objects, however it is laid out: each object a row, its fields the columns.

Belongs here: finding the records in a text that is too large to be read at once. Does not belong here: what a record
says (`json_records`). Where the text of a record is broken, nobody can tell where the next one begins: that refuses
the file. A record that can be read, but is no row, goes to quarantine by itself.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.ingestion.readers.delimited import LONGEST_ROW
from orchestration.ingestion.readers.json_records import DECODER, BrokenRecord, Shape, fields_of, too_deep
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.readers.signatures import require_text
from orchestration.ingestion.refusal import Refused

_CHUNK_BYTES = 1 << 20
_BLANK = " \t\r\n"
_ADVICE = 'write one list of objects, [{"column": "value"}, …], as UTF-8'
_EXPECTED = 'an object, such as {"column": "value"}'
_PLAIN = json.JSONDecoder()
"""Finds the end of a record that `DECODER` stops in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """One record of the list: its value, or why it is no row."""

    number: int
    text: str
    value: Any = None
    broken: BrokenRecord | None = None


def read(source: Source) -> FileContent:
    """Read the rows of a file; `row_number` counts the records of the list from 1.

    Raises:
        Refused: it is no list of JSON, another format, not UTF-8, or broken or cut off within.
    """
    require_text(source.path, advice=_ADVICE)
    header: list[str] = []
    return FileContent(rows=_rows(source, header), header=header)


def original_rows(path: Path, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Return the text of some records, in their order."""
    wanted = set(numbers)
    last = max(wanted, default=0)
    for record in _records(path):
        if record.number in wanted:
            yield record.number, record.text
        if record.number >= last:
            return


def _rows(source: Source, header: list[str]) -> Iterator[TextRow | BrokenRow]:
    feed, shape = source.contract.feed, Shape.of(source.contract)
    names: set[str] = set()
    for record in _records(source.path):
        try:
            if record.broken is not None:
                raise record.broken
            fields = fields_of(record.value, record.text, shape)
        except BrokenRecord as broken:
            row = TextRow(feed=feed, row_number=record.number, values={}, raw=record.text[:LONGEST_ROW])
            yield BrokenRow(row=row, column=broken.column, found=broken.found, expected=broken.expected or _EXPECTED)
            continue
        if not names.issuperset(fields):
            header += [name for name in fields if name not in names]
            names.update(fields)
        yield TextRow(feed=feed, row_number=record.number, values=fields)


def _records(path: Path) -> Iterator[_Record]:
    with path.open("rb") as reader:
        text = _Text(chunks=iter(lambda: reader.read(_CHUNK_BYTES), b""))
        if not text.takes("["):
            found = "the file is empty" if not text.rest else f"it begins with {text.rest[:40]!r}, not with a list"
            advice = "let its name end in .ndjson if it has one object in each line, or " if text.rest else ""
            raise Refused(found, advice + _ADVICE)
        number = 0
        while not text.takes("]"):
            if number and not text.takes(","):
                raise text.broken(number, "expected , or ] behind it")
            number += 1
            yield _next(text, number)
        text.skip()
        if text.rest:
            raise Refused(f"behind the list stands {text.rest[:40]!r}", _ADVICE)


def _next(text: _Text, number: int) -> _Record:
    """Take the next record off the text."""
    text.skip()
    while True:
        broken: BrokenRecord | None = None
        value: Any = None
        try:
            try:
                value, end = DECODER.raw_decode(text.rest, text.position)
            except BrokenRecord as error:
                broken = error
                _, end = _PLAIN.raw_decode(text.rest, text.position)
            # a number may go on in what is not read yet
            if end < len(text.rest) or not text.more():
                return _Record(number=number, text=text.take(end), value=value, broken=broken)
        except json.JSONDecodeError as error:
            if len(text.rest) - text.position > LONGEST_ROW:
                raise text.broken(number, f"or longer than {LONGEST_ROW:,} characters") from error
            if not text.more():
                raise text.broken(number, f"or cut off: {error.msg}") from error
        except RecursionError as error:
            raise text.broken(number, str(too_deep().found)) from error


@dataclass(kw_only=True)
class _Text:
    """A text that is read as far as somebody needs it."""

    chunks: Iterator[bytes]
    rest: str = ""
    position: int = 0
    line: int = 1
    _bytes_read: int = 0

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._is_whole = False
        self.more()

    def more(self) -> bool:
        """Read on; False at the end."""
        if self._is_whole:
            return False
        chunk = next(self.chunks, b"")
        self._is_whole = not chunk
        try:
            piece = self._decoder.decode(chunk, final=self._is_whole)
        except UnicodeDecodeError as error:
            raise Refused(f"byte {self._bytes_read + error.start + 1:,} or one nearby is not UTF-8", _ADVICE) from error
        self._bytes_read += len(chunk)
        self.rest = self.rest[self.position :] + piece
        self.position = 0
        return bool(chunk)

    def skip(self) -> None:
        """Go on to what is no white space."""
        while True:
            start = self.position
            while self.position < len(self.rest) and self.rest[self.position] in _BLANK:
                self.position += 1
            self.line += self.rest.count("\n", start, self.position)
            if self.position < len(self.rest) or not self.more():
                self.rest = self.rest[self.position :] if self.position >= len(self.rest) else self.rest
                self.position = min(self.position, len(self.rest))
                return

    def takes(self, sign: str) -> bool:
        """Go behind a sign, if it is the next."""
        self.skip()
        found = self.rest.startswith(sign, self.position)
        self.position += found
        return found

    def take(self, end: int) -> str:
        """Go to a place, and return what stands before it."""
        taken = self.rest[self.position : end]
        self.line += taken.count("\n")
        self.position = end
        return taken

    def broken(self, number: int, words: str) -> Refused:
        """Return the refusal of a file in which nobody can tell where the next record begins."""
        return Refused(f"record {number:,} (line {self.line:,}) is broken {words}", _ADVICE)
