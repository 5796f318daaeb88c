"""Rewrite what is made from the contracts: `python -m orchestration.contracts`."""

from __future__ import annotations

import sys

from orchestration.contracts.generated import write_generated_files
from orchestration.settings import PROJECT_ROOT


def main() -> int:
    """Write the files that changed and say which."""
    changed = write_generated_files(PROJECT_ROOT)
    for name in changed:
        sys.stdout.write(f"written: {name}\n")
    if not changed:
        sys.stdout.write("every generated file is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
