"""Read the XML of the Office of the Historian: a root that lists records, and records that list elements.

Belongs here: elements to columns. Does not belong here: which record is which (dbt). A file that cannot be read
refuses the whole delivery, since the records in it would otherwise pass for withdrawn.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import defusedxml.ElementTree

from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused

_ADVICE = "the delivery must be complete: fetch it again as published"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How one feed is written: the names of its elements, and the columns that are not called after their element."""

    feed: str
    root: str
    record: str
    columns: Mapping[str, str]
    """The columns of elements, where it is not the element's name with `-` written `_`."""
    ids: Mapping[str, str]
    """The columns of an element's attribute `id`."""
    folders: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the folder of a file says where a record does not: folder → column → value."""
    others: frozenset[str] = frozenset()
    """Roots of other files that the publisher keeps beside the lists; they hold no records."""


def read(source: Source, layout: Layout) -> FileContent:
    """Read one file; text is joined through inner markup, and its white space collapsed.

    Raises:
        Refused: it is no well-formed list of such records; with line and column.
    """
    name = source.name
    try:
        root = defusedxml.ElementTree.parse(source.path).getroot()
    except ET.ParseError as error:
        line, column = error.position
        reason = f"{name}, line {line}, column {column + 1}: it is not well-formed XML ({str(error).split(':')[0]})"
        raise Refused(reason, _ADVICE) from error
    except (ValueError, LookupError) as error:  # what defusedxml forbids, or an encoding that nobody knows
        raise Refused(
            f"{name}: it holds what no list of {layout.root} needs ({type(error).__name__})", _ADVICE
        ) from error
    found = _name(root.tag) if root is not None else "nothing"
    if found in layout.others:
        return FileContent(rows=[], notes=[f"{name} holds <{found}>, no {layout.root}"])
    if root is None or found != layout.root:
        raise Refused(f"{name}, line 1: found <{found}>, expected <{layout.root}>", _ADVICE)
    strangers = [_name(element.tag) for element in root if _name(element.tag) != layout.record]
    if strangers:
        between = f"between the {layout.root}, expected <{layout.record}>"
        raise Refused(f"{name}: found <{strangers[0]}> {between}", _ADVICE)
    usual = layout.folders.get(PurePosixPath(name).parent.name, {})
    return FileContent(rows=[_row(record, number, layout, usual) for number, record in enumerate(root, start=1)])


def _row(record: ET.Element, number: int, layout: Layout, usual: Mapping[str, str]) -> TextRow | BrokenRow:
    """Return the row; an empty element yields to an attribute of its name, and that to what is usual."""
    values: dict[str, str] = {}
    twice = None
    for element in record:
        name = _name(element.tag)
        column = _column(name, layout)
        if column in values:
            twice = column
        values[column] = " ".join("".join(element.itertext()).split())
        if name in layout.ids and element.get("id"):
            values[layout.ids[name]] = element.get("id", "")
    attributes = {_column(_name(name), layout): value for name, value in record.attrib.items()}
    filled = {column: value for column, value in values.items() if value}
    raw = ET.tostring(record, encoding="unicode").strip()
    row = TextRow(feed=layout.feed, row_number=number, values={**usual, **values, **attributes, **filled}, raw=raw)
    if twice is not None:
        return BrokenRow(row=row, column=twice, found="a second one", expected=f"one in each {layout.record}")
    return row


def _name(tag: str) -> str:
    """Return the name of an element or attribute without its namespace: some copies have one."""
    return tag.rpartition("}")[2]


def _column(name: str, layout: Layout) -> str:
    return layout.columns.get(name, name.replace("-", "_"))
