"""Recognise by its first bytes a file that is not the text its name promises.

Belongs here: signatures of formats. Does not belong here: reading any of them.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.ingestion.readers.compressed import GZIP_MAGIC
from orchestration.ingestion.refusal import Refused

HEAD_BYTES = 4096

_OTHERS = {
    GZIP_MAGIC: ("it is compressed with gzip", "let its name end in .gz"),
    b"PK\x03\x04": ("it is an Excel workbook or a zip file", ""),
    b"\xd0\xcf\x11\xe0": ("it is an old Excel workbook", ""),
    b"%PDF": ("it is a PDF", ""),
    b"PAR1": ("it is a Parquet file", "let its name end in .parquet"),
    b"\xff\xfe": ("it is UTF-16, not UTF-8", ""),
    b"\xfe\xff": ("it is UTF-16, not UTF-8", ""),
}


def require_text(path: Path, *, advice: str) -> None:
    """Refuse a file that begins like another format, or holds zero bytes.

    Raises:
        Refused: with what it is, and the advice where there is no better one.
    """
    with path.open("rb") as reader:
        head = reader.read(HEAD_BYTES)
    for magic, (reason, own_advice) in _OTHERS.items():
        if head.startswith(magic):
            raise Refused(reason, own_advice or advice)
    if b"\0" in head:
        raise Refused("it holds zero bytes: it is no text, or UTF-16", advice)
