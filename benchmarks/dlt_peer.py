"""Load one CSV file into DuckDB with dlt, in an environment of its own: `python dlt_peer.py FILE DATABASE reader`.

`duckdb` reads with dlt's DuckDB reader into Arrow, `default` with its CSV reader and defaults. It imports nothing of
the project, since dlt does not belong to its environment.
"""

from __future__ import annotations

import sys
import time

import dlt
from dlt.destinations import duckdb as duckdb_destination
from dlt.sources.filesystem import filesystem, read_csv, read_csv_duckdb


def main(path: str, database: str, reader: str) -> None:
    """Load, and print the seconds."""
    folder, _, name = path.rpartition("/")
    started = time.monotonic()
    files = filesystem(bucket_url=f"file://{folder}", file_glob=name)
    rows = files | (read_csv_duckdb(use_pyarrow=True) if reader == "duckdb" else read_csv())
    pipeline = dlt.pipeline("peer", destination=duckdb_destination(database), dataset_name="landing")
    pipeline.run(rows.with_name("baci"))
    print(f"seconds {time.monotonic() - started:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
