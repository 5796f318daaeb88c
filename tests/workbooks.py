"""Excel workbooks for tests: written by openpyxl, and changed in their XML where no program would write that."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl

Rows = Iterable[Sequence[Any]]


def workbook(
    sheets: Mapping[str, Rows],
    *,
    formats: Mapping[str, str] | None = None,
    change: Callable[[openpyxl.Workbook], object] = lambda _: None,
) -> bytes:
    """Return a workbook of sheets with their rows, the header first; formats of numbers by cell of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for cell, code in (formats or {}).items():
        book.worksheets[0][cell].number_format = code
    change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_parts(book: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return a workbook in which parts of the zip are changed, or added."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as before,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in dict.fromkeys([*before.namelist(), *parts]):
            data = before.read(name) if name in before.namelist() else b""
            after.writestr(name, parts[name](data) if name in parts else data)
    return content.getvalue()


def with_values(book: bytes, values: Mapping[str, str]) -> bytes:
    """Return a workbook with the values that a spreadsheet saves beside the formulas of the first sheet."""

    def saved(xml: bytes) -> bytes:
        text = xml.decode()
        for cell, value in values.items():
            start = text.index(f'r="{cell}"')
            end = text.index("</c>", start)
            formula = text[start:end].replace("<v />", "").replace("<v></v>", "").replace("<v/>", "")
            if not value.isdecimal():
                formula = formula.replace(">", ' t="str">', 1)
            text = f"{text[:start]}{formula}<v>{value}</v>{text[end:]}"
        return text.encode()

    def calculated(xml: bytes) -> bytes:
        return xml.replace(b'fullCalcOnLoad="1"', b"")

    return with_parts(book, {"xl/worksheets/sheet1.xml": saved, "xl/workbook.xml": calculated})
