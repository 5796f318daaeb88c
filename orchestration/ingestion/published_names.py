"""What the names of published files say: the data set, the release, and whether a file is whole or a part of one.

Belongs here: the naming conventions of publishers. Does not belong here: what follows from them (planning, releases).
A manifest says more than a name, and is heard first.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from orchestration.contracts import Mode
from orchestration.ingestion.refusal import Refused

_BACI = re.compile(
    r"BACI_(?P<classification>HS\d{2})(?:_Y(?P<year>\d{4}))?_V(?P<vintage>\d{4}(?:0[1-9]|1[0-2]))(?P<letter>[a-z])?"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
_COMTRADE = re.compile(
    r"COMTRADE-(?P<data>FINAL(?:CLASSIC)?)-(?P<type>[CS])(?P<frequency>[AM])(?P<reporter>\d{3})(?P<period>\d{4}(?:\d{2})?)"
    r"(?P<classification>[A-Z][A-Z0-9]+)(?:\[(?P<released>\d{4}-\d{2}-\d{2})\])?(?:\..*)?",
    re.IGNORECASE,
)
_EXTRACT = "extract"


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a file is of, as far as it is said; None where nothing is said."""

    dataset_key: str | None = None
    as_of: datetime | None = None
    revision: int = 0
    mode: Mode | None = None


NOTHING_SAID = Release()


def release_of(feed: str, path: str, manifest: Mapping[str, Any] | None) -> Release:
    """Return what the name of a file, or the query that its manifest states, say about it."""
    parse = _PARSERS.get(feed)
    return parse(PurePosixPath(path).name, manifest or {}) if parse else NOTHING_SAID


def require_classification(feed: str, dataset_key: str) -> None:
    """Make sure that a file of BACI says what it is of: nothing in it does.

    Raises:
        Refused: its data set does not begin with a classification.
    """
    if feed == "baci" and not re.match(r"HS\d{2}(-|$)", dataset_key):
        raise Refused(
            f"which classification and vintage it is of is said nowhere (data set {dataset_key})",
            "call it as it is published, BACI_HS17_Y2020_V202201.csv, or state dataset_key: HS17-2020 and as_of in its "
            "manifest",
        )


def _baci(name: str, _: Mapping[str, Any]) -> Release:
    """Read `BACI_HS17_Y2020_V202201.csv`; the vintage is a month, so that its last day is when it was surely out.

    A letter (`V202401b`) is a later revision of one vintage.
    """
    found = _BACI.fullmatch(name)
    if found is None:
        return NOTHING_SAID
    year, month = int(found["vintage"][:4]), int(found["vintage"][4:])
    return Release(
        dataset_key="-".join(part for part in (found["classification"].upper(), found["year"]) if part),
        as_of=_midnight(date(year, month, monthrange(year, month)[1])),
        revision=ord(found["letter"].lower()) - ord("a") + 1 if found["letter"] else 0,
        mode=Mode.EXTRACT if _EXTRACT in found["rest"].lower() else Mode.REPLACE,
    )


def _comtrade(name: str, manifest: Mapping[str, Any]) -> Release:
    """Read `COMTRADE-FINAL-CA504202001H5[2023-01-03].gz`; of any other file, the query that its manifest states."""
    found = _COMTRADE.fullmatch(name)
    if found is not None:
        parts = ("data", "type", "frequency", "reporter", "period", "classification")
        return Release(
            dataset_key="-".join(found[part].upper() for part in parts),
            as_of=_midnight(_day(found["released"])),
            mode=Mode.REPLACE,
        )
    query = manifest.get("query")
    if isinstance(query, Mapping) and query:
        return Release(dataset_key=json.dumps(query, sort_keys=True, ensure_ascii=False), mode=Mode.REPLACE)
    return NOTHING_SAID


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


_PARSERS: Mapping[str, Callable[[str, Mapping[str, Any]], Release]] = MappingProxyType(
    {"baci": _baci, "comtrade": _comtrade}
)
