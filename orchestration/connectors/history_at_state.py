"""The Office of the Historian on GitHub: visits to the United States, and travels of its presidents and secretaries.

`HistoryAtState/visits` and `/travels` hold XML, a file for each decade or person. A release is a commit that touched
them; its archive is unpacked into `raw/<feed>/<day of the commit>/`, whole. GitHub publishes no checksum of archives,
but writes the commit into the zip. Belongs here: commits and folders. Does not belong here: the XML.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlencode

import yaml

from orchestration.connectors.errors import FileRefusedError, RequestRefusedError, SourceUnavailableError
from orchestration.connectors.session import Session, Wanted
from orchestration.connectors.verification import check_zip, is_plain_member
from orchestration.ingestion.discovery import FOLDER_MANIFEST

_MOST_ANSWER_BYTES = 16 << 20
_MOST_ARCHIVE_BYTES = 256 << 20
_MOST_UNPACKED_BYTES = 1 << 30
_MOST_MEMBERS = 5_000
_PAGE, _MOST_PAGES = 100, 50
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,100}")
_SHA = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """One of the two repositories, and where its data are."""

    name: str
    feed: str
    folders: tuple[str, ...]

    @property
    def connector(self) -> str:
        """Return the name of the connector."""
        return self.feed

    @property
    def keeps_folders(self) -> bool:
        """Say whether a release is unpacked as it is, rather than into one folder."""
        return len(self.folders) > 1


VISITS = Repository(name="visits", feed="state_visits", folders=("data",))
TRAVELS = Repository(
    name="travels",
    feed="state_travels",
    # the last one is what commits up to 2015 have in place of the second
    folders=("president-travels", "secretary-travels", "secretaries"),
)


@dataclass(frozen=True, order=True)
class Commit:
    """A commit that touched the data."""

    at: datetime
    sha: str


def fetch_history(
    session: Session, repository: Repository, *, commit: str = "", since: str = "", until: str = ""
) -> None:
    """Fetch the newest release, the one at a commit, tag or branch, or of a window the last one of every day.

    Raises:
        RequestRefusedError: an end of the window is no date, or the commit not written like one.
    """
    if commit and not _REFERENCE.fullmatch(commit):
        raise RequestRefusedError(f"{commit!r} is no commit, tag or branch")
    if since or until:
        last_of_day: dict[date, Commit] = {}
        for found in _commits(session, repository, commit, _window(since, until), pages=_MOST_PAGES):
            last_of_day[found.at.date()] = found
        wanted = list(last_of_day.values())
    else:
        wanted = _commits(session, repository, commit, {"per_page": "1"}, pages=1)[-1:]
    if not wanted:
        session.note(f"HistoryAtState/{repository.name} has no such commit that touched {repository.folders[0]}/.")
    for found in wanted:
        session.fetch(_wanted(session, repository, found))


def _window(since: str, until: str) -> dict[str, str]:
    window = {"per_page": str(_PAGE)}
    for name, text, time in (("since", since, "00:00:00"), ("until", until, "23:59:59")):
        if text:
            try:
                window[name] = f"{date.fromisoformat(text)}T{time}Z"
            except ValueError as error:
                raise RequestRefusedError(f"{text!r} is no date; write one such as 2018-03-12") from error
    return window


def _commits(
    session: Session, repository: Repository, reference: str, query: dict[str, str], *, pages: int
) -> list[Commit]:
    """Return the commits that touched the data, oldest first."""
    found: set[Commit] = set()
    for folder in repository.folders:
        for page in range(1, pages + 1):
            asked = {"path": folder, **query, "page": str(page), **({"sha": reference} if reference else {})}
            url = f"{session.options.github_api_url}/repos/HistoryAtState/{repository.name}/commits?{urlencode(asked)}"
            answer = _read(session.text(url, most_bytes=_MOST_ANSWER_BYTES))
            found.update(answer)
            if len(answer) < int(query["per_page"]):
                break
    return sorted(found)


def _read(answer: bytes) -> list[Commit]:
    try:
        content: Any = json.loads(answer)
        commits = [
            Commit(
                at=datetime.fromisoformat(entry["commit"]["committer"]["date"]).astimezone(UTC),
                sha=entry["sha"],
            )
            for entry in content
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceUnavailableError("GitHub did not answer with a list of commits; try again later") from error
    if not all(_SHA.fullmatch(commit.sha) for commit in commits):
        raise SourceUnavailableError("GitHub answered with a commit that has no id; try again later")
    return commits


def _wanted(session: Session, repository: Repository, commit: Commit) -> Wanted:
    return Wanted(
        path=_folder_of(session, repository, commit),
        url=f"{session.options.github_archive_url}/HistoryAtState/{repository.name}/zip/{commit.sha}",
        most_bytes=_MOST_ARCHIVE_BYTES,
        verify=lambda part: _verify(part, commit),
        unpack=_unpacking(repository, commit),
    )


def _folder_of(session: Session, repository: Repository, commit: Commit) -> str:
    """Return the folder of a release; the second one of a day has its commit in the name."""
    folder = f"{repository.feed}/{commit.at.date()}"
    manifest = session.raw / folder / FOLDER_MANIFEST
    if not manifest.exists() or commit.sha in manifest.read_text(encoding="utf-8", errors="replace"):
        return folder
    return f"{folder}-{commit.sha[:12]}"


def _verify(part: Path, commit: Commit) -> None:
    check_zip(part, most_members=_MOST_MEMBERS, most_bytes=_MOST_UNPACKED_BYTES)
    with zipfile.ZipFile(part) as archive:
        stated = archive.comment.decode("ascii", "replace")
    if stated and stated != commit.sha:
        raise FileRefusedError(f"the archive is of commit {stated[:40]}, not of {commit.sha}")


def _unpacking(repository: Repository, commit: Commit) -> Callable[[Path, Path], None]:
    def unpack(part: Path, folder: Path) -> None:
        with zipfile.ZipFile(part) as archive:
            members = [member for member in archive.infolist() if _is_data(member, repository.folders)]
            if not members:
                raise FileRefusedError(f"the archive holds no XML below {' or '.join(repository.folders)}")
            for member in members:
                below = PurePosixPath(member.filename).relative_to(PurePosixPath(member.filename).parts[0])
                target = folder / (below if repository.keeps_folders else below.name)
                if target.exists():
                    raise FileRefusedError(f"the archive holds two files {below}; one would hide the other")
                target.parent.mkdir(exist_ok=True)
                with archive.open(member) as reader, target.open("wb") as writer:
                    shutil.copyfileobj(reader, writer)
        manifest = {
            "as_of": f"{commit.at:%Y-%m-%dT%H:%M:%SZ}",
            "publisher": "Office of the Historian, U.S. Department of State",
            "licence": "CC0-1.0",
            "completeness": "complete",
            "query": f"HistoryAtState/{repository.name}@{commit.sha}",
        }
        (folder / FOLDER_MANIFEST).write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")

    return unpack


def _is_data(member: zipfile.ZipInfo, folders: Sequence[str]) -> bool:
    """Say whether a member is `<repository>-<commit>/<folder>/<name>.xml`."""
    parts = PurePosixPath(member.filename).parts
    return (
        is_plain_member(member)
        and len(parts) == 3
        and parts[1] in folders
        and parts[2].endswith(".xml")
        and not parts[2].startswith((".", "_"))
    )
