"""Load deliveries into DuckDB, each content once.

Belongs here: which deliveries share a transaction, and the transaction with its counts. Does not belong here: what a
fact means (dbt), or what a row must look like (contracts). Whatever is wrong with one delivery stays with it.
"""
# Statements are put together from identifiers of contracts; what files hold is bound.
# ruff: noqa: S608

from __future__ import annotations

import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TypeAlias

import duckdb

from orchestration.contracts import Contract, Mode
from orchestration.ingestion import bulk, landing, ledger, published_names, releases
from orchestration.ingestion.archive import Archive, Delivery
from orchestration.ingestion.chunks import NotPlainError
from orchestration.ingestion.clock import Clock, naive
from orchestration.ingestion.database import memory_limited, temporary_folder, transaction
from orchestration.ingestion.formats import CSV, ROW_FORMATS, RowFormat, format_of
from orchestration.ingestion.ledger import Entry, Status
from orchestration.ingestion.manifests import Manifest, from_content
from orchestration.ingestion.outcome import DeliveryOutcome, OutcomeStatus
from orchestration.ingestion.published_names import require_classification
from orchestration.ingestion.readers import columns as header_columns
from orchestration.ingestion.readers import compressed, delimited, dossiers, zipped
from orchestration.ingestion.readers.columns import Columns
from orchestration.ingestion.refusal import Refused
from orchestration.ingestion.rejects import read_dates, write_corrections, write_rejected_rows
from orchestration.ingestion.releases import Release, Verdict
from orchestration.ingestion.staging import (
    Arriving,
    Batch,
    Gathered,
    Stage,
    StagedFile,
    StructureError,
    close_batch,
    extra_cells,
    fault_in,
    leave_out,
    open_batch,
    stage_csv,
    stage_mended_csv,
)
from orchestration.ingestion.validation import (
    Parameters,
    converted,
    group_judgements,
    is_retraction,
    judgements,
)
from orchestration.settings import Settings
from orchestration.sql_text import quoted

MOST_FILES = 500
MOST_BYTES = 64 * (1 << 20)
"""A batch shares a commit: a commit for each of ten thousand files takes ten times as long."""
SMALL_BULK_BYTES = 1 << 20
"""Bulk files of no more are read together where there are several: what each costs by itself takes as long as reading
thirty thousand rows one by one."""

_DATA_ERRORS = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.TypeMismatchException,
)


_UNPACKERS: Mapping[str, Callable[[Path, Path], None]] = {".gz": compressed.unpack, ".zip": zipped.unpack}


class _LeftOut(Exception):
    """Nothing of a delivery is loaded, though it can be read; the ledger says why."""

    def __init__(self, entry: Entry, verdicts: Sequence[Verdict]):
        super().__init__(entry.reason)
        self.entry = entry
        self.verdicts = verdicts


@dataclass(frozen=True)
class _Apart:
    """A delimited file that is read by itself."""

    file: StagedFile
    columns: Columns
    fault: str | None = None
    """Why DuckDB cannot read it as it is, where that is known."""


_Refusal: TypeAlias = tuple[Delivery, str]
"""With the reason."""


class CountMismatchError(RuntimeError):
    """Rows read are not rows accepted and quarantined: nothing of the batch was committed."""


