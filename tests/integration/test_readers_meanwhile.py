"""Readers and the publisher at once, in real processes; `make readers` does the same fifty times."""

from __future__ import annotations

from benchmarks.readers import KINDS, measure
from orchestration.settings import Settings

PUBLICATIONS = 10


def test_no_reader_is_blocked_or_sees_half_a_publication_while_others_are_published(settings: Settings) -> None:
    readings, publishing = measure(settings, publications=PUBLICATIONS)
    assert {reading.kind: reading.faults for reading in readings} == {kind.name: () for kind in KINDS}
    assert len(publishing.seconds) == PUBLICATIONS
    assert all(reading.answers > 0 for reading in readings)
    held = next(reading for reading in readings if reading.kind == "one connection held throughout")
    assert held.publications_seen == 1
