"""Find what lies below `raw/`: what belongs to a feed, what does not and why, and what is still being written.

Belongs here: names, sizes and times. Does not belong here: content. Links are never followed, and nothing that lies
in `raw/` can make a run fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import translate
from functools import lru_cache
from pathlib import Path

from orchestration.contracts import FEEDS, Contract
from orchestration.settings import Settings

FOLDER_MANIFEST = "_manifest.yml"
FILE_MANIFEST_SUFFIX = ".manifest.json"
FOLDER_REPORT = "_report.txt"
FILE_REPORT_SUFFIX = ".report.txt"

_TEMPORARY = ("*.tmp", "*.part", "*.crdownload", "*.filepart", "*.swp")
_NEVER_READ = ("_*", ".*", "~$*", "readme*", "*.schema.json", "*.report.txt", "*.manifest.json", "thumbs.db")
_WITH_MACROS = ("*.xlsm", "*.xltm", "*.xlam")
_SPREADSHEETS = ("*.xls", "*.xlsx", "*.xlsb", "*.xltx", "*.ods", "*.numbers", *_WITH_MACROS)


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file as it was when it was looked at; equal means unchanged."""

    path: str
    """Below `raw/`, with `/`."""
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, kw_only=True)
class FoundDelivery:
    """The files that lie together as one delivery: one file, or the folder of a feed that is delivered by folder."""

    feed: str
    path: str
    files: tuple[FoundFile, ...]
    manifests: tuple[FoundFile, ...] = ()
    """The folder's, then the file's own: the later one wins."""
    waits_for: str | None = None
    """Why it is not read yet."""


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """Something in `raw/` that is not read, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: not read: {self.reason}"


def named(ignored: Sequence[Ignored], *, most: int) -> Iterator[str]:
    """Name up to so many of what is not read, each with its reason, and say how many more there are."""
    yield from map(str, ignored[:most])
    if len(ignored) > most:
        yield f"And {len(ignored) - most:,} more"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that lies below `raw/`."""

    deliveries: tuple[FoundDelivery, ...]
    ignored: tuple[Ignored, ...]
    reports: frozenset[str]
    """The paths of the reports that lie there."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a sensor compares: the cursor changes if and only if a file of a feed was added, changed or removed."""

    cursor: str
    settles_in: float
    """Seconds until every file has rested, if none changes meanwhile."""
    file_count: int
    ignored: tuple[Ignored, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether no file was written a moment ago."""
        return self.settles_in <= 0.0


def scan(settings: Settings, *, registry: Mapping[str, Contract] = FEEDS) -> Snapshot:
    """Look at names, sizes, times and inodes only; nothing is opened."""
    findings = discover(settings.raw, registry=registry)
    files = [file for delivery in findings.deliveries for file in (*delivery.files, *delivery.manifests)]
    entries = sorted({(file.path, file.size, file.mtime_ns, file.inode) for file in files})
    digest = hashlib.sha256(json.dumps(entries).encode()).hexdigest()
    now = time.time()
    return Snapshot(
        cursor=f"{len(entries)}:{digest}",
        settles_in=max((settings.settle_seconds - _age(file, now) for file in files), default=0.0),
        file_count=len(entries),
        ignored=findings.ignored,
    )


def discover(raw: Path, *, registry: Mapping[str, Contract] = FEEDS, feeds: Collection[str] | None = None) -> Findings:
    """Walk through `raw/` in the order of names; with `feeds`, only through their folders."""
    walk = _Walk(raw, registry)
    for entry in walk.entries(raw):
        if not entry.is_dir:
            walk.ignore(entry.path, "it lies in no feed's folder; put it into one of the folders raw/<feed>/")
        elif feeds is not None and entry.name not in feeds:
            continue
        elif entry.name in registry:
            walk.feed(registry[entry.name], entry)
        else:
            walk.unknown_feed(entry)
    return Findings(deliveries=tuple(walk.deliveries), ignored=tuple(walk.ignored), reports=frozenset(walk.reports))


def settle(
    findings: Findings,
    raw: Path,
    *,
    settle_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> Findings:
    """Look twice at files written a moment ago, once for all of them: what changed in between waits."""
    moment = now()
    young = {
        file.path: file
        for delivery in findings.deliveries
        if delivery.waits_for is None
        for file in (*delivery.files, *delivery.manifests)
        if _age(file, moment) < settle_seconds
    }
    if not young:
        return findings
    sleep(min(settle_seconds, max(settle_seconds - _age(file, moment) for file in young.values())))
    growing = {path for path, file in young.items() if _look(raw / path, path) != file}
    return replace(findings, deliveries=tuple(_waiting(delivery, growing) for delivery in findings.deliveries))


def report_path(delivery_path: str, *, is_folder: bool) -> str:
    """Return where the report about a delivery lies, below `raw/`."""
    return f"{delivery_path}/{FOLDER_REPORT}" if is_folder else f"{delivery_path}{FILE_REPORT_SUFFIX}"


def is_file_of(contract: Contract, name: str) -> bool:
    """Say whether a file of this name belongs to the feed; case does not matter."""
    return _matches(name, contract.file_patterns)


def is_never_read(name: str) -> bool:
    """Say whether files of this name are passed over in silence: templates, reports, manifests, notes."""
    return _matches(name, _NEVER_READ)


def advice_for_spreadsheet(contract: Contract, name: str) -> str:
    """Return what to do with a spreadsheet that the feed does not read; empty for any other file."""
    if not _matches(name, _SPREADSHEETS):
        return ""
    if not is_file_of(contract, "a.xlsx"):
        return 'save the sheet as "CSV UTF-8"'
    macros = "a workbook with macros is never read: " if _matches(name, _WITH_MACROS) else ""
    return f'{macros}save it as "Excel workbook (.xlsx)"'


def _waiting(delivery: FoundDelivery, growing: Collection[str]) -> FoundDelivery:
    changed = [file.path for file in (*delivery.files, *delivery.manifests) if file.path in growing]
    return replace(delivery, waits_for=f"{changed[0]} is still being written") if changed else delivery


def _age(file: FoundFile, now: float) -> float:
    """Return the seconds since a file was written; fewer than none where its clock is ahead of ours."""
    return now - file.mtime_ns / 1e9


def _look(path: Path, relative: str) -> FoundFile | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return FoundFile(path=relative, size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return _matcher(tuple(patterns))(name.lower()) is not None


@lru_cache
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    return re.compile("|".join(translate(pattern.lower()) for pattern in patterns) or "(?!)").match


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A plain file or a folder that may be read."""

    name: str
    path: str
    is_dir: bool
    file: FoundFile | None = None


@dataclass
class _Walk:
    """One walk through `raw/`, and what it saw."""

    raw: Path
    registry: Mapping[str, Contract]
    deliveries: list[FoundDelivery] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    reports: set[str] = field(default_factory=set)

    def ignore(self, path: str, reason: str) -> None:
        self.ignored.append(Ignored(path=path, reason=reason))

    def entries(self, folder: Path, *, manifests: dict[str, FoundFile] | None = None) -> list[_Entry]:
        """Return the readable files and folders of a folder by name; note reports, manifests and what is neither."""
        try:
            listed = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.ignore(self._relative(str(folder)), f"the folder cannot be listed ({error.strerror})")
            return []
        # put together once: ten thousand files lie in one folder
        prefix = self._relative(os.path.join(folder, ""))  # noqa: PTH118
        return [entry for entry in (self._entry(item, prefix, manifests) for item in listed) if entry is not None]

    def feed(self, contract: Contract, folder: _Entry) -> None:
        """Take in the folder of a feed."""
        if not contract.is_folder_delivery:
            self._files(contract, folder)
            return
        for entry in self.entries(self.raw / folder.path):
            if entry.is_dir and not _matches(entry.name, contract.file_patterns):
                self._folder(contract, entry)
            else:
                self.ignore(
                    entry.path,
                    f"{contract.feed} is delivered by folder; put it into raw/{contract.feed}/<YYYY-MM-DD>/, "
                    "called after the day of the release",
                )

    def unknown_feed(self, folder: _Entry) -> None:
        """Say about every file that no feed of this name exists."""
        near = get_close_matches(folder.name, self.registry, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        for entry in self._below(folder):
            self.ignore(entry.path, f"no feed is called {folder.name}{meant}")

    def _below(self, folder: _Entry) -> Iterator[_Entry]:
        for entry in self.entries(self.raw / folder.path):
            if entry.is_dir:
                yield from self._below(entry)
            else:
                yield entry

    def _files(self, contract: Contract, folder: _Entry) -> None:
        """Every matching file below the folder is a delivery."""
        manifests: dict[str, FoundFile] = {}
        entries = self.entries(self.raw / folder.path, manifests=manifests)
        of_folder = manifests.pop(FOLDER_MANIFEST, None)
        for entry in entries:
            if entry.is_dir and not _matches(entry.name, contract.file_patterns):
                self._files(contract, entry)
            elif entry.file is not None and is_file_of(contract, entry.name):
                own = manifests.pop(f"{entry.name}{FILE_MANIFEST_SUFFIX}", None)
                self.deliveries.append(
                    FoundDelivery(
                        feed=contract.feed,
                        path=entry.path,
                        files=(entry.file,),
                        manifests=tuple(manifest for manifest in (of_folder, own) if manifest is not None),
                    )
                )
            else:
                self._not_of(contract, entry)
        for name, manifest in manifests.items():
            self.ignore(manifest.path, f"there is no {name.removesuffix(FILE_MANIFEST_SUFFIX)} that it speaks of")

    def _folder(self, contract: Contract, folder: _Entry) -> None:
        """The matching files of the folder are one delivery."""
        manifests: dict[str, FoundFile] = {}
        files: list[FoundFile] = []
        unfinished: list[str] = []
        entries = self.entries(self.raw / folder.path, manifests=manifests)
        if contract.has_subfolders:
            entries = [file for entry in entries for file in (self._below(entry) if entry.is_dir else (entry,))]
        for entry in entries:
            if entry.file is not None and is_file_of(contract, entry.name):
                files.append(entry.file)
            elif entry.file is not None and _matches(entry.name, _TEMPORARY):
                unfinished.append(entry.name)
            else:
                self._not_of(contract, entry)
        of_folder = manifests.pop(FOLDER_MANIFEST, None)
        for manifest in manifests.values():
            self.ignore(manifest.path, f"the manifest of a folder is called {FOLDER_MANIFEST}")
        if files or unfinished:
            self.deliveries.append(
                FoundDelivery(
                    feed=contract.feed,
                    path=folder.path,
                    files=tuple(files),
                    manifests=(of_folder,) if of_folder else (),
                    waits_for=f"{unfinished[0]} has the name of an unfinished file" if unfinished else None,
                )
            )

    def _not_of(self, contract: Contract, entry: _Entry) -> None:
        reads = ", ".join(contract.file_patterns)
        if entry.is_dir and contract.is_folder_delivery:
            self.ignore(entry.path, "a folder within the folder of a delivery")
        elif entry.is_dir:
            self.ignore(entry.path, "a folder with the name of a file")
        elif _matches(entry.name, _TEMPORARY):
            self.deliveries.append(
                FoundDelivery(
                    feed=contract.feed,
                    path=entry.path,
                    files=(),
                    waits_for="it has the name of an unfinished file; it is read once it is renamed",
                )
            )
        elif advice := advice_for_spreadsheet(contract, entry.name):
            self.ignore(entry.path, f"{contract.feed} reads {reads}; {advice}")
        else:
            self.ignore(entry.path, f"{contract.feed} reads {reads}")

    def _entry(self, item: os.DirEntry[str], prefix: str, manifests: dict[str, FoundFile] | None) -> _Entry | None:
        path = prefix + item.name
        if not _is_text(item.name):
            self.ignore(prefix + _shown(item.name), "its name is not UTF-8; rename it")
            return None
        try:
            if item.is_symlink():
                self.ignore(path, "it is a link; put the file itself here")
                return None
            if item.is_dir(follow_symlinks=False):
                return None if item.name.startswith(("_", ".")) else _Entry(name=item.name, path=path, is_dir=True)
            if not item.is_file(follow_symlinks=False):
                self.ignore(path, "it is no plain file")
                return None
            if item.name == FOLDER_REPORT or item.name.endswith(FILE_REPORT_SUFFIX):
                self.reports.add(path)  # one beside each file: only its name matters
                return None
            status = item.stat(follow_symlinks=False)
        except OSError as error:
            self.ignore(path, f"it cannot be looked at ({error.strerror})")
            return None
        file = FoundFile(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)
        if manifests is not None and (item.name == FOLDER_MANIFEST or item.name.endswith(FILE_MANIFEST_SUFFIX)):
            manifests[item.name] = file
        elif item.name.startswith("_manifest"):
            self.ignore(path, f"a folder's manifest is called {FOLDER_MANIFEST} and lies beside its files")
        elif not _matches(item.name, _NEVER_READ):
            return _Entry(name=item.name, path=path, is_dir=False, file=file)
        return None

    def _relative(self, path: str) -> str:
        return _shown(path.removeprefix(os.path.join(self.raw, "")).replace(os.sep, "/"))  # noqa: PTH118


def _shown(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
