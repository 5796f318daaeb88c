"""Publish the star if its tests passed, and roll back to the publication before.

Belongs here: the audit, the order of the steps, the decisions that a reader of `serving/` depends on. Does not belong
here: copying tables, moving links.
"""

from __future__ import annotations

import json
import logging
import platform
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.publication.copying import Earlier, StarCopy, copy_for_later, in_memory
from orchestration.publication.parquet import ParquetFiles
from orchestration.publication.store import (
    DATABASE,
    PARQUET,
    PATIENCE,
    RECORD,
    NoPublicationError,
    Publication,
    PublicationStore,
    previous,
    utc_now,
)
from orchestration.publication.tables import PublishedTable
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.site.building import Site, WrittenSite
from orchestration.sql_text import literal
from orchestration.transformation.builds import UPDATE, Build, latest_build
from orchestration.transformation.changed_keys import keys_between
from orchestration.transformation.updating import contents_by_name

GROWTH = 1.5
"""How much larger than when it was written whole a published file may become."""

_AFTERWARDS = "after a publication"
"""The name of threads that do what readers need not wait for; a process ends when they are done."""

_logger = logging.getLogger(__name__)


class AuditFailedError(RuntimeError):
    """The star in the writer's database may not be published; readers stay where they are."""


@dataclass(frozen=True, kw_only=True)
class PublishOutcome:
    """What publishing came to."""

    publication: Publication | None
    """What readers see now."""
    is_new: bool
    reason: str
    """Why, in words."""
    tables: tuple[PublishedTable, ...] = ()
    site: WrittenSite | None = None


def publish(
    settings: Settings,
    *,
    run_id: str,
    log: Callable[[str], None] = _logger.info,
    force: bool = False,
    site: Site | None = None,
) -> PublishOutcome:
    """Publish the last build, unless readers see it already; the caller holds the writer's lock.

    What a rollback took back is not published again by itself: that takes new facts, other models, or `force`. With a
    `site`, its pages are part of the publication: where they cannot be written, nothing is published.

    Raises:
        AuditFailedError: its tests did not all pass, or it is not whole.
        SiteError: a page could not be written; readers stay where they are.
    """
    store = PublicationStore(settings.serving)
    with ExitStack() as afterwards:
        with _writers_database(settings, store) as connection:
            build = _audited(connection, store)
            # whoever publishes holds the writer's lock, so that nobody else is preparing one
            store.sweep_unfinished()
            reason = None if force else reason_to_stay(settings, build, site=site)
            if reason is not None:
                log(f"Nothing is published anew: {reason}.")
                return PublishOutcome(publication=store.current(), is_new=False, reason=reason)
            # what the publication before left to be done is waited for, and what this one leaves is not swept meanwhile
            is_alone = afterwards.enter_context(store.alone_afterwards(patience=PATIENCE))
            material = _material(connection, settings, store, build)
        publication = _next_publication(store, build, run_id=run_id)
        unfinished = store.unfinished_folder(publication.publication_id)
        log(f"Copying the tables to publication {publication.publication_id}.")
        earlier = material.earlier
        store.remove_copies(but=earlier.folder if earlier is not None else None)
        publication, tables, late = _fill(settings, store, unfinished, publication, material, may_be_late=is_alone)
        if late is not None:
            afterwards.callback(late.close)
        pages = site.write(unfinished, earlier=store.current_folder(), is_forced=force) if site is not None else None
        if pages is not None:
            log(f"The site has {pages.page_count:,} pages, {pages.written:,} of them written in {pages.seconds:.1f} s.")
        with store.exclusively():
            store.finish(unfinished, publication, facts=_facts(build, tables, unfinished, earlier, pages))
            gone = store.prune()
        log(f"Readers now see {publication.publication_id}: {len(tables)} tables, {publication.row_count:,} rows.")
        if gone:
            log(f"Removed what is no longer kept: {', '.join(gone)}.")
        if late is not None:
            log("Large Parquet files are still being written; until then readers see those of the publication before.")
        # a large file takes the disk its time, and readers see the new one already
        rest = _Rest(
            settings=settings,
            store=store,
            publication=publication,
            late=late,
            is_alone=is_alone,
            ends=afterwards.pop_all(),
        )
    if late is not None:  # here: a process that is about to end begins no threads
        late.begin()
    threading.Thread(target=rest.do, name=_AFTERWARDS).start()
    return PublishOutcome(publication=publication, is_new=True, reason="its tests passed", tables=tables, site=pages)


