"""Decide what the files in `raw/` are a delivery of, and whether it is a new one.

Belongs here: identity, the day a delivery is of, and what "unchanged" means. Does not belong here: reading rows, or
what is loaded in which order. Content decides whether bytes are new; path or manifest decides what they are of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from orchestration.contracts import Contract, Mode
from orchestration.ingestion.archive import DeliveredFile, Delivery, delivery_id
from orchestration.ingestion.formats import reading_of
from orchestration.ingestion.ledger import Known, Status
from orchestration.ingestion.manifests import Manifest, from_content
from orchestration.ingestion.published_names import NOTHING_SAID, release_of
from orchestration.ingestion.readers import dossiers

UNREADABLE_MANIFEST = "unreadable"
"""The field under which the record of a refused delivery keeps a manifest that could not be read."""


_DAY = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """The files that lie together in `raw/` as one delivery, after they were archived."""

    contract: Contract
    path: str
    files: tuple[DeliveredFile, ...]
    manifest: Mapping[str, Any] | None = None
    refusal: str | None = None
    document_id: str | None = None
    """A dossier's document, where it can be read."""

    @property
    def hashes(self) -> frozenset[str]:
        """The contents."""
        return frozenset(file.sha256 for file in self.files)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a candidate is: the delivery to load, or the one that it already is."""

    delivery: Delivery | None = None
    same_as: Known | None = None
    warning: str = ""


class Memory:
    """The deliveries that are known, under what they are looked up by."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._by_id: dict[str, Known] = {}
        self._by_path: dict[tuple[str, str], list[Known]] = defaultdict(list)
        self._by_dataset: dict[tuple[str, str], list[Known]] = defaultdict(list)
        self._by_content: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for delivery in known:
            self.add(delivery)

    def add(self, known: Known) -> None:
        """Take in a delivery that was received after all others."""
        self._by_id[known.delivery_id] = known
        self._by_path[known.feed, known.path].append(known)
        self._by_dataset[known.feed, known.dataset_key].append(known)
        for sha256 in known.hashes:
            self._by_content[known.feed, sha256].append(known)

    def by_id(self, delivery_id: str) -> Known | None:
        """Return the delivery of this id."""
        return self._by_id.get(delivery_id)

    def of_path(self, feed: str, path: str) -> list[Known]:
        """Return what was ever found at a path, oldest first."""
        return self._by_path.get((feed, path), [])

    def of_dataset(self, feed: str, dataset_key: str) -> list[Known]:
        """Return the deliveries of a data set, oldest first."""
        return self._by_dataset.get((feed, dataset_key), [])

    def of_content(self, feed: str, sha256: str) -> list[Known]:
        """Return the deliveries that hold these bytes, oldest first."""
        return self._by_content.get((feed, sha256), [])

    def remember(self, delivery: Delivery) -> None:
        """Take in a delivery that is about to be loaded."""
        self.add(
            Known(
                delivery_id=delivery.delivery_id,
                feed=delivery.feed,
                dataset_key=delivery.dataset_key,
                path=delivery.path,
                as_of=delivery.as_of,
                is_as_of_stated=delivery.is_as_of_stated,
                revision=delivery.revision,
                received_at=delivery.received_at,
                status=Status.REFUSED if delivery.refusal else Status.LOADED,
                reason=delivery.refusal or "",
                manifest=delivery.manifest,
                hashes=delivery.hashes,
            )
        )


