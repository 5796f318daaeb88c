"""Read CSV text: the header, and a clean copy of a file in which some rows are broken.

Belongs here: encodings, line ends, quotes, numbers of cells. Does not belong here: what a cell may hold (validation).

DuckDB reads a whole file in one go or says that something in it is broken, without saying everything. Only then the
file goes through `mend`, which copies the good rows with their numbers and lists the others. A good row means the
same to both: cells are separated by commas and may be quoted, a quote within is doubled, lines end in LF or CRLF,
blank lines are no rows, and empty cells beyond the header's last column are dropped. Text of a dialect without quotes
is left to `unquoted`.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from orchestration.contracts import COMMA_SEPARATED, Contract, Dialect
from orchestration.ingestion.readers import unquoted
from orchestration.ingestion.readers.signatures import require_text
from orchestration.ingestion.refusal import Refused

SAVE_AS = 'save it as "CSV UTF-8 (comma delimited)"'
LONGEST_ROW = unquoted.LONGEST_ROW
"""Characters of one row: a longer one is an unclosed quote."""
MOST_LINES = 10_000
"""Lines of one row, for the same reason."""

BLANKS = " \t\r\n\v\f\u00a0\u1680\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What is trimmed from cells, and leaves a cell empty that holds nothing else."""

_HEAD_BYTES = 1 << 20
_UNCOMMON_ASCII = (b'"', b"\t", b"\v", b"\f")
_UNCOMMON_OTHERS = tuple(sorted({char.encode()[:2] for char in BLANKS if not char.isascii()}))
"""Bytes without which no cell begins or ends with another blank than the space: line ends need quotes."""

BLANK_LINE = " \t\r\n\v\f\x1a\u00a0\ufeff"
"""What a line may hold and still be blank, and no row."""
_QUOTED = re.compile(r'[ \t]*"((?:[^"]++|"")*+)"')
_QUOTE_FIRST = re.compile(r'[ \t]*"')
_AFTER_QUOTED = re.compile(r"[ \t]*(?=,|\Z)")
_UNQUOTED = re.compile(r"[^,]*")
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_EXPECTED_QUOTES = 'a cell with commas, quotes or line ends in quotes, each quote within it doubled ("")'


@dataclass(frozen=True, kw_only=True)
class Header:
    """The names of the columns as written, and whether DuckDB would find them in the first line."""

    names: tuple[str, ...]
    is_plain: bool


class Record(NamedTuple):
    """One row of the text. `found` and `expected` say what is broken, and are empty for a good row."""

    raw: str
    clean: str
    """The row as one record that any CSV reader splits into the right cells."""
    found: str = ""
    expected: str = ""


def read_header(path: Path, contract: Contract) -> Header:
    """Read the first row that is not blank; of bare files, the columns are those of the contract.

    Raises:
        Refused: the file is empty, in another format or encoding, or separated by something else than commas.
    """
    if contract.dialect.is_bare:
        unquoted.require_rows(path, dialect=contract.dialect, width=len(contract.columns))
        return Header(names=tuple(contract.columns_by_name), is_plain=True)
    require_text(path, advice=SAVE_AS)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        first = next(_Records(lines).skip_blank(), None)
        line_count = first[1] if first else 0
    if first is None:
        names = ",".join(column.name for column in contract.columns)
        raise Refused("the file is empty", f"begin it with a header row: {names}")
    line = first[0]
    _require_text(line, "the header")
    cells = split(line.rstrip("\r\n"))
    if cells is None:
        raise Refused("the header is broken: a quote in it is not closed", f"expected {_EXPECTED_QUOTES}")
    written = tuple(cell.strip(BLANK_LINE) for cell in cells)
    _require_commas(line, written, contract)
    is_quoted_over_lines = "\n" in line.rstrip("\r\n") or "\r" in line.rstrip("\r\n")
    return Header(names=written, is_plain=line_count == 1 and not is_quoted_over_lines)


def blanks_in(paths: Iterable[Path], dialect: Dialect) -> str:
    """Return the blanks that may stand around the cells of some files: the space alone, or all of them."""
    if dialect.is_bare:
        return " "
    return BLANKS if any(_has_uncommon(path) for path in paths) else " "


