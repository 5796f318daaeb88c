"""The publications under `serving/`: which there are, which one readers see, which are kept.

Belongs here: folders, the link that readers follow, what was withdrawn. Does not belong here: the tables inside.

    serving/current             -> publications/<id>           switched by one rename
    serving/warehouse.duckdb    -> current/warehouse.duckdb    what readers open
    serving/publications/<id>/  warehouse.duckdb, parquet/, site/, publication.json; never changed, but that
                                parquet/ may for some seconds be a link to that of the publication before
    serving/publications/<id>.parquet.tmp/                     what that link leads to when it is written
    serving/publications/<id>.ahead/warehouse.duckdb           a copy of its file, from which the next one begins
    serving/withdrawn.json      the publications that a rollback took back
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock

DATABASE = "warehouse.duckdb"
RECORD = "publication.json"
PARQUET = "parquet"
"""The folder of Parquet files in that of a publication, or a link to it."""
LATE_PARQUET = "parquet-late"
"""The folder that such a link leads to where the files were written when readers saw the publication already."""
UNFINISHED = ".tmp"
"""The ending of a folder that is no publication: not yet, or no longer."""
DOOMED = f".gone{UNFINISHED}"
"""The ending of one that is about to be removed."""
KEPT = 3
"""How many publications stay, at the least."""
AHEAD = ".ahead"
"""The ending of a folder with a copy of the file of a publication, made for the next one."""
_COPYING = f"{AHEAD}{UNFINISHED}"
_WRITING = f".{PARQUET}{UNFINISHED}"
"""The ending of a folder of Parquet files that are being written."""
PATIENCE = 60.0
"""So many seconds a publication waits for what the one before it left to be done."""
GRACE = timedelta(seconds=20)
"""How long a publication stays after readers were led away from it: they may have resolved its path just before."""
SYNCING = 8
"""So many files wait at once until the disk has them."""


class NoPublicationError(LookupError):
    """There is no publication to go to."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One publication, as its own record tells."""

    publication_id: str
    published_at: datetime
    run_id: str
    table_count: int
    row_count: int
    fingerprint: str
    """What it was built from: the same fingerprint gives the same tables."""
    withdrawn_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON can hold it; withdrawal is kept apart, since a publication never changes."""
        return {
            "publication_id": self.publication_id,
            "published_at": self.published_at.isoformat(),
            "run_id": self.run_id,
            "table_count": self.table_count,
            "row_count": self.row_count,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Publication:
        """Read what `to_json` wrote; further fields are ignored."""
        return cls(
            publication_id=record["publication_id"],
            published_at=datetime.fromisoformat(record["published_at"]),
            run_id=record["run_id"],
            table_count=record["table_count"],
            row_count=record["row_count"],
            fingerprint=record["fingerprint"],
        )


class PublicationStore:
    """The folder `serving/`. Whoever changes it holds `exclusively()`; readers need nothing."""

    def __init__(self, serving: Path):
        self.serving = serving
        self.folder = serving / "publications"

    @property
    def database(self) -> Path:
        """The path that readers open: always the current publication."""
        return self.serving / DATABASE

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Keep other publishers and rollbacks out; held only while links and folders move."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self.serving / ".publish.lock"):
            yield

    def on_disk(self) -> tuple[Publication, ...]:
        """Return the publications that are kept, oldest first."""
        withdrawn = self._withdrawn()
        found = [
            replace(publication, withdrawn_at=withdrawn.get(publication.publication_id))
            for record in self.folder.glob(f"*/{RECORD}")
            if not record.parent.name.endswith(UNFINISHED)
            for publication in [Publication.from_json(_read(record))]
        ]
        return tuple(sorted(found, key=_order))

    def history(self) -> tuple[Publication, ...]:
        """Return every publication there ever was, oldest first, whether kept or not.

        Each record carries the history before it, so that the newest one knows all.
        """
        kept = self.on_disk()
        if not kept:
            return ()
        earlier = _read(self.folder / kept[-1].publication_id / RECORD)["earlier"]
        withdrawn = self._withdrawn()
        return (
            *(
                replace(publication, withdrawn_at=withdrawn.get(publication.publication_id))
                for publication in map(Publication.from_json, earlier)
            ),
            kept[-1],
        )

    def current_folder(self) -> Path | None:
        """Return the folder of the publication that readers see, resolved: a later switch does not change it."""
        try:
            return self.folder / (self.serving / "current").readlink().name
        except FileNotFoundError:
            return None

    def current(self) -> Publication | None:
        """Return the publication that readers see."""
        folder = self.current_folder()
        name = folder.name if folder is not None else None
        return next((publication for publication in self.on_disk() if publication.publication_id == name), None)

    def record(self, publication: Publication) -> dict[str, Any]:
        """Return everything that a kept publication records of itself."""
        return _read(self.folder / publication.publication_id / RECORD)

    def unfinished_folder(self, publication_id: str) -> Path:
        """Make the folder in which a publication is prepared; readers never look there."""
        folder = self.folder / f"{publication_id}{UNFINISHED}"
        folder.mkdir(parents=True)
        return folder

    def sweep_unfinished(self) -> int:
        """Remove what killed publications left behind; call it only where no other can be at work."""
        with self.alone_afterwards(patience=0) as is_alone:
            leftovers = [
                path
                for path in self.folder.glob(f"*{UNFINISHED}")
                if is_alone or not path.name.endswith((_COPYING, _WRITING))
            ]
            for leftover in leftovers:
                shutil.rmtree(leftover, onerror=_unless_gone)
        return len(leftovers)

    @contextmanager
    def alone_afterwards(self, *, patience: float) -> Iterator[bool]:
        """Keep others from doing what is left to be done when readers see a publication.

        Gives False where another still was at it after so many seconds. What one thread began, another may end.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.serving / ".afterwards.lock", thread_local=False)
        try:
            lock.acquire(timeout=patience)
        except filelock.Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def copy_ahead(self, copy: Callable[[Path, Path], None]) -> None:
        """Have a copy made of the file of the current publication, for the next one; call it alone.

        Raises:
            OSError: it could not be made, and nothing of it is left.
        """
        current = self.current_folder()
        if current is None:
            return
        ahead = current.with_name(f"{current.name}{AHEAD}")
        if ahead.exists():
            return
        unfinished = current.with_name(f"{current.name}{_COPYING}")
        try:
            unfinished.mkdir(exist_ok=True)
            copy(current / DATABASE, unfinished / DATABASE)
            unfinished.rename(ahead)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def copied_ahead(self, publication: Path) -> Path | None:
        """Return the copy that was made ahead of the file of a publication, if any."""
        copy = publication.with_name(f"{publication.name}{AHEAD}") / DATABASE
        return copy if copy.exists() else None

    def remove_copies(self, *, but: Path | None = None) -> None:
        """Remove copies that were made ahead of other publications than one: no publication will begin from these."""
        self._remove_beside(AHEAD, but=but)

    def _remove_beside(self, what: str, *, but: Path | None) -> None:
        for path in self.folder.glob(f"*{what}*"):
            if but is None or path.name.partition(what)[0] != but.name:
                shutil.rmtree(path, onerror=_unless_gone)

    def parquet_being_written(self, publication_id: str) -> Path:
        """Return where the Parquet files of a publication lie until all of them are written; it is made if need be."""
        folder = self.folder / f"{publication_id}{_WRITING}"
        folder.mkdir(exist_ok=True)
        return folder

    def parquet_of(self, publication: Path) -> Path | None:
        """Return the folder of the publication whose Parquet files readers of this one see; None without any."""
        link = publication / PARQUET
        if not link.is_dir():
            return None
        return self.folder / link.resolve().parent.name

    def borrow_parquet(self, unfinished: Path, *, of: Path) -> None:
        """Have a prepared publication show the Parquet files of another until its own are written."""
        where = (of / PARQUET).resolve()
        (unfinished / PARQUET).symlink_to(Path("..") / where.parent.name / where.name)

    def show_parquet(self, publication: Publication) -> None:
        """Have readers of a publication that borrows Parquet files see its own, for good on the disk, by one rename.

        Raises:
            FileNotFoundError: the publication is no more.
        """
        folder = self.folder / publication.publication_id
        written = self.parquet_being_written(publication.publication_id)
        _protect(written)
        # one after the other: a process that is about to end begins no threads
        for path in (*written.rglob("*"), written):
            _sync(path)
        written.rename(folder / LATE_PARQUET)
        _switch(folder / PARQUET, Path(LATE_PARQUET))

    def finish(self, unfinished: Path, publication: Publication, *, facts: Mapping[str, Any]) -> None:
        """Make a prepared folder a publication, for good on the disk, and let readers see it.

        `facts` are further things worth recording (versions, tables, the version of the site).
        """
        earlier = [known.to_json() for known in self.history()]
        record = json.dumps({**publication.to_json(), **facts, "earlier": earlier}, indent=2)
        (unfinished / RECORD).write_text(record, encoding="utf-8")
        _protect(unfinished)
        _to_disk(unfinished)
        unfinished.rename(self.folder / publication.publication_id)
        _sync(self.folder)
        self.show(publication)

    def show(self, publication: Publication) -> None:
        """Let readers see `publication`, by one rename."""
        _switch(self.serving / "current", Path("publications") / publication.publication_id)
        if not self.database.is_symlink():
            _switch(self.database, Path("current") / DATABASE)

    def prune(self, *, now: datetime | None = None) -> tuple[str, ...]:
        """Take away what is neither current, nor among the last kept ones, nor left only just now; return their ids.

        Withdrawn publications go first: they are not what one would roll back to. `remove_doomed` gives their place on
        the disk back.
        """
        on_disk = self.on_disk()
        current = self.current()
        good = [publication for publication in on_disk if publication.withdrawn_at is None]
        keep = {publication.publication_id for publication in good[-KEPT:]}
        if current is not None:
            keep.add(current.publication_id)
        lenders = [self.parquet_of(self.folder / publication_id) for publication_id in keep]
        keep |= {lender.name for lender in lenders if lender is not None}
        before = (now or utc_now()) - GRACE
        gone = tuple(
            publication.publication_id
            for publication in on_disk
            if publication.publication_id not in keep and self._left_at(publication, good) <= before
        )
        self._doom(gone)
        return gone

    def remove_all_but_current(self) -> tuple[str, ...]:
        """Remove every other publication, at once: for what must not be seen any more; return their ids."""
        current = self.current()
        gone = tuple(publication.publication_id for publication in self.on_disk() if publication != current)
        self._doom(gone)
        self.remove_doomed()
        self.remove_copies(but=self.current_folder())
        self._remove_beside(_WRITING, but=self.current_folder())
        return gone

    def _doom(self, gone: Sequence[str]) -> None:
        """Take publications out of sight: a reader that lists them must not find half of one."""
        for publication_id in gone:
            (self.folder / publication_id).rename(self.folder / f"{publication_id}{DOOMED}")

    def remove_doomed(self) -> None:
        """Remove what was taken away, from whatever thread or process: several may be at it."""
        for doomed in self.folder.glob(f"*{DOOMED}"):
            shutil.rmtree(doomed, onerror=_unless_gone)

    def withdraw(self, publication: Publication, *, at: datetime) -> None:
        """Remember that a rollback took `publication` back, so that nothing publishes the same again by itself."""
        self._write_withdrawn({**self._withdrawn(), publication.publication_id: at})

    def reinstate(self, publication: Publication) -> None:
        """Forget that `publication` was withdrawn."""
        self._write_withdrawn({key: at for key, at in self._withdrawn().items() if key != publication.publication_id})

    def _left_at(self, publication: Publication, good: Sequence[Publication]) -> datetime:
        """Return when readers were led away from a publication: by a rollback, or by the one after it."""
        if publication.withdrawn_at is not None:
            return publication.withdrawn_at
        successor = next(later for later in good if _order(later) > _order(publication))
        # a record is written right before readers are led to it; `published_at` is from before the tables were copied
        written = (self.folder / successor.publication_id / RECORD).stat().st_mtime
        return datetime.fromtimestamp(written, UTC)

    def _withdrawn(self) -> dict[str, datetime]:
        try:
            known = _read(self.serving / "withdrawn.json")
        except FileNotFoundError:
            return {}
        return {publication_id: datetime.fromisoformat(at) for publication_id, at in known.items()}

    def _write_withdrawn(self, withdrawn: Mapping[str, datetime]) -> None:
        text = json.dumps({publication_id: at.isoformat() for publication_id, at in withdrawn.items()}, indent=2)
        _write_whole(self.serving / "withdrawn.json", text)


