"""Coverage-guided fuzzing of the readers, each in a process of its own: `make fuzz READER=csv SECONDS=300`.

Belongs here: Atheris, which has an environment of its own. Does not belong here: what must hold (`fuzzing`). What it
finds is written to `.fuzz/<reader>-crash-…`, and belongs into `tests/faults/found/<reader>/` once it is mended: the
tests read every file there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["orchestration.ingestion", "orchestration.dossiers", "orchestration.edtf"]):
    from tests.faults import fuzzing

FOLDER = Path(".fuzz")


def fuzz(reader: str, seconds: int) -> None:
    """Fuzz one reader in this process, which ends with it."""
    corpus = FOLDER / reader
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(fuzzing.seeds(reader)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={FOLDER}/{reader}-",
        "-max_len=10000",
        "-timeout=30",
        "-rss_limit_mb=2048",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: fuzzing.try_reader(reader, data) and None)
    atheris.Fuzz()


def main() -> int:
    """Fuzz the readers that the arguments name, or all of them, and return 1 where a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"of {', '.join(fuzzing.READERS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each")
    parser.add_argument("--here", action="store_true", help="one reader, in this process")
    options = parser.parse_args()
    unknown = [reader for reader in options.readers if reader not in fuzzing.READERS]
    if unknown:
        parser.error(f"no reader is called {unknown[0]}; the readers are {', '.join(fuzzing.READERS)}")
    if options.here:
        fuzz(options.readers[0], options.seconds)
        return 0
    found = []
    for reader in options.readers or fuzzing.READERS:
        sys.stderr.write(f"{reader}: {options.seconds} seconds\n")
        command = [sys.executable, "-m", "tests.faults.fuzz", reader, "--here", "--seconds", str(options.seconds)]
        if subprocess.run(command, check=False).returncode != 0:
            found.append(reader)
    sys.stderr.write(f"Faults in: {', '.join(found)}\n" if found else "No fault was found.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
