"""Which reader reads a file: the one that its feed names, else the one for the ending of its name.

Belongs here: the list of readers. Does not belong here: reading. A reader that goes through a file row by row is one
line here; CSV and Parquet are read by DuckDB in one go, and staged by code of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestration.contracts import Contract
from orchestration.ingestion.readers import comtrade, desta, dossiers, json_lines, state_travels, state_visits
from orchestration.ingestion.readers.rows import Reader
from orchestration.ingestion.staging import Originals

CSV = "csv"
GZIP_ENDING = ".gz"

_ENDINGS = {".csv": CSV, ".ndjson": "ndjson", ".jsonl": "ndjson"}


@dataclass(frozen=True, kw_only=True)
class RowFormat:
    """A format that is read row by row."""

    read: Reader
    originals: Originals | None = None
    """How the original text of a row is found again, where rows come without it."""


ROW_FORMATS: Mapping[str, RowFormat] = MappingProxyType(
    {
        "comtrade": RowFormat(read=comtrade.read),
        "desta": RowFormat(read=desta.read),
        "dossiers": RowFormat(read=dossiers.read),
        "ndjson": RowFormat(read=json_lines.read, originals=json_lines.original_rows),
        "state_travels": RowFormat(read=state_travels.read),
        "state_visits": RowFormat(read=state_visits.read),
    }
)
"""By the name that a contract or an ending gives."""


def format_of(contract: Contract, name: str) -> str:
    """Return the format of a file that belongs to a feed."""
    if contract.reader is not None:
        return contract.reader
    plain = name.lower().removesuffix(GZIP_ENDING)
    for ending, reader in contract.readers_by_ending:
        if plain.endswith(ending):
            return reader
    return next((kind for ending, kind in _ENDINGS.items() if plain.endswith(ending)), CSV)


def how_rows_count(name: str) -> str:
    """Say what the row numbers of a file mean to whoever opens it."""
    plain = name.lower().removesuffix(GZIP_ENDING)
    if any(plain.endswith(ending) for ending, kind in _ENDINGS.items() if kind == "ndjson"):
        return "Rows are the lines of the file."
    return "Rows are counted from 1, without the header and without blank lines."
