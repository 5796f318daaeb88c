"""Which reader reads a file: the one that its feed names, else the one for the ending of its name.

Belongs here: the list of readers. Does not belong here: reading. A reader is one line here; CSV is read by DuckDB in
one go, and staged by code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestration.contracts import Contract
from orchestration.ingestion.readers import (
    comtrade,
    desta,
    dossiers,
    json_array,
    json_lines,
    parquet,
    state_travels,
    state_visits,
)
from orchestration.ingestion.readers.rows import FileContent, Reader, Source
from orchestration.ingestion.staging import Originals

CSV = "csv"
GZIP_ENDING = ".gz"
PACKED_ENDINGS = (GZIP_ENDING, ".zip")

_ENDINGS = {
    ".csv": CSV,
    ".json": "json",
    ".jsonl": "ndjson",
    ".ndjson": "ndjson",
    ".parquet": "parquet",
    ".xlsx": "excel",
}
_ROW_NUMBERS = {
    "ndjson": "Rows are the lines of the file.",
    "json": "Rows are the records of the list, counted from 1.",
    "excel": "Rows are those of the sheet.",
    "parquet": "Rows are counted from 1.",
}


@dataclass(frozen=True, kw_only=True)
class RowFormat:
    """A format that a reader of ours turns into rows."""

    read: Reader
    originals: Originals | None = None
    """How the original text of a row is found again, where rows come without it."""


def _excel(source: Source) -> FileContent:
    from orchestration.ingestion.readers import excel  # a twentieth of what starting takes, for the few that need it

    return excel.read(source)


ROW_FORMATS: Mapping[str, RowFormat] = MappingProxyType(
    {
        "comtrade": RowFormat(read=comtrade.read),
        "desta": RowFormat(read=desta.read),
        "dossiers": RowFormat(read=dossiers.read),
        "excel": RowFormat(read=_excel),
        "json": RowFormat(read=json_array.read, originals=json_array.original_rows),
        "ndjson": RowFormat(read=json_lines.read, originals=json_lines.original_rows),
        "parquet": RowFormat(read=parquet.read, originals=parquet.original_rows),
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


def reading_of(contract: Contract, name: str) -> tuple[str, str]:
    """Return how a name has a file read: its format, and what it is packed in. Equal bytes may be other rows."""
    return format_of(contract, name), next((end for end in PACKED_ENDINGS if name.lower().endswith(end)), "")


def how_rows_count(name: str) -> str:
    """Say what the row numbers of a file below `raw/` mean to whoever opens it."""
    if name.startswith(f"{dossiers.FEED}/"):
        return "Rows count the facts of the file; each tells where it stands."
    plain = name.lower().removesuffix(GZIP_ENDING)
    for ending, kind in _ENDINGS.items():
        if plain.endswith(ending) and kind in _ROW_NUMBERS:
            return _ROW_NUMBERS[kind]
    return "Rows are counted from 1, without the header and without blank lines."
