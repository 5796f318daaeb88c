"""Bring the landing tables up to what lies in `raw/` and in the archive.

Belongs here: the order of the steps. Does not belong here: any step itself. Files are archived and recorded before
they are loaded, and whatever is recorded but not in the ledger is loaded: so a killed run is completed by the next
one, and a new database is filled from the archive by the same lines of code.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.contracts import FEEDS, Contract
from orchestration.garbage import collecting
from orchestration.ingestion import discovery, ledger, manifests, releases, reports
from orchestration.ingestion.archive import Archive, DeliveredFile, Delivery, FileChangedError, hash_of
from orchestration.ingestion.clock import Clock, utc_now
from orchestration.ingestion.database import (
    DamagedDatabaseError,
    connection,
    create_tables,
    drop_tables,
    set_aside,
    transaction,
)
from orchestration.ingestion.discovery import Findings, FoundDelivery, FoundFile, Ignored
from orchestration.ingestion.fingerprint import fingerprint, sources
from orchestration.ingestion.ledger import Known
from orchestration.ingestion.loading import Loader
from orchestration.ingestion.outcome import DeliveryOutcome, IngestResult, OutcomeStatus
from orchestration.ingestion.planning import (
    UNREADABLE_MANIFEST,
    Candidate,
    Decision,
    Memory,
    decide,
    one_dossier_for_each_document,
)
from orchestration.ingestion.readers import dossiers
from orchestration.ingestion.reference import load_reference
from orchestration.ingestion.refusal import Refused
from orchestration.logs import about
from orchestration.room import require_room
from orchestration.settings import Settings

_logger = logging.getLogger(__name__)
_REPORT_EVERY = 1000
_CLOCK_TICK_SECONDS = 0.05
"""A file that was changed this short a time before it was read may change again without a new time of change."""
_LONGEST_UNREADABLE = 10_000
_NAMED = 20
"""Up to so many files that are not read are named in the log."""


class UnknownDeliveryError(LookupError):
    """No delivery of this id is held."""


def refresh(
    settings: Settings,
    *,
    feeds: Collection[str] | None = None,
    reread: bool = False,
    log: Callable[[str], None] = _logger.info,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    registry: Mapping[str, Contract] = FEEDS,
) -> IngestResult:
    """Archive and load everything new; the caller holds the lock on the writer.

    `feeds` limits the look into `raw/` to some feeds. `reread` reads every file again instead of trusting size, time
    and inode.

    Raises:
        NoRoomError: the disk is nearly full.
    """
    require_room(settings)
    started = time.monotonic()

    def attempt() -> IngestResult:
        with connection(settings, log=log, clock=clock) as con:
            run = _Run(
                con=con, settings=settings, registry=registry, clock=clock, log=log, started=started, rereads=reread
            )
            run.prepare(force=False)
            run.load_recorded()
            run.seen = time.monotonic()
            # each of ten thousand files leaves a dozen objects that stay: to look through all of them again and again
            # takes a fifth of the time of a refresh with nothing new
            with collecting(False):
                findings = discovery.discover(settings.raw, registry=registry, feeds=feeds)
            run.take_in(discovery.settle(findings, settings.raw, settle_seconds=settings.settle_seconds, sleep=sleep))
            return run.result()

    return _again_where_damaged(attempt)


def rebuild(
    settings: Settings,
    *,
    log: Callable[[str], None] = _logger.info,
    clock: Clock = utc_now,
    registry: Mapping[str, Contract] = FEEDS,
) -> IngestResult:
    """Empty landing and ledger and load every delivery of the archive again; the caller holds the lock."""
    started = time.monotonic()

    def attempt() -> IngestResult:
        with connection(settings, log=log, clock=clock) as con:
            run = _Run(con=con, settings=settings, registry=registry, clock=clock, log=log, started=started)
            run.prepare(force=True)
            run.load_recorded()
            return run.result()

    return _again_where_damaged(attempt)


def renew(
    settings: Settings,
    damage: str,
    *,
    log: Callable[[str], None] = _logger.info,
    clock: Clock = utc_now,
    registry: Mapping[str, Contract] = FEEDS,
) -> IngestResult:
    """Move a damaged database aside, and fill a new one from the archive; the caller holds the lock.

    Nothing is in the old one that the archive does not give again. It is kept: the disk may be worth a look.
    """
    set_aside(settings, damage, log=log, clock=clock)
    return rebuild(settings, log=log, clock=clock, registry=registry)


def _again_where_damaged(attempt: Callable[[], IngestResult]) -> IngestResult:
    """Try once more with the new database that takes the place of a damaged one."""
    try:
        return attempt()
    except DamagedDatabaseError:
        return attempt()


def confirm(settings: Settings, delivery_id: str, *, clock: Clock = utc_now) -> None:
    """Note that a held delivery is meant; the next refresh loads it.

    Raises:
        UnknownDeliveryError: the archive has no delivery of this id.
    """
    archive = Archive(settings.archive)
    if delivery_id not in archive.delivery_ids():
        raise UnknownDeliveryError(f"no delivery has the id {delivery_id}")
    archive.confirm(delivery_id, confirmed_at=clock())


@dataclass(kw_only=True)
class _Run:
    """One run of ingestion."""

    con: duckdb.DuckDBPyConnection
    settings: Settings
    registry: Mapping[str, Contract]
    clock: Clock
    log: Callable[[str], None]
    started: float
    outcomes: dict[str, DeliveryOutcome] = field(default_factory=dict)
    """By delivery id, or by path while it waits."""
    ignored: list[Ignored] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: float = 0.0
    """When the files were seen first, on the monotonic clock."""
    is_replay: bool = False
    rereads: bool = False

    def __post_init__(self) -> None:
        self.archive = Archive(self.settings.archive)
        self.seen = time.monotonic()

    def result(self) -> IngestResult:
        return IngestResult(
            deliveries=tuple(self.outcomes.values()),
            ignored=tuple(self.ignored),
            warnings=tuple(self.warnings),
            seconds=time.monotonic() - self.started,
        )

    # The database

    def prepare(self, *, force: bool) -> None:
        """Create the tables; empty them where contracts or readers have changed, or on demand."""
        self.archive.sweep()
        create_tables(self.con, {})
        made_of = sources(self.registry)
        noted = self.con.execute("from ops.fingerprints").fetchall()
        current = dict(noted).get(made_of) or fingerprint(self.registry)
        stored = self.con.execute("select fingerprint from ops.contracts").fetchall()
        if force or stored != [(current,)]:
            archived = len(self.archive.delivery_ids())
            if archived:
                why = "on demand" if force else "the contracts or readers have changed" if stored else "a new database"
                self.log(f"Loading {archived:,} deliveries from the archive ({why}).")
            self.is_replay = True
            with transaction(self.con):
                drop_tables(self.con)
                create_tables(self.con, self.registry)
                if force:
                    self.con.execute("delete from ops.reference_fingerprint")
                self.con.execute("insert into ops.contracts values ($current)", {"current": current})
                noted = []
        if noted != [(made_of, current)]:
            with transaction(self.con):
                self.con.execute("delete from ops.fingerprints")
                values = {"sources": made_of, "fingerprint": current}
                self.con.execute("insert into ops.fingerprints values ($sources, $fingerprint)", values)
        load_reference(self.con, log=self.log)

    def load_recorded(self) -> None:
        """Load what the archive holds and the ledger does not, of any feed, and what a person confirmed meanwhile."""
        archived = self.archive.delivery_ids()
        missing = archived - ledger.delivery_ids(self.con)
        due = archived & releases.due(self.con, is_confirmed=self.archive.is_confirmed)
        self.load(self.archive.delivery(delivery_id) for delivery_id in missing | due)

    def load(self, deliveries: Iterable[Delivery]) -> None:
        """Load deliveries in the order in which they were received."""
        ordered = sorted(deliveries, key=lambda delivery: delivery.order)
        loader = Loader(
            con=self.con,
            settings=self.settings,
            archive=self.archive,
            registry=self.registry,
            clock=self.clock,
            log=self.log,
            verifies=self.is_replay,
            seen=self.seen,
        )
        for count, outcome in enumerate(loader.load(ordered), start=1):
            self.outcomes[outcome.delivery_id or outcome.dataset_key] = outcome
            with about(feed=outcome.feed, delivery=outcome.delivery_id):
                self._say(outcome, count, len(ordered))

    def _say(self, outcome: DeliveryOutcome, count: int, total: int) -> None:
        where = outcome.paths[0] if len(outcome.paths) == 1 else f"{outcome.feed} {outcome.dataset_key}"
        if outcome.status is not OutcomeStatus.NEW:
            self.log(f"{where}: {outcome.status}: {outcome.reason}")
        elif total <= _REPORT_EVERY:
            quarantined = f", {outcome.rows_rejected:,} quarantined" if outcome.rows_rejected else ""
            self.log(f"{where}: {outcome.rows_accepted:,} rows{quarantined}")
        if total > _REPORT_EVERY and count % _REPORT_EVERY == 0:
            self.log(f"{count:,} of {total:,} deliveries loaded")

    # Files

    @collecting(False)
    def take_in(self, findings: Findings) -> None:
        """Archive what was found, load what of it is new, and leave a report beside each."""
        self.ignored += findings.ignored
        for words in discovery.named(findings.ignored, most=_NAMED):
            self.log(words)
        seen = ledger.seen_files(self.con)
        trusted = self._read_again(findings) if self.rereads else seen
        contents: dict[FoundFile, str] = {}
        known = ledger.known_deliveries(self.con)
        memory = Memory(known)
        received_at = self._received_at(known)
        found: dict[str, FoundDelivery] = {}
        candidates: list[Candidate] = []
        for delivery in findings.deliveries:
            candidate = self._candidate(delivery, trusted, contents, memory, received_at)
            if candidate is not None:
                candidates.append(candidate)
                found[delivery.path] = delivery
        belongs: dict[str, str] = {}
        warned: dict[str, str] = {}
        reported = ledger.reported_deliveries(self.con)
        loaded = False
        undecided = one_dossier_for_each_document(candidates, memory)
        while undecided:
            new: dict[str, Delivery] = {}
            for candidate in undecided:
                is_new_path = candidate.path not in reported
                decision = decide(candidate, memory, received_at=received_at, is_new_path=is_new_path)
                if decision.delivery is not None:
                    self.archive.record(decision.delivery)
                    memory.remember(decision.delivery)
                    new[decision.delivery.delivery_id] = decision.delivery
                belongs[candidate.path] = _delivery_id(decision)
                if decision.warning:
                    warned[candidate.path] = decision.warning
            self.archive.settle()
            with collecting(True):
                self.load(new.values())
            loaded = loaded or bool(new)
            memory, undecided = self._left_over(undecided, belongs, new)
        self._account_for(candidates, belongs, warned, ledger.known_deliveries(self.con) if loaded else known)
        self._write_reports(found, belongs, findings.reports)
        if learned := {file: sha for file, sha in contents.items() if seen.get(file) != sha}:
            ledger.remember_files(self.con, learned)

    def _left_over(
        self, decided: Iterable[Candidate], belongs: Mapping[str, str], new: Mapping[str, Delivery]
    ) -> tuple[Memory, list[Candidate]]:
        """Return what was taken for the same as a new delivery that was then refused: its own name may read better."""
        known = ledger.known_deliveries(self.con) if new else []
        refused = {one.delivery_id for one in known if one.delivery_id in new and not one.takes_effect}
        left = [one for one in decided if belongs[one.path] in refused and new[belongs[one.path]].path != one.path]
        return Memory(known), left

    def _received_at(self, known: list[Known]) -> datetime:
        """Return the present, but never a time at which something was received already: it gives the order."""
        present = self.clock()
        latest = max((delivery.received_at for delivery in known), default=None)
        return present if latest is None or present > latest else latest + timedelta(microseconds=1)

    def _candidate(
        self,
        found: FoundDelivery,
        trusted: Mapping[FoundFile, str],
        contents: dict[FoundFile, str],
        memory: Memory,
        received_at: datetime,
    ) -> Candidate | None:
        """Archive the files of a delivery; None where it has to wait or cannot be read."""
        contract = self.registry[found.feed]
        if found.waits_for is not None:
            self._wait(found, found.waits_for)
            return None
        try:
            files = tuple(self._archived(file, trusted, contents, received_at) for file in found.files)
            content, refusal = self._manifest(found)
        except FileChangedError:
            self._wait(found, "it is still being written")
            return None
        except OSError as error:
            if error.filename is None or not str(error.filename).startswith(str(self.settings.raw)):
                raise
            self.ignored.append(Ignored(path=found.path, reason=f"it cannot be read ({error.strerror})"))
            return None
        document_id = None
        if contract.feed == dossiers.FEED:
            document_id = self._document(files[0], memory)
        return Candidate(
            contract=contract,
            path=found.path,
            files=files,
            manifest=content,
            refusal=refusal,
            document_id=document_id,
        )

    def _archived(
        self, file: FoundFile, trusted: Mapping[FoundFile, str], contents: dict[FoundFile, str], received_at: datetime
    ) -> DeliveredFile:
        sha256 = trusted.get(file)
        if sha256 is None or not self.archive.has(sha256):
            archived = self.archive.take_in(
                self.settings.raw / file.path, original_path=file.path, received_at=received_at
            )
        else:
            archived = DeliveredFile(sha256=sha256, original_path=file.path, byte_count=file.size)
        if time.time() - file.mtime_ns / 1e9 > max(self.settings.settle_seconds, _CLOCK_TICK_SECONDS):
            contents[file] = archived.sha256
        return archived

    def _read_again(self, findings: Findings) -> Mapping[FoundFile, str]:
        """Return the hashes of all files, by what they hold now, on all cores: most need not be copied to be known.

        What cannot be read is left out; taking it in tells why.
        """
        files = [file for found in findings.deliveries if found.waits_for is None for file in found.files]
        if not files:
            return {}
        self.log(f"Reading {len(files):,} files again, {sum(file.size for file in files) / 1e6:,.0f} MB.")

        def hashed(file: FoundFile) -> str | None:
            with suppress(OSError):
                return hash_of(self.settings.raw / file.path)
            return None

        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            hashes = zip(files, pool.map(hashed, files), strict=True)
            return {file: sha256 for file, sha256 in hashes if sha256 is not None}

    def _manifest(self, found: FoundDelivery) -> tuple[Mapping[str, object] | None, str | None]:
        """Return what the manifests of a delivery say, and why it is refused where they cannot be read."""
        texts = [(Path(file.path).name, (self.settings.raw / file.path).read_bytes()) for file in found.manifests]
        try:
            return manifests.merged(texts), None
        except Refused as refused:
            unreadable = "\n".join(data.decode("utf-8", "replace") for _, data in texts)
            return {UNREADABLE_MANIFEST: unreadable[:_LONGEST_UNREADABLE]}, str(refused)

    def _document(self, file: DeliveredFile, memory: Memory) -> str | None:
        """Return the document of a dossier: from the ledger where its content is known, else from the file."""
        for known in memory.of_content(dossiers.FEED, file.sha256):
            if known.takes_effect:
                return known.dataset_key
        return dossiers.document_of(self.archive.path_of(file.sha256), name=file.original_path)

    def _wait(self, found: FoundDelivery, reason: str) -> None:
        self.outcomes[found.path] = DeliveryOutcome(
            feed=found.feed,
            dataset_key=found.path.partition("/")[2],
            delivery_id=None,
            status=OutcomeStatus.WAITING,
            reason=reason,
            paths=tuple(file.path for file in found.files) or (found.path,),
        )
        with about(feed=found.feed):
            self.log(f"{found.path}: waiting: {reason}")

    # Answers

    def _account_for(
        self,
        candidates: Iterable[Candidate],
        belongs: Mapping[str, str],
        warned: Mapping[str, str],
        known_now: Iterable[Known],
    ) -> None:
        """Add an outcome for everything that was found and is not new."""
        standing = {delivery.delivery_id: delivery for delivery in known_now}
        for candidate in candidates:
            delivery_id = belongs[candidate.path]
            known = standing[delivery_id]
            paths = tuple(file.original_path for file in candidate.files)
            earlier = self.outcomes.get(delivery_id)
            reason = warned.get(candidate.path) or known.reason
            if known.path != candidate.path and not reason:
                reason = f"the same content was received as {known.path}"
            if earlier is None:
                self.outcomes[delivery_id] = DeliveryOutcome(
                    feed=known.feed,
                    dataset_key=known.dataset_key,
                    delivery_id=delivery_id,
                    status=OutcomeStatus.UNCHANGED,
                    standing=str(known.status),
                    reason=reason,
                    paths=paths,
                )
            elif not set(paths) <= set(earlier.paths):
                self.outcomes[delivery_id] = replace(earlier, paths=(*earlier.paths, *paths))
            if candidate.path in warned:
                self.warnings.append(f"{candidate.path}: {warned[candidate.path]}")

    def _write_reports(
        self, found: Mapping[str, FoundDelivery], belongs: Mapping[str, str], lying: frozenset[str]
    ) -> None:
        """Write the reports that are missing, or that speak of another delivery or an earlier result."""
        reported = ledger.reported_deliveries(self.con)
        due: dict[str, str] = {}
        for path, delivery_id in belongs.items():
            where = _report_path(found[path], self.registry)
            is_new = self.outcomes[delivery_id].status is not OutcomeStatus.UNCHANGED
            if is_new or where not in lying or reported.get(path) != delivery_id:
                due[path] = delivery_id
        if not due:
            return
        accounts = reports.accounts(self.con, sorted(set(due.values())))
        texts = {
            _report_path(found[path], self.registry): reports.text_of(accounts[delivery_id], path=path)
            for path, delivery_id in due.items()
        }
        self.warnings += reports.write_all(self.settings.raw, texts)
        ledger.remember_reports(
            self.con, {path: delivery_id for path, delivery_id in due.items() if reported.get(path) != delivery_id}
        )


def _delivery_id(decision: Decision) -> str:
    if decision.delivery is not None:
        return decision.delivery.delivery_id
    if decision.same_as is None:
        raise ValueError("a decision is a delivery, or the same as one")
    return decision.same_as.delivery_id


def _report_path(found: FoundDelivery, registry: Mapping[str, Contract]) -> str:
    return discovery.report_path(found.path, is_folder=registry[found.feed].is_folder_delivery)
