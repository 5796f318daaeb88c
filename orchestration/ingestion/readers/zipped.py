"""Unpack zip files, with the bounds of `compressed`.

Belongs here: what a zip may hold. Does not belong here: what its bytes mean. Nothing is ever written under a name that
stands in a zip; one that leads out of its folder is refused all the same, since nobody who publishes data writes it.
"""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from orchestration.ingestion.readers.compressed import (
    CHUNK_BYTES,
    FREE_BYTES,
    MAXIMUM_BYTES,
    MAXIMUM_RATIO,
    require_bounds,
)
from orchestration.ingestion.refusal import Refused

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""What `zipfile` raises over bytes that no zip program wrote; the last two over features and names of no sense."""
_FETCH_AGAIN = "fetch it again as published"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much a zip file may unpack to."""

    maximum_bytes: int = MAXIMUM_BYTES
    maximum_ratio: int = MAXIMUM_RATIO
    free_bytes: int = FREE_BYTES


NORMAL = Bounds()


def unpack(source: Path, target: Path, *, bounds: Bounds = NORMAL) -> None:
    """Unpack the only file in a zip to `target`, in chunks.

    Raises:
        Refused: it is no zip file, is damaged or cut off, holds anything but one plain file, or unpacks to more than
            the bounds.
    """
    with _opened(source) as packed:
        _write(packed, {_only_member(packed): target}, source.stat().st_size, bounds)


def unpack_some(
    source: Path, folder: Path, is_wanted: Callable[[str], bool], *, bounds: Bounds = NORMAL
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Unpack those files in a zip whose name is wanted, in the order of their names.

    Return where they are, under names of our own, and how the others are called.

    Raises:
        Refused: it is no zip file, is damaged or cut off, a wanted member is no plain file, or they unpack to more than
            the bounds.
    """
    with _opened(source) as packed:
        # not `is_dir`, which fails over a name that is empty
        members = sorted(
            (one for one in packed.infolist() if not one.filename.endswith("/")), key=lambda one: one.filename
        )
        wanted = [one for one in members if is_wanted(PurePosixPath(one.filename).name)]
        for member in wanted:
            _require_plain(member)
        targets = {member: folder / f"{source.name}-{number}" for number, member in enumerate(wanted, start=1)}
        _write(packed, targets, source.stat().st_size, bounds)
    return tuple(targets.values()), tuple(one.filename for one in members if one not in targets)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as packed:
            yield packed
    except (*_DAMAGES, OSError) as error:
        # a place in the zip that lies before its beginning; any other error of the system is no fault of the file
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise Refused(_what_it_is(source), _FETCH_AGAIN) from error


def _write(packed: zipfile.ZipFile, targets: Mapping[zipfile.ZipInfo, Path], byte_count: int, bounds: Bounds) -> None:
    written = 0
    for member, target in targets.items():
        with packed.open(member) as reader, target.open("wb") as plain:
            while chunk := reader.read(CHUNK_BYTES):
                written += plain.write(chunk)
                require_bounds(
                    written,
                    byte_count,
                    maximum_bytes=bounds.maximum_bytes,
                    maximum_ratio=bounds.maximum_ratio,
                    free_bytes=bounds.free_bytes,
                )


def _only_member(packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = packed.infolist()
    if len(members) != 1:
        names = ", ".join(repr(member.filename) for member in members[:3]) or "nothing"
        found = f"the zip file holds {len(members)} files ({names}{', …' if len(members) > 3 else ''}), expected one"
        raise Refused(found, "unpack it and deliver each file on its own")
    (member,) = members
    _require_plain(member)
    return member


def _require_plain(member: zipfile.ZipInfo) -> None:
    if _is_hostile(member.filename):
        raise Refused(f"the file in the zip is called {member.filename!r}, which leads out of its folder", _FETCH_AGAIN)
    if member.filename.endswith("/") or stat.S_ISLNK(member.external_attr >> 16):
        what = "a folder" if member.is_dir() else "a link"
        raise Refused(f"{member.filename!r} in the zip file is {what}, expected a file", _FETCH_AGAIN)
    if member.flag_bits & _ENCRYPTED:
        raise Refused("the zip file is encrypted", "unpack it and deliver the file in it")
    if member.compress_type not in _METHODS:
        raise Refused(
            f"the zip file is compressed by method {member.compress_type}, expected deflate",
            "unpack it and deliver the file in it",
        )


def _is_hostile(name: str) -> bool:
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return not name or posix.is_absolute() or bool(windows.anchor) or ".." in (*posix.parts, *windows.parts)


def _what_it_is(source: Path) -> str:
    with source.open("rb") as reader:
        head = reader.read(64)
    if head.startswith(b"PK"):
        return "the zip file is damaged or cut off"
    if head.lstrip().startswith(b"<"):
        return "it is called .zip but is a web page"
    return "it is called .zip but is no zip file"
