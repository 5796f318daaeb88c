"""What is done to an installation, and what must hold afterwards.

Every scenario begins with a copy of an installation that was refreshed once, drops the same further files, does its
harm, refreshes until that succeeds, and compares everything with an installation that nobody harmed. Belongs here:
the harm. Does not belong here: counting (`campaign`).
"""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.publication.store import PublicationStore
from orchestration.settings import PROJECT_ROOT
from tests.faults.installation import Ended, Facts, Installation, Watcher, ended, published
from tests.faults.points import INGESTION, PUBLICATION
from tests.small_star import build, publish_number

ROWS = 200


def first_files(raw: Path) -> None:
    """Write what the installation already holds."""
    _write(raw, "meetings/2023.csv", _meetings(range(ROWS), "2023"))
    _write(
        raw, "documents/all.csv", "document_id,publisher,title,kind\ndoc-1,An Office,A register,official_statement\n"
    )


def further_files(raw: Path) -> None:
    """Write what is new: several formats, broken rows, a file that is refused, a correction, a dossier."""
    _write(raw, "meetings/2024.csv", _meetings(range(ROWS, 2 * ROWS), "2024-09"))
    _write(raw, "meetings/broken.csv", _meetings(range(5000, 5010), "2024-09-31"))
    _write(raw, "meetings/refused.csv", "title\nno identity\n")
    _write(raw, "memberships/unions.csv", _MEMBERSHIPS)
    _write(raw, "agreements/2024.ndjson", '{"document_id":"doc-1","agreement_id":"a-1","title":"On trade"}\n')
    shutil.copytree(PROJECT_ROOT / "raw" / "dossiers", raw / "dossiers", ignore=shutil.ignore_patterns("*report*"))


_DOCUMENTS = """\
document_id,publisher,title,kind
doc-1,An Office,A register,official_statement
"""

_MEMBERSHIPS = """\
organization,member,event,occurred,document_id
Example Union,Norway,joined,2001-05,doc-1
Example Union,Atlantis,entered,2001-05,doc-1
"""


def _meetings(numbers: range, started: str) -> str:
    rows = [f"doc-1,meeting-{number},visit,A visit of {number},{started}" for number in numbers]
    return "\n".join(["document_id,meeting_id,kind,title,started", *rows]) + "\n"


def _write(raw: Path, path: str, text: str) -> None:
    target = raw / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Kit:
    """Where installations are made, and what an unharmed one holds."""

    folder: Path
    loaded: Facts
    seen: Mapping[str, list[tuple[Any, ...]]]

    @classmethod
    def prepare(cls, folder: Path) -> Kit:
        """Refresh an installation once, and a copy of it twice without any harm."""
        folder.mkdir(parents=True, exist_ok=True)
        template = Installation(folder / "template")
        first_files(template.settings.raw)
        _must_succeed(template.run("ingest"))
        shutil.copytree(template.root, folder / "unharmed", symlinks=True)
        unharmed = Installation(folder / "unharmed")
        further_files(unharmed.settings.raw)
        _must_succeed(unharmed.run("ingest"))
        star = Installation(folder / "star")
        publish_number(star.settings, 1, rows=ROWS)
        build(star.settings, 2, rows=ROWS)
        shutil.copytree(star.root, folder / "unharmed-star", symlinks=True)
        unharmed_star = Installation(folder / "unharmed-star")
        _must_succeed(unharmed_star.run("publish"))
        return cls(folder=folder, loaded=unharmed.loaded(), seen=published(unharmed_star.settings))

    def to_load(self, name: str) -> Installation:
        """Return an installation with files to load."""
        copy = self._copy("template", name)
        further_files(copy.settings.raw)
        return copy

    def to_publish(self, name: str) -> Installation:
        """Return an installation whose readers see one star, and whose writer has another."""
        return self._copy("star", name)

    def check_loaded(self, installation: Installation) -> None:
        """Refresh until nothing is left to do, and compare row for row."""
        _must_succeed(installation.run("ingest"))
        found = installation.loaded()
        for name, expected in self.loaded.items():
            assert found[name] == expected, f"{name} is not what it is without the fault"
        assert installation.leftovers() == []

    def check_published(self, installation: Installation) -> None:
        """Publish, and compare what readers see row for row."""
        _must_succeed(installation.run("publish"))
        assert published(installation.settings) == self.seen
        store = PublicationStore(installation.settings.serving)
        assert [publication.withdrawn_at for publication in store.history()] == [None] * len(store.history())
        assert installation.leftovers() == []

    def _copy(self, source: str, name: str) -> Installation:
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder / source, target, symlinks=True)
        return Installation(target)


