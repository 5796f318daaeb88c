"""What measures are made of: sizes, lines of the table, and work done in a process of its own.

Belongs here: what more than one measure needs. Does not belong here: any measure.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Self

from orchestration.settings import PROJECT_ROOT, Settings

QUIET: Callable[[str], None] = str


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of everything."""

    rows: int
    """Of BACI, for loading and building."""
    dlt_rows: int
    files: int
    large: int
    """Of BACI, in the warehouse into which a small delivery comes, and a tenth as many rows of GDELT; a hundredth of
    both in the other."""
    claims: int
    """Of what people recorded, in a warehouse of nothing else."""
    deliveries: int
    """One after the other."""


SIZES = {
    "small": Size(rows=200_000, dlt_rows=50_000, files=1_000, large=1_000_000, claims=20_000, deliveries=20),
    "medium": Size(
        rows=10_000_000, dlt_rows=1_000_000, files=10_000, large=10_000_000, claims=1_000_000, deliveries=80
    ),
    "large": Size(
        rows=10_000_000, dlt_rows=1_000_000, files=10_000, large=100_000_000, claims=10_000_000, deliveries=80
    ),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    work: str
    against: str
    measured: float
    unit: str
    peer: float | None = None
    reach: float | None = None
    """The most that it should be: of the ratio where there is a peer, else of what was measured."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The work over its peer."""
        return self.measured / self.peer if self.peer else None

    @property
    def is_reached(self) -> bool | None:
        """Whether it is as good as it should be; None where nothing is asked."""
        value = self.ratio if self.peer is not None else self.measured
        return None if self.reach is None or value is None else value <= self.reach


Measure = Callable[[Path, Size], Iterator[Row]]


# what processes run: they print the seconds that count
SETTINGS = """
import sys, time
from pathlib import Path
from orchestration.settings import Settings
settings = Settings(raw=Path(sys.argv[1]), home=Path(sys.argv[2]), settle_seconds=0.0)
"""

REFRESH = f"""{SETTINGS}
from orchestration.ingestion import refresh, refreshing
refreshing.load_reference = lambda *_, **__: False
import duckdb
discover, seen = refreshing.discovery.discover, []
refreshing.discovery.discover = lambda *given, **named: seen.append(time.monotonic()) or discover(*given, **named)
started, worked = time.monotonic(), time.process_time()
refresh(settings, log=str)
print("seconds", time.monotonic() - started)
print("seen", time.monotonic() - seen[0])
print("cpu", time.process_time() - worked)
"""

BUILD = f"""{SETTINGS}
from orchestration.ingestion import refresh
from orchestration.publication.publishing import publish
from orchestration.transformation import star
from orchestration.transformation.plan import prepare_plan
prepare_plan()
started = time.monotonic()
refresh(settings, log=str)
assert star.refresh_star(settings, run_id="whole", log=str).build.is_publishable
publish(settings, run_id="whole", log=str)
print("seconds", time.monotonic() - started)
"""


@dataclass(frozen=True)
class Cost:
    """What a process cost."""

    seconds: float
    peak_mb: float
    cpu: float
    since_seen: float
    """Of a refresh: from the look into `raw/` on, until everything is committed, reported and closed."""
    peak_disk_mb: float
    """Of the folder that was watched, at its largest."""


def in_a_process(code: str, *arguments: object, watched: Path | None = None) -> Cost:
    """Run Python in a process, and return the seconds that it prints, else those of its statements, and its peak."""
    timed = (
        f"import time as _t; _s = _t.monotonic()\n{code}\n"
        "import resource as _r; _u = _r.getrusage(_r.RUSAGE_SELF)\n"
        "print('total', _t.monotonic() - _s, _u.ru_maxrss, _u.ru_utime + _u.ru_stime)"
    )
    with _Watch(watched) as watch:
        answer = subprocess.run(  # noqa: S603
            [sys.executable, "-c", timed, *map(str, arguments)],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    total = re.findall(r"^total ([\d.]+) (\d+) ([\d.]+)", answer.stdout, re.MULTILINE)[-1]

    def said(word: str, otherwise: str) -> float:
        return float((re.findall(rf"^{word} ([\d.]+)", answer.stdout, re.MULTILINE) or [otherwise])[-1])

    return Cost(
        seconds=said("seconds", total[0]),
        peak_mb=int(total[1]) / 1000,
        cpu=said("cpu", total[2]),
        since_seen=said("seen", total[0]),
        peak_disk_mb=watch.most / 1e6,
    )


class _Watch:
    """Looks how much of the disk a folder takes, now and then, and keeps the most. Use as a context manager."""

    def __init__(self, folder: Path | None):
        self.most = 0
        self._folder = folder
        self._is_over = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        if self._folder is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._folder is not None:
            self._thread.join()

    def _look(self) -> None:
        assert self._folder is not None
        while not self._is_over.wait(0.5):
            self.most = max(self.most, bytes_on_disk(self._folder))


def bytes_on_disk(folder: Path) -> int:
    """Return the bytes of the disk that files take, those of several names once, while others write and remove them."""
    found: dict[tuple[int, int], int] = {}
    for inner, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                status = (Path(inner) / name).lstat()
                found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(found.values())


def cli(settings: Settings, *arguments: str) -> None:
    """Run a command of `entente` on the raw files and in the home of these settings."""
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "orchestration.cli", *arguments],
        cwd=PROJECT_ROOT,
        env=environment(settings),
        check=True,
        capture_output=True,
    )


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that works with these settings."""
    return {**os.environ, "ENTENTE_RAW": str(settings.raw), "ENTENTE_HOME": str(settings.home)}


def settings_in(scratch: Path) -> Settings:
    """Return the settings of an installation in a folder."""
    scratch.mkdir(parents=True, exist_ok=True)
    return Settings(raw=scratch / "raw", home=scratch / "home", settle_seconds=0.0)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def forget(*paths: Path) -> None:
    """Have the machine write what is to be written, and keep nothing of some files in memory."""
    os.sync()
    for path in paths:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cost_of_family(ancestor: int) -> tuple[float, float, int]:
    """Return CPU seconds, resident MB and the number of processes below one: each service has a session of its own."""
    found: dict[int, tuple[int, int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(stat.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[21]))
    family = {ancestor}
    while more := {pid for pid, (parent, _, _) in found.items() if parent in family} - family:
        family |= more
    ticks = sum(found[pid][1] for pid in family if pid in found)
    resident = sum(found[pid][2] for pid in family if pid in found)
    return ticks / os.sysconf("SC_CLK_TCK"), resident * os.sysconf("SC_PAGE_SIZE") / 1e6, len(family)
