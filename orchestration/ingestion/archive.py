"""The archive: every file ever taken in under its sha256, and every delivery that was made of them.

Belongs here: bytes and records on disk, whole or not at all. Does not belong here: what is loaded (the ledger), or
what a file means. A record is written before its delivery is loaded, so a killed run is completed by the next one,
and a deleted database is rebuilt from here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from orchestration.ingestion import clock

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class DeliveredFile:
    """One file of a delivery, by content and by the path (below `raw/`) that it came from."""

    sha256: str
    original_path: str
    byte_count: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The files released together for one feed, `dataset_key` and `as_of`."""

    delivery_id: str
    feed: str
    dataset_key: str
    path: str
    """The file or folder below `raw/` that it was found at."""
    as_of: datetime
    is_as_of_stated: bool
    revision: int
    received_at: datetime
    files: tuple[DeliveredFile, ...]
    manifest: Mapping[str, Any] | None = None
    refusal: str | None = None
    """Why it can never be loaded as it is, where that was clear before it was read."""

    @property
    def hashes(self) -> frozenset[str]:
        """The contents of the delivery."""
        return frozenset(file.sha256 for file in self.files)

    @property
    def byte_count(self) -> int:
        """The size of all files."""
        return sum(file.byte_count for file in self.files)

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """In which order deliveries are loaded and replayed: as received, then the older release first."""
        return (clock.as_text(self.received_at), self.feed, clock.as_text(self.as_of), self.path, self.delivery_id)


def delivery_id(*, feed: str, dataset_key: str, as_of: datetime, revision: int, files: Iterable[DeliveredFile]) -> str:
    """Return the identity of a delivery: a hash of what it is of, and of the contents; of no path."""
    parts: list[Any] = [feed, dataset_key, clock.as_text(as_of), sorted(file.sha256 for file in files)]
    if revision:
        parts.append(revision)
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """What stays of a content that was erased."""

    sha256: str
    erased_at: datetime
    reason: str

    def __str__(self) -> str:
        return f"its content was erased on {self.erased_at:%Y-%m-%d}: {self.reason}"


class FileChangedError(OSError):
    """The file changed while it was being copied: it is still being written."""


