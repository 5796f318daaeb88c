"""Match the names in a header to the columns of a contract.

Belongs here: names. Does not belong here: cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from orchestration.contracts import Contract
from orchestration.ingestion.refusal import Refused
from orchestration.ingestion.validation import RETRACTED, needed_by_a_retraction

CORRECTS = "_rejected_row"
"""The column by which a corrected row names the quarantined one; `make rejects` writes it."""
REASON, ORIGIN_FILE, ORIGIN_ROW, ORIGINAL = "_reason", "_file", "_row", "_original_row"
OF_REJECTS = (CORRECTS, REASON, ORIGIN_FILE, ORIGIN_ROW, ORIGINAL)
"""What `make rejects` writes beside the columns of a feed: read back, none of it is data."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of a file is which column of the contract; positions count from 0."""

    width: int
    known: tuple[tuple[str, int], ...]
    extra: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    """Required columns that only a file full of retractions may lack."""
    corrects: int | None = None
    """Where rows name the quarantined ones that they correct."""


def match(names: Iterable[str], contract: Contract) -> Columns:
    """Match the names of a header; a column without a name counts as an extra one called after its place.

    Raises:
        Refused: a name stands there twice, or a required column is missing.
    """
    written = tuple(name or f"column_{place}" for place, name in enumerate(names, start=1))
    twice = [name for name, count in Counter(written).items() if count > 1]
    if twice:
        raise Refused(f"the header has the column {twice[0]} more than once", "give every column a name of its own")
    columns = contract.columns_by_name
    missing = tuple(name for name in contract.required if name not in written)
    excusable = RETRACTED in written and not needed_by_a_retraction(contract).intersection(missing)
    if missing and not excusable:
        raise lacking(missing, written, contract)
    return Columns(
        width=len(written),
        known=tuple((name, place) for place, name in enumerate(written) if name in columns),
        extra=tuple(
            (name, place) for place, name in enumerate(written) if name not in columns and name not in OF_REJECTS
        ),
        missing=missing,
        corrects=written.index(CORRECTS) if CORRECTS in written else None,
    )


def lacking(missing: Collection[str], written: Iterable[str], contract: Contract) -> Refused:
    """Return the refusal of a file without some required columns, with what was probably meant."""
    others = {_plain(name): name for name in written if name not in contract.columns_by_name}
    hints = []
    for name in missing:
        near = get_close_matches(_plain(name), others, n=1, cutoff=0.75)
        hints.append(f"{name} (did you mean it by {others[near[0]]}?)" if near else name)
    several = len(hints) > 1
    return Refused(
        f"the required column{'s' if several else ''} {', '.join(hints)} {'are' if several else 'is'} missing",
        "add or rename what is missing in the header",
    )


def near_misses(columns: Columns, contract: Contract) -> tuple[str, ...]:
    """Return a note for every extra column that looks like one of the contract."""
    absent = {_plain(name): name for name in contract.columns_by_name if name not in dict(columns.known)}
    notes = []
    for name, _ in columns.extra:
        near = get_close_matches(_plain(name), absent, n=1, cutoff=0.8)
        if near:
            notes.append(f"the column {name} is unknown; did you mean {absent[near[0]]}?")
    return tuple(notes)


def _plain(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())
