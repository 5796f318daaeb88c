"""Unpack gzip with a bound: six megabytes may hold three gigabytes of zeros.

Belongs here: bytes. Does not belong here: what they mean.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from orchestration.ingestion.refusal import Refused

GZIP_MAGIC = b"\x1f\x8b"
MAXIMUM_BYTES = 32 * (1 << 30)
"""No file is unpacked to more than this."""
MAXIMUM_RATIO = 200
"""Tables of text shrink five to fifty times; beyond this, a file that grows past `FREE_BYTES` is taken for a bomb."""
FREE_BYTES = 64 * (1 << 20)
CHUNK_BYTES = 1 << 20
_WINDOW_OF_GZIP = 31


def unpack(
    source: Path,
    target: Path,
    *,
    maximum_bytes: int = MAXIMUM_BYTES,
    maximum_ratio: int = MAXIMUM_RATIO,
    free_bytes: int = FREE_BYTES,
) -> None:
    """Unpack all members of a gzip file to `target`, in chunks.

    Raises:
        Refused: it is no gzip file, is damaged or cut off, or unpacks to more than the bounds.
    """
    read = written = 0
    decompressor = None
    with source.open("rb") as packed, target.open("wb") as plain:
        rest = b""
        while chunk := rest or packed.read(CHUNK_BYTES):
            read += len(chunk) if not rest else 0
            rest = b""
            if decompressor is None:
                # Padding with zeros behind the last member is legal and common on tapes.
                chunk = chunk.lstrip(b"\0") if written else chunk
                if not chunk:
                    continue
                decompressor = zlib.decompressobj(wbits=_WINDOW_OF_GZIP)
            try:
                piece = decompressor.decompress(chunk, CHUNK_BYTES)
            except zlib.error as error:
                raise _damaged(read == len(chunk) and not chunk.startswith(GZIP_MAGIC)) from error
            written += plain.write(piece)
            require_bounds(
                written, read, maximum_bytes=maximum_bytes, maximum_ratio=maximum_ratio, free_bytes=free_bytes
            )
            if decompressor.eof:
                rest, decompressor = decompressor.unused_data, None
            else:
                rest = decompressor.unconsumed_tail
    if decompressor is not None:
        raise _damaged(False)
    if read == 0:
        raise _damaged(True)


def require_bounds(written: int, read: int, *, maximum_bytes: int, maximum_ratio: int, free_bytes: int) -> None:
    """Compare what was unpacked so far with what it was unpacked from, in bytes.

    Raises:
        Refused: it is larger than allowed, or grows faster than data do.
    """
    if written > maximum_bytes or (written > free_bytes and written > maximum_ratio * read):
        raise Refused(
            f"it unpacks to more than {written:,} bytes from {read:,}",
            "deliver it unpacked, or in parts, if it really is that large",
        )


def _damaged(is_other: bool) -> Refused:
    if is_other:
        return Refused("it is called .gz but is no gzip file", "compress it again, or drop the ending .gz")
    return Refused("the gzip file is damaged or cut off", "copy or compress it again")
