"""Read the XML of the Office of the Historian: a root that lists records, and records that list elements.

Belongs here: elements to columns. Does not belong here: which record is which (dbt). A file that cannot be read
refuses the whole delivery, since the records in it would otherwise pass for withdrawn.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

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
    if root is not None and root.tag in layout.others:
        return FileContent(rows=[], notes=[f"{name} holds <{root.tag}>, no {layout.root}"])
    if root is None or root.tag != layout.root:
        found = root.tag if root is not None else "nothing"
        raise Refused(f"{name}, line 1: found <{found}>, expected <{layout.root}>", _ADVICE)
    strangers = [element.tag for element in root if element.tag != layout.record]
    if strangers:
        between = f"between the {layout.root}, expected <{layout.record}>"
        raise Refused(f"{name}: found <{strangers[0]}> {between}", _ADVICE)
    return FileContent(rows=[_row(record, number, layout) for number, record in enumerate(root, start=1)])


def _row(record: ET.Element, number: int, layout: Layout) -> TextRow | BrokenRow:
    """Return the row; an attribute yields to an element of its name."""
    values: dict[str, str] = {}
    twice = None
    for element in record:
        column = layout.columns.get(element.tag, element.tag.replace("-", "_"))
        if column in values:
            twice = column
        values[column] = " ".join("".join(element.itertext()).split())
        if element.tag in layout.ids and element.get("id"):
            values[layout.ids[element.tag]] = element.get("id", "")
    attributes = {name.replace("-", "_"): value for name, value in record.attrib.items()}
    raw = ET.tostring(record, encoding="unicode").strip()
    row = TextRow(feed=layout.feed, row_number=number, values=attributes | values, raw=raw)
    if twice is not None:
        return BrokenRow(row=row, column=twice, found="a second one", expected=f"one in each {layout.record}")
    return row
