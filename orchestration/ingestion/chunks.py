"""Read tables of plain text in chunks, on all cores, with the types of their contract and the numbers of their rows.

Belongs here: text in which nothing needs a second look, as publishers of statistics write it. Does not belong here:
anything else. Rows that cannot be read so (a cell too many, a cell that is none of its type) are left over (`Rest`)
for the reader of broken rows; text in which lines are no rows (quotes, old line ends) is said to be `NotPlainError`
and goes another way as a whole. Whatever is read here comes out as it would there.

Cells of codes, words and whole numbers repeat: Arrow gathers the different ones of each chunk, and each of these is
looked at once. Decimals rarely repeat, and Arrow reads them; it takes nothing for a number that DuckDB does not.
"""

from __future__ import annotations

import csv
import math
import os
import re
from array import array
from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from orchestration.contracts import Column, ColumnType, Contract
from orchestration.ingestion.readers.columns import Columns
from orchestration.ingestion.readers.delimited import BLANK_LINE, BLANKS, LONGEST_ROW

ROW_GROUP = 122_880
"""Rows that DuckDB keeps together: what comes in such portions leaves no row group half empty."""
ROW_NUMBER = "row_number"

MOST_LEFT_OVER = 200_000
"""Rows left over beyond which a file is read row by row as a whole."""

_CHUNK_BYTES = 8 << 20
_FEW_BYTES = 16 << 10
"""Text with a row that cannot be read so is halved until it is this short; what is short is left over whole."""
_PARSERS = 2
_WIDEST = 40
"""Blanks before a word for "empty" with which it still is a plain one."""
_INTEGER = re.compile(r" *[+-]?[0-9]{1,19} *")
_INT64 = range(-(1 << 63), 1 << 63)
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_TYPES = {ColumnType.INTEGER: pa.int64(), ColumnType.DECIMAL: pa.float64(), ColumnType.BOOLEAN: pa.bool_()}
_TEXT = pa.dictionary(pa.int32(), pa.string())

_Value = str | int | float | bool | None


class NotPlainError(Exception):
    """Something in the text needs another reader."""