def wait_for_afterwards() -> None:
    """Wait until this process is done with what publications leave to be done when readers see them already."""
    for thread in threading.enumerate():
        if thread.name == _AFTERWARDS:
            thread.join()


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """What is left to be done when readers see a publication: large Parquet files, and the copy for the next one."""

    settings: Settings
    store: PublicationStore
    publication: Publication
    late: ParquetFiles | None
    """Those that are still to be written."""
    is_alone: bool
    ends: ExitStack
    """What is to be let go of at the end."""

    def do(self) -> None:
        """Do it; what fails is told, and done by the next publication."""
        with self.ends:
            self._make_room()
            self._copy()
            if self.late is not None:
                self._finish(self.late)

    def _make_room(self) -> None:
        try:
            self.store.remove_doomed()
            self.store.remove_copies(but=self.store.current_folder())
        except OSError as error:
            _logger.warning("What is no longer kept is still on the disk: %s. The next publication tries again.", error)

    def _copy(self) -> None:
        try:
            if self.is_alone and self._has_room_for_another():
                self.store.copy_ahead(copy_for_later)
        except OSError as error:
            _logger.warning("The published file could not be copied ahead: %s. The next publication copies it.", error)

    def _has_room_for_another(self) -> bool:
        free = shutil.disk_usage(self.settings.serving).free
        return free - self.store.database.stat().st_size > self.settings.keep_free_bytes

    def _finish(self, late: ParquetFiles) -> None:
        folder = self.store.folder / self.publication.publication_id
        try:
            with in_memory(self.store.parquet_being_written(self.publication.publication_id)) as connection:
                connection.execute(f"attach {literal(folder / DATABASE)} as published (read_only)")
                late.finish(connection, database="published")
            self.store.show_parquet(self.publication)
        except (OSError, duckdb.Error) as error:
            late.close()
            shutil.rmtree(self.store.parquet_being_written(self.publication.publication_id), ignore_errors=True)
            _logger.warning(
                "The Parquet files of %s could not be written: %s. Readers see those of the publication before, and the"
                " next refresh tries again.",
                self.publication.publication_id,
                error,
            )


def reason_to_stay(settings: Settings, build: Build, *, site: Site | None = None) -> str | None:
    """Return why a build need not be published, or None where readers should see it.

    A `site` of other templates than those that readers see is worth a publication, too.
    """
    store = PublicationStore(settings.serving)
    current = store.current()
    same = [known for known in store.history() if known.fingerprint == build.fingerprint]
    if current is not None and current.fingerprint == build.fingerprint:
        is_shown = site is None or (store.record(current).get("site") or {}).get("version") == site.version
        # a look that was rolled back does not come back by itself either
        if same[-1].withdrawn_at is not None or (is_shown and not (settings.has_parquet and _borrows_in_vain(store))):
            return "readers see these facts and models already"
        return None
    if same and same[-1].withdrawn_at is not None:
        return (
            f"the same was published as {same[-1].publication_id} and rolled back; new facts or models publish again, "
            f"and so does `entente rollback --to {same[-1].publication_id}`"
        )
    return None


def _borrows_in_vain(store: PublicationStore) -> bool:
    """Say whether readers see the Parquet files of an earlier publication, and nobody is writing their own."""
    folder = store.current_folder()
    if folder is None or store.parquet_of(folder) in (None, folder):
        return False
    with store.alone_afterwards(patience=0) as is_alone:
        return is_alone


