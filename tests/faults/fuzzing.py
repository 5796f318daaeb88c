"""What a reader may do with any bytes whatever: give rows that can be kept, or refuse the file. For every fuzzer.

Belongs here: the readers under test, valid files to begin with, and what must hold. Does not belong here: making up
bytes (`fuzz`, which needs Atheris, and the tests of the readers, which use Hypothesis).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion.formats import CSV, ROW_FORMATS, format_of
from orchestration.ingestion.manifests import from_content, merged
from orchestration.ingestion.readers import columns, compressed, delimited, dossiers, zipped
from orchestration.ingestion.readers.rows import BrokenRow, Source
from orchestration.ingestion.refusal import Refused
from tests.faults.damage import damaged_files, valid_files

BOUND = 1 << 20
"""Bytes that may be unpacked here: a fuzzer is to find faults, not to fill the disk."""
LONGEST_REASON = 10_000


def _require_text(value: str | None) -> None:
    """What is no text, such as half of a pair of surrogates, cannot be kept in a database."""
    if value is not None:
        value.encode("utf-8")


def read_rows(contract: Contract, name: str, path: Path) -> None:
    """Read a file of a format that is read row by row."""
    row_format = ROW_FORMATS[format_of(contract, name)]
    content = row_format.read(Source(path=path, name=name, dataset_key="a-data-set", contract=contract))
    numbers = set()
    for entry in content.rows:
        row = entry.row if isinstance(entry, BrokenRow) else entry
        if isinstance(entry, BrokenRow):
            _require_text(entry.found)
            assert entry.expected
        for text in (*row.values, *row.values.values(), *row.extras, *row.extras.values(), row.raw):
            _require_text(text)
        numbers.add(row.row_number)
    if content.header:
        columns.match(content.header, contract)
    if row_format.originals is not None:
        wanted = sorted(numbers)[:20]
        assert [number for number, _ in row_format.originals(path, wanted)] == wanted


def read_delimited(contract: Contract, path: Path) -> None:
    """Read a delimited file as it is read where something in it is broken: no row may be lost or counted twice."""
    header = delimited.read_header(path, contract)
    matched = columns.match(header.names, contract)
    total = broken = 0
    for record in delimited.records(path, width=matched.width, dialect=contract.dialect):
        total += 1
        broken += bool(record.found)
        assert bool(record.found) == bool(record.expected)
        _require_text(record.raw)
        if not record.found:
            assert len(delimited.split(record.clean) or ()) == matched.width
    with tempfile.TemporaryDirectory() as folder:
        clean, bad = Path(folder) / "clean", Path(folder) / "bad"
        assert broken == delimited.mend(path, clean=clean, broken=bad, width=matched.width, dialect=contract.dialect)
    found = delimited.original_rows(path, range(1, total + 1), width=matched.width, dialect=contract.dialect)
    assert [number for number, _ in found] == list(range(1, total + 1))


def read_gzip(path: Path) -> None:
    """Unpack a gzip file within bounds."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "unpacked"
        compressed.unpack(path, target, maximum_bytes=BOUND, free_bytes=BOUND)
        assert target.stat().st_size <= BOUND


def read_zip(path: Path) -> None:
    """Unpack a zip file within bounds; nothing appears anywhere else."""
    bounds = zipped.Bounds(maximum_bytes=BOUND, free_bytes=BOUND)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "inner" / "unpacked"
        target.parent.mkdir()
        try:
            zipped.unpack_some(path, target.parent, lambda _: True, bounds=bounds)
            zipped.unpack(path, target, bounds=bounds)
        finally:
            assert [entry.name for entry in Path(folder).iterdir()] == ["inner"]


def read_manifest(path: Path) -> None:
    """Read a manifest, as JSON and as YAML."""
    for name in ("a.csv.manifest.json", "_manifest.yml"):
        content = merged([(name, path.read_bytes())])
        from_content(content)
        for key, value in (content or {}).items():
            _require_text(key)
            _require_text(str(value))


def read_document_id(path: Path) -> None:
    """Find out which document a dossier is of."""
    _require_text(dossiers.document_of(path, name="dossiers/a.yaml"))


def _delimited(contract: Contract) -> Callable[[Path], None]:
    return lambda path: read_delimited(contract, path)


def _rows(contract: Contract, name: str) -> Callable[[Path], None]:
    return lambda path: read_rows(contract, name, path)


def _by_format() -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Give a reader for every format, of the first feed that has it."""
    seen = set()
    for path, _, _ in valid_files():
        contract = FEEDS[path.partition("/")[0]]
        name = path.format("a")
        kind = format_of(contract, name)
        label = "bare" if kind == CSV and contract.dialect.is_bare else kind
        if label in seen or name.endswith((".gz", ".zip")):
            continue
        seen.add(label)
        yield label, _delimited(contract) if kind == CSV else _rows(contract, name)


READERS: Mapping[str, Callable[[Path], None]] = {
    **dict(_by_format()),
    "gzip": read_gzip,
    "zip": read_zip,
    "manifest": read_manifest,
    "document": read_document_id,
}
_FILES = {
    "bare": ("gdelt_events/", ".CSV"),
    "comtrade": ("comtrade/", ".json"),
    "csv": ("meetings/", ".csv"),
    "desta": ("desta/", ".csv"),
    "document": ("dossiers/", ".yaml"),
    "dossiers": ("dossiers/", ".yaml"),
    "excel": ("meetings/", ".xlsx"),
    "gzip": ("meetings/", ".gz"),
    "json": ("meetings/", ".json"),
    "ndjson": ("meetings/", ".ndjson"),
    "parquet": ("meetings/", ".parquet"),
    "state_travels": ("state_travels/", ".xml"),
    "state_visits": ("state_visits/", ".xml"),
    "zip": ("gdelt_events/", ".zip"),
}
"""Where files for a reader lie, and how their names end."""
_MANIFESTS = [
    b'{"as_of": "2024-01-01", "dataset_key": "a", "mode": "extract", "query": {"a": [1]}}',
    b"as_of: 2024-01-01\nrevision: 2\ncompleteness: complete\npublisher: A\n",
]


@cache
def _files() -> tuple[tuple[str, bytes], ...]:
    files = [(path, content) for path, content, _ in valid_files()]
    files += [(file.path, file.content) for file in damaged_files()]
    return tuple((path, content) for path, content in files if len(content) < 10_000)


def seeds(reader: str) -> list[bytes]:
    """Return valid and damaged files of a reader, for a fuzzer to begin with."""
    if reader not in _FILES:
        return _MANIFESTS
    folder, ending = _FILES[reader]
    return [content for path, content in _files() if path.startswith(folder) and path.endswith(ending)]


def try_reader(reader: str, data: bytes) -> bool:
    """Let a reader read bytes; return whether it did, or refused them in words. Anything else is a fault."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(data)
        try:
            READERS[reader](path)
        except Refused as refused:
            if not 0 < len(str(refused)) < LONGEST_REASON:
                raise AssertionError(f"refused in {len(str(refused))} letters") from refused
            return False
    return True
