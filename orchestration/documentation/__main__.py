"""Rewrite the generated pages: `python -m orchestration.documentation`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.documentation.pages import MANIFEST, generated_pages, read_manifest, write_pages
from orchestration.settings import PROJECT_ROOT


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages that changed and say which."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.documentation", description=__doc__)
    parser.add_argument("--manifest", type=Path, default=MANIFEST, help="the manifest.json of dbt parse")
    arguments = parser.parse_args(argv)
    if not arguments.manifest.exists():
        parser.error(f"{arguments.manifest} is not there: run `dbt parse` first, or `make docs`, which does")
    changed = write_pages(generated_pages(read_manifest(arguments.manifest)), root=PROJECT_ROOT)
    for name in changed:
        sys.stdout.write(f"written: {name}\n")
    if not changed:
        sys.stdout.write("every generated file is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