def site_of(settings: Settings) -> Site | None:
    """Return the site that publications of this installation have, if any."""
    return Site() if settings.has_site else None


def rollback(settings: Settings, *, to: str | None = None) -> tuple[Publication, Publication]:
    """Let readers see the publication before the current one, or the one called `to`; return (from, to).

    What readers leave is marked withdrawn, what they return to is not.

    Raises:
        NoPublicationError: nothing was published, there is nothing before it, or `to` is not kept.
    """
    store = PublicationStore(settings.serving)
    with store.exclusively():
        current = store.current()
        if current is None:
            raise NoPublicationError("Nothing is published yet; `make warehouse` publishes.")
        kept = store.on_disk()
        if to is None:
            target = previous(kept, current)
        else:
            target = next((publication for publication in kept if publication.publication_id == to), current)
            if target is current:
                names = ", ".join(publication.publication_id for publication in kept if publication != current)
                raise NoPublicationError(f"There is no other publication {to}; kept are: {names or 'none'}.")
        # marked first: a rollback that is killed in between is repeated, never half forgotten
        store.withdraw(current, at=utc_now())
        store.reinstate(target)
        store.show(target)
    return current, target


@contextmanager
def _writers_database(settings: Settings, store: PublicationStore) -> Iterator[duckdb.DuckDBPyConnection]:
    if not settings.warehouse.exists():
        raise AuditFailedError(f"There is no warehouse in {settings.home} yet: run `make warehouse`. {_stay(store)}")
    with duckdb.connect(str(settings.warehouse)) as connection:
        yield connection


def _stay(store: PublicationStore) -> str:
    current = store.current()
    return f"Readers stay on {current.publication_id}." if current else "Nothing is published yet."


def _audited(connection: duckdb.DuckDBPyConnection, store: PublicationStore) -> Build:
    build = latest_build(connection)
    stay = _stay(store)
    if build is None:
        raise AuditFailedError(f"The star was never built: run `make warehouse`. {stay}")
    if build.is_publishable:
        return build
    if build.status == "started":
        why = f"the build of {build.started_at:%Y-%m-%d %H:%M} UTC was never finished"
    elif build.failures:
        why = "; ".join(build.failures)
    else:
        why = "only a part of it was built from the present facts and models"
    raise AuditFailedError(f"The star is not published: {why}. {stay}")


def _next_publication(store: PublicationStore, build: Build, *, run_id: str) -> Publication:
    at = utc_now()
    history = store.history()
    if history and at <= history[-1].published_at:  # the clock went back, or two within a millisecond
        at = history[-1].published_at + timedelta(milliseconds=1)
    stamp = f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z"
    return Publication(
        publication_id=f"{stamp}-{build.fingerprint[:8]}",
        published_at=at,
        run_id=run_id,
        table_count=0,
        row_count=0,
        fingerprint=build.fingerprint,
    )


@dataclass(frozen=True, kw_only=True)
class _Material:
    """What a publication is made from, beside the writer's database."""

    contents: Mapping[tuple[str, str], str]
    """What its tables hold, by (schema, table), in the words of the ledger of builds."""
    earlier: Earlier | None
    """The publication whose tables are taken over, if any."""
    lender: Earlier | None
    """The one whose Parquet files are."""


def _material(
    connection: duckdb.DuckDBPyConnection, settings: Settings, store: PublicationStore, build: Build
) -> _Material:
    contents = contents_by_name(connection, build_number=build.number)
    earlier = _with_changed_keys(connection, _to_take_over_from(store, build), contents)
    lender = _lender(store, build, earlier) if settings.has_parquet else None
    if lender is not earlier:
        lender = _with_changed_keys(connection, lender, contents)
    return _Material(contents=contents, earlier=earlier, lender=lender)