def decide(candidate: Candidate, memory: Memory, *, received_at: datetime, is_new_path: bool = True) -> Decision:
    """Say whether a candidate is a known delivery or a new one, and which.

    A refused delivery is tried again under a path that is new, where its name has it read in another way. A manifest
    that was added or changed makes the delivery a new one where it says what the files are of, and has the known one
    loaded again where it only says more about it.
    """
    manifest = Manifest() if candidate.refusal else from_content(candidate.manifest)
    release = release_of(candidate.contract.feed, candidate.path, candidate.manifest)
    if release is not NOTHING_SAID:
        manifest = replace(
            manifest,
            dataset_key=manifest.dataset_key or release.dataset_key,
            as_of=manifest.as_of or release.as_of,
            revision=manifest.revision or release.revision,
        )
    dataset_key = _dataset_key(candidate, manifest)
    stated = manifest.as_of or _date_in_name(candidate)
    existing = _existing(candidate, manifest, dataset_key, stated, memory)
    if existing is not None:
        if is_new_path and not existing.takes_effect and not _is_read_alike(candidate, existing):
            return Decision(delivery=replace(_amended(candidate, existing), path=candidate.path))
        if candidate.manifest is None or candidate.manifest == existing.manifest:
            return Decision(same_as=existing)
        if candidate.refusal and existing.takes_effect:
            return Decision(same_as=existing, warning=f"{candidate.refusal}; what was loaded before stays")
        if _says_only_more(candidate, manifest, existing):
            return Decision(delivery=_amended(candidate, existing))
    as_of = stated or received_at
    revision = manifest.revision
    if stated is not None and not revision and _revises_itself(candidate.contract):
        revision = sum(known.as_of == stated for known in memory.of_dataset(candidate.contract.feed, dataset_key))
    return Decision(
        delivery=Delivery(
            delivery_id=delivery_id(
                feed=candidate.contract.feed,
                dataset_key=dataset_key,
                as_of=as_of,
                revision=revision,
                files=candidate.files,
            ),
            feed=candidate.contract.feed,
            dataset_key=dataset_key,
            path=candidate.path,
            as_of=as_of,
            is_as_of_stated=stated is not None,
            revision=revision,
            received_at=received_at,
            files=candidate.files,
            manifest=candidate.manifest,
            refusal=candidate.refusal,
        )
    )


def one_dossier_for_each_document(candidates: list[Candidate], memory: Memory) -> list[Candidate]:
    """Refuse all but one of the dossiers that lie there for the same document and differ.

    The one that was loaded stays, by its path, else by its content; of new ones the first by name. Dossiers that say of
    which day they are, each of another, are versions of one.
    """
    by_document: dict[tuple[str, datetime | None], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.document_id is not None:
            by_document[candidate.document_id, _stated_day(candidate)].append(candidate)
    others: dict[str, str] = {}
    for (document_id, stated), rivals in by_document.items():
        if len({rival.hashes for rival in rivals}) > 1:
            known = memory.of_dataset(dossiers.FEED, document_id)
            keeper = _keeper(rivals, [one for one in known if stated in (None, one.as_of)])
            others |= {rival.path: keeper.path for rival in rivals if rival.hashes != keeper.hashes}
    return [
        candidate
        if candidate.path not in others
        else replace(
            candidate,
            document_id=None,
            refusal=candidate.refusal
            or f"{others[candidate.path]} already is the dossier of document {candidate.document_id}; "
            "put the facts of one document into one file, or give the document of this one another id",
        )
        for candidate in candidates
    ]


def below_feed(path: str) -> str:
    """Return a path below `raw/<feed>/`."""
    return path.partition("/")[2]


def _keeper(rivals: list[Candidate], known: list[Known]) -> Candidate:
    loaded = [delivery for delivery in known if delivery.takes_effect]
    if loaded:
        for rival in rivals:
            if rival.path == loaded[-1].path:
                return rival
        for rival in rivals:
            if rival.hashes == loaded[-1].hashes:
                return rival
    return min(rivals, key=lambda rival: rival.path)


def _dataset_key(candidate: Candidate, manifest: Manifest) -> str:
    if candidate.contract.feed == dossiers.FEED:
        return candidate.document_id or below_feed(candidate.path)
    if manifest.dataset_key is not None:
        return manifest.dataset_key
    if candidate.contract.dataset_key is not None:
        return candidate.contract.dataset_key
    if (release := _release_in_name(candidate)) is not None:
        return release[0]
    return below_feed(candidate.path)


def _date_in_name(candidate: Candidate) -> datetime | None:
    """Return the day that the folder or file right below `raw/<feed>/` is called after, or the publisher's time.

    The releases of a data set may carry the day within their name (`DESTA_2023-01-15.csv`).
    """
    if (release := _release_in_name(candidate)) is not None:
        return release[1]
    name = below_feed(candidate.path).partition("/")[0]
    days = [name.partition(".")[0]] if candidate.contract.dataset_key is None else _DAY.findall(name)
    if len(days) != 1 or not _DAY.fullmatch(days[0]):
        return None
    try:
        day = date.fromisoformat(days[0])
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _stated_day(candidate: Candidate) -> datetime | None:
    """Return what its manifest, folder or name says of the day that a candidate is of."""
    manifest = Manifest() if candidate.refusal else from_content(candidate.manifest)
    return manifest.as_of or _date_in_name(candidate)


def _release_in_name(candidate: Candidate) -> tuple[str, datetime] | None:
    """Return when the publisher says in the file's name that it was released, as written and as a time."""
    pattern = candidate.contract.release_in_name
    return _released_in(pattern, candidate.path.rpartition("/")[2]) if pattern else None


@lru_cache(maxsize=8)  # asked several times of one candidate, of ten thousand one after the other
def _released_in(pattern: str, name: str) -> tuple[str, datetime] | None:
    found = re.search(pattern, name)
    if found is None:
        return None
    digits = found[1].ljust(14, "0")
    try:
        released_at = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}")
    except ValueError:
        return None
    return found[1], released_at.replace(tzinfo=UTC)


