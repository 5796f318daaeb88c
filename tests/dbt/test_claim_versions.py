"""Versions of claims, as a property over random histories: what was known at a moment is what had arrived by then.

The models' own SQL runs, compiled by dbt, on tables that Hypothesis fills; the oracle is a loop over the deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAY_ZERO = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
FACTS = ("f1", "f2", "f3")


def day(number: int) -> datetime:
    return DAY_ZERO + timedelta(days=number)


@pytest.fixture(scope="module")
def warehouse(compiled_models: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """An empty database called `warehouse` with the inputs of the version models, and the models as views."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("intermediate", "staging"):
        connection.execute(f"create schema warehouse.{schema}")
    connection.execute(
        """
        create table warehouse.intermediate.int_delivery (
            delivery_id varchar, feed varchar, dataset_key varchar, mode varchar, is_complete boolean, as_of timestamp,
            is_as_of_stated boolean, received_at timestamp, delivery_number bigint, was_current boolean
        );
        create table warehouse.intermediate.int_claim_row (
            row_id varchar, delivery_id varchar, file_sha256 varchar, row_number bigint, feed varchar,
            fact_kind varchar, fact_id varchar, document_id varchar, is_retraction boolean, recorded_at timestamp,
            raw_key varchar, content_hash varchar
        );
        create table warehouse.intermediate.int_document_reference (
            document_id varchar, publisher varchar, published_latest date
        );
        create table warehouse.staging.stg_rejected_rows (delivery_id varchar, feed varchar, key_values varchar);
        """
    )
    for model in ("int_claim_version_snapshot", "int_claim_version_appended"):
        connection.execute(f"create view warehouse.intermediate.{model} as {compiled_models[model]}")
    return connection


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    connection.execute(f"delete from {table}")  # noqa: S608 - a table of this module
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)  # noqa: S608 - a table of this module


def known_on(connection: duckdb.DuckDBPyConnection, model: str, basis: str, moment: datetime) -> dict[str, str]:
    rows = connection.execute(
        f"""
        select versions.fact_id, claims.content_hash
        from warehouse.intermediate.{model} as versions
        inner join warehouse.intermediate.int_claim_row as claims using (row_id)
        where not versions.is_retraction
            and versions.{basis}_from <= $moment and versions.{basis}_to > $moment
        """,  # noqa: S608 - a model and a clock of this module
        {"moment": moment},
    ).fetchall()
    assert len(rows) == len(dict(rows)), "two versions of one claim hold at one moment"
    return dict(rows)


snapshots = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(FACTS), st.sampled_from("xyz"), min_size=0),
        st.sets(st.sampled_from(FACTS)),
    ),
    min_size=1,
    max_size=5,
).flatmap(lambda contents: st.tuples(st.just(contents), st.permutations(range(len(contents)))))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=snapshots)
def test_what_a_snapshot_says_is_what_was_known_until_the_next(
    warehouse: duckdb.DuckDBPyConnection,
    history: tuple[list[tuple[dict[str, str], set[str]]], list[int]],
) -> None:
    contents, arrival = history
    received = {position: day(1000 + order) for order, position in enumerate(arrival)}
    newest = -1
    was_current = {}
    for position in arrival:
        was_current[position] = position > newest
        newest = max(newest, position)
    deliveries, claims, rejected = [], [], []
    for position, (facts, unreadable) in enumerate(contents):
        name = f"d{position}"
        deliveries.append(
            (name, "state_visits", "visits", "snapshot", True, day(position), True, received[position], position + 1,
             was_current[position])
        )  # fmt: skip
        for number, (fact, content) in enumerate(sorted(facts.items())):
            if fact in unreadable:
                rejected.append((name, "state_visits", f'{{"visit_id": "{fact}"}}'))
            else:
                claims.append(
                    (f"{name}/{number}", name, "h", number, "state_visits", "meeting", fact, "visits", False, None,
                     f'{{"visit_id":"{fact}"}}', content)
                )  # fmt: skip
    fill(warehouse, "warehouse.intermediate.int_delivery", deliveries)
    fill(warehouse, "warehouse.intermediate.int_claim_row", claims)
    fill(warehouse, "warehouse.staging.stg_rejected_rows", rejected)
    fill(warehouse, "warehouse.intermediate.int_document_reference", [("visits", "Historian", None)])

    expected: dict[str, str] = {}
    by_position = {}
    for position, (facts, unreadable) in enumerate(contents):
        held = {fact: expected[fact] for fact in facts if fact in unreadable and fact in expected}
        expected = held | {fact: content for fact, content in facts.items() if fact not in unreadable}
        by_position[position] = expected
        assert known_on(warehouse, "int_claim_version_snapshot", "published", day(position)) == expected

    newest = -1
    for position in arrival:
        newest = max(newest, position)
        assert known_on(warehouse, "int_claim_version_snapshot", "recorded", received[position]) == by_position[newest]


appended_rows = st.lists(
    st.tuples(st.sampled_from(FACTS), st.sampled_from(["x", "y", "retract"]), st.integers(0, 400)),
    max_size=12,
    unique_by=lambda row: row[2],
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=appended_rows, order=st.randoms(use_true_random=False))
def test_the_last_word_of_a_document_is_what_was_known_whatever_the_order_of_arrival(
    warehouse: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, int]], order: object
) -> None:
    arrival = list(rows)
    order.shuffle(arrival)  # type: ignore[attr-defined]
    deliveries = [
        (
            f"d{number}",
            "meetings",
            f"{number}.csv",
            "append",
            True,
            day(1000 + number),
            False,
            day(1000 + number),
            1,
            True,
        )
        for number in range(len(arrival))
    ]
    claims = [
        (
            f"d{number}/1",
            f"d{number}",
            "h",
            1,
            "meetings",
            "meeting",
            fact,
            "press",
            content == "retract",
            day(recorded),
            "{}",
            content,
        )
        for number, (fact, content, recorded) in enumerate(arrival)
    ]
    fill(warehouse, "warehouse.intermediate.int_delivery", deliveries)
    fill(warehouse, "warehouse.intermediate.int_claim_row", claims)
    fill(warehouse, "warehouse.staging.stg_rejected_rows", [])
    fill(warehouse, "warehouse.intermediate.int_document_reference", [("press", "Agency", None)])

    known: dict[str, str] = {}
    for fact, content, recorded in sorted(rows, key=lambda row: row[2]):
        known.pop(fact, None)
        if content != "retract":
            known[fact] = content
        assert known_on(warehouse, "int_claim_version_appended", "recorded", day(recorded)) == known
        # the document has no date of its own: it is taken to say a thing from when it was recorded
        assert known_on(warehouse, "int_claim_version_appended", "published", day(recorded)) == known
