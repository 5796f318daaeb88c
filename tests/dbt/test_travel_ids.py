"""Ids of travels, as a property over random histories in which the publisher numbers them anew.

The model's own SQL runs, compiled by dbt, on tables that Hypothesis fills; the oracle knows which stay is which.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RELEASES = 20


@dataclass(frozen=True)
class Stay:
    """One stay, known by `true_id` whatever number its publisher gives it."""

    true_id: int
    role: str
    start: str
    country: str

    def row(self, number: str | None, delivery: str, place: int) -> tuple[object, ...]:
        traveller = f"some-{self.role}"
        return (
            delivery, "h", place, number, traveller, self.role, traveller.title(), self.start, self.country,
            self.country.title(), f"content {self.true_id}",
        )  # fmt: skip


COLUMNS = (
    "delivery_id, file_sha256, row_number, trip_number, traveller_id, role, person_reported, started_edtf, "
    "country_id_reported, country_reported, content_hash"
)


@pytest.fixture(scope="module")
def warehouse(compiled_models: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("intermediate", "staging"):
        connection.execute(f"create schema warehouse.{schema}")
    kinds = ", ".join(
        f"{name} {'bigint' if name == 'row_number' else 'varchar'}" for name in (*COLUMNS.split(", "), "description")
    )
    connection.execute(f"create table warehouse.staging.stg_state_travels ({kinds})")
    connection.execute(
        """
        create table warehouse.staging.stg_deliveries (
            delivery_id varchar, feed varchar, dataset_key varchar, mode varchar, is_complete boolean, as_of timestamp,
            is_as_of_stated boolean, received_at timestamp, revision integer, manifest varchar, status varchar
        );
        create table warehouse.intermediate.int_reported_country (feed varchar, reported varchar, country_code varchar);
        """
    )
    for model in ("int_delivery", "int_state_travel"):
        connection.execute(f"create view warehouse.intermediate.{model} as {compiled_models[model]}")
    return connection


History = Sequence[Sequence[tuple[str | None, Stay]]]
"""Releases in the order of their dates: the number that each stay has in it."""


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw twenty releases: stays come, go, are corrected, and are numbered anew, often by one place."""
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - a history, not a secret
    numbers: dict[int, int] = {}
    stays: list[Stay] = []
    releases: list[list[tuple[str | None, Stay]]] = []
    made = 0
    for _ in range(RELEASES):
        for _ in range(dice.randint(0, 3)):
            role = dice.choice(["president", "secretary"])
            stays.append(Stay(made, role, f"2001-{made % 12 + 1:02}-{made // 12 % 28 + 1:02}", dice.choice("pqr")))
            numbers[made] = max(numbers.values(), default=0) + 1
            made += 1
        event = dice.choice(["nothing", "correct", "shift", "drop", "shuffle"])
        if stays and event == "correct":
            place = dice.randrange(len(stays))
            stays[place] = replace(stays[place], country=f"new {made} {len(releases)}")
        elif event == "shift":
            place = dice.randint(0, len(stays))
            dropped = dice.random() < 0.5
            for stay in stays[place:]:
                numbers[stay.true_id] += -1 if dropped and numbers[stay.true_id] > 1 else 1
        elif stays and event == "drop":
            stays.pop(dice.randrange(len(stays)))
        elif event == "shuffle":
            held = [numbers[stay.true_id] for stay in stays]
            dice.shuffle(held)
            numbers |= {stay.true_id: number for stay, number in zip(stays, held, strict=True)}
        has_ids = dice.random() < 0.95
        releases.append([(str(numbers[stay.true_id]) if has_ids else None, stay) for stay in stays])
    return releases


def identified(
    warehouse: duckdb.DuckDBPyConnection, history: History, arrival: Sequence[int]
) -> list[tuple[int, str, str, bool]]:
    """Load the releases in the order of arrival, and return each stay of each with the id of its meeting."""
    deliveries, rows = [], []
    for order, position in enumerate(arrival):
        name = f"d{order}"
        deliveries.append((name, "state_travels", "travels", "snapshot", True, f"2020-01-{position + 1:02}", True,
                           f"2026-01-{order + 1:02}", 0, None, "loaded"))  # fmt: skip
        rows += [stay.row(number, name, place) for place, (number, stay) in enumerate(history[position])]
    for table, content in (("stg_deliveries", deliveries), ("stg_state_travels", rows)):
        warehouse.execute(f"delete from warehouse.staging.{table}")  # noqa: S608 - a table of this module
        if content:
            into = f"{table} ({COLUMNS})" if table == "stg_state_travels" else table
            marks = ", ".join("?" * len(content[0]))
            warehouse.executemany(f"insert into warehouse.staging.{into} values ({marks})", content)  # noqa: S608
    return warehouse.execute(
        """
        select deliveries.delivery_number, travels.row_number, travels.meeting_id, travels.is_id_ambiguous
        from warehouse.intermediate.int_state_travel as travels
        inner join warehouse.intermediate.int_delivery as deliveries using (delivery_id)
        order by all
        """
    ).fetchall()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), order=st.permutations(range(RELEASES)))
def test_no_two_stays_are_merged_however_their_ids_moved_and_whatever_came_first(
    warehouse: duckdb.DuckDBPyConnection, history: History, order: list[int]
) -> None:
    found = identified(warehouse, history, range(RELEASES))
    assert len(found) == sum(map(len, history)), "a stay was dropped"

    meant = defaultdict(set)
    for release, place, meeting_id, _ in found:
        meant[meeting_id].add(history[release - 1][place][1].true_id)
    assert {meeting_id: stays for meeting_id, stays in meant.items() if len(stays) > 1} == {}

    assert identified(warehouse, history, order) == found


def test_two_entries_of_one_day_one_place_and_one_id_stay_two(warehouse: duckdb.DuckDBPyConnection) -> None:
    one = Stay(1, "secretary", "2021-03-15", "japan")
    history = [[("3992", one), ("4019", replace(one, true_id=2)), ("3992", replace(one, true_id=3))]]
    assert [(meeting_id, flagged) for _, _, meeting_id, flagged in identified(warehouse, history, [0])] == [
        ("us-state-travel-3992-2021-03-15-some-secretary", True),
        ("us-state-travel-4019", False),
        ("us-state-travel-3992-2021-03-15-some-secretary-2", True),
    ]


def test_a_corrected_date_keeps_its_id_and_a_neighbour_in_its_place_does_not(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first, second = Stay(1, "president", "1919-01-07", "france"), Stay(2, "president", "1919-03-14", "france")
    third = Stay(3, "president", "1919-06-18", "belgium")
    history = [
        [("2664", first), ("2665", second), ("2670", third)],
        [("2663", first), ("2664", second), ("2670", replace(third, start="1919-06-19"))],
    ]
    assert [(meeting_id, flagged) for _, _, meeting_id, flagged in identified(warehouse, history, [0, 1])] == [
        ("us-state-travel-2664-1919-01-07-some-president", True),
        ("us-state-travel-2665", False),
        ("us-state-travel-2670", False),
        ("us-state-travel-2663", False),
        ("us-state-travel-2664-1919-03-14-some-president", True),
        ("us-state-travel-2670", False),
    ]
