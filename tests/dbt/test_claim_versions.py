"""Versions of claims, as a property over random histories: what was known at a moment is what had arrived by then.

The models' own SQL runs, compiled by dbt, on tables that Hypothesis fills; the oracle is a loop over the deliveries.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
            is_as_of_stated boolean, received_at timestamp, delivery_number bigint, query varchar
        );
        create table warehouse.intermediate.int_claim_row (
            row_id varchar, delivery_id varchar, file_sha256 varchar, row_number bigint, feed varchar,
            fact_kind varchar, fact_id varchar, document_id varchar, is_retraction boolean, recorded_at timestamp,
            raw_key varchar, content_hash varchar, era_key varchar, asserted_at timestamp
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


@dataclass(frozen=True)
class Release:
    """One delivery of a data set: what it says of each fact, and which rows in it could not be read."""

    mode: str
    said: Mapping[str, str]
    unreadable: frozenset[str]
    asked: tuple[str, ...] | None = None
    """The facts that an extract was asked for, where its manifest states the query."""

    @property
    def query(self) -> str | None:
        return None if self.asked is None else json.dumps({"visit_id": ",".join(self.asked)})

    def after(self, known: Mapping[str, str]) -> dict[str, str]:
        """Return what is known once this was published after what was known before."""
        present = {fact for fact in self.said if fact in self.unreadable}
        if self.mode != "extract":
            kept = {fact: content for fact, content in known.items() if fact in present}
        elif self.asked is not None:
            kept = {fact: content for fact, content in known.items() if fact not in self.asked or fact in present}
        else:
            kept = dict(known)
        return kept | {fact: content for fact, content in self.said.items() if fact not in present}


@st.composite
def releases(draw: st.DrawFn, modes: Sequence[str]) -> Release:
    mode = draw(st.sampled_from(modes))
    asked = None
    if mode == "extract" and draw(st.booleans()):
        asked = tuple(draw(st.lists(st.sampled_from(FACTS), min_size=1, unique=True)))
    said = draw(st.dictionaries(st.sampled_from(asked or FACTS), st.sampled_from("xyz"), min_size=0))
    return Release(mode, said, frozenset(draw(st.sets(st.sampled_from(FACTS)))), asked)


def histories(*modes: str) -> st.SearchStrategy[tuple[list[Release], list[int]]]:
    """Releases in the order of their dates, and the order in which they arrive."""
    return st.lists(releases(modes), min_size=1, max_size=5).flatmap(
        lambda contents: st.tuples(st.just(contents), st.permutations(range(len(contents))))
    )


def tell(warehouse: duckdb.DuckDBPyConnection, contents: Sequence[Release], received: Mapping[int, datetime]) -> None:
    """Fill the inputs of the version models with these releases."""
    deliveries, claims, rejected = [], [], []
    for position, release in enumerate(contents):
        name = f"d{position}"
        deliveries.append(
            (name, "state_visits", "visits", release.mode, release.mode != "extract", day(position), True,
             received[position], position + 1, release.query)
        )  # fmt: skip
        for number, (fact, content) in enumerate(sorted(release.said.items())):
            if fact in release.unreadable:
                rejected.append((name, "state_visits", f'{{"visit_id": "{fact}"}}'))
            else:
                claims.append(
                    (f"{name}/{number}", name, "h", number, "state_visits", "meeting", fact, "visits", False, None,
                     f'{{"visit_id":"{fact}"}}', content, "", None)
                )  # fmt: skip
    fill(warehouse, "warehouse.intermediate.int_delivery", deliveries)
    fill(warehouse, "warehouse.intermediate.int_claim_row", claims)
    fill(warehouse, "warehouse.staging.stg_rejected_rows", rejected)
    fill(warehouse, "warehouse.intermediate.int_document_reference", [("visits", "Historian", None)])


@pytest.mark.parametrize("modes", [("snapshot",), ("replace",), ("replace", "extract"), ("extract",)], ids="-".join)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_a_release_says_is_what_was_known_until_the_next_and_a_part_withdraws_only_what_it_was_asked_for(
    warehouse: duckdb.DuckDBPyConnection, modes: tuple[str, ...], data: st.DataObject
) -> None:
    contents, arrival = data.draw(histories(*modes))
    received = {position: day(1000 + order) for order, position in enumerate(arrival)}
    tell(warehouse, contents, received)

    known: dict[str, str] = {}
    by_position = {}
    for position, release in enumerate(contents):
        known = by_position[position] = release.after(known)
        assert known_on(warehouse, "int_claim_version_snapshot", "published", day(position)) == known

    is_all_readable = not any(release.unreadable & set(release.said) for release in contents)
    for count, position in enumerate(arrival, start=1):
        arrived = sorted(arrival[:count])
        if "extract" not in modes:
            expected = by_position[arrived[-1]]
        elif is_all_readable:
            expected = functools.reduce(lambda known, place: contents[place].after(known), arrived, {})
        else:
            # an unreadable row keeps the last good version of its day, whenever that arrived: no oracle for parts
            continue
        assert known_on(warehouse, "int_claim_version_snapshot", "recorded", received[position]) == expected


appended_rows = st.lists(
    st.tuples(st.sampled_from(FACTS), st.sampled_from(["x", "y", "retract"]), st.integers(0, 400)),
    max_size=12,
    unique_by=lambda row: row[2],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
            None,
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
            "",
            None,
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