def previous(publications: Sequence[Publication], current: Publication) -> Publication:
    """Return the publication that a rollback from `current` goes to: the latest earlier one that still stands.

    Raises:
        NoPublicationError: `current` is the oldest that is kept.
    """
    earlier = [
        publication
        for publication in publications
        if _order(publication) < _order(current) and publication.withdrawn_at is None
    ]
    if not earlier:
        raise NoPublicationError(
            f"There is no publication before {current.publication_id} to go back to; readers stay on it."
        )
    return earlier[-1]


def utc_now() -> datetime:
    """Return the time, to the millisecond: as fine as an id of a publication."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _order(publication: Publication) -> tuple[datetime, str]:
    return (publication.published_at, publication.publication_id)


def _unless_gone(_: object, __: str, error: tuple[type[BaseException], BaseException, TracebackType]) -> None:
    if not isinstance(error[1], FileNotFoundError):
        raise error[1]


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _write_whole(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)


def _switch(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    _sync(link.parent)


def _protect(folder: Path) -> None:
    """Take the right to write: a tool that opens the database to write would change what others read."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o555)


def _to_disk(folder: Path) -> None:
    paths = [*folder.rglob("*"), folder]
    # side by side: a file system writes its journal once for all that wait for it
    with ThreadPoolExecutor(max_workers=SYNCING) as pool:
        for _ in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