@dataclass
class Loader:
    """Loads recorded deliveries from the archive into an open database."""

    con: duckdb.DuckDBPyConnection
    settings: Settings
    archive: Archive
    registry: Mapping[str, Contract]
    clock: Clock
    log: Callable[[str], None]
    verifies: bool = False
    """Whether every file is compared with its hash first: so when the archive is replayed."""
    seen: float = field(default_factory=time.monotonic)
    """When the files were first seen, on the monotonic clock."""
    _unsettled: set[tuple[str, str]] = field(default_factory=set)
    """The data sets in which something that was left out is to be loaded after all."""
    _taken_back: set[str] = field(default_factory=set)
    """What was loaded and, by what arrived since, is not any more."""

    def load(self, deliveries: Iterable[Delivery]) -> Iterator[DeliveryOutcome]:
        """Load deliveries in their order; every outcome is committed when it is returned.

        What arrives may change how others of its data set stand: these are loaded, or taken back, in the end.
        """
        for batch in _batches(deliveries, self.registry):
            yield from self._load_together(batch)
        tried: set[str] = set()
        while due := self._due() - tried:
            tried |= due
            again = sorted((self.archive.delivery(delivery_id) for delivery_id in due), key=lambda one: one.order)
            for batch in _batches(again, self.registry):
                yield from self._load_together(batch)
        yield from self._withdrawn()

    def _load_together(self, deliveries: Sequence[Delivery]) -> Iterator[DeliveryOutcome]:
        contract = self.registry.get(deliveries[0].feed)
        with self._folder() as folder:
            ready: list[StagedFile] = []
            refusals: list[_Refusal] = []
            for delivery in deliveries:
                try:
                    if contract is None:
                        raise Refused(f"no feed is called {delivery.feed} any more")
                    ready += self._opened(delivery, folder, len(ready))
                except Refused as refused:
                    refusals.append((delivery, str(refused)))
            yield from self._refuse(refusals)
            if contract is None or not ready:
                return
            by_format: dict[str, list[StagedFile]] = defaultdict(list)
            for file in ready:
                by_format[format_of(contract, file.file.original_path)].append(file)
            for name, files in by_format.items():
                if name == CSV and contract.is_bulk:
                    yield from self._load_bulk(contract, files, folder)
                    continue
                with memory_limited(self.con):  # what is staged is as large as the files, or several times that
                    if name == CSV:
                        yield from self._load_csv(contract, files, folder, _with_header)
                    else:
                        yield from self._load_rows(contract, files, ROW_FORMATS[name])

    # Files

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        parent = temporary_folder(self.settings)
        parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=parent, prefix="unpacked-") as folder:
            yield Path(folder)

    def _opened(self, delivery: Delivery, folder: Path, first: int) -> list[StagedFile]:
        """Return the contents of a delivery, each once, unpacked where they are compressed."""
        if delivery.refusal is not None:
            raise Refused(delivery.refusal)
        from_content(delivery.manifest)
        opened: dict[str, StagedFile] = {}
        for file in delivery.files:
            source = self.archive.path_of(file.sha256)
            if (tombstone := self.archive.tombstone(file.sha256)) is not None:
                raise Refused(f"{file.original_path}: {tombstone}")
            if not source.is_file() or (self.verifies and not self.archive.verify(file.sha256)):
                what = "is damaged" if source.is_file() else "is missing"
                reason = f"{file.original_path} {what} in the archive ({file.sha256})"
                raise Refused(reason, "restore the archive from its backup")
            suffix = PurePosixPath(file.original_path.lower()).suffix
            is_archive_of_tables = suffix == ".zip" and self.registry[delivery.feed].is_bulk
            if (unpack := _UNPACKERS.get(suffix)) and not is_archive_of_tables:
                packed, source = source, folder / file.sha256
                unpack(packed, source)
            number = first + len(opened)
            opened.setdefault(file.sha256, StagedFile(number=number, delivery=delivery, file=file, source=source))
        return list(opened.values())

    # Readers

    def _load_csv(
        self, contract: Contract, files: Sequence[StagedFile], folder: Path, opened: _Opened
    ) -> Iterator[DeliveryOutcome]:
        """Load whole files with one header in one read, and all others in one commit."""
        together: dict[tuple[str, ...], list[StagedFile]] = defaultdict(list)
        apart: list[_Apart] = []
        refusals: list[_Refusal] = []
        for file in files:
            try:
                plain, header = opened(file, contract, folder)
                columns = header_columns.match(header.names, contract)
            except Refused as refused:
                refusals.append((file.delivery, str(refused)))
                continue
            fault = _fault_of(header, columns)
            if fault is None and not columns.missing:
                together[header.names].append(plain)
            else:
                apart.append(_Apart(plain, columns, fault))
        yield from self._refuse(refusals)
        for names, alike in together.items():
            yield from self._load_alike(contract, alike, header_columns.match(names, contract), apart)
        yield from self._load_apart(contract, apart, folder)

    def _load_alike(
        self, contract: Contract, files: Sequence[StagedFile], columns: Columns, apart: list[_Apart]
    ) -> Iterator[DeliveryOutcome]:
        """Load files with one header in one read, and add to `apart` what has to be read by itself."""
        if len(files) < 2:
            apart += [_Apart(file, columns) for file in files]
            return
        try:
            batch = open_batch(self.con, files)
            stage_csv(self.con, batch, contract, columns)
            _note_near_misses(batch, files, contract, columns)
            outcomes = self._commit(batch)
        except (StructureError, CountMismatchError, *_DATA_ERRORS):
            looked_at = [_Apart(file, columns, fault_in(self.con, file, contract, columns)) for file in files]
            whole = [one.file for one in looked_at if one.fault is None]
            if len(whole) == len(files):
                apart += looked_at
                return
            apart += [one for one in looked_at if one.fault is not None]
            yield from self._load_alike(contract, whole, columns, apart)
            return
        finally:
            close_batch(self.con)
        yield from outcomes

    def _load_apart(self, contract: Contract, files: Sequence[_Apart], folder: Path) -> Iterator[DeliveryOutcome]:
        """Load files that have to be read one by one in one commit; where that fails, find by halves what is wrong."""
        if len(files) < 2:
            for one in files:
                yield self._load_one_csv(contract, one, folder)
            return
        refusals: list[_Refusal] = []
        try:
            batch = open_batch(self.con, [one.file for one in files])
            gathered = Gathered(con=self.con, batch=batch, contract=contract)
            for one in files:
                part = Batch(files=[one.file])
                try:
                    self._stage_one_csv(part, contract, one, folder)
                except Refused as refused:
                    refusals.append((one.file.delivery, str(refused)))
                else:
                    gathered.add(one.file, part)
            leave_out(self.con, batch, {delivery.delivery_id for delivery, _ in refusals})
            outcomes = self._commit(batch) if batch.files else []
        except (Refused, CountMismatchError, *_DATA_ERRORS):
            middle = len(files) // 2
            for half in (files[:middle], files[middle:]):
                yield from self._load_apart(contract, half, folder)
            return
        finally:
            close_batch(self.con)
        yield from self._refuse(refusals)
        yield from outcomes

    def _load_one_csv(self, contract: Contract, one: _Apart, folder: Path) -> DeliveryOutcome:
        try:
            batch = open_batch(self.con, [one.file])
            self._stage_one_csv(batch, contract, one, folder)
            return self._commit(batch)[0]
        except Refused as refused:
            reason = str(refused)
        except (CountMismatchError, *_DATA_ERRORS) as error:
            reason = f"it could not be loaded: {str(error).splitlines()[0]}"
        finally:
            close_batch(self.con)
        return self._refuse([(one.file.delivery, reason)])[0]

    def _stage_one_csv(self, batch: Batch, contract: Contract, one: _Apart, folder: Path) -> None:
        """Stage a file as the only one of a batch: in one go, or without its broken rows.

        Raises:
            Refused: it is not UTF-8, or lacks columns that only retractions may lack.
        """
        columns = one.columns
        try:
            if one.fault is not None:
                raise StructureError(one.fault)
            stage_csv(self.con, batch, contract, columns)
        except StructureError as error:
            why = "something in it is broken, reading it row by row" if columns.corrects is None else "reading it"
            self.log(f"{one.file.delivery.path}: {why} ({error})")
            stage_mended_csv(self.con, batch, contract, columns, folder)
        if columns.missing:
            self._require_retractions(batch, one.file, columns)
        _note_near_misses(batch, [one.file], contract, columns)

    def _load_bulk(self, contract: Contract, files: Sequence[StagedFile], folder: Path) -> Iterator[DeliveryOutcome]:
        """Load small files together, others in one read each but for broken rows; row by row what that cannot read."""
        small, others = list[StagedFile](), list[StagedFile]()
        for file in files:
            (small if _is_small(file) else others).append(file)
        if len(small) > 1:
            with memory_limited(self.con):
                yield from self._load_csv(contract, small, folder, _as_csv)
        else:
            others = list(files)
        for file in others:
            try:
                require_classification(contract.feed, file.delivery.dataset_key)
                table = bulk.open_table(file.source, contract, folder)
                columns = header_columns.match(table.names, contract)
                if columns.corrects is not None:
                    raise NotPlainError("its rows correct others")
                if columns.missing:
                    raise NotPlainError("it lacks columns")
                try:
                    outcome = self._load_typed(contract, file, table, columns, folder, bulk.insert_chunks)
                except NotPlainError:
                    outcome = self._load_typed(contract, file, table, columns, folder, bulk.insert)
            except NotPlainError as error:
                self.log(f"{file.delivery.path}: something in it is broken, reading it row by row ({error})")
                plain, header = _as_plain(file, table, folder)
                with memory_limited(self.con):
                    outcome = self._load_one_csv(contract, _Apart(plain, columns, _fault_of(header, columns)), folder)
            except Refused as refused:
                (outcome,) = self._refuse([(file.delivery, str(refused))])
            yield outcome

    def _load_typed(
        self,
        contract: Contract,
        file: StagedFile,
        table: bulk.Table,
        columns: Columns,
        folder: Path,
        insert: bulk.Insert,
    ) -> DeliveryOutcome:
        """Commit a file that is read in one go.

        Raises:
            NotPlainError: something in it is broken; nothing is committed.
            Refused: it contradicts a delivery that is loaded.
        """
        delivery = file.delivery
        try:
            with transaction(self.con):
                self._make_room([delivery])
                loaded_at = self.clock()
                loaded = insert(
                    self.con,
                    contract,
                    table,
                    columns,
                    folder,
                    delivery_id=delivery.delivery_id,
                    sha256=file.file.sha256,
                    loaded_at=loaded_at,
                )
                rows_read, accepted = loaded.row_count, loaded.row_count
                if loaded.rest is not None:
                    rest = replace(file, source=loaded.rest.path)
                    left_over, mended = self._load_rest(
                        contract, rest, columns, folder, numbers=loaded.rest.numbers, loaded_at=loaded_at
                    )
                    rows_read, accepted = rows_read + left_over, accepted + mended
                    landed = landing.count_file(
                        self.con, contract, delivery_id=delivery.delivery_id, sha256=file.file.sha256
                    )
                    if landed != accepted:
                        raise NotPlainError(f"of {accepted:,} rows {landed:,} are loaded")
                entry, verdicts = self._entry(delivery, rows_read)
                if releases.is_set_apart(entry.status):
                    raise _LeftOut(entry, verdicts)
                entry = replace(
                    entry,
                    rows_accepted=accepted,
                    rows_rejected=rows_read - accepted,
                    load_seconds=time.monotonic() - self.seen,
                )
                ledger.write_extra_columns(
                    self.con, [(delivery.delivery_id, contract.feed, name) for name, _ in columns.extra]
                )
                notes = (
                    *header_columns.near_misses(columns, contract),
                    *(f"{name} in it is not loaded: it is no table of trade" for name in table.left_out),
                )
                ledger.write_notes(self.con, [(delivery.delivery_id, note) for note in notes])
                ledger.write(self.con, [entry])
                entry = self._settled(entry, verdicts)
        except _LeftOut as left_out:
            with transaction(self.con):
                self._make_room([delivery])
                ledger.write(self.con, [left_out.entry])
                self._settle(left_out.verdicts)
            return _outcome(left_out.entry, None)
        finally:
            close_batch(self.con)
        return _outcome(entry, {contract.feed: accepted})

    def _load_rest(
        self,
        contract: Contract,
        rest: StagedFile,
        columns: Columns,
        folder: Path,
        *,
        numbers: Sequence[int],
        loaded_at: datetime,
    ) -> tuple[int, int]:
        """Load what was left over of a file row by row, and return how many rows were read and accepted.

        It is within a transaction, after which the caller closes the batch.

        Raises:
            NotPlainError: not all of it can be told apart, as where it is not UTF-8; the reader of whole files will.
        """
        self.log(f"{rest.delivery.path}: something in it is broken, reading {len(numbers):,} rows of it one by one")
        try:
            batch = open_batch(self.con, [rest])
            stage_mended_csv(self.con, batch, contract, columns, folder, numbers=numbers)
            read_dates(self.con, batch)
            (stage,) = batch.stages
            accepted, staged = self._insert_stage(stage, naive(loaded_at)), self._staged(stage)
            write_rejected_rows(self.con, batch, [stage] if accepted < staged else [])
            rejected = self._rejected().get(rest.delivery.delivery_id, 0)
            if len(numbers) != accepted + rejected:
                raise NotPlainError(f"of {len(numbers)} rows {accepted} are loaded and {rejected} quarantined")
            return len(numbers), accepted
        except (Refused, ValueError, *_DATA_ERRORS) as error:
            raise NotPlainError(str(error).splitlines()[0]) from error

    def _require_retractions(self, batch: Batch, file: StagedFile, columns: Columns) -> None:
        for stage in batch.stages:  # none where it holds no row
            others = self.con.execute(
                f"select count(*) from {stage.view} where _file_no = $number and not {is_retraction(stage.contract)}",
                {"number": file.number},
            ).fetchone()
            if others and others[0]:
                written = [name for name, _ in (*columns.known, *columns.extra)]
                raise header_columns.lacking(columns.missing, written, stage.contract)

    def _load_rows(
        self, contract: Contract, files: Sequence[StagedFile], row_format: RowFormat
    ) -> Iterator[DeliveryOutcome]:
        """Load what is read row by row in one commit; where that fails, find by halves what is wrong."""
        deliveries = {file.delivery.delivery_id: file.delivery for file in files}
        refusals: dict[str, str] = {}
        try:
            outcomes = self._stage_and_commit(contract, files, row_format, refusals)
        except (Refused, CountMismatchError, *_DATA_ERRORS) as error:
            if len(deliveries) > 1:
                first = set(list(deliveries)[: len(deliveries) // 2])
                for is_first in (True, False):
                    half = [file for file in files if (file.delivery.delivery_id in first) is is_first]
                    yield from self._load_rows(contract, half, row_format)
                return
            is_refused = isinstance(error, Refused)
            reason = str(error) if is_refused else f"it could not be loaded: {str(error).splitlines()[0]}"
            outcomes, refusals = [], dict.fromkeys(deliveries, reason)
        yield from self._refuse([(deliveries[delivery_id], reason) for delivery_id, reason in refusals.items()])
        yield from outcomes

    def _stage_and_commit(
        self, contract: Contract, files: Sequence[StagedFile], row_format: RowFormat, refusals: dict[str, str]
    ) -> list[DeliveryOutcome]:
        """Commit what can be read of some deliveries, and note for the others, by their ids, why they are refused."""
        lacking: list[tuple[StagedFile, Columns]] = []
        try:
            batch = open_batch(self.con, files)
            arriving = Arriving(con=self.con, batch=batch, registry=self.registry, originals=row_format.originals)
            for file in files:
                if file.delivery.delivery_id in refusals:
                    continue
                try:
                    content = row_format.read(file.as_source(contract))
                    arriving.take_in(file, content)
                    if content.header:  # of some only known once they are read
                        columns = header_columns.match(content.header, contract)
                        _note_near_misses(batch, [file], contract, columns)
                        if columns.missing:
                            lacking.append((file, columns))
                except Refused as refused:
                    refusals[file.delivery.delivery_id] = str(refused)
            arriving.stage()
            for file, columns in lacking:
                try:
                    self._require_retractions(batch, file, columns)
                except Refused as refused:
                    refusals.setdefault(file.delivery.delivery_id, str(refused))
            arriving.leave_out(refusals.keys())
            return self._commit(batch) if batch.files else []
        finally:
            close_batch(self.con)

    # Commits

    def _commit(self, batch: Batch) -> list[DeliveryOutcome]:
        """Commit the staged rows of a batch with their quarantine and their lines in the ledger.

        Raises:
            Refused: the manifest of the only delivery of the batch calls it complete, but it may be cut off.
            CountMismatchError: rows read are not rows accepted and quarantined.
        """
        with transaction(self.con):
            read_dates(self.con, batch)
            rows_read = self._rows_read(batch)
            known = ledger.among(self.con, [delivery.delivery_id for delivery in batch.deliveries])
            judged = [
                self._entry(
                    delivery,
                    rows_read[delivery.delivery_id],
                    cut_off=batch.cut_off.get(delivery.delivery_id, ""),
                    is_known=delivery.delivery_id in known,
                )
                for delivery in batch.deliveries
            ]
            left_out = [entry for entry, _ in judged if releases.is_set_apart(entry.status)]
            loaded = [entry for entry, _ in judged if not releases.is_set_apart(entry.status)]
            self._make_room(batch.deliveries)
            leave_out(self.con, batch, {entry.delivery.delivery_id for entry in left_out})
            loaded_at = naive(self.clock())
            self._insert(batch, loaded_at)
            by_feed = self._accepted(batch, loaded_at)
            entries = [*self._counted(loaded, by_feed), *left_out]
            seconds = time.monotonic() - self.seen
            entries = [replace(entry, load_seconds=seconds) for entry in entries]
            ledger.write(self.con, entries)
            verdicts = {entry.delivery.delivery_id: found for entry, found in judged}
            entries = [self._settled(entry, verdicts[entry.delivery.delivery_id]) for entry in entries]
        return [_outcome(entry, by_feed.get(entry.delivery.delivery_id)) for entry in entries]

    def _entry(
        self, delivery: Delivery, rows_read: int, *, cut_off: str = "", is_known: bool = False
    ) -> tuple[Entry, list[Verdict]]:
        """Return the line of a delivery that was read, and how the releases of its data set stand with it.

        Raises:
            Refused: its manifest calls it complete, but it may be cut off.
        """
        entry = replace(self._blank_entry(delivery, Status.LOADED), rows_found=rows_read)
        if cut_off:
            if from_content(delivery.manifest).is_complete:
                raise Refused(f"its manifest calls it complete, but {cut_off}", "fetch it whole, or drop that claim")
            entry = replace(entry, mode=Mode.EXTRACT, is_complete=False)
        if _is_claims(delivery, self.registry) and not is_known:  # thousands of files, and none that stands to another
            return replace(entry, rows_read=rows_read), []
        verdicts = self._judged(delivery, arriving=releases.release_of(entry))
        for place, verdict in enumerate(verdicts):
            if verdict.release.delivery_id == delivery.delivery_id and releases.is_set_apart(verdict.status):
                entry = replace(entry, status=verdict.status, reason=verdict.reason)
                verdicts[place] = replace(verdict, release=releases.release_of(entry))
                return entry, verdicts
        return replace(entry, rows_read=rows_read), verdicts

    def _judged(self, delivery: Delivery, *, arriving: Release | None = None) -> list[Verdict]:
        """Say how the releases of a delivery's data set stand."""
        return releases.judged(
            self.con,
            delivery.feed,
            delivery.dataset_key,
            is_confirmed=self.archive.is_confirmed,
            arriving=arriving,
        )

    def _settled(self, entry: Entry, verdicts: Sequence[Verdict]) -> Entry:
        """Have the ledger say how the releases of a data set stand, and return the line of one as it is then."""
        self._settle(verdicts)
        for verdict in verdicts:
            if verdict.release.delivery_id == entry.delivery.delivery_id:
                return replace(entry, status=verdict.status, reason=verdict.reason)
        return entry

    def _settle(self, verdicts: Sequence[Verdict]) -> None:
        """Take back what is held, refused or completed by now, and note where something is to be loaded."""
        for verdict in verdicts:
            release = verdict.release
            if verdict.is_due:
                self._unsettled.add((release.feed, release.dataset_key))
            if not verdict.is_change:
                continue
            if not releases.is_set_apart(verdict.status):
                ledger.restate(self.con, release.delivery_id, verdict.status, verdict.reason)
            else:
                ledger.set_apart(self.con, release.delivery_id, verdict.status, verdict.reason)
            if release.status is Status.LOADED:
                self._delete_rows([release.delivery_id], {release.feed})
                if releases.is_set_apart(verdict.status):
                    self._taken_back.add(release.delivery_id)

    def _due(self) -> set[str]:
        """Return what was left out and is to be loaded after all."""
        unsettled, self._unsettled = self._unsettled, set()
        due = {
            verdict.release.delivery_id
            for feed, dataset_key in unsettled
            for verdict in releases.judged(self.con, feed, dataset_key, is_confirmed=self.archive.is_confirmed)
            if verdict.is_due
        }
        return due & self.archive.delivery_ids() if due else due

    def _withdrawn(self) -> Iterator[DeliveryOutcome]:
        """Return an outcome for what was loaded and is held or refused by now."""
        if not self._taken_back:
            return
        taken_back, self._taken_back = self._taken_back & self.archive.delivery_ids(), set()
        for known in ledger.known_deliveries(self.con):
            if known.delivery_id in taken_back and releases.is_set_apart(known.status):
                entry = self._blank_entry(self.archive.delivery(known.delivery_id), known.status)
                yield _outcome(replace(entry, reason=known.reason), None)

    def _make_room(self, deliveries: Sequence[Delivery]) -> None:
        """Delete what is known of these deliveries."""
        ids = [delivery.delivery_id for delivery in deliveries]
        # rows and ledger are committed together: what the ledger does not know has left no row to look for
        gone = ledger.among(self.con, ids)
        ledger.forget(self.con, ids)
        if gone:
            self._delete_rows(gone, {delivery.feed for delivery in deliveries})

    def _delete_rows(self, gone: Sequence[str], feeds: Collection[str]) -> None:
        contracts = [contract for name, contract in self.registry.items() if contract.columns and name in feeds]
        if dossiers.FEED in feeds:
            contracts = [contract for contract in self.registry.values() if contract.columns]
        landing.delete(self.con, contracts, gone)

    def _insert(self, batch: Batch, loaded_at: datetime) -> None:
        incomplete = [stage for stage in batch.stages if self._insert_stage(stage, loaded_at) < self._staged(stage)]
        write_rejected_rows(self.con, batch, incomplete)
        write_corrections(self.con, batch)
        ledger.write_extra_columns(self.con, batch.extra_columns)
        ledger.write_notes(self.con, batch.notes)

    def _staged(self, stage: Stage) -> int:
        row = self.con.execute(f"select count(*) from {stage.view} semi join batch_files using (_file_no)").fetchone()
        return int(row[0]) if row else 0

    def _insert_stage(self, stage: Stage, loaded_at: datetime) -> int:
        """Load the valid rows of a stage, and return how many there are."""
        parameters = Parameters()
        contract = stage.contract
        cells = [f"{converted(column, parameters)} as {quoted(column.name)}" for column in contract.columns]
        broken = [judgement.is_broken for judgement in judgements(contract, parameters)]
        broken += [judgement.is_broken for judgement in group_judgements(contract)]
        files, lineage = self._lineage(contract, parameters, loaded_at)
        row = self.con.execute(
            f"""
            insert into {landing.rows_of(contract)} by name
            select {", ".join(cells)}, {extra_cells(stage, parameters)} as _extra, _row_number, {lineage}
            from {stage.view} join {files} using (_file_no)
            where not ({" or ".join(broken)})
            """,
            parameters.values,
        ).fetchone()
        return int(row[0]) if row else 0

    def _lineage(self, contract: Contract, parameters: Parameters, loaded_at: datetime) -> tuple[str, str]:
        """Return the files of the batch as SQL, and what every row of theirs says of its file."""
        if contract.is_bulk:
            landing.number_batch(self.con, loaded_at=loaded_at)
            return (
                "(select _file_no, file_number from batch_files join ops.landed_files as landed "
                "on batch_files.delivery_id = landed.delivery_id and batch_files.sha256 = landed.file_sha256)",
                "file_number as _file_number",
            )
        time_of_loading = parameters.bind(loaded_at)
        return (
            "batch_files",
            f"delivery_id as _delivery_id, sha256 as _file_sha256, {time_of_loading}::timestamp as _loaded_at",
        )

    def _rows_read(self, batch: Batch) -> dict[str, int]:
        """Return for each delivery the number of rows in its files, readable or not."""
        parts = [f"select _file_no, _row_number from {stage.view}" for stage in batch.stages]
        parts.append("select distinct _file_no, _row_number from broken_rows")
        counts = (f"select _file_no, count(*) as row_count from ({part}) group by _file_no" for part in parts)
        rows = self.con.execute(
            f"select delivery_id, sum(row_count) from ({' union all '.join(counts)}) "
            "join batch_files using (_file_no) group by delivery_id"
        ).fetchall()
        return dict.fromkeys((delivery.delivery_id for delivery in batch.deliveries), 0) | {
            delivery_id: int(row_count) for delivery_id, row_count in rows
        }

    def _accepted(self, batch: Batch, loaded_at: datetime) -> dict[str, dict[str, int]]:
        """Count on the loaded tables: the rows of each delivery in each; the time spares a look at all the others."""
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        for contract in {stage.contract.feed: stage.contract for stage in batch.stages}.values():
            rows = self.con.execute(
                f"""
                select _delivery_id, count(*) from landing.{quoted(contract.table)}
                where _loaded_at = $loaded_at and _delivery_id in (select delivery_id from batch_files)
                group by _delivery_id
                """,
                {"loaded_at": loaded_at},
            ).fetchall()
            for delivery_id, row_count in rows:
                counts[delivery_id][contract.feed] = row_count
        return counts

    def _rejected(self) -> dict[str, int]:
        """Return how many rows of each delivery of the batch are in quarantine."""
        return dict(
            self.con.execute(
                """
                select delivery_id, count(distinct (file_sha256, row_number)) from ops.rejected_rows
                where delivery_id in (select delivery_id from batch_files) group by delivery_id
                """
            ).fetchall()
        )

    def _counted(self, entries: Sequence[Entry], by_feed: Mapping[str, Mapping[str, int]]) -> list[Entry]:
        rejected = self._rejected()
        counted = []
        for entry in entries:
            delivery_id = entry.delivery.delivery_id
            accepted = sum(by_feed.get(delivery_id, {}).values())
            if entry.rows_read != accepted + rejected.get(delivery_id, 0):
                raise CountMismatchError(
                    f"{entry.rows_read} rows were read, but {accepted} loaded and {rejected.get(delivery_id, 0)} "
                    "quarantined"
                )
            counted.append(replace(entry, rows_accepted=accepted, rows_rejected=rejected.get(delivery_id, 0)))
        return counted

    def _refuse(self, refusals: Sequence[_Refusal]) -> list[DeliveryOutcome]:
        """Write refused deliveries of different data sets into the ledger, and nothing else."""
        if not refusals:
            return []
        seconds = time.monotonic() - self.seen
        entries = [
            replace(self._blank_entry(delivery, Status.REFUSED), reason=reason, load_seconds=seconds)
            for delivery, reason in refusals
        ]
        deliveries = [delivery for delivery, _ in refusals]
        with transaction(self.con):
            known = set(ledger.among(self.con, [delivery.delivery_id for delivery in deliveries]))
            self._make_room(deliveries)
            ledger.write(self.con, entries)
            for delivery in deliveries:
                if delivery.delivery_id in known:
                    self._settle(self._judged(delivery))
        return [_outcome(entry, None) for entry in entries]

    def _blank_entry(self, delivery: Delivery, status: Status) -> Entry:
        try:
            manifest = from_content(delivery.manifest) if delivery.refusal is None else Manifest()
        except Refused:
            manifest = Manifest()
        contract = self.registry.get(delivery.feed)
        named = published_names.release_of(delivery.feed, delivery.path, delivery.manifest)
        mode = manifest.mode or named.mode or (contract.mode if contract else Mode.EXTRACT)
        is_complete = manifest.is_complete
        if is_complete is None:
            is_complete = mode in (Mode.SNAPSHOT, Mode.REPLACE)
        return Entry(
            delivery=delivery,
            mode=mode,
            is_complete=is_complete,
            status=status,
            publisher=manifest.publisher,
            licence=manifest.licence,
            loaded_at=self.clock(),
        )


def _batches(deliveries: Iterable[Delivery], registry: Mapping[str, Contract]) -> Iterator[list[Delivery]]:
    """Put neighbours of one feed together, as long as they are small and say nothing about each other."""
    batch: list[Delivery] = []
    datasets: set[str] = set()
    contents: set[str] = set()
    size = files = 0
    for delivery in deliveries:
        is_full = len(batch) > 0 and (
            delivery.feed != batch[0].feed
            or not _may_share(delivery, registry)
            or delivery.dataset_key in datasets
            or bool(contents & delivery.hashes)
            or files + len(delivery.files) > MOST_FILES
            or size + delivery.byte_count > MOST_BYTES
        )
        if is_full:
            yield batch
            batch, datasets, contents, size, files = [], set(), set(), 0, 0
        batch.append(delivery)
        datasets.add(delivery.dataset_key)
        contents |= delivery.hashes
        size += delivery.byte_count
        files += len(delivery.files)
    if batch:
        yield batch


def _may_share(delivery: Delivery, registry: Mapping[str, Contract]) -> bool:
    """Say whether a delivery may share a commit with those of other data sets."""
    contract = registry.get(delivery.feed)
    return contract is not None and not contract.is_folder_delivery


def _is_claims(delivery: Delivery, registry: Mapping[str, Contract]) -> bool:
    """Say whether each row of a delivery stands for itself: its size is compared with that of no other."""
    contract = registry.get(delivery.feed)
    is_append = contract is not None and contract.mode is Mode.APPEND and not (delivery.manifest or {}).get("mode")
    return is_append and _may_share(delivery, registry)


_Opened: TypeAlias = Callable[[StagedFile, Contract, Path], tuple[StagedFile, delimited.Header]]
"""Finds the header of a file, and the file that the readers of CSV can read it from; raises Refused where none can."""


def _fault_of(header: delimited.Header, columns: Columns) -> str | None:
    """Return why DuckDB cannot read a file with that header as it is."""
    if not header.is_plain or columns.width == 1:
        return "a header that DuckDB does not find"
    return None if columns.corrects is None else "its rows correct others"


def _with_header(file: StagedFile, contract: Contract, _: Path) -> tuple[StagedFile, delimited.Header]:
    return file, delimited.read_header(file.source, contract)


def _as_csv(file: StagedFile, contract: Contract, folder: Path) -> tuple[StagedFile, delimited.Header]:
    """Take a bulk file as any other of CSV."""
    require_classification(contract.feed, file.delivery.dataset_key)
    return _as_plain(file, bulk.open_table(file.source, contract, folder), folder)


def _as_plain(file: StagedFile, table: bulk.Table, folder: Path) -> tuple[StagedFile, delimited.Header]:
    plain = bulk.as_one_csv(table, folder / f"{file.file.sha256}-plain.csv")
    return replace(file, source=plain), delimited.Header(names=table.names, is_plain=True)


def _is_small(file: StagedFile) -> bool:
    """Say whether a bulk file is one small table."""
    return file.source.stat().st_size <= SMALL_BULK_BYTES and not zipfile.is_zipfile(file.source)


def _note_near_misses(batch: Batch, files: Iterable[StagedFile], contract: Contract, columns: Columns) -> None:
    notes = header_columns.near_misses(columns, contract)
    batch.notes += [(file.delivery.delivery_id, note) for file in files for note in notes]


def _outcome(entry: Entry, by_feed: Mapping[str, int] | None) -> DeliveryOutcome:
    status = {
        Status.LOADED: OutcomeStatus.NEW,
        Status.HELD: OutcomeStatus.HELD,
        Status.REFUSED: OutcomeStatus.REFUSED,
        Status.REPLACED: OutcomeStatus.NEW,
    }[entry.status]
    return DeliveryOutcome(
        feed=entry.delivery.feed,
        dataset_key=entry.delivery.dataset_key,
        delivery_id=entry.delivery.delivery_id,
        status=status,
        standing=str(entry.status),
        rows_read=entry.rows_read,
        rows_accepted=entry.rows_accepted,
        rows_rejected=entry.rows_rejected,
        reason=entry.reason,
        paths=tuple(file.original_path for file in entry.delivery.files),
        seconds=entry.load_seconds,
        rows_by_feed=dict(by_feed) if by_feed is not None else None,
    )
