"""Rewrite the generated pages: `python -m orchestration.documentation`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestration.documentation.pages import DOCS, MANIFEST, generated_pages, read_manifest, write_pages


def main() -> int:
    """Write the pages that changed and say which."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.documentation", description=__doc__)
    parser.add_argument("--manifest", type=Path, default=MANIFEST, help="the manifest.json of dbt parse")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder to write to")
    arguments = parser.parse_args()
    if not arguments.manifest.exists():
        parser.error(f"{arguments.manifest} is not there: run `dbt parse` first, or `make docs`, which does")
    changed = write_pages(generated_pages(read_manifest(arguments.manifest)), folder=arguments.docs)
    for name in changed:
        sys.stdout.write(f"written: {arguments.docs / name}\n")
    if not changed:
        sys.stdout.write("every generated page is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
