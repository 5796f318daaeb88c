"""Measure the warehouse beside its peers, print the table and write it as JSON: `make bench`.

    python -m benchmarks.bench                                    small sizes, some minutes
    python -m benchmarks.bench --size large                       a hundred million rows; hours, and 70 GB of disk
    python -m benchmarks.bench --only ingestion,many_files        some of it

Work and peer run in the same run and on the same machine: the ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import archive, measures, served, start
from benchmarks.work import SIZES, Measure, Row

RESULT = Path("bench.json")
MEASURES: dict[str, Measure] = {
    "ingestion": measures.ingestion,
    "shapes": measures.shapes,
    "dlt": measures.dlt,
    "many_files": measures.many_files,
    "archive": archive.from_the_archive,
    "refreshes": measures.refreshes,
    "small_into_large": measures.small_into_large,
    "many_deliveries": measures.many_deliveries,
    "small_into_claims": measures.small_into_claims,
    "claims": measures.claims,
    "dev": served.dev,
    "start": start.on_an_empty_machine,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and return 1 where something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", default=",".join(MEASURES), help=f"some of {', '.join(MEASURES)}")
    parser.add_argument("--json", type=Path, default=RESULT)
    parser.add_argument("--scratch", type=Path, help="where to write; by default the folder of temporary files")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    broken: list[str] = []
    for name in options.only.split(","):
        started = time.monotonic()
        print(f"{name} …", file=sys.stderr, flush=True)
        folder = Path(tempfile.mkdtemp(prefix=f"entente-bench-{name}-", dir=options.scratch))
        try:
            rows += MEASURES[name](folder, SIZES[options.size])
        except Exception as error:  # noqa: BLE001  (the others are measured all the same)
            broken.append(f"{name}: {type(error).__name__}: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    machine = _machine()
    print(f"\nSize {options.size}; {', '.join(f'{key} {value}' for key, value in machine.items())}\n")
    print(table(rows))
    options.json.write_text(
        json.dumps(
            {
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "size": options.size,
                "machine": machine,
                "rows": [{**asdict(row), "ratio": row.ratio, "is_reached": row.is_reached} for row in rows],
                "broken": broken,
            },
            indent=2,
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"\nAs JSON: {options.json}")
    for words in broken:
        print(f"Could not be measured: {words}", file=sys.stderr)
    return 1 if broken else 0


def table(rows: Sequence[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| work | against | measured | peer | ratio | reach | |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        mark = {True: "reached", False: "not reached", None: ""}[row.is_reached]
        cells = [
            row.work,
            row.against,
            f"{row.measured:,.2f} {row.unit}",
            "" if row.peer is None else f"{row.peer:,.2f} {row.unit}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            "" if row.reach is None else f"≤ {row.reach:.3g}",
            "; ".join(part for part in (mark, row.note) if part),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _machine() -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GB",
        "load": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        **{package: version(package) for package in ("duckdb", "dbt-core", "dagster")},
    }


if __name__ == "__main__":
    sys.exit(main())
