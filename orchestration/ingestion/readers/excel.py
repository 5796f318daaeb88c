"""Read a table in an Excel workbook: one sheet, its first row the header, every further one a row of the feed.

Belongs here: which sheet it is, and cells to columns. Does not belong here: zip, XML and cells (`workbook`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from orchestration.contracts import Column, ColumnType
from orchestration.ingestion.readers import workbook
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.readers.workbook import Cell, Sheet
from orchestration.ingestion.refusal import Refused

NOTES = "_"
"""Sheets whose name begins with it are for people, as files are."""

_NUMERIC = (ColumnType.DECIMAL, ColumnType.INTEGER)


def read(source: Source) -> FileContent:
    """Read the sheet that is called after the feed, else the only one; `row_number` is the row of the sheet.

    Raises:
        Refused: it is no workbook, or which sheet is meant cannot be told, or its header is not one.
    """
    with ExitStack() as stack:
        sheets = stack.enter_context(workbook.opened(source.path))
        sheet, notes = _chosen(sheets, source.contract.feed)
        content = FileContent(rows=[], notes=notes, header=[])
        content.rows = _rows(source, sheet, content, stack.pop_all())
        return content


def is_for_people(sheet: Sheet, feeds: Sequence[str]) -> bool:
    """Say whether a sheet holds no facts: notes, and lists that a workbook hides.

    Raises:
        Refused: it is hidden, but called after a feed: what nobody sees, nobody means.
    """
    if sheet.title.startswith(NOTES):
        return True
    if sheet.is_hidden and sheet.title.strip().casefold() in feeds:
        raise Refused(f"the sheet {sheet.title} is hidden", "show it, or call it _" + sheet.title)
    return sheet.is_hidden


def header_of(sheet: Sheet, number: int, cells: Sequence[Cell]) -> Mapping[int, str]:
    """Return the names of a header by column.

    Raises:
        Refused: a cell of it is a formula or merged, or a name stands there twice.
    """
    names: dict[int, str] = {}
    for cell in cells:
        place = f"sheet {sheet.title}, cell {workbook.letters(cell.column)}{number}"
        name = cell.text.strip()
        if cell.fault:
            raise Refused(f"{place}: found {name}, expected {cell.fault}", "write the names of the columns there")
        if name in names.values():
            raise Refused(f"{place}: the header has the column {name} more than once", "give every column its own name")
        names[cell.column] = name
    return names


def text_of(cell: Cell, column: Column | None) -> str:
    """Return the text of a cell for a column: a percentage is a plain number where a number is expected."""
    return cell.percent if cell.percent and column is not None and column.type in _NUMERIC else cell.text


def _chosen(sheets: Sequence[Sheet], feed: str) -> tuple[Sheet, list[str]]:
    shown = [sheet for sheet in sheets if not is_for_people(sheet, (feed,))]
    named = [sheet for sheet in shown if sheet.title.strip().casefold() == feed]
    if not named and len(shown) != 1:
        titles = ", ".join(sheet.title for sheet in shown) or "none"
        raise Refused(
            f"which of its sheets holds the rows cannot be told ({titles})", f"call the sheet {feed}, others _notes"
        )
    chosen = (named or shown)[0]
    others = [sheet.title for sheet in shown if sheet is not chosen]
    return chosen, [f"the sheet {title} was not read: only {chosen.title} is of this feed" for title in others]


def _rows(source: Source, sheet: Sheet, content: FileContent, stack: ExitStack) -> Iterator[TextRow | BrokenRow]:
    contract = source.contract
    columns = contract.columns_by_name
    with stack:
        rows = sheet.rows()
        number, cells = next(rows, (0, []))
        if not cells:
            raise Refused(f"the sheet {sheet.title} is empty", "write the names of the columns into its first row")
        names = header_of(sheet, number, cells)
        content.letters = {name: workbook.letters(column) for column, name in names.items()}
        content.header = list(names.values())
        for number, cells in rows:
            row = TextRow(
                feed=contract.feed,
                row_number=number,
                values={
                    names.get(cell.column) or f"column_{workbook.letters(cell.column)}": text_of(
                        cell, columns.get(names.get(cell.column, ""))
                    )
                    for cell in cells
                },
                raw=json.dumps({workbook.letters(cell.column): cell.text for cell in cells}, ensure_ascii=False),
            )
            broken: list[TextRow | BrokenRow] = [
                BrokenRow(row=row, column=names[cell.column], found=cell.text, expected=cell.fault)
                for cell in cells
                if cell.fault and names.get(cell.column) in columns
            ]
            yield from broken or [row]
