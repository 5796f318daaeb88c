"""Decisions on identity over time: two agreements that one decision merges and a later one cuts, on both clocks.

Facts are clustered on every day as the decisions known on that day say; what claims say is rewound beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.order.histories import World
from tests.order.orders import Installation

DOSSIER = """\
recorded_at: {recorded}
document: {{id: {document}, kind: official_statement, published: {published}}}
meetings:
  - id: {meeting}
    kind: visit
    title: {meeting_title}
    country: Malta
    started: {started}
    participants: [{{person: {person}, represents: Iceland, role: guest}}]
agreements:
  - id: {agreement}
    title: {title}
    instrument_type: treaty
    parties: [{parties}]
    events: [{{event: {event}, occurred: {occurred}}}]
    links: [{{relation: concluded_at, to: {{meeting: {meeting}}}}}]
"""
FIRST = DOSSIER.format(
    document="gazette", published="2020-05-06", recorded="2020-05-07T00:00:00Z", agreement="cod-accord",
    title="Accord on the cod of the north", parties="Iceland, Malta", event="signed", occurred="2020-05-01",
    meeting="cod-visit", meeting_title="A visit about cod", started="2020-05-01", person="Ann Happy",
)  # fmt: skip
SECOND = DOSSIER.format(
    document="register", published="2021-02-03", recorded="2021-02-04T00:00:00Z", agreement="herring-pact",
    title="Compact concerning herring", parties="Malta, Norway", event="entered_into_force", occurred="2021-01-01",
    meeting="herring-visit", meeting_title="A visit about herring", started="2020-05-01", person="Bob Merry",
)  # fmt: skip
MERGED = """\
kind,id_a,id_b,same,decided_at,recorded_at,reason
agreement,herring-pact,cod-accord,true,2023-03-02,2023-04-01T00:00:00Z,The register numbers the same text.
meeting,cod-visit,herring-visit,true,2023-03-02,2023-04-01T00:00:00Z,One visit.
"""
CUT = """\
kind,id_a,id_b,same,decided_at,recorded_at,reason
agreement,cod-accord,herring-pact,false,2024-06-10,2024-07-01T00:00:00Z,The texts differ.
meeting,cod-visit,herring-visit,false,2024-06-10,2024-07-01T00:00:00Z,Two visits.
"""
FILES = {
    "dossiers/gazette.yaml": FIRST,
    "dossiers/register.yaml": SECOND,
    "decisions/merged.csv": MERGED,
    "decisions/cut.csv": CUT,
}


def world() -> World:
    made = World()
    made.files.update({path: text.encode() for path, text in FILES.items()})
    return made


@pytest.fixture(scope="module")
def warehouse(
    manifest: Mapping[str, Any], empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The star of both dossiers and both decisions."""
    installation = Installation(tmp_path_factory.mktemp("decided") / "here", like=empty_warehouse)
    installation.load(world(), list(FILES))
    installation.build_from(manifest)
    with duckdb.connect(str(installation.settings.warehouse), read_only=True) as connection:
        yield connection


def test_x(warehouse):
    pass
