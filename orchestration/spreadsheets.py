"""Cells as a spreadsheet may open them: text stays text, whatever a file of others says.

Belongs here: what would be run as a formula, and how it is kept from that. Does not belong here: writing a file; who
writes one for spreadsheets quotes every cell (`csv.QUOTE_ALL`), since a program of another language splits at `;`.
The signs are those of OWASP's page on CSV injection, with the wide forms that East Asian settings read as the same.
"""

from __future__ import annotations

import re

_MARK = "'"
"""What makes a cell text in every spreadsheet."""
_BEGINS_A_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_CONTROL = re.compile(r"[\t\r\n\x00]")
# a number, and an operator that stands alone, calculate nothing: figures must stay figures
_HARMLESS = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?|[=+\-@~<>]|[<>]=", re.ASCII)


def neutralised(cell: str) -> str:
    """Return the text of a cell so that no spreadsheet calculates it; `restored` takes it back exactly."""
    return f"{_MARK}{cell}" if _is_dangerous(cell.lstrip(_MARK)) else cell


def restored(cell: str) -> str:
    """Return what `neutralised` was given."""
    return cell[1:] if cell.startswith(_MARK) and _is_dangerous(cell.lstrip(_MARK)) else cell


def _is_dangerous(cell: str) -> bool:
    if _HARMLESS.fullmatch(cell):
        return False
    return _BEGINS_A_FORMULA.match(cell) is not None or _CONTROL.match(cell) is not None
