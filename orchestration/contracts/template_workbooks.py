"""A workbook per feed to begin a table from, and one for a whole dossier: a header that says what each column is.

Belongs here: what a spreadsheet can do for whoever fills it in. Does not belong here: reading one. Workbooks carry the
time at which they were made, so they are written on demand and not kept beside the contracts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.contracts import NATIVE, Column, ColumnType

DOSSIERS = "dossiers"
TEMPLATE_NAME = "_template.xlsx"
"""Files whose name begins with `_` are never read as data."""

_AS_TEXT = "@"
"""So that a spreadsheet leaves 2024-09 and 071120 as they are typed."""
_NUMERIC = (ColumnType.DECIMAL, ColumnType.INTEGER)
_LONGEST_LIST = 255
"""Characters of the choices that a spreadsheet keeps with a cell."""
_LAST_ROW = 1_048_576
_WIDTH = 18


def template_workbook(feed: str) -> Workbook:
    """Return the workbook of a native feed, or of a dossier.

    Raises:
        KeyError: there is no such feed.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns in _sheets(feed).items():
        _fill(book.create_sheet(title), columns)
    return book


def write_template_workbook(feed: str, raw: Path) -> Path:
    """Write it beside the files of the feed, and return where."""
    path = raw / feed / TEMPLATE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    template_workbook(feed).save(path)
    return path


def _sheets(feed: str) -> Mapping[str, Sequence[Column]]:
    if feed != DOSSIERS:
        return {feed: NATIVE[feed].columns}
    # the document is named once, in a sheet of its own
    return {
        "document" if name == "documents" else name: [
            column for column in contract.columns if name == "documents" or column.name != "document_id"
        ]
        for name, contract in NATIVE.items()
    }


def _fill(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(row=1, column=place, value=column.name)
        cell.font = Font(bold=column.required)
        needed = " (required)" if column.required else ""
        example = f"\n\nFor example: {column.example}" if column.example else ""
        cell.comment = Comment(f"{column.description}{needed}{example}", "entente", width=320, height=160)
        sheet.column_dimensions[letter].width = _WIDTH
        if column.type not in _NUMERIC:
            sheet.column_dimensions[letter].number_format = _AS_TEXT
        choices = ",".join(column.allowed)
        if column.allowed and len(choices) <= _LONGEST_LIST:
            validation = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
            validation.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(validation)
    sheet.freeze_panes = "A2"