def _has_uncommon(path: Path) -> bool:
    with path.open("rb") as reader:
        chunk = reader.read(_HEAD_BYTES).removeprefix(codecs.BOM_UTF8)
        while chunk:
            if any(uncommon in chunk for uncommon in _UNCOMMON_ASCII):
                return True
            if not chunk.isascii() and any(uncommon in chunk for uncommon in _UNCOMMON_OTHERS):
                return True
            # A character may lie across two chunks.
            last = chunk[-1:] if chunk[-1] >= 0x80 else b""
            following = reader.read(_HEAD_BYTES)
            chunk = last + following if following else b""
    return False


def mend(
    source: Path,
    *,
    clean: Path,
    broken: Path,
    width: int,
    dialect: Dialect = COMMA_SEPARATED,
    restore: Callable[[str], str] | None = None,
    numbers: Iterable[int] | None = None,
) -> int:
    """Copy the good rows to `clean`, each behind its number, and list the others in `broken`; return how many.

    `restore` is applied to every cell of a good row. `numbers` are those of the rows; by default they are counted.

    `clean` has no header, and is CSV whatever the dialect of the source. `broken` has the columns row number, found,
    expected, original text. Both are flat files, so that a million broken rows cost no memory.

    Raises:
        Refused: a row of text with quotes holds bytes that are not UTF-8.
    """
    count = 0
    with clean.open("w", encoding="utf-8", newline="") as good, broken.open("w", encoding="utf-8", newline="") as bad:
        rejected = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, record in _numbered(records(source, width=width, dialect=dialect), numbers):
            if record.found:
                rejected.writerow((number, record.found, record.expected, record.raw))
                count += 1
            else:
                clean_row = record.clean if restore is None else _joined(map(restore, split(record.clean) or ()))
                good.write(f"{number},{clean_row}\n")
    return count


def original_rows(
    source: Path,
    wanted: Iterable[int],
    *,
    width: int,
    dialect: Dialect = COMMA_SEPARATED,
    numbers: Iterable[int] | None = None,
) -> Iterator[tuple[int, str]]:
    """Return the original text of some rows with their numbers, in the order of the file."""
    missing = set(wanted)
    for number, record in _numbered(records(source, width=width, dialect=dialect), numbers):
        if not missing:
            return
        if number in missing:
            missing.remove(number)
            yield number, record.raw


def _numbered(rows: Iterator[Record], numbers: Iterable[int] | None) -> Iterator[tuple[int, Record]]:
    return enumerate(rows, start=1) if numbers is None else zip(numbers, rows, strict=True)


def records(source: Path, *, width: int, dialect: Dialect = COMMA_SEPARATED) -> Iterator[Record]:
    """Return the rows behind the header, good and broken.

    Raises:
        Refused: a row of text with quotes holds bytes that are not UTF-8.
    """
    if dialect.is_bare:
        for line in unquoted.lines(source, dialect=dialect, width=width):
            yield Record(raw=line.raw, clean=_joined(line.cells), found=line.found, expected=line.expected)
        return
    with source.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        reader = _Records(lines)
        next(reader.skip_blank(), None)
        yield from reader.rows(width)


def split(text: str, *, allows_stray_quotes: bool = True) -> list[str] | None:
    """Split one record into its cells, or return None where a quote is not closed or stands in the wrong place.

    A quote within an unquoted cell is legal, but also the mark of a line that begins within a quoted one.
    """
    cells: list[str] = []
    position = 0
    while True:
        if _QUOTE_FIRST.match(text, position):
            quoted = _QUOTED.match(text, position)
            end = _AFTER_QUOTED.match(text, quoted.end()) if quoted else None
            if quoted is None or end is None:
                return None
            cells.append(quoted[1].replace('""', '"'))
            position = end.end()
        else:
            unquoted = _UNQUOTED.match(text, position)
            cell = unquoted[0] if unquoted else ""
            if not allows_stray_quotes and '"' in cell:
                return None
            position += len(cell)
            cells.append(cell)
        if position >= len(text):
            return cells
        position += 1


