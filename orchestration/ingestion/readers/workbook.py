"""Open an Excel workbook, and give the cells of its sheets as text: what whoever looks at the sheet sees or means.

Belongs here: zip and XML with their bounds, sheets, cells. Does not belong here: which sheet is which feed (`excel`,
`dossier_workbook`). Nothing is evaluated and nothing outside the file is opened: a formula is the value that the
spreadsheet saved beside it, or broken where there is none.
"""

from __future__ import annotations

import errno
import html
import re
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.packaging.manifest import Manifest
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.packaging.workbook import WorkbookPackage
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.xml.functions import fromstring

from orchestration.ingestion.readers.compressed import CHUNK_BYTES, FREE_BYTES, MAXIMUM_RATIO, require_bounds
from orchestration.ingestion.refusal import Refused

ADVICE = 'save it again as "Excel workbook (.xlsx)"'
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet can have."""
MOST_CELLS = 100_000_000
"""Cells of one sheet, empty ones between others counted."""
MOST_BYTES = 2 * (1 << 30)
MOST_BYTES_OF_TEXTS = 256 * (1 << 20)
MOST_BYTES_OF_A_PART = 32 * (1 << 20)
"""Of what is read as a whole: the list of all texts; styles and the like. Sheets are read row by row."""
LONGEST_ROW_BYTES = 64 * (1 << 20)
MOST_SPECIAL_CELLS = 500_000
"""Merged areas and formulas without a value of one sheet."""

_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ET.ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RecursionError,
)
"""What zipfile, the XML parser and openpyxl raise over bytes that no spreadsheet wrote."""
_MACROS = "vbaproject.bin"
_ENCRYPTED = 1
"""The flag of an encrypted member of a zip."""
_SHEET, _TEXTS, _CONTENT = "worksheets/", "sharedstrings.xml", "[Content_Types].xml"
_MAIN = (".sheet.main+xml", ".template.main+xml", ".macroEnabled.main+xml")
_IN_PARTS = "deliver the table as CSV or Parquet, or in parts"
_LARGEST_EXACT = 1e15
# no piece of these reaches over the `<` of another tag: bytes made up to be searched for ever are searched once
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["']([^"']*)["']""")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^<>]*)(?<!/)>")
_CELL_END = re.compile(rb"</(?:\w+:)?c\s*>")
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_TEXT_TYPE = re.compile(rb"""\bt\s*=\s*["']str["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^<>]*>([^<]*)")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>[^<]")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^<>]*\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_STALE = re.compile(rb"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_NO_CHARACTER = re.compile("[\ud800-\udfff\0]")
_LITERALS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_ZEROS = re.compile("0{2,30}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell that is not empty: its text, or what is wrong with it."""

    column: int
    text: str
    percent: str = ""
    """The same as a plain number, where the text is a percentage: `20` for `20%`."""
    fault: str = ""
    """What is expected instead of the text; empty for a good one."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet with cells."""

    title: str
    is_hidden: bool
    rows: Callable[[], Iterator[tuple[int, list[Cell]]]]
    """Reads the rows that are not empty, each with its number in the sheet."""


@dataclass(kw_only=True)
class _Look:
    """What a first look at the XML of a sheet tells: rows in order, merged cells, formulas without a value."""

    uncalculated: dict[tuple[int, int], str] = field(default_factory=dict)
    """By row and column."""
    repeated: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """Cells of areas that are merged within one column, with the one that holds their value."""
    across: dict[tuple[int, int], str] = field(default_factory=dict)
    """First cells of areas that are merged over several columns, with the area."""
    last_row: int = 0


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, counted from 1."""
    return str(get_column_letter(column))


@contextmanager
def opened(path: Path) -> Iterator[tuple[Sheet, ...]]:
    """Open a workbook and give its sheets in order; rows are read while they are asked for.

    Raises:
        Refused: it is no workbook, is damaged, has macros, or unpacks to more than a workbook holds.
    """
    with _refusing(path):
        packed = zipfile.ZipFile(path)
    # a stream, since openpyxl judges paths by their ending, and the archive calls files after their content
    with packed, path.open("rb") as stream:
        with _refusing(path), warnings.catch_warnings():
            # what it does not know of charts and the like does not matter here
            warnings.simplefilter("ignore")
            _require_sane(packed, path.stat().st_size)
            parts, is_stale = _parts(packed)
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            yield tuple(_sheet(path, sheet, packed, parts[sheet.title], is_stale) for sheet in book.worksheets)
        finally:
            book.close()


def _sheet(path: Path, sheet: Any, packed: zipfile.ZipFile, part: str, is_stale: bool) -> Sheet:
    def rows() -> Iterator[tuple[int, list[Cell]]]:
        with _refusing(path):
            yield from _rows(sheet, _look(packed, part, is_stale))

    return Sheet(title=str(sheet.title), is_hidden=sheet.sheet_state != "visible", rows=rows)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGES as error:
        if isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException):
            raise Refused("it holds declarations of entities, which no spreadsheet writes", ADVICE) from error
        if not zipfile.is_zipfile(path):
            raise Refused(_what_it_is(path), ADVICE) from error
        raise Refused(f"the workbook is damaged ({type(error).__name__}: {str(error)[:100]})", ADVICE) from error
    except OSError as error:
        # a part is said to begin before the file does
        if error.errno != errno.EINVAL:
            raise
        raise Refused("the workbook is damaged: what it lists is not where it says", ADVICE) from error


def _what_it_is(path: Path) -> str:
    with path.open("rb") as reader:
        head = reader.read(64)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "it is an old Excel workbook, or one with a password"
    if head.startswith(b"PK"):
        return "the workbook is damaged or cut off"
    if head.lstrip().startswith(b"<"):
        return "it is called .xlsx but is a web page or XML"
    return "it is called .xlsx but is no Excel workbook" if head else "the file is empty"


def _require_sane(packed: zipfile.ZipFile, byte_count: int) -> None:
    """Judge by the sizes that stand in the zip: more than these is never unpacked of it.

    Raises:
        Refused: it has macros, or is larger than a workbook can be.
    """
    total = 0
    for member in packed.infolist():
        name = member.filename.lower()
        if name.endswith(_MACROS):
            raise Refused("it holds macros", ADVICE)
        if member.flag_bits & _ENCRYPTED:
            raise Refused(f"{member.filename!r} in the workbook is encrypted", "deliver it without a password")
        total += member.file_size
        most = MOST_BYTES_OF_TEXTS if name.endswith(_TEXTS) else MOST_BYTES_OF_A_PART
        if _SHEET not in name and "/media/" not in name and member.file_size > most:
            raise Refused(
                f"{member.filename!r} in the workbook unpacks to {member.file_size:,} bytes, more than {most:,}",
                _IN_PARTS,
            )
        require_bounds(total, byte_count, maximum_bytes=MOST_BYTES, maximum_ratio=MAXIMUM_RATIO, free_bytes=FREE_BYTES)
    if _CONTENT not in packed.namelist():
        raise Refused("it is a zip file but no Excel workbook", ADVICE)


def _parts(packed: zipfile.ZipFile) -> tuple[Mapping[str, str], bool]:
    """Return the name within the zip of every sheet, by its title; and whether no saved value of a formula is to count.

    Programs that do not calculate ask whoever opens the workbook to do so. openpyxl takes that for the default.

    Raises:
        Refused: one of them is not there.
    """
    types = Manifest.from_tree(fromstring(packed.read(_CONTENT)))
    main = next((one for one in types.Override if one.ContentType.endswith(_MAIN)), None)
    if main is None:
        raise Refused("it is a zip file but no Excel workbook", ADVICE)
    if "macro" in main.ContentType.lower():
        raise Refused("it is a workbook with macros", ADVICE)
    book = main.PartName.lstrip("/")
    relations = {one.Id: one.target for one in get_dependents(packed, get_rels_path(book))}
    xml = packed.read(book)
    package = WorkbookPackage.from_tree(fromstring(xml))
    parts = {str(sheet.name): relations[sheet.id] for sheet in package.sheets if sheet.id}
    names = set(packed.namelist())
    for title, part in parts.items():
        if part not in names:
            raise Refused(f"the sheet {title} is missing in the workbook", ADVICE)
    return parts, _STALE.search(xml) is not None


# The first look


def _look(packed: zipfile.ZipFile, part: str, is_stale: bool) -> _Look:
    """Look through the XML of a sheet for what a reader that goes row by row would miss."""
    look = _Look()
    with packed.open(part) as reader:
        buffer = b""
        while chunk := reader.read(CHUNK_BYTES):
            if not look.last_row and not buffer:
                _require_utf8(chunk)
            buffer += chunk
            starts = [found.start() for found in _ROW.finditer(buffer)]
            if len(starts) > 1:
                _look_at_rows(look, buffer[: starts[-1]], is_stale)
                buffer = buffer[starts[-1] :]
            if len(buffer) > LONGEST_ROW_BYTES:
                raise Refused(f"one row of it is longer than {LONGEST_ROW_BYTES:,} bytes", _IN_PARTS)
        _look_at_rows(look, buffer, is_stale)
        _look_at_merged_cells(look, buffer)
    return look


def _require_utf8(head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("a sheet of it is not in UTF-8", ADVICE)


def _look_at_rows(look: _Look, xml: bytes, is_stale: bool) -> None:
    for row in _ROW.finditer(xml):
        found = _ROW_NUMBER.search(row[1])
        number = _row_number(found[1]) if found else look.last_row + 1
        if number <= look.last_row or number > MOST_ROWS:
            shown = found[1][:20].decode("utf-8", "backslashreplace") if found else number
            raise Refused(f"row {shown} stands behind row {look.last_row}: no spreadsheet writes that", ADVICE)
        look.last_row = number
    if not _FORMULA.search(xml):
        return
    for cell, content in _cells_in(xml):
        formula, place = _FORMULA.search(content), _REFERENCE.search(cell[1])
        if formula and place and (is_stale or not (_VALUE.search(content) or _TEXT_TYPE.search(cell[1]))):
            look.uncalculated[_position(place[1], place[2])] = "=" + html.unescape(
                formula[1].decode("utf-8", "replace")
            )
    _require_few(look.uncalculated)


def _row_number(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) <= len(str(MOST_ROWS)) else MOST_ROWS + 1


def _cells_in(xml: bytes) -> Iterator[tuple[re.Match[bytes], bytes]]:
    """Give the tag and the content of every cell that has any."""
    cells = list(_CELL.finditer(xml))
    for cell, following in zip_longest(cells, cells[1:]):
        content = xml[cell.end() : following.start() if following else len(xml)]
        if end := _CELL_END.search(content):
            yield cell, content[: end.start()]


def _look_at_merged_cells(look: _Look, xml: bytes) -> None:
    for area in _MERGED.finditer(xml):
        (top, left), (bottom, right) = _position(area[1], area[2]), _position(area[3], area[4])
        if left != right:
            look.across[top, left] = f"{letters(left)}{top}:{letters(right)}{bottom}"
        elif bottom - top <= MOST_SPECIAL_CELLS:
            look.repeated |= {(row, left): (top, left) for row in range(top + 1, min(bottom, look.last_row) + 1)}
        _require_few(look.across)
        _require_few(look.repeated)


def _require_few(cells: Mapping[tuple[int, int], object]) -> None:
    if len(cells) > MOST_SPECIAL_CELLS:
        raise Refused(f"a sheet has more than {MOST_SPECIAL_CELLS:,} merged cells or formulas without a value", ADVICE)


def _position(column: bytes, row: bytes) -> tuple[int, int]:
    return int(row), int(column_index_from_string(column.decode()))


# Rows


def _rows(sheet: Any, look: _Look) -> Iterator[tuple[int, list[Cell]]]:
    """Read the rows that are not empty; a value of merged cells stands in each of their rows."""
    # the extent that is written in a sheet may be false, or the whole sheet where somebody formatted it
    sheet.reset_dimensions()
    holders = set(look.repeated.values())
    held: dict[tuple[int, int], Cell] = {}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for place in look.repeated:
        by_row.setdefault(place[0], []).append(place)
    formats = _Formats()
    count = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > MOST_ROWS:
            # a number written in a way that the first look does not see; openpyxl would count up to it
            raise Refused(f"a sheet has a row beyond {MOST_ROWS:,}", ADVICE)
        count += len(row)
        if count > MOST_CELLS:
            raise Refused(f"a sheet has more than {MOST_CELLS:,} cells, empty ones counted", _IN_PARTS)
        cells = {cell.column: cell for cell in _cells(row, number, look, formats)}
        for place in by_row.get(number, ()):
            if look.repeated[place] in held:
                holder = held[look.repeated[place]]
                cells.setdefault(place[1], holder)
        for column, cell in cells.items():
            if (number, column) in holders:
                held[number, column] = cell
        if cells:
            yield number, [cells[column] for column in sorted(cells)]


def _cells(row: tuple[Any, ...], number: int, look: _Look, formats: _Formats) -> Iterator[Cell]:
    for column, cell in enumerate(row, start=1):
        if look.uncalculated and (number, column) in look.uncalculated:
            yield Cell(
                column=column,
                text=look.uncalculated[number, column],
                fault="a value: nothing has calculated this formula; open the workbook, save it, or write the value",
            )
            continue
        if cell.value is None:
            continue
        found = _cell(column, cell, formats)
        if found is not None and look.across and (area := look.across.get((number, column))):
            found = Cell(column=column, text=found.text, fault=f"one cell: {area} are merged over several columns")
        if found is not None:
            yield found


def _cell(column: int, cell: Any, formats: _Formats) -> Cell | None:
    value = cell.value
    if cell.data_type == "e":
        return Cell(column=column, text=str(value), fault="a value: this is an error of the spreadsheet")
    if isinstance(value, str):
        text = unescape(value) if "_x" in value else value
        if _NO_CHARACTER.search(text):
            shown = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
            return Cell(column=column, text=shown, fault="characters of Unicode")
        return Cell(column=column, text=text) if text.strip() else None
    if isinstance(value, bool):
        return Cell(column=column, text="true" if value else "false")
    form = formats.of(cell.number_format)
    if isinstance(value, datetime | date | time | timedelta):
        return Cell(column=column, text=form.moment(value))
    if form.is_percentage:
        percent = _number(value * 100)
        return Cell(column=column, text=f"{percent}%", percent=percent)
    return Cell(column=column, text=form.number(value))


def _number(value: float) -> str:
    """Return a number with the fifteen digits that a spreadsheet shows of it: 0.1 + 0.2 is 0.3, and 2024.0 is 2024."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    return format(value, ".15g")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Format:
    """What a format of numbers shows."""

    is_percentage: bool = False
    digits: int = 0
    """The format `000000` shows 71120 as 071120; 0 where a number has no leading zeros."""
    shows_day: bool = True
    shows_month: bool = True

    def number(self, value: float) -> str:
        """Return a number as text."""
        text = _number(value)
        return text.zfill(self.digits) if self.digits and text.isdigit() else text

    def moment(self, value: datetime | date | time | timedelta) -> str:
        """Return a date or time in the precision that is shown: a year is not made a day."""
        if isinstance(value, time | timedelta):
            return value.isoformat() if isinstance(value, time) else str(value)
        if not self.shows_day:
            return f"{value:%Y-%m}" if self.shows_month else f"{value:%Y}"
        if isinstance(value, datetime):
            return value.isoformat() if value.time() != time() else value.date().isoformat()
        return value.isoformat()


@dataclass
class _Formats:
    """The formats of a workbook that occurred so far."""

    known: dict[str, _Format] = field(default_factory=dict)

    def of(self, code: str | None) -> _Format:
        """Return what a format shows."""
        if code not in self.known:
            self.known[code or ""] = _format(code or "")
        return self.known[code or ""]


def _format(code: str) -> _Format:
    shown = _LITERALS.sub("", code.partition(";")[0]).lower()
    has_time = "h" in shown or "s" in shown
    return _Format(
        is_percentage="%" in shown,
        digits=len(shown) if _ZEROS.fullmatch(shown) else 0,
        shows_day="y" not in shown or "d" in shown or has_time,
        shows_month="m" in shown,
    )
