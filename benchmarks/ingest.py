"""Load what lies in `raw/` of a folder, and say what it cost: `python -m benchmarks.ingest HOME`."""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import duckdb

from orchestration.ingestion import refresh
from orchestration.settings import Settings


def main() -> None:
    """Load, and count time, memory and rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds raw/; home/ is written beside it")
    given = parser.parse_args()
    settings = Settings(raw=given.folder / "raw", home=given.folder / "home", settle_seconds=0.0)
    started = time.monotonic()

    def log(message: str) -> None:
        if "deliveries" in message:  # of ten thousand files each says its own line
            print(f"{time.monotonic() - started:8.1f} s  {message}", flush=True)

    result = refresh(settings, log=log)
    seconds = time.monotonic() - started
    new = [delivery for delivery in result.deliveries if delivery.rows_read]
    rows = sum(delivery.rows_accepted for delivery in new)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = settings.warehouse.stat().st_size / 1e9
    print(f"{len(new):,} files with {rows:,} rows in {seconds:,.1f} s; peak {peak:.2f} GB; database {size:.2f} GB")
    if new:
        print(f"{1000 * seconds / len(new):.2f} ms for each file, {rows / seconds:,.0f} rows a second")
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        print(con.execute("select status, count(*) from ops.deliveries group by status").fetchall())


if __name__ == "__main__":
    main()
