"""Every reader reads or refuses whatever bytes it is given: a little of what `make fuzz` does for hours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults import fuzzing

FOUND = Path(__file__).with_name("found")
EXAMPLES = int(os.environ.get("ENTENTE_FUZZ_EXAMPLES", "25"))
PIECES = [
    b"", b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b'""', b",", b"\r", b"\n", b"\r\n", b"{", b"}", b"[", b"]", b":", b"\\",
    b"\\ud800", b"NaN", b"1e999", b"9" * 5000, b"&a;", b"<!DOCTYPE a [", b"*a", b"&a [*a]", b"!!x", b"PK\x03\x04",
    b"\x1f\x8b\x08", b"PAR1",
    "\u2028".encode(), "\N{FIRE}".encode(), b"\xed\xa0\x80", b"'=", b"\t", b" " * 300,
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Cut, repeat and replace pieces of a file."""
    content = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.one_of(st.just(start), st.integers(start, min(len(content), start + 40))))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8), st.just(content[start:end] * 2)))
        content = content[:start] + piece + content[end:]
    return content


@pytest.mark.parametrize("reader", fuzzing.READERS)
def test_a_reader_gives_rows_that_can_be_kept_or_refuses_the_file_in_words(reader: str) -> None:
    seeds = fuzzing.seeds(reader)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(damaged(seeds))
    def read_or_refuse(data: bytes) -> None:
        fuzzing.try_reader(reader, data)

    read_or_refuse()


@pytest.mark.parametrize("path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_fuzzers_once_found_is_read_or_refused(path: Path) -> None:
    fuzzing.try_reader(path.parent.name, path.read_bytes())
