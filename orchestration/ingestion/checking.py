"""Say what would become of a file, without loading it.

Belongs here: running the same readers and rules on a database in memory. Does not belong here: rules of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from orchestration.contracts import FEEDS, Contract, Mode
from orchestration.ingestion import discovery, manifests, reports
from orchestration.ingestion.archive import Archive, DeliveredFile, hash_of
from orchestration.ingestion.clock import utc_now
from orchestration.ingestion.database import create_tables
from orchestration.ingestion.loading import Loader
from orchestration.ingestion.planning import Candidate, Memory, decide
from orchestration.ingestion.readers import dossiers
from orchestration.ingestion.refusal import Refused
from orchestration.settings import Settings

_logger = logging.getLogger(__name__)


class NotCheckableError(ValueError):
    """The path names nothing that a feed would read; the message says why."""


def check(
    settings: Settings, path: Path | str, *, feed: str | None = None, registry: Mapping[str, Contract] = FEEDS
) -> str:
    """Return the report that would be written beside a file or folder; it may lie anywhere.

    The feed is given, or is the folder that the file lies in.

    Raises:
        NotCheckableError: there is no such file, no feed is named, or the feed reads no such file.
    """
    source = Path(path).resolve()
    if not source.exists():
        raise NotCheckableError(f"There is no {path}.")
    contract = _contract(settings, source, feed, registry)
    if source.is_dir() and not contract.is_folder_delivery:
        files = sorted(file for file in source.rglob("*") if file.is_file() and _is_read(contract, file))
        if not files:
            raise NotCheckableError(f"There is no file for {contract.feed} in {path}.")
        return "\n".join(_check(settings, contract, file, registry) for file in files)
    if source.is_file() and contract.is_folder_delivery:
        raise NotCheckableError(f"{contract.feed} is delivered by folder: check {source.parent}.")
    if source.is_file() and not _is_read(contract, source):
        advice = discovery.advice_for_spreadsheet(contract, source.name)
        reads = f"{contract.feed} reads {', '.join(contract.file_patterns)}, not {source.name}"
        raise NotCheckableError(f"{reads}; {advice}." if advice else f"{reads}.")
    return _check(settings, contract, source, registry)


def _is_read(contract: Contract, file: Path) -> bool:
    return discovery.is_file_of(contract, file.name) and not discovery.is_never_read(file.name)


def _contract(settings: Settings, source: Path, feed: str | None, registry: Mapping[str, Contract]) -> Contract:
    if feed is not None:
        if feed not in registry:
            raise NotCheckableError(f"No feed is called {feed}. The feeds are {', '.join(registry)}.")
        return registry[feed]
    if source.is_relative_to(settings.raw):
        names = list(source.relative_to(settings.raw).parts[:1])
    else:
        names = [folder.name for folder in (source, *source.parents)]
    for name in names:
        if name in registry:
            return registry[name]
    raise NotCheckableError(
        f"Which feed is {source.name} for? Name it (FEED=…), or put the file into a folder called after it: "
        f"{', '.join(registry)}."
    )


def _check(settings: Settings, contract: Contract, source: Path, registry: Mapping[str, Contract]) -> str:
    with TemporaryDirectory(prefix="entente-check-") as folder, duckdb.connect(":memory:") as con:
        con.execute("set TimeZone = 'UTC'")
        create_tables(con, registry)
        apart = Settings(raw=settings.raw, home=Path(folder))
        archive = Archive(apart.archive)
        candidate = _candidate(settings, contract, source, archive)
        delivery = decide(candidate, Memory([]), received_at=utc_now()).delivery
        if delivery is None:
            raise NotCheckableError(f"{candidate.path} cannot be checked.")
        loader = Loader(
            con=con,
            settings=apart,
            archive=archive,
            registry=registry,
            clock=utc_now,
            log=_logger.debug,
            seen=time.monotonic(),
        )
        list(loader.load([delivery]))
        account = reports.accounts(con, [delivery.delivery_id])[delivery.delivery_id]
        text = reports.text_of(account, path=candidate.path, is_check=True)
    if contract.mode is not Mode.APPEND:
        text += "Whether it is much smaller than the version before is judged when it is loaded.\n"
    return text


def _candidate(settings: Settings, contract: Contract, source: Path, archive: Archive) -> Candidate:
    """Return the delivery that the files would be; the archive of the check only links to them."""
    is_folder = source.is_dir()
    sources = sorted(file for file in source.iterdir() if _is_read(contract, file)) if is_folder else [source]
    if not sources:
        raise NotCheckableError(f"There is no file for {contract.feed} in {source}.")
    files = tuple(_linked(settings, contract, file, archive) for file in sources)
    content, refusal = None, None
    try:
        content = manifests.merged(_manifest_texts(source, is_folder=is_folder))
    except Refused as refused:
        refusal = str(refused)
    document_id = None
    if contract.feed == dossiers.FEED:
        document_id = dossiers.document_of(sources[0], name=files[0].original_path)
    return Candidate(
        contract=contract,
        path=_name(settings, contract, source),
        files=files,
        manifest=content,
        refusal=refusal,
        document_id=document_id,
    )


def _linked(settings: Settings, contract: Contract, file: Path, archive: Archive) -> DeliveredFile:
    sha256 = hash_of(file)
    link = archive.path_of(sha256)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(file)
    return DeliveredFile(sha256=sha256, original_path=_name(settings, contract, file), byte_count=file.stat().st_size)


def _manifest_texts(source: Path, *, is_folder: bool) -> list[tuple[str, bytes]]:
    names = (
        [source / discovery.FOLDER_MANIFEST]
        if is_folder
        else [
            source.parent / discovery.FOLDER_MANIFEST,
            source.with_name(f"{source.name}{discovery.FILE_MANIFEST_SUFFIX}"),
        ]
    )
    return [(name.name, name.read_bytes()) for name in names if name.is_file()]


def _name(settings: Settings, contract: Contract, file: Path) -> str:
    """Return the path below `raw/`; of a file elsewhere, the one that it would have."""
    if file.is_relative_to(settings.raw):
        return file.relative_to(settings.raw).as_posix()
    return f"{contract.feed}/{file.name}"
