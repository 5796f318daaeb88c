"""Whether a fetched file is what it should be, before anybody else sees it.

Belongs here: sizes, checksums, whole archives, and telling data from a web page. Does not belong here: rows; a
well-formed file with broken rows is for the quarantine.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from orchestration.connectors.errors import FileRefusedError

_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")
_READ_BYTES = 1 << 20


def refuse_web_page(path: Path) -> None:
    """Refuse a page in place of data: of an error, of a login, or of the network one is in.

    Raises:
        FileRefusedError: the file begins like HTML.
    """
    with path.open("rb") as reader:
        beginning = reader.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if beginning.startswith(_WEB_PAGE):
        raise FileRefusedError("the source sent a web page in place of the data")


def check_sum(path: Path, *, size: int | None = None, md5: str | None = None) -> None:
    """Compare a file with the size and checksum that its publisher states.

    Raises:
        FileRefusedError: they differ.
    """
    found = path.stat().st_size
    if size is not None and found != size:
        raise FileRefusedError(f"it has {found:,} bytes where the list says {size:,}")
    if md5 is not None:
        with path.open("rb") as reader:
            # the publisher's choice; it finds a damaged file, it does not prove who made it
            digest = hashlib.file_digest(reader, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if digest != md5.lower():
            raise FileRefusedError(f"its md5 is {digest} where the list says {md5.lower()}")


def check_zip(path: Path, *, most_members: int, most_bytes: int) -> Sequence[zipfile.ZipInfo]:
    """Read a zip from beginning to end and return its members; nothing is written.

    Raises:
        FileRefusedError: it is no zip, truncated, damaged, encrypted, or unpacks to more than is allowed.
    """
    refuse_web_page(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > most_members:
                raise FileRefusedError(f"the zip has {len(members):,} members, more than {most_members:,}")
            unpacked = sum(member.file_size for member in members)
            if unpacked > most_bytes:
                raise FileRefusedError(f"the zip unpacks to {unpacked:,} bytes, more than {most_bytes:,}")
            for member in members:
                if member.flag_bits & 0x1:
                    raise FileRefusedError(f"{member.filename} in the zip is encrypted")
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise FileRefusedError(f"{member.filename} in the zip is packed in an uncommon way")
                with archive.open(member) as reader:
                    while reader.read(_READ_BYTES):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise FileRefusedError(f"the zip is not whole ({error})") from error
    return members


def is_plain_member(member: zipfile.ZipInfo) -> bool:
    """Say whether a member is a plain file that stays below the folder it is unpacked into."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    path = PurePosixPath(member.filename)
    return (
        not member.is_dir()
        and kind in (0, stat.S_IFREG)
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in member.filename
        and "\x00" not in member.filename
    )