def _fill(
    settings: Settings,
    store: PublicationStore,
    unfinished: Path,
    publication: Publication,
    material: _Material,
    *,
    may_be_late: bool,
) -> tuple[Publication, tuple[PublishedTable, ...], ParquetFiles | None]:
    """Write database and Parquet files; give back those that are still to be written, if any."""
    history = store.history()
    written = store.parquet_being_written(publication.publication_id) if settings.has_parquet else None
    with StarCopy(
        settings.warehouse,
        unfinished,
        contents=material.contents,
        earlier=material.earlier,
        parquet=written,
        lender=material.lender,
    ) as copy:
        star = copy.copy_star()
        # the list of publications counts itself
        publication = replace(
            publication,
            table_count=len(star) + 1,
            row_count=sum(table.row_count for table in star) + len(history) + 1,
        )
        tables = (*star, copy.write_publications([*history, publication]))
        late = copy.write_parquet(tables, may_be_late=may_be_late)
    if late is not None and material.lender is not None:
        store.borrow_parquet(unfinished, of=material.lender.folder)
    elif written is not None:
        written.rename(unfinished / PARQUET)
    return publication, tables, late


def _with_changed_keys(
    connection: duckdb.DuckDBPyConnection, earlier: Earlier | None, contents: Mapping[tuple[str, str], str]
) -> Earlier | None:
    if earlier is None:
        return None
    differing = {
        name: (table.content, contents[name])
        for name, table in earlier.tables.items()
        if table.content is not None and name in contents and table.content != contents[name]
    }
    return replace(earlier, changed_keys=keys_between(connection, differing))


def _to_take_over_from(store: PublicationStore, build: Build) -> Earlier | None:
    """Return the current publication if the next one may be made from it: by an update, of the same models and format.

    A table that is replaced leaves its blocks behind, to be used again; a file that has grown by half is written anew.
    """
    folder = store.current_folder()
    earlier = _earlier(folder, build) if folder is not None else None
    if earlier is None or (earlier.folder / DATABASE).stat().st_size > GROWTH * earlier.bytes_when_written_whole:
        return None
    return replace(earlier, copy=store.copied_ahead(earlier.folder))


def _lender(store: PublicationStore, build: Build, earlier: Earlier | None) -> Earlier | None:
    """Return the publication whose Parquet files may be taken over: the current one, or one that it borrows from."""
    current = store.current_folder()
    folder = store.parquet_of(current) if current is not None else None
    if folder is None:
        return None
    return earlier if earlier is not None and folder == earlier.folder else _earlier(folder, build)


def _earlier(folder: Path, build: Build) -> Earlier | None:
    """Return a publication if a build that updates may take over tables of it: of the same models and format."""
    if build.method != UPDATE:
        return None
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["built_from"]["dbt"] != build.inputs["dbt"] or record["versions"]["duckdb"] != version("duckdb"):
            return None
        tables = [PublishedTable(**table) for table in record["tables"]]
        whole = record["bytes_when_written_whole"]
    except (FileNotFoundError, KeyError, TypeError):  # of another version, or pruned
        return None
    return Earlier(folder, {(table.schema, table.name): table for table in tables}, whole)


def _facts(
    build: Build,
    tables: tuple[PublishedTable, ...],
    unfinished: Path,
    earlier: Earlier | None,
    pages: WrittenSite | None,
) -> dict[str, object]:
    """What a publication records for people: as-of questions rewind claims, not code, rules and reference data."""
    return {
        "bytes_when_written_whole": (
            (unfinished / DATABASE).stat().st_size if earlier is None else earlier.bytes_when_written_whole
        ),
        "built_from": dict(build.inputs),
        "commit": _commit(),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("entente", "dagster", "dbt-core", "dbt-duckdb", "duckdb")},
        },
        "tables": [asdict(table) for table in tables],
        "site": asdict(pages) if pages is not None else None,
    }


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None or not (PROJECT_ROOT / ".git").exists():
        return None
    answer = subprocess.run(  # noqa: S603
        [git, "describe", "--always", "--dirty", "--abbrev=40"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or None
