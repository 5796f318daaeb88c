"""The area where files arrive before they get their final names: `raw/.incoming/<connector>/`.

Belongs here: parts of files, and the rename. Does not belong here: fetching and verifying. It lies within `raw/`, so
that the rename stays on one file system; what looks for deliveries passes over names that begin with a dot.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from orchestration.ingestion.discovery import FILE_MANIFEST_SUFFIX
from orchestration.whole_files import write_whole

FOLDER = ".incoming"
_KEPT_SECONDS = 7 * 86_400
_SIDECAR = ".part.json"
_PART = ".part"
_UNPACKED = ".folder"


class Incoming:
    """The arriving files of one connector; one process at a time."""

    def __init__(self, raw: Path, connector: str):
        self._raw = raw
        self.folder = raw / FOLDER / connector

    def part(self, name: str) -> Path:
        """Return where a file is written while it is fetched; a part of it may be there already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{name}{_PART}"

    def empty_folder(self, name: str) -> Path:
        """Return a new folder to unpack into."""
        folder = self.folder / f"{name}{_UNPACKED}"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        return folder

    def discard(self, part: Path) -> None:
        """Remove a part that leads nowhere, and what is known about it."""
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}.json").unlink(missing_ok=True)

    def place(self, part: Path, path: str, *, manifest: str | None = None) -> None:
        """Give a verified file or folder its final name below `raw/`; never in place of something else.

        The manifest comes first: a file without one would be taken for something else.

        Raises:
            FileExistsError: something lies there already.
        """
        final = self._raw / path
        final.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(final):
            raise FileExistsError(f"raw/{path} is there already")
        if manifest is not None:
            write_whole(final.with_name(f"{final.name}{FILE_MANIFEST_SUFFIX}"), manifest)
        for file in part.rglob("*") if part.is_dir() else [part]:
            _sync(file)
        part.rename(final)
        _sync(final.parent)
        self.discard(part)

    def clean(self) -> None:
        """Remove what a killed run left behind, but for parts that may still be completed."""
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name.endswith(_PART):
                resumable = path.with_name(f"{path.name}.json").exists()
                if not resumable or time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                    self.discard(path)
            elif not path.name.endswith(_SIDECAR) or not path.with_suffix("").exists():
                path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
