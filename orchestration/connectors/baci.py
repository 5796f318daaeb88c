"""CEPII BACI: one zip for each revision of the Harmonized System and vintage, with a CSV for each year.

The names of all current archives (`BACI_HS92_V202501.zip`) stand on a web page; no checksum is published. A new
vintage comes about once a year. Belongs here: which archives there are. Does not belong here: trade.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from orchestration.connectors.errors import FileRefusedError, RequestRefusedError, SourceUnavailableError
from orchestration.connectors.session import Session, Wanted
from orchestration.connectors.verification import check_zip

NAME = "baci"
FEED = "baci"
LATEST = "latest"

_MOST_PAGE_BYTES = 8 << 20
_MOST_FILE_BYTES = 16 << 30
_MOST_UNPACKED_BYTES = 128 << 30
_MOST_MEMBERS = 200
_TOTAL_SECONDS = 12 * 3600.0
_ARCHIVE = re.compile(r"BACI_(HS\d{2})_V(\d{6}[a-z]?)\.zip")
_REVISION, _VINTAGE = re.compile(r"HS\d{2}"), re.compile(r"\d{6}[a-z]?")


def fetch_baci(session: Session, *, revisions: Sequence[str] = (), vintage: str = LATEST) -> None:
    """Fetch the archives of some revisions (`HS92`), of the latest vintage or of a named one (`202501`).

    Raises:
        RequestRefusedError: a revision or the vintage is not written like one.
    """
    wanted = [revision.strip().upper() for revision in revisions or session.options.baci_revisions]
    for revision in wanted:
        if not _REVISION.fullmatch(revision):
            raise RequestRefusedError(f"{revision!r} is no revision of the HS; write HS92, HS96, HS02, HS07, HS12 …")
    if vintage != LATEST and not _VINTAGE.fullmatch(vintage):
        raise RequestRefusedError(f"{vintage!r} is no vintage of BACI; write one such as 202501, or {LATEST}")
    vintages = _latest(session) if vintage == LATEST else dict.fromkeys(wanted, vintage)
    for revision in wanted:
        if revision not in vintages:
            session.note(f"The page names no archive of {revision}; it has {', '.join(sorted(vintages))}.")
            continue
        session.fetch(_wanted(session, revision, vintages[revision]))


def _latest(session: Session) -> dict[str, str]:
    """Return the newest vintage of every revision that the page names."""
    page = session.text(session.options.baci_page_url, most_bytes=_MOST_PAGE_BYTES).decode("utf-8", "replace")
    found: dict[str, str] = {}
    for revision, vintage in _ARCHIVE.findall(page):
        found[revision] = max(vintage, found.get(revision, ""))
    if not found:
        raise SourceUnavailableError(
            f"{session.options.baci_page_url} names no archive of BACI: the page has changed, or is another one. "
            "Name the vintage, or set ENTENTE_BACI_PAGE_URL"
        )
    return found


def _wanted(session: Session, revision: str, vintage: str) -> Wanted:
    name = f"BACI_{revision}_V{vintage}.zip"
    member = re.compile(rf"(?:.*/)?BACI_{revision}_Y\d{{4}}_V{vintage}\.csv")

    def verify(part: Path) -> None:
        members = check_zip(part, most_members=_MOST_MEMBERS, most_bytes=_MOST_UNPACKED_BYTES)
        if not any(member.fullmatch(found.filename) for found in members):
            raise FileRefusedError(f"the zip holds no file BACI_{revision}_Y…_V{vintage}.csv")

    return Wanted(
        path=f"{FEED}/{name}",
        url=f"{session.options.baci_url}/{name}",
        most_bytes=_MOST_FILE_BYTES,
        total_seconds=_TOTAL_SECONDS,
        verify=verify,
    )