def _must_succeed(end: Ended) -> None:
    assert end.code == 0, end.words


# Kills


def kill_ingestion(kit: Kit, point: str, call: int) -> int:
    """Kill a refresh at a named point; return how many processes died."""
    installation = kit.to_load("killed-ingestion")
    end = installation.run("ingest", "--die", point, "--call", str(call))
    assert end.was_killed, f"{point} was not reached: {end.words}"
    kit.check_loaded(installation)
    return 1


def kill_ingestion_again_and_again(kit: Kit) -> int:
    """Kill every restart of one installation at the next point: each harm comes on top of the others."""
    installation = kit.to_load("killed-often")
    died = sum(installation.run("ingest", "--die", point).was_killed for point in INGESTION)
    kit.check_loaded(installation)
    return died


def kill_ingestion_at_random(kit: Kit, chance: random.Random, *, most_seconds: float) -> int:
    """Kill a refresh at any moment."""
    installation = kit.to_load("killed-at-random")
    end = installation.run_and_signal("ingest", signal.SIGKILL, after_seconds=chance.uniform(0, most_seconds))
    kit.check_loaded(installation)
    return int(end.was_killed)


def kill_publication(kit: Kit, point: str, call: int) -> int:
    """Kill a publication at a named point while somebody reads."""
    installation = kit.to_publish("killed-publication")
    watcher = Watcher(installation.settings)
    with watcher.watching():
        end = installation.run("publish", "--die", point, "--call", str(call))
        kit.check_published(installation)
    assert end.was_killed, f"{point} was not reached: {end.words}"
    assert watcher.faults == []
    assert watcher.answers > 0
    return 1


def kill_publication_at_random(kit: Kit, chance: random.Random, *, most_seconds: float) -> int:
    """Kill a publication at any moment while somebody reads."""
    installation = kit.to_publish("killed-at-random")
    watcher = Watcher(installation.settings)
    with watcher.watching():
        end = installation.run_and_signal("publish", signal.SIGKILL, after_seconds=chance.uniform(0, most_seconds))
        kit.check_published(installation)
    assert watcher.faults == []
    return int(end.was_killed)


# Other harm


def cancel(kit: Kit, number: int) -> int:
    """Cancel a refresh, as Ctrl-C and service managers do."""
    installation = kit.to_load("cancelled")
    installation.run_and_signal("ingest", number, after_seconds=0.15)
    kit.check_loaded(installation)
    return 0


def two_at_once(kit: Kit) -> int:
    """Start two refreshes at once: one waits for the other, and each file is loaded once."""
    installation = kit.to_load("two-at-once")
    both = [installation.start("ingest") for _ in range(2)]
    for process in both:
        _must_succeed(ended(process))
    kit.check_loaded(installation)
    return 0


def corrupt(kit: Kit, harm: Callable[[Path], None]) -> int:
    """Damage the writer's database, and refresh."""
    installation = kit.to_load("corrupt")
    harm(installation.settings.warehouse)
    kit.check_loaded(installation)
    return 0


def lose_the_database(database: Path) -> None:
    """Delete it."""
    database.unlink()


def cut_in_half(database: Path) -> None:
    """Leave half of it."""
    os.truncate(database, database.stat().st_size // 2)


def overwrite_the_header(database: Path) -> None:
    """Write noise where DuckDB finds out what a file is."""
    _overwrite(database, 0, 12_288)


def overwrite_the_middle(database: Path) -> None:
    """Write noise over blocks of data: the file still opens."""
    size = database.stat().st_size
    _overwrite(database, 12_288, size)


def overwrite_one_block(database: Path) -> None:
    """Write noise over a little of the data."""
    middle = database.stat().st_size // 2
    _overwrite(database, middle, middle + 4096)


def replace_the_log_by_noise(database: Path) -> None:
    """Let a write-ahead log lie there that is none."""
    database.with_name(f"{database.name}.wal").write_bytes(random.Random(7).randbytes(50_000))  # noqa: S311


def _overwrite(path: Path, first: int, last: int) -> None:
    with path.open("r+b") as file:
        file.seek(first)
        file.write(random.Random(7).randbytes(last - first))  # noqa: S311


CORRUPTIONS: Mapping[str, Callable[[Path], None]] = {
    "the database is deleted": lose_the_database,
    "the database is cut in half": cut_in_half,
    "the header is noise": overwrite_the_header,
    "a piece of a block is noise": overwrite_one_block,
    "all blocks are noise": overwrite_the_middle,
    "the write-ahead log is noise": replace_the_log_by_noise,
}


def fill_the_disk(kit: Kit, most_bytes: int) -> int:
    """Let no file grow beyond a size, as a quota does; then lift the bound."""
    installation = kit.to_load("full")
    for_child = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))}
    end = installation.run("ingest", **for_child)
    assert end.code not in (0, -signal.SIGKILL), f"{most_bytes:,} bytes were enough"
    kit.check_loaded(installation)
    return 0