class Rest:
    """Rows left over for the reader of broken rows: a file of their text under the header, and their numbers."""

    def __init__(self, path: Path, names: Sequence[str], delimiter: str) -> None:
        self.path = path
        self.numbers = array("q")
        """The numbers of its rows, in the order of the file; not always ascending."""
        self._is_comma = delimiter == ","
        self._delimiter = delimiter
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(names)

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, lines: Sequence[tuple[int, bytes]]) -> None:
        """Take rows in.

        Raises:
            NotPlainError: they are too many.
        """
        with self.path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for number, line in lines:
                text = line.decode("utf-8", "surrogateescape")
                if self._is_comma:
                    file.write(f"{text}\n")
                else:  # as the reader of broken rows is handed it where a file goes there as a whole
                    writer.writerow(text.split(self._delimiter))
                self.numbers.append(number)
        if len(self) > MOST_LEFT_OVER:
            raise NotPlainError("many rows are broken")

    def is_row(self, line: bytes) -> bool:
        """Whether a line counts as a row: the reader of broken rows passes over blank ones."""
        if not self._is_comma and self._delimiter.encode() in line:
            return True
        return bool(line.decode("utf-8", "surrogateescape").strip(BLANK_LINE))


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Some rows of a file: where their text lies."""

    path: Path
    offset: int
    text: memoryview


class Chunks:
    """The rows of some files of one header as portions for DuckDB: columns `c0`, `c1`, … and `row_number`.

    Rows are numbered from 1 and on from file to file. To be used as a context manager.
    """

    def __init__(self, paths: Sequence[Path], delimiter: str, contract: Contract, columns: Columns, rest: Rest) -> None:
        if columns.width < 2:
            raise NotPlainError("a single column")
        known = {place: contract.columns_by_name[name] for name, place in columns.known}
        if any(column.type not in (ColumnType.TEXT, *_TYPES) for column in known.values()):
            raise NotPlainError("a column of another type")
        self.problem: Exception | None = None
        """What stopped the reader: DuckDB only tells that something did."""
        self._paths = paths
        self._rest = rest
        self._delimiter = delimiter
        self._places: list[tuple[int, Path, int, int]] = []
        """Of what was read: the number of the first row, the file, and where in it the text begins and ends."""
        self._width = columns.width
        wanted = sorted((*known, *(place for _, place in columns.extra)))
        self._cells = {f"c{place}": _cell_reader(known.get(place)) for place in wanted}
        self._pool = ThreadPoolExecutor(_PARSERS, thread_name_prefix="chunks")
        self._schema = pa.schema([(name, reader.type) for name, reader in self._cells.items()])
        self._options = pyarrow.csv.ConvertOptions(
            column_types={name: pa.float64() if reader.is_decimal else _TEXT for name, reader in self._cells.items()},
            include_columns=list(self._cells),
            null_values=_words_for_nothing([column for column in known.values() if column.type is ColumnType.DECIMAL]),
            strings_can_be_null=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def reader(self) -> pa.RecordBatchReader:
        """Return what DuckDB reads from; it ends early where something is not plain."""
        return pa.RecordBatchReader.from_batches(self._schema.append(pa.field(ROW_NUMBER, pa.int64())), self._batches())

    def seen(self) -> dict[str, pa.Array]:
        """Return the values that were read, each once, by column: of decimals only the bounds of all of them.

        Cells of rows that were left over may be among them.
        """
        return {name: reader.seen() for name, reader in self._cells.items()}

    def leave_over(self, numbers: Sequence[int]) -> None:
        """Leave rows over that were read, too: the caller found that they break the contract.

        Raises:
            NotPlainError: they are too many.
        """
        firsts = [first for first, *_ in self._places]
        left: list[tuple[int, bytes]] = []
        lines: list[bytes] = []
        at = -1
        for number in sorted(numbers):
            place = bisect(firsts, number) - 1
            first, path, begins, ends = self._places[place]
            if place != at:
                at = place
                with path.open("rb") as file:
                    file.seek(begins)
                    lines = [line for line in _lines(file.read(ends - begins)) if line]
            left.append((number, lines[number - first]))
        self._rest.add(left)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for table in _in_portions(self._numbered()):
                yield from table.combine_chunks().to_batches()
        except Exception as error:
            self.problem = error
            raise

    def _numbered(self) -> Iterator[pa.Table]:
        """Return what is read, with the numbers of its rows; what is not plain is left over, and numbered too."""
        first = 1
        for piece, table in self._read():
            if table is None:
                rows = [line for line in _lines(bytes(piece.text)) if self._rest.is_row(line)]
                self._rest.add(list(enumerate(rows, start=first)))
                first += len(rows)
                continue
            self._places.append((first, piece.path, piece.offset, piece.offset + len(piece.text)))
            yield table.append_column(ROW_NUMBER, _numbers(first, table.num_rows))
            first += table.num_rows

    def _read(self) -> Iterator[tuple[_Piece, pa.Table | None]]:
        """Return the chunks in order, while those that follow are read; none for what cannot be read."""
        ahead: deque[tuple[_Piece, Future[pa.Table]]] = deque()
        for piece in self._chunks():
            ahead.append((piece, self._pool.submit(self._table, piece.text)))
            if len(ahead) > _PARSERS:
                yield from self._judged(*ahead.popleft())
        while ahead:
            yield from self._judged(*ahead.popleft())

    def _judged(
        self, piece: _Piece, reading: Future[pa.Table] | None = None
    ) -> Iterator[tuple[_Piece, pa.Table | None]]:
        try:
            table = self._looked_at(reading.result() if reading is not None else self._table(piece.text))
        except NotPlainError:
            middle = bytes(piece.text).rfind(b"\n", 0, len(piece.text) // 2) + 1
            if len(piece.text) <= _FEW_BYTES or not middle:
                yield piece, None
                return
            for text, offset in ((piece.text[:middle], piece.offset), (piece.text[middle:], piece.offset + middle)):
                yield from self._judged(_Piece(path=piece.path, offset=offset, text=text))
        else:
            yield piece, table

    def _chunks(self) -> Iterator[_Piece]:
        for path in self._paths:
            with path.open("rb", buffering=0) as file:
                header = file.readline(_CHUNK_BYTES)
                if header.count(self._delimiter.encode()) != self._width - 1 or header.count(b'"') % 2:
                    raise NotPlainError("a header that is not one line")
                offset, size = len(header), os.fstat(file.fileno()).st_size
                while chunk := os.pread(file.fileno(), _CHUNK_BYTES, offset):
                    # a system may return less than it was asked for: only the size tells where the last row ends
                    end = len(chunk) if offset + len(chunk) >= size else chunk.rfind(b"\n") + 1
                    if not end:
                        raise NotPlainError("a very long row")
                    _require_plain(chunk, end, is_quoting=self._delimiter == ",")
                    yield _Piece(path=path, offset=offset, text=memoryview(chunk)[:end])
                    offset += end

    def _table(self, chunk: memoryview) -> pa.Table:
        try:
            return pyarrow.csv.read_csv(
                pa.py_buffer(chunk),
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False,
                    block_size=len(chunk) + 1,
                    column_names=[f"c{place}" for place in range(self._width)],
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=self._delimiter, quote_char=False),
                convert_options=self._options,
            )
        except pa.ArrowInvalid as error:
            raise NotPlainError(str(error).splitlines()[0]) from error

    def _looked_at(self, table: pa.Table) -> pa.Table:
        """Return a chunk with its types, in the thread of the caller: what it remembers of cells is for all chunks."""
        return pa.table([reader.typed(table.column(name)) for name, reader in self._cells.items()], schema=self._schema)


class _CellReader:
    """One column: what becomes of its cells."""

    def __init__(self, kind: pa.DataType, value_of: Callable[[str], _Value] | None) -> None:
        self.type = kind
        self.is_decimal = value_of is None
        self._value_of = value_of or str
        self._values: dict[str, _Value] = {}

    def typed(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if self.is_decimal:
            self._note_bounds(column)
            return column
        return pa.chunked_array([self._taken(chunk) for chunk in column.chunks], self.type)

    def seen(self) -> pa.Array:
        return pa.array(list(dict.fromkeys(self._values.values())), self.type)

    def _note_bounds(self, column: pa.ChunkedArray) -> None:
        """Note what tells whether any of these is empty, beyond a bound, or no number."""
        found = [*pyarrow.compute.min_max(column).as_py().values()]
        if column.null_count:
            found.append(None)
        if not pyarrow.compute.all(pyarrow.compute.is_finite(column)).as_py():
            found.append(math.inf)
        self._values.update((str(value), value) for value in found)

    def _taken(self, cells: pa.DictionaryArray) -> pa.Array:
        values = []
        for cell in cells.dictionary.to_pylist():
            if cell not in self._values:
                self._values[cell] = self._value_of(cell)
            values.append(self._values[cell])
        return pa.array(values, self.type).take(cells.indices)


def _cell_reader(column: Column | None) -> _CellReader:
    """Return the reader of a column; None: of one that the contract does not know."""
    kind = ColumnType.TEXT if column is None else column.type
    empty = frozenset(("", *(column.empty if column else ())))
    if kind is ColumnType.DECIMAL:
        return _CellReader(pa.float64(), None)

    def value_of(cell: str) -> _Value:
        text = cell.strip(" ")
        if text in empty:
            return None
        if text.strip(BLANKS) != text:
            raise NotPlainError("a cell with a blank that is no space")
        match kind:
            case ColumnType.INTEGER if _INTEGER.fullmatch(cell) and int(text) in _INT64:
                return int(text)
            case ColumnType.BOOLEAN if text.lower() in _BOOLEANS:
                return _BOOLEANS[text.lower()]
            case ColumnType.INTEGER | ColumnType.BOOLEAN:
                raise NotPlainError(f"{text[:40]!r} is not of the type {kind}")
            case _:
                return text

    return _CellReader(_TYPES.get(kind, pa.string()), value_of)


def _words_for_nothing(decimals: Sequence[Column]) -> list[str]:
    """Return the cells that are an empty decimal, padded as publishers do; words must be those of all of them."""
    words = set.intersection(*(set(column.empty) for column in decimals)) if decimals else set()
    return [" " * blanks + word for word in ("", *sorted(words)) for blanks in range(_WIDEST)]


def _require_plain(chunk: bytes, end: int, *, is_quoting: bool) -> None:
    if is_quoting and b'"' in chunk:
        raise NotPlainError("quotes")
    if b"\0" in chunk:
        raise NotPlainError("a byte of zero")
    if b"\r" in chunk and chunk.count(b"\r", 0, end) != chunk.count(b"\r\n", 0, end):
        raise NotPlainError("line ends of old")
    line = 0
    while end - line > LONGEST_ROW:
        line = chunk.rfind(b"\n", line, line + LONGEST_ROW) + 1
        if not line:
            raise NotPlainError("a very long row")


def _lines(text: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in text.split(b"\n")]


def _numbers(first: int, count: int) -> pa.Array:
    ones = pa.repeat(pa.scalar(1, pa.int64()), count)
    return pyarrow.compute.cumulative_sum(ones, start=pa.scalar(first - 1, pa.int64()))


def _in_portions(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Return the same rows as tables of a row group each, and what is left."""
    left: pa.Table | None = None
    for table in tables:
        rows = table if left is None else pa.concat_tables([left, table])
        whole = rows.num_rows - rows.num_rows % ROW_GROUP
        for place in range(0, whole, ROW_GROUP):
            yield rows.slice(place, ROW_GROUP)
        left = rows.slice(whole)
    if left is not None and left.num_rows:
        yield left