class _Records:
    """Physical lines put together to records; lines that turn out to be no part of one are read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()

    def skip_blank(self) -> Iterator[tuple[str, int]]:
        """Return the records with the number of the physical line that each begins in; meant for the header."""
        number = 0
        while (line := self._next()) is not None:
            number += 1
            if line.strip(BLANK_LINE):
                first = number
                text = self._closed(line)
                yield text if text is not None else line, first

    def rows(self, width: int) -> Iterator[Record]:
        """Return every record that is not blank, judged against the number of columns."""
        commas = width - 1
        number = 0
        while (line := self._next()) is not None:
            content = line.rstrip("\r\n")
            if '"' not in content and content.count(",") == commas and len(content) <= LONGEST_ROW:
                if not content.strip(BLANK_LINE):
                    continue
                number += 1
                if not content.isascii():
                    _require_text(content, f"row {number}")
                yield Record(raw=content, clean=content)
            elif content.strip(BLANK_LINE):
                number += 1
                record = self._careful(line, width)
                _require_text(record.raw, f"row {number}")
                yield record

    def _careful(self, line: str, width: int) -> Record:
        text = self._closed(line)
        first = line.rstrip("\r\n")
        if text is None:
            return Record(raw=first, clean="", found="a quote that is not closed", expected=_EXPECTED_QUOTES)
        content = text.rstrip("\r\n") if text == line else _without_line_end(text)
        if len(content) > LONGEST_ROW:
            found = f"a row of {len(content):,} characters"
            return Record(raw=content, clean="", found=found, expected=f"at most {LONGEST_ROW:,}")
        cells = split(content)
        if cells is None and text != line:
            # The quote that was opened here closed only because a later row has one.
            self._put_back(text[len(line) :])
            return Record(raw=first, clean="", found="a quote that is not closed", expected=_EXPECTED_QUOTES)
        if cells is None:
            return Record(raw=first, clean="", found="a quote in the wrong place", expected=_EXPECTED_QUOTES)
        kept = cells[:width]
        if len(kept) == width and not any(cells[width:]):
            return Record(raw=content, clean=_joined(kept))
        if text != line and self._holds_a_row(text[len(line) :], width):
            self._put_back(text[len(line) :])
            return Record(raw=first, clean="", found="a quote that is not closed", expected=_EXPECTED_QUOTES)
        found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
        return Record(raw=content, clean="", found=found, expected=f"{width} cells, as in the header")

    def _closed(self, line: str) -> str | None:
        """Return the line with those that follow until its quotes are closed; None, and nothing taken, if never."""
        if not _is_open(line):
            return line
        parts = [line]
        length = len(line)
        while length <= LONGEST_ROW and len(parts) < MOST_LINES and (following := self._next()) is not None:
            parts.append(following)
            length += len(following)
            if '"' in following:
                text = "".join(parts)
                if not _is_open(text):
                    return text
        self._again.extendleft(reversed(parts[1:]))
        return None

    def _holds_a_row(self, text: str, width: int) -> bool:
        lines = (line.rstrip("\r\n") for line in _lines_of(text))
        return any(len(split(line, allows_stray_quotes=False) or ()) == width for line in lines)

    def _put_back(self, text: str) -> None:
        self._again.extendleft(reversed(_lines_of(text)))

    def _next(self) -> str | None:
        return self._again.popleft() if self._again else next(self._lines, None)


def _is_open(text: str) -> bool:
    """Say whether the text ends within a quoted cell."""
    position = 0
    while True:
        if _QUOTE_FIRST.match(text, position):
            quoted = _QUOTED.match(text, position)
            if quoted is None:
                return True
            position = quoted.end()
        comma = text.find(",", position)
        if comma < 0:
            return False
        position = comma + 1


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


def _lines_of(text: str) -> list[str]:
    """Split at CRLF, LF and CR only: `str.splitlines` also splits at characters that may stand in a cell."""
    return _LINE.findall(text)


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text.removesuffix("\r")


def _joined(cells: Iterable[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def _require_text(text: str, where: str) -> None:
    """Refuse what was not decoded: Python keeps such bytes as lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        data = text.encode("utf-8", "surrogateescape")
        raise Refused(f"{where} holds bytes that are not UTF-8{_as_read_by_others(data)}", SAVE_AS) from error


def _as_read_by_others(data: bytes) -> str:
    """Show what the bytes probably mean, so that the reader believes the message."""
    high = sum(byte >= 0x80 for byte in data)
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    encoding, name = ("cp1251", "Windows-1251") if high > letters else ("cp1252", "Windows-1252")
    first = next((index for index, byte in enumerate(data) if byte >= 0x80), 0)
    around = data[max(0, first - 15) : first + 15].decode(encoding, "replace").strip()
    return f" (read as {name}: {around!r})"


def _require_commas(line: str, names: tuple[str, ...], contract: Contract) -> None:
    known = set(contract.columns_by_name)
    by_comma = len(known.intersection(names))
    for delimiter, words in _OTHER_DELIMITERS.items():
        others = {name.strip(BLANK_LINE).strip('"') for name in line.split(delimiter)}
        if len(known & others) > max(by_comma, 1):
            raise Refused(f"its cells are separated by {words}, not by commas", SAVE_AS)