class Archive:
    """The folder `archive/` of one installation; one writer at a time."""

    def __init__(self, root: Path) -> None:
        self._files = root / "files"
        self._prefix = str(self._files)  # of every known file: to write a Path costs more than to look for a file
        self._deliveries = root / "deliveries"
        self._incoming = root / "incoming"
        self._unsynced: set[Path] = set()
        self._written: set[str] = set()

    def path_of(self, sha256: str) -> Path:
        """Return where the content is; its name holds nothing that DuckDB would take for a pattern."""
        return self._files / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Say whether content and sidecar are both there, or the content was erased: then it does not come back."""
        path = f"{self._prefix}/{sha256[:2]}/{sha256}"
        is_whole = os.path.isfile(path) and os.path.isfile(f"{path}.json")  # noqa: PTH113
        return is_whole or self.tombstone(sha256) is not None

    def take_in(self, source: Path, *, original_path: str, received_at: datetime) -> DeliveredFile:
        """Copy a file into the archive while hashing it; the same content is kept once.

        Raises:
            FileChangedError: the file was written to meanwhile.
            OSError: the file cannot be read, or the archive not be written.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        temporary = self._incoming / f"{os.getpid()}.part"
        digest = hashlib.sha256()
        # O_NOFOLLOW: what was a file when it was listed may be a link by now.
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as reader, temporary.open("wb") as writer:
            before = os.fstat(reader.fileno())
            byte_count = 0
            for chunk in _written_meanwhile(reader, writer):
                digest.update(chunk)
                byte_count += len(chunk)
                if byte_count > before.st_size:
                    raise FileChangedError(f"{original_path} grew while it was read")
            after = os.fstat(reader.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or (
                byte_count != after.st_size
            ):
                raise FileChangedError(f"{original_path} changed while it was read")
            writer.flush()
            os.fsync(writer.fileno())
        file = DeliveredFile(sha256=digest.hexdigest(), original_path=original_path, byte_count=byte_count)
        if self.tombstone(file.sha256) is not None:
            temporary.unlink()
            return file
        self._keep(temporary, file, received_at)
        return file

    def erase(self, sha256: str, *, reason: str, erased_at: datetime) -> None:
        """Take a content out for good and leave a tombstone; the records of its deliveries stay.

        The tombstone comes first: an erasure that is killed in between is repeated, never forgotten.
        """
        self._write(self._tombstone(sha256), {"erased_at": clock.as_text(erased_at), "reason": reason})
        self.path_of(sha256).unlink(missing_ok=True)
        self.settle()

    def tombstone(self, sha256: str) -> Tombstone | None:
        """Return what stays of an erased content, or None."""
        try:
            content = json.loads(self._tombstone(sha256).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        erased_at = clock.from_text(content["erased_at"])
        return Tombstone(sha256=sha256, erased_at=erased_at, reason=content["reason"])

    def _tombstone(self, sha256: str) -> Path:
        return self.path_of(sha256).with_name(f"{sha256}.erased.json")

    def sweep(self) -> None:
        """Remove what killed processes left half copied; the caller is the only writer."""
        for path in self._incoming.glob("*") if self._incoming.is_dir() else ():
            if ".confirmed." not in path.name:  # a person may be confirming a delivery right now
                path.unlink()

    def verify(self, sha256: str) -> bool:
        """Read the content again and say whether it still is what its name says; but not what was only just written."""
        path = self.path_of(sha256)
        return path.is_file() and (sha256 in self._written or hash_of(path) == sha256)

    def record(self, delivery: Delivery) -> None:
        """Write the record of a delivery; a record that is there is replaced whole."""
        self._deliveries.mkdir(parents=True, exist_ok=True)
        content = {
            "delivery_id": delivery.delivery_id,
            "feed": delivery.feed,
            "dataset_key": delivery.dataset_key,
            "path": delivery.path,
            "as_of": clock.as_text(delivery.as_of),
            "is_as_of_stated": delivery.is_as_of_stated,
            "revision": delivery.revision,
            "received_at": clock.as_text(delivery.received_at),
            "files": [
                {"sha256": file.sha256, "original_path": file.original_path, "byte_count": file.byte_count}
                for file in delivery.files
            ],
            "manifest": delivery.manifest,
            "refusal": delivery.refusal,
        }
        self._write(self._deliveries / f"{delivery.delivery_id}.json", content)

    def settle(self) -> None:
        """Make the names of what was written durable; before this, a power cut may lose them, though no content."""
        for folder in sorted(self._unsynced):
            _sync_folder(folder)
        self._unsynced.clear()

    def delivery_ids(self) -> frozenset[str]:
        """Return the ids of all recorded deliveries."""
        return frozenset(path.name.removesuffix(".json") for path in self._records())

    def delivery(self, delivery_id: str) -> Delivery:
        """Read one record.

        Raises:
            FileNotFoundError: there is none of this id.
        """
        content = json.loads((self._deliveries / f"{delivery_id}.json").read_text(encoding="utf-8"))
        return Delivery(
            delivery_id=content["delivery_id"],
            feed=content["feed"],
            dataset_key=content["dataset_key"],
            path=content["path"],
            as_of=clock.from_text(content["as_of"]),
            is_as_of_stated=content["is_as_of_stated"],
            revision=content["revision"],
            received_at=clock.from_text(content["received_at"]),
            files=tuple(DeliveredFile(**file) for file in content["files"]),
            manifest=content["manifest"],
            refusal=content["refusal"],
        )

    def confirm(self, delivery_id: str, *, confirmed_at: datetime) -> None:
        """Note for good that a person confirmed a held delivery."""
        self._write(self._confirmation(delivery_id), {"confirmed_at": clock.as_text(confirmed_at)})
        self.settle()

    def is_confirmed(self, delivery_id: str) -> bool:
        """Say whether a person confirmed this delivery."""
        return self._confirmation(delivery_id).is_file()

    def _confirmation(self, delivery_id: str) -> Path:
        return self._deliveries / f"{delivery_id}.confirmed"

    def _records(self) -> Iterator[Path]:
        return self._deliveries.glob("*.json") if self._deliveries.is_dir() else iter(())

    def _keep(self, temporary: Path, file: DeliveredFile, received_at: datetime) -> None:
        path = self.path_of(file.sha256)
        sidecar = path.with_name(f"{file.sha256}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size == file.byte_count:
            temporary.unlink()
        else:
            temporary.chmod(0o444)
            temporary.replace(path)
            self._unsynced.add(path.parent)
            self._written.add(file.sha256)
        if not sidecar.is_file():
            self._write(
                sidecar,
                {
                    "original_path": file.original_path,
                    "received_at": clock.as_text(received_at),
                    "byte_count": file.byte_count,
                },
            )

    def _write(self, path: Path, content: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._incoming.mkdir(parents=True, exist_ok=True)
        temporary = self._incoming / f"{path.name}.{os.getpid()}.part"
        with temporary.open("w", encoding="utf-8") as writer:
            json.dump(content, writer, ensure_ascii=False, indent=1)
            writer.flush()
            os.fsync(writer.fileno())
        temporary.replace(path)
        self._unsynced.add(path.parent)


def _written_meanwhile(reader: BinaryIO, writer: BinaryIO) -> Iterator[bytes]:
    """Return what is read in chunks; one thread writes a chunk while that of the caller looks at it."""
    chunk = reader.read(CHUNK_BYTES)
    if len(chunk) < CHUNK_BYTES:  # most files are small, and not worth a thread
        writer.write(chunk)
        yield chunk
        chunk = reader.read(CHUNK_BYTES)
    if not chunk:
        return
    with ThreadPoolExecutor(1) as pool:
        while chunk:
            writing = pool.submit(writer.write, chunk)
            yield chunk
            chunk = reader.read(CHUNK_BYTES)
            writing.result()


def hash_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
