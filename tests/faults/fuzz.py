"""Coverage-guided fuzzing of one reader, for as long as one likes: `make fuzz READER=csv SECONDS=300`.

Belongs here: Atheris, which has an environment of its own. Does not belong here: what must hold (`fuzzing`). What it
finds is written to the folder of the corpus as `crash-…`, and belongs into `tests/faults/found/<reader>/` once it is
mended: the tests read every file there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["orchestration.ingestion", "orchestration.dossiers", "orchestration.edtf"]):
    from tests.faults import fuzzing


def main() -> None:
    """Fuzz a reader; the arguments are its name, the folder of the corpus, and options of libFuzzer."""
    reader, folder, *options = sys.argv[1:]
    if reader not in fuzzing.READERS:
        raise SystemExit(f"No reader is called {reader}; the readers are {', '.join(fuzzing.READERS)}.")
    corpus = Path(folder) / reader
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(fuzzing.seeds(reader)):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-artifact_prefix={folder}/{reader}-", "-max_len=10000", "-timeout=20", *options],
        lambda data: fuzzing.try_reader(reader, data),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
