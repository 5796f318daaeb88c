"""One run of one connector: what it wants, one file after the other, within its bounds.

Belongs here: the order of known, room, fetch, verify, place. Does not belong here: which files a source has; each
source's own module says that. A run may be killed at any point and begun again.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from orchestration.connectors.downloaded import Downloaded, Validators
from orchestration.connectors.errors import FileRefusedError, SourceUnavailableError
from orchestration.connectors.incoming import Incoming
from orchestration.connectors.known import KnownFiles
from orchestration.connectors.options import Options
from orchestration.connectors.outcome import FetchOutcome, FileStatus
from orchestration.connectors.state import State
from orchestration.connectors.verification import refuse_web_page
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.connectors.client import Client

REFUSED_IN_A_ROW = 5
"""So many files refused one after the other are no accident: the source is out of order."""
LIST_SECONDS = 300.0
TELL_FILES = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,180}")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much one run may fetch; 0 means without bound."""

    most_files: int = 0
    most_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One file that a source has."""

    path: str
    """Its name below `raw/`."""
    url: str
    most_bytes: int
    total_seconds: float = 600.0
    also: tuple[str, ...] = ()
    """Other names below `raw/` under which the same content may lie there."""
    verify: Callable[[Path], None] = refuse_web_page
    manifest: Callable[[Path, Downloaded], Mapping[str, object]] | None = None
    unpack: Callable[[Path, Path], None] | None = None
    """Fills a folder from the file; the folder then gets the name, and the file goes."""
    secret_headers: Mapping[str, str] = field(default_factory=dict)


class Session:
    """One run; what it did is in `outcome`."""

    def __init__(
        self,
        name: str,
        feed: str,
        *,
        settings: Settings,
        options: Options,
        client: Client,
        bounds: Bounds,
        state: State,
    ):
        self.options = options
        self.state = state
        self.outcome = FetchOutcome()
        self.memory = settings.home / "connectors" / name
        self.raw = settings.raw
        self._settings = settings
        self._client = client
        self._bounds = bounds
        self._incoming = Incoming(settings.raw, name)
        self._incoming.clean()
        self._feed = feed
        self._known: KnownFiles | None = None
        self._refused_in_a_row = 0

    def is_known(self, *paths: str) -> bool:
        """Say whether one of these names below `raw/` need not be fetched."""
        if self._known is None:
            self._known = KnownFiles(self._settings, self._feed)
        return any(self._known.has(path) for path in paths)

    def note(self, words: str) -> None:
        """Say something that a person should read."""
        _logger.info(words)
        self.outcome.notes.append(words)

    def text(self, url: str, *, most_bytes: int, secret_headers: Mapping[str, str] | None = None) -> bytes:
        """Fetch something small to read here, such as a list."""
        self.memory.mkdir(parents=True, exist_ok=True)
        part = self.memory / "answer.part"
        self._incoming.discard(part)
        self._client.download(
            url, part, most_bytes=most_bytes, total_seconds=LIST_SECONDS, secret_headers=secret_headers
        )
        content = part.read_bytes()
        self._incoming.discard(part)
        return content

    def kept(self, url: str, name: str, *, most_bytes: int, total_seconds: float = LIST_SECONDS) -> tuple[Path, bool]:
        """Return a list that is kept between runs, and whether it changed; an unchanged one is not sent again."""
        self.memory.mkdir(parents=True, exist_ok=True)
        path, part = self.memory / name, self.memory / f"{name}.part"
        known = self.state.get(name)
        unless = Validators(**known["validators"]) if known and known["url"] == url and path.exists() else None
        found = self._client.download(url, part, most_bytes=most_bytes, total_seconds=total_seconds, unless=unless)
        if not found.is_modified:
            return path, False
        try:
            refuse_web_page(part)
        except FileRefusedError:
            self._incoming.discard(part)
            raise
        # in this order: killed in between, the list is fetched again
        self.state.put(name, None)
        part.replace(path)
        self.state.put(name, {"url": url, "validators": asdict(found.validators)})
        self._incoming.discard(part)
        return path, True

    def fetch(self, wanted: Wanted) -> FileStatus:
        """Fetch one file, unless it is known or the run's bounds are reached, and say what became of it.

        Raises:
            SourceUnavailableError: going on makes no sense.
        """
        status, words, byte_count = self._fetch(wanted)
        self.outcome.add(wanted.path, status, words, byte_count=byte_count)
        if status is FileStatus.REFUSED:
            _logger.warning("raw/%s is not fetched: %s", wanted.path, words)
            self._refused_in_a_row += 1
            if self._refused_in_a_row >= REFUSED_IN_A_ROW:
                raise SourceUnavailableError(
                    f"{self._refused_in_a_row} files in a row were refused, the last one because {words}"
                )
        elif status is FileStatus.FETCHED:
            self._refused_in_a_row = 0
            fetched = self.outcome.counts[FileStatus.FETCHED]
            if fetched % TELL_FILES == 0:
                _logger.info("%s: %s files, %s bytes so far", self._feed, fetched, self.outcome.byte_count)
        return status

    def _fetch(self, wanted: Wanted) -> tuple[FileStatus, str, int]:
        name = wanted.path.rpartition("/")[2]
        if not _NAME.fullmatch(name):
            return FileStatus.REFUSED, "its name is not one that a file may have here", 0
        if self.is_known(wanted.path, *wanted.also):
            return FileStatus.UNCHANGED, "", 0
        if self._is_full():
            return FileStatus.REMAINING, "", 0
        part = self._incoming.part(name)
        try:
            found = self._client.download(
                wanted.url,
                part,
                most_bytes=wanted.most_bytes,
                total_seconds=wanted.total_seconds,
                secret_headers=wanted.secret_headers,
            )
            wanted.verify(part)
            self._place(wanted, part, found)
        except FileRefusedError as refused:
            self._incoming.discard(part)
            if refused.status in (401, 403) and wanted.secret_headers:
                raise SourceUnavailableError(f"{refused}; is the key right, and its quota not used up?") from refused
            return FileStatus.REFUSED, str(refused), 0
        return FileStatus.FETCHED, "", found.byte_count

    def _place(self, wanted: Wanted, part: Path, found: Downloaded) -> None:
        manifest = dict(wanted.manifest(part, found)) if wanted.manifest else None
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n" if manifest else None
        try:
            if wanted.unpack is None:
                self._incoming.place(part, wanted.path, manifest=text)
                return
            folder = self._incoming.empty_folder(part.name)
            wanted.unpack(part, folder)
            self._incoming.place(folder, wanted.path)
            self._incoming.discard(part)
        except FileExistsError as error:
            raise FileRefusedError(f"{error}, and it came there meanwhile") from error

    def _is_full(self) -> bool:
        bounds, outcome = self._bounds, self.outcome
        return bool(
            (bounds.most_files and outcome.counts[FileStatus.FETCHED] >= bounds.most_files)
            or (bounds.most_bytes and outcome.byte_count >= bounds.most_bytes)
        )


@contextmanager
def session(name: str, feed: str, *, settings: Settings, options: Options, bounds: Bounds) -> Iterator[Session]:
    """Begin a run of a connector, alone; what makes it end early is told in its outcome.

    Raises:
        SourceUnavailableError: another process is at it.
    """
    memory = settings.home / "connectors"
    memory.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(memory / f"{name}.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout as error:
        raise SourceUnavailableError(f"another process fetches {name}; wait for it, it goes on by itself") from error
    from orchestration.connectors.client import Client  # only who fetches needs it

    client = Client(options)
    try:
        run = Session(
            name,
            feed,
            settings=settings,
            options=options,
            client=client,
            bounds=bounds,
            state=State(memory / f"{name}.json"),
        )
        try:
            yield run
        except (SourceUnavailableError, FileRefusedError) as error:
            run.outcome.stopped = str(error)
        remaining = run.outcome.counts[FileStatus.REMAINING]
        if remaining and not run.outcome.stopped:
            run.note(f"{remaining:,} files remain: the bounds of this run are reached. Run it again to go on.")
        _logger.info("%s: %s", name, run.outcome.words)
    finally:
        client.close()
        lock.release()
