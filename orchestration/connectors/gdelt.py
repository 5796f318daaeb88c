"""GDELT 2.0 events: a zip every fifteen minutes, listed with size and md5.

`lastupdate.txt` names the newest files, `masterfilelist.txt` all since 18 February 2015, a line each:
`<size> <md5> <url>`; only the export files (events) are fetched. Belongs here: which files a window has. Does not
belong here: what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.connectors.errors import FileRefusedError, RequestRefusedError, SourceUnavailableError
from orchestration.connectors.outcome import FileStatus
from orchestration.connectors.session import Session, Wanted
from orchestration.connectors.verification import check_sum, check_zip, refuse_web_page

NAME = "gdelt"
FEED = "gdelt_events"
CADENCE = timedelta(minutes=15)
TRIED_AGAIN = timedelta(hours=24)
"""How long a file that the list promises, but that cannot be had, is asked for again by each run."""

_MOST_LIST_BYTES = 2 << 30
_MOST_FILE_BYTES = 256 << 20
_MOST_UNPACKED_BYTES = 1 << 30
_LIST_SECONDS = 3600.0
_LAST, _MASTER = "lastupdate.txt", "masterfilelist.txt"
_ENTRY = re.compile(r"(\d{1,12}) ([0-9a-fA-F]{32}) \S*/((\d{14})\.export\.CSV\.zip)\s*")
_STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True, order=True)
class Export:
    """One line of a list."""

    at: datetime
    name: str
    size: int
    md5: str


def fetch_gdelt(session: Session, *, since: str = "", until: str = "") -> None:
    """Fetch the export files of a window, both ends included; without one, all since the last run.

    The first run without a window takes the newest file only.

    Raises:
        RequestRefusedError: an end of the window is no date or time.
    """
    if since or until:
        _fetch_window(session, moment(since, ends=False), moment(until, ends=True))
    else:
        _fetch_news(session)


def moment(text: str, *, ends: bool) -> datetime:
    """Read `2019-10-24`, `2019-10-24T14:30` or `20191024143000` (UTC); a day that ends a window counts whole.

    Raises:
        RequestRefusedError: it is none of these.
    """
    text = text.strip()
    if not text:
        return datetime.max.replace(tzinfo=UTC) if ends else datetime.min.replace(tzinfo=UTC)
    try:
        if re.fullmatch(r"\d{14}", text):
            return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
            return day + timedelta(days=1, microseconds=-1) if ends else day
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError as error:
        raise RequestRefusedError(f"{text!r} is no date or time; write 2019-10-24 or 2019-10-24T14:30") from error


def exports(lines: Iterable[str]) -> Iterator[Export]:
    """Read the export files of a list; other files and lines that are cut short are passed over."""
    for line in lines:
        if ".export.CSV.zip" not in line:
            continue
        match = _ENTRY.fullmatch(line)
        at = _time_of(match[4]) if match else None
        if match and at is not None:
            yield Export(at=at, name=match[3], size=int(match[1]), md5=match[2].lower())


def _fetch_window(session: Session, since: datetime, until: datetime) -> None:
    for export in _listed(session, since, until):
        session.fetch(_wanted(session, export))


def _fetch_news(session: Session) -> None:
    path, is_new = session.kept(f"{session.options.gdelt_url}/{_LAST}", _LAST, most_bytes=1 << 20)
    newest = max(exports(path.read_text(encoding="utf-8", errors="replace").splitlines()), default=None)
    if newest is None:
        raise SourceUnavailableError(f"{session.options.gdelt_url}/{_LAST} names no export file")
    mark = session.state.get("complete_to")
    complete_to = moment(mark, ends=False) if mark else None
    missed = list(exports(session.state.get("missed") or []))
    if complete_to is not None and complete_to >= newest.at and not missed:
        session.note(f"Nothing is newer than {newest.name}{'' if is_new else ' (not modified)'}.")
        return
    wanted, listed_to = _news(session, newest, complete_to)
    waiting = []
    for export in sorted({*missed, *wanted}):
        status = session.fetch(_wanted(session, export))
        if status is FileStatus.REMAINING:
            listed_to = min(listed_to, export.at - CADENCE)
        elif status is FileStatus.REFUSED and newest.at - export.at < TRIED_AGAIN:
            waiting.append(f"{export.size} {export.md5} /{export.name}")
    session.state.put("missed", waiting or None)
    if complete_to is None or listed_to > complete_to:
        session.state.put("complete_to", f"{listed_to:{_STAMP}}")


def _news(session: Session, newest: Export, complete_to: datetime | None) -> tuple[list[Export], datetime]:
    """Return what was published since, and up to when that is all there is."""
    if complete_to is None or newest.at - complete_to <= CADENCE:
        return ([newest] if complete_to is None or newest.at > complete_to else []), newest.at
    session.note(f"Files were published between {complete_to:%Y-%m-%d %H:%M} and {newest.at:%Y-%m-%d %H:%M} UTC.")
    listed = [export for export in _listed(session, complete_to, newest.at) if export.at > complete_to]
    listed_to = listed[-1].at if listed else complete_to
    # the long list may lag behind the short one
    return [*listed, newest], newest.at if newest.at - listed_to <= CADENCE else listed_to


def _listed(session: Session, since: datetime, until: datetime) -> list[Export]:
    """Return the export files of a window, oldest first; the list is fetched again only if the window is newer."""
    list_path = session.memory / _MASTER
    known = session.state.get("listed_to")
    if not (known and list_path.exists() and moment(known, ends=False) >= until):
        url = f"{session.options.gdelt_url}/{_MASTER}"
        list_path, _ = session.kept(url, _MASTER, most_bytes=_MOST_LIST_BYTES, total_seconds=_LIST_SECONDS)
    found: dict[str, Export] = {}
    last: datetime | None = None
    with list_path.open(encoding="utf-8", errors="replace") as lines:
        for export in exports(lines):
            last = export.at if last is None else max(last, export.at)
            if since <= export.at <= until:
                found[export.name] = export
    if last is None:
        raise SourceUnavailableError(f"{_MASTER} names no export file")
    session.state.put("listed_to", f"{last:{_STAMP}}")
    return sorted(found.values())


def _wanted(session: Session, export: Export) -> Wanted:
    csv = export.name.removesuffix(".zip")

    def verify(part: Path) -> None:
        refuse_web_page(part)
        check_sum(part, size=export.size, md5=export.md5)
        members = check_zip(part, most_members=1, most_bytes=_MOST_UNPACKED_BYTES)
        if [member.filename for member in members] != [csv]:
            raise FileRefusedError(f"the zip does not hold {csv} and nothing else")

    return Wanted(
        path=f"{FEED}/{export.name}",
        also=(f"{FEED}/{csv}",),
        url=f"{session.options.gdelt_url}/{export.name}",
        most_bytes=_MOST_FILE_BYTES,
        verify=verify,
    )


def _time_of(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