def _revises_itself(contract: Contract) -> bool:
    """Say whether an edit of a dated file is a correction: so for what people record, not for what others publish."""
    return (contract.mode is Mode.APPEND and contract.source_document is None) or contract.feed == dossiers.FEED


def _existing(
    candidate: Candidate, manifest: Manifest, dataset_key: str, stated: datetime | None, memory: Memory
) -> Known | None:
    feed = candidate.contract.feed
    if stated is not None and not (_revises_itself(candidate.contract) and not manifest.revision):
        return _release(candidate, dataset_key, stated, manifest.revision, memory)
    is_dossier = feed == dossiers.FEED
    history = memory.of_dataset(feed, dataset_key) if is_dossier else memory.of_path(feed, candidate.path)
    history = [known for known in history if stated is None or known.as_of == stated]
    in_effect = [known for known in history if known.takes_effect]
    for latest in (history[-1:], in_effect[-1:]):
        if latest and latest[0].hashes == candidate.hashes:
            return latest[0]
    if history or stated is not None or candidate.contract.mode is not Mode.APPEND:
        return None
    elsewhere = [known for sha256 in candidate.hashes for known in memory.of_content(feed, sha256)]
    return next((known for known in elsewhere if known.takes_effect and _is_read_alike(candidate, known)), None)


def _is_read_alike(candidate: Candidate, known: Known) -> bool:
    """Say whether the names of both have the bytes read in the same way."""
    contract = candidate.contract
    return contract.is_folder_delivery or reading_of(contract, candidate.path) == reading_of(contract, known.path)


def _says_only_more(candidate: Candidate, manifest: Manifest, existing: Known) -> bool:
    """Say whether a changed manifest leaves it what it is a delivery of."""
    return (
        existing.path == candidate.path
        and existing.hashes == candidate.hashes
        and existing.dataset_key == _dataset_key(candidate, manifest)
        and existing.is_as_of_stated == ((manifest.as_of or _date_in_name(candidate)) is not None)
        and manifest.revision in (0, existing.revision)
    )


def _release(candidate: Candidate, dataset_key: str, stated: datetime, revision: int, memory: Memory) -> Known | None:
    """Return the known release of this day with these files, or with these and more: a lost file takes nothing away."""
    feed = candidate.contract.feed
    same_day = [known for known in memory.of_dataset(feed, dataset_key) if known.as_of == stated]
    for known in reversed(same_day):
        if known.hashes == candidate.hashes and known.revision == revision:
            return known
    for known in reversed(same_day):
        if known.status is Status.LOADED and known.hashes > candidate.hashes and known.revision == revision:
            return known
    return None


def _amended(candidate: Candidate, existing: Known) -> Delivery:
    """Return the known delivery under the manifest that lies there now."""
    return Delivery(
        delivery_id=existing.delivery_id,
        feed=existing.feed,
        dataset_key=existing.dataset_key,
        path=existing.path,
        as_of=existing.as_of,
        is_as_of_stated=existing.is_as_of_stated,
        revision=existing.revision,
        received_at=existing.received_at,
        files=candidate.files,
        manifest=candidate.manifest,
        refusal=candidate.refusal,
    )