def fill_a_volume(kit: Kit, left_bytes: int) -> int:
    """Put the installation on a volume that is nearly full; then make the volume larger. Needs to be root."""
    installation = kit.to_load("volume-source")
    volume = kit.folder / "volume"
    volume.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", volume], check=False)
    if mounted.returncode != 0:
        pytest.skip("volumes may not be mounted here")
    try:
        full = Installation(volume / "full")
        shutil.copytree(installation.root, full.root, symlinks=True)
        used = shutil.disk_usage(volume).used
        subprocess.run(["mount", "-o", f"remount,size={used + left_bytes}", volume], check=True)
        end = full.run("ingest")
        assert end.code not in (0, -signal.SIGKILL), "the volume was large enough"
        subprocess.run(["mount", "-o", "remount,size=256m", volume], check=True)
        kit.check_loaded(full)
    finally:
        subprocess.run(["umount", volume], check=True)
    return 0


def take_permission(kit: Kit, part: Callable[[Installation], Path], *, is_fatal: bool) -> int:
    """Take a permission from whoever refreshes, and give it back."""
    installation = kit.to_load("forbidden")
    path = part(installation)
    mode = path.stat().st_mode
    path.chmod(0o555 if path.is_dir() else 0o000)
    end = installation.run("ingest", preexec_fn=_obey_permissions)
    path.chmod(mode)
    assert (end.code != 0) is is_fatal, end.words
    kit.check_loaded(installation)
    return 0


def _obey_permissions() -> None:
    """Let root, as containers have it, be stopped by permissions like everybody else."""
    prctl, drop_from_bounding_set = ctypes.CDLL(None).prctl, 24
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        prctl(drop_from_bounding_set, capability, 0, 0, 0)


FORBIDDEN: Mapping[str, tuple[Callable[[Installation], Path], bool]] = {
    "a file of raw/ may not be read": (lambda installation: installation.settings.raw / "meetings" / "2024.csv", False),
    "the archive may not be written": (lambda installation: installation.settings.archive / "incoming", True),
    "the warehouse may not be written": (lambda installation: installation.settings.warehouse.parent, True),
    "the database may not be opened": (lambda installation: installation.settings.warehouse, True),
}
"""What is forbidden, and whether nothing at all can be loaded then."""


def turn_the_clock(kit: Kit, days: float) -> int:
    """Load half under another clock, die, and go on under the right one."""
    installation = kit.to_load("another-clock")
    end = installation.run("ingest", "--clock-days", str(days), "--die", "after a commit", "--call", "2")
    assert end.was_killed, end.words
    kit.check_loaded(installation)
    publishing = kit.to_publish("another-clock-star")
    watcher = Watcher(publishing.settings)
    with watcher.watching():
        _must_succeed(publishing.run("publish", "--clock-days", str(days)))
        assert published(publishing.settings) == kit.seen
        build(publishing.settings, 3, rows=1)
        _must_succeed(publishing.run("publish"))
    assert watcher.faults == []
    assert published(publishing.settings)["evidence.claims"] == [(0, 3)], "readers see the newest, whatever the clock"
    return 1


def seconds_of(kit: Kit, task: str) -> float:
    """Return how long a victim works that nobody harms, without its imports."""
    installation = kit.to_load("timed") if task == "ingest" else kit.to_publish("timed")
    process = installation.start(task)
    assert process.stdout is not None
    process.stdout.readline()
    started = time.monotonic()
    _must_succeed(ended(process))
    return time.monotonic() - started


def named_kills() -> list[tuple[Callable[[Kit, str, int], int], str, int]]:
    """Return every named point at every call that is certain."""
    kills = ((kill_ingestion, INGESTION), (kill_publication, PUBLICATION))
    return [
        (kill, name, call)
        for kill, points in kills
        for name, point in points.items()
        for call in range(1, point.most + 1)
    ]
