"""DESTA, the Design of Trade Agreements: one CSV of treaties for each version of the data set.

The page of downloads links to `desta_list_of_treaties_02_03.csv` below a path that changes with every version; other
files of the page (dyads, indices, codebooks) are other data sets. Belongs here: which file is the newest. Does not
belong here: what an entry means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

from orchestration.connectors.downloaded import Downloaded
from orchestration.connectors.errors import FileRefusedError, SourceUnavailableError
from orchestration.connectors.session import Session, Wanted
from orchestration.connectors.verification import refuse_web_page

NAME = "desta"
FEED = "desta"

_MOST_PAGE_BYTES = 8 << 20
_MOST_FILE_BYTES = 128 << 20
_LIST = re.compile(r"desta_list_of_treaties_(\d{2}_\d{2})\.csv", re.IGNORECASE)
_FIRST_COLUMNS = re.compile(rb'\s*"?number"?\s*[;,]\s*"?base_treaty"?\s*[;,]', re.IGNORECASE)


def fetch_desta(session: Session, *, version: str = "") -> None:
    """Fetch the newest list of treaties, or the one of a version (`02_03`) that the page still links to."""
    lists = _linked(session)
    wanted = version.strip().replace(".", "_") or max(lists)
    if wanted not in lists:
        raise SourceUnavailableError(f"the page links to no version {wanted}; it has {', '.join(sorted(lists))}")
    session.fetch(
        Wanted(
            path=f"{FEED}/desta_list_of_treaties_{wanted}.csv",
            url=lists[wanted],
            most_bytes=_MOST_FILE_BYTES,
            verify=_verify,
            manifest=_stating(wanted),
        )
    )


def _linked(session: Session) -> dict[str, str]:
    """Return the lists of treaties that the page links to, by version."""
    page = session.text(session.options.desta_page_url, most_bytes=_MOST_PAGE_BYTES).decode("utf-8", "replace")
    links = _Links()
    links.feed(page)
    found = {}
    for link in links.found:
        match = _LIST.fullmatch(link.partition("?")[0].rpartition("/")[2])
        if match:
            found[match[1]] = urljoin(session.options.desta_page_url, link)
    if not found:
        raise SourceUnavailableError(
            f"{session.options.desta_page_url} links to no desta_list_of_treaties_….csv: the page has changed, "
            "or is another one. Put the file into raw/desta/ by hand, or set ENTENTE_DESTA_PAGE_URL"
        )
    return found


def _verify(part: Path) -> None:
    refuse_web_page(part)
    with part.open("rb") as reader:
        beginning = reader.read(4096).removeprefix(b"\xef\xbb\xbf")
    if not _FIRST_COLUMNS.match(beginning):
        raise FileRefusedError("it does not begin with the columns number and base_treaty")


def _stating(version: str) -> Callable[[Path, Downloaded], Mapping[str, object]]:
    def manifest(_: Path, found: Downloaded) -> Mapping[str, object]:
        # versions that were put on the server on one day are told apart by their number
        stated = {"publisher": "DESTA", "licence": "CC BY 4.0", "revision": str(int(version.replace("_", "")))}
        if found.validators.last_modified:
            try:
                stated["as_of"] = f"{parsedate_to_datetime(found.validators.last_modified):%Y-%m-%dT%H:%M:%SZ}"
            except ValueError as error:
                raise FileRefusedError(f"its date is {found.validators.last_modified!r}, which is none") from error
        return stated

    return manifest


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
