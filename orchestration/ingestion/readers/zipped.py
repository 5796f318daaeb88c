"""Unpack a zip file that holds one file, with the bounds of `compressed`.

Belongs here: what a zip may hold. Does not belong here: what its bytes mean. Nothing is ever written under a name that
stands in a zip; one that leads out of its folder is refused all the same, since nobody who publishes data writes it.
"""

from __future__ import annotations

import errno
import stat
import zipfile
import zlib
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


def unpack(
    source: Path,
    target: Path,
    *,
    maximum_bytes: int = MAXIMUM_BYTES,
    maximum_ratio: int = MAXIMUM_RATIO,
    free_bytes: int = FREE_BYTES,
) -> None:
    """Unpack the only file in a zip to `target`, in chunks.

    Raises:
        Refused: it is no zip file, is damaged or cut off, holds anything but one plain file, or unpacks to more than
            the bounds.
    """
    byte_count = source.stat().st_size
    try:
        with zipfile.ZipFile(source) as packed:
            member = _only_member(packed)
            with packed.open(member) as reader, target.open("wb") as plain:
                written = 0
                while chunk := reader.read(CHUNK_BYTES):
                    written += plain.write(chunk)
                    require_bounds(
                        written,
                        byte_count,
                        maximum_bytes=maximum_bytes,
                        maximum_ratio=maximum_ratio,
                        free_bytes=free_bytes,
                    )
    except (*_DAMAGES, OSError) as error:
        # a place in the zip that lies before its beginning; any other error of the system is no fault of the file
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise Refused(_what_it_is(source), _FETCH_AGAIN) from error


def _only_member(packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = packed.infolist()
    if len(members) != 1:
        names = ", ".join(repr(member.filename) for member in members[:3]) or "nothing"
        found = f"the zip file holds {len(members)} files ({names}{', …' if len(members) > 3 else ''}), expected one"
        raise Refused(found, "unpack it and deliver each file on its own")
    (member,) = members
    if _is_hostile(member.filename):
        raise Refused(f"the file in the zip is called {member.filename!r}, which leads out of its folder", _FETCH_AGAIN)
    if member.is_dir() or stat.S_ISLNK(member.external_attr >> 16):
        what = "a folder" if member.is_dir() else "a link"
        raise Refused(f"{member.filename!r} in the zip file is {what}, expected a file", _FETCH_AGAIN)
    if member.flag_bits & _ENCRYPTED:
        raise Refused("the zip file is encrypted", "unpack it and deliver the file in it")
    if member.compress_type not in _METHODS:
        raise Refused(
            f"the zip file is compressed by method {member.compress_type}, expected deflate",
            "unpack it and deliver the file in it",
        )
    return member


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
