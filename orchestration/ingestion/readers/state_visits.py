"""Read the XML of the Office of the Historian: visits by foreign leaders to the United States.

Belongs here: elements to columns. Does not belong here: which visit is which (dbt). A file that cannot be read refuses
the whole delivery, since the visits in it would otherwise pass for withdrawn.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

import defusedxml.ElementTree

from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused

FEED = "state_visits"
_ROOT, _ROW = "visits", "visit"
_COLUMNS = {"id": "visit_id", "from": "from_country"}


def read(source: Source) -> FileContent:
    """Read one file; text is joined through inner markup, and its white space collapsed.

    Raises:
        Refused: it is no well-formed list of visits; with line and column.
    """
    name = source.name
    try:
        root = defusedxml.ElementTree.parse(source.path).getroot()
    except ET.ParseError as error:
        line, column = error.position
        reason = f"{name}, line {line}, column {column + 1}: it is not well-formed XML ({str(error).split(':')[0]})"
        raise Refused(reason, _ADVICE) from error
    except (ValueError, LookupError) as error:  # what defusedxml forbids, or an encoding that nobody knows
        raise Refused(f"{name}: it holds what no list of visits needs ({type(error).__name__})", _ADVICE) from error
    if root is None or root.tag != _ROOT:
        found = root.tag if root is not None else "nothing"
        raise Refused(f"{name}, line 1: found <{found}>, expected <{_ROOT}>", _ADVICE)
    strangers = [element.tag for element in root if element.tag != _ROW]
    if strangers:
        raise Refused(f"{name}: found <{strangers[0]}> between the visits, expected <{_ROW}>", _ADVICE)
    return FileContent(rows=[_row(visit, number) for number, visit in enumerate(root, start=1)])


_ADVICE = "the delivery must be complete: fetch it again as published"


def _row(visit: ET.Element, number: int) -> TextRow | BrokenRow:
    values: dict[str, str] = {}
    twice = None
    for element in visit:
        column = _COLUMNS.get(element.tag, element.tag.replace("-", "_"))
        if column in values:
            twice = column
        values[column] = " ".join("".join(element.itertext()).split())
        if element.tag == "from" and element.get("id"):
            values["from_id"] = element.get("id", "")
    raw = ET.tostring(visit, encoding="unicode").strip()
    row = TextRow(feed=FEED, row_number=number, values=values, raw=raw)
    if twice is not None:
        return BrokenRow(row=row, column=twice, found="a second one", expected="one in each visit")
    return row
