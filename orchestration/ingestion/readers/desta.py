"""Read the list of treaties of DESTA: CSV with `;` or `,`, and as many columns of members as the largest entry needs.

Belongs here: cells to columns, members to one text. Does not belong here: what an entry does to another (dbt).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused

FEED = "desta"
_REQUIRED = ("number", "name", "entry_type", "c1")
_DELIMITERS = ";,\t"
_EMPTY = ("", "NA")
_MEMBER, _MEMBER_OR_SIDE = re.compile(r"c[1-9][0-9]*"), re.compile(r"m?c[1-9][0-9]*")
_CODE, _SIDE = re.compile(r"[0-9]{1,3}"), re.compile(r"[0-9]")
_ADVICE = "fetch the list of treaties again as published, one row for each entry"


def read(source: Source) -> FileContent:
    """Read one file; a row with other cells than the header, or a member that is no code, is broken.

    Raises:
        Refused: it is no CSV in UTF-8, or lacks a column without which no entry can be read.
    """
    name = source.name
    rows: list[TextRow | BrokenRow] = []
    with source.path.open(encoding="utf-8-sig", newline="") as text:
        lines = _Lines(text)
        try:
            head = text.readline()
            text.seek(0)
            cells = csv.reader(lines, delimiter=max(_DELIMITERS, key=head.count), strict=True)
            header = [cell.strip() for cell in next(cells, [])]
            _check(header, name)
            lines.take()
            for number, row in enumerate(filter(any, cells), start=1):
                rows += _judged(header, row, number, lines.take())
        except UnicodeDecodeError as error:
            raise Refused(f"{name}: it is not UTF-8", _ADVICE) from error
        except csv.Error as error:
            raise Refused(f"{name}, line {lines.count}: it is not valid CSV ({error})", _ADVICE) from error
    return FileContent(rows=rows)


def _check(header: Sequence[str], name: str) -> None:
    missing = [column for column in _REQUIRED if column not in header]
    twice = [column for column in header if header.count(column) > 1]
    if missing:
        raise Refused(f"{name}, line 1: the columns {', '.join(missing)} are missing", _ADVICE)
    if twice:
        raise Refused(f"{name}, line 1: the column {twice[0]} stands there twice", _ADVICE)


def _judged(header: Sequence[str], cells: Sequence[str], number: int, raw: str) -> list[TextRow | BrokenRow]:
    """Return the row, or all that is broken in it."""
    filled = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip() not in _EMPTY}
    members = {name: code for name, code in filled.items() if _MEMBER.fullmatch(name)}
    sides = {name: filled[f"m{name}"] for name in members if f"m{name}" in filled}
    others = {name: cell for name, cell in filled.items() if not _MEMBER_OR_SIDE.fullmatch(name)}
    row = TextRow(feed=FEED, row_number=number, values=others | _together(members, sides), raw=raw)
    if len(cells) != len(header):
        return [BrokenRow(row=row, column=None, found=f"{len(cells)} cells", expected=f"{len(header)} cells")]
    broken = [
        BrokenRow(row=row, column=name, found=code, expected="an ISO numeric code such as 643")
        for name, code in members.items()
        if not _CODE.fullmatch(code)
    ]
    broken += [
        BrokenRow(row=row, column=f"m{name}", found=side, expected="the number of a side such as 1")
        for name, side in sides.items()
        if not _SIDE.fullmatch(side)
    ]
    return [*broken] or [row]


def _together(members: Mapping[str, str], sides: Mapping[str, str]) -> dict[str, str]:
    """Return the members in the order of their columns, as one cell."""
    ordered = sorted(members, key=lambda name: int(name[1:]))
    text = " ".join(members[name] + (f"/{sides[name]}" if name in sides else "") for name in ordered)
    return {"members": text} if text else {}


@dataclass
class _Lines:
    """The lines of a file, kept until the row that they make up is read."""

    text: TextIO
    count: int = 0
    _kept: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in self.text:
            self.count += 1
            self._kept.append(line)
            yield line

    def take(self) -> str:
        """Return what was read since the last time, without its line end."""
        text = "".join(self._kept).rstrip("\r\n")
        self._kept.clear()
        return text
