"""Reading everything again: each byte of `raw/`, as the daily backstop does, and the warehouse from the archive.

Belongs here: work that has been done before and is done once more. Does not belong here: what is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.made_files import write_baci, write_events
from benchmarks.work import BUILD, SETTINGS, Cost, Row, Size, forget, in_a_process, settings_in
from orchestration.settings import Settings

REREAD = f"""{SETTINGS}
from orchestration.ingestion import refresh
started = time.monotonic()
refresh(settings, reread=sys.argv[3] == "reread", log=str)
print("seconds", time.monotonic() - started)
"""

READ = """
import sys, time
from pathlib import Path
started = time.monotonic()
for path in Path(sys.argv[1]).rglob("*"):
    if path.is_file():
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
print("seconds", time.monotonic() - started)
"""

REBUILD = f"""{SETTINGS}
from orchestration.ingestion import rebuild
from orchestration.publication.publishing import publish
from orchestration.transformation import star
from orchestration.transformation.plan import prepare_plan
prepare_plan()
started = time.monotonic()
rebuild(settings, log=str)
loaded = time.monotonic()
assert star.refresh_star(settings, run_id="rebuild", force=True, log=str).build.is_publishable
publish(settings, run_id="rebuild", force=True, log=str)
print("seconds", time.monotonic() - started)
print("seen", loaded - started)
"""


def from_the_archive(scratch: Path, size: Size) -> Iterator[Row]:
    """Two warehouses, the one ten times as large: their files read again, then all of them built from the archive."""
    times: dict[int, Cost] = {}
    for rows in (size.rows // 10, size.rows):
        settings = settings_in(scratch / str(rows))
        write_baci(settings.raw / "baci", rows=rows)
        write_events(settings.raw / "gdelt_events", first=0, files=max(rows // 10_000, 1))
        in_a_process(BUILD, settings.raw, settings.home)
        if rows == size.rows:
            yield _read_again(settings)
        times[rows] = in_a_process(REBUILD, settings.raw, settings.home)
    few, many = times[size.rows // 10], times[size.rows]
    yield Row(
        work=f"rebuild from the archive: {size.rows:,} rows of BACI and {size.rows // 10:,} of GDELT, and publish",
        against=f"ten times the same of {size.rows // 10:,} and {size.rows // 100:,}",
        measured=many.seconds,
        unit="s",
        peer=10 * few.seconds,
        note=f"{many.seconds / size.rows * 1e7:,.0f} s for 10 million; of it loading {many.since_seen:.1f} s;"
        f" peak {many.peak_mb:,.0f} MB",
    )


def _read_again(settings: Settings) -> Row:
    """Read all files, none of them in memory before."""
    paths = [path for path in settings.raw.rglob("*") if path.is_file()]

    def cold(code: str, *arguments: object) -> float:
        forget(*paths)
        return in_a_process(code, settings.raw, settings.home, *arguments).seconds

    known, again, bare = cold(REREAD, "look"), cold(REREAD, "reread"), cold(READ)
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    return Row(
        work=f"read all {len(paths):,} known files, {megabytes:,.0f} MB, again and hash them",
        against="reading their bytes, both from the disk",
        measured=again - known,
        unit="s",
        peer=bare,
        reach=1.2,
        note=f"beyond {known:.2f} s for looking at them; {megabytes / max(again - known, 1e-9):,.0f} MB/s",
    )
