"""Machine-coded events, as a property: whatever order files arrive in, they are reduced to the same events.

The models' own SQL runs, compiled by dbt, on tables that Hypothesis fills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOON = datetime(2024, 9, 18, 12)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
ACTORS = ("NOR", "SWE", "DNK", "EUR", None)
_INSERT = "insert into warehouse.staging.stg_gdelt_events values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
MODELS = (
    "int_reported_event_delivery",
    "int_reported_event_country",
    "int_reported_event_row",
    "int_reported_event",
)


@pytest.fixture(scope="module")
def warehouse(compiled_models: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """An empty database called `warehouse` with the inputs of the models of reported events, and these as views."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    for schema in ("intermediate", "staging", "reference"):
        connection.execute(f"create schema warehouse.{schema}")
    connection.execute(
        """
        create table warehouse.staging.stg_gdelt_events (
            global_event_id bigint, occurred_on date, added_at timestamp, is_relative_date_artefact boolean,
            actor1_country_reported varchar, actor2_country_reported varchar, action_geo_country_reported varchar,
            event_code varchar, event_base_code varchar, event_root_code varchar, goldstein_scale double,
            num_mentions bigint, num_articles bigint, avg_tone double, source_url varchar, delivery_id varchar,
            file_sha256 varchar, row_number bigint
        );
        create table warehouse.intermediate.int_delivery (
            feed varchar, delivery_id varchar, as_of timestamp, received_at timestamp
        );
        create table warehouse.intermediate.int_reported_country as
            select 'gdelt_events' as feed, 'cameo:' || code as reported,
                if(code = 'EUR', 'not_a_country', code) as country_code
            from (select unnest(['NOR', 'SWE', 'DNK', 'EUR']) as code)
            union all select 'gdelt_events', 'fips:NO', 'NOR';
        create table warehouse.reference.cameo_event_classes (
            event_class varchar, name varchar, root_code varchar, root_name varchar, meeting_kind varchar,
            is_agreement boolean
        );
        """
    )
    for model in MODELS:
        connection.execute(f"create view warehouse.intermediate.{model} as {compiled_models[model]}")
    return connection


Reported = tuple[int, str | None, str | None, str, int]
reports = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(ACTORS),
        st.sampled_from(ACTORS),
        st.sampled_from(("040", "042", "043", "057", "190")),
        st.integers(0, 2),
    ),
    max_size=6,
)


def reduced(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Sequence[Reported]], arrival: Sequence[int]
) -> list[tuple[object, ...]]:
    """Return the events of files that arrive in an order, without when they did."""
    for table in ("staging.stg_gdelt_events", "intermediate.int_delivery"):
        connection.execute(f"delete from warehouse.{table}")  # noqa: S608 - a table of this module
    for position, number in enumerate(arrival):
        released = NOON + timedelta(minutes=15 * (number // 2))  # two files of each release
        connection.execute(
            "insert into warehouse.intermediate.int_delivery values ('gdelt_events', ?, ?, ?)",
            [f"d{number}", released, NOON + timedelta(days=10 + position)],
        )
        for row_number, (event_id, actor1, actor2, code, article) in enumerate(files[number], start=1):
            connection.execute(
                _INSERT,
                [
                    *(event_id, date(2024, 9, 18), released, False),
                    *(actor1 and f"cameo:{actor1}", actor2 and f"cameo:{actor2}", "fips:NO"),
                    *(code, code, code[:2], 1.0, 1, 1, 0.5, f"https://example.org/{article}"),
                    *(f"d{number}", "h", row_number),
                ],
            )
    return connection.execute(
        "select * exclude (first_received_at) from warehouse.intermediate.int_reported_event order by fact_id"
    ).fetchall()


@given(data=st.data(), files=st.lists(reports, min_size=2, max_size=4))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_arrival_changes_no_event(
    warehouse: duckdb.DuckDBPyConnection, data: st.DataObject, files: list[list[Reported]]
) -> None:
    arrival = data.draw(st.permutations(range(len(files))))
    assert reduced(warehouse, files, arrival) == reduced(warehouse, files, range(len(files)))


def test_a_file_that_comes_again_under_another_form_adds_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    report: list[Reported] = [(1, "NOR", "SWE", "042", 0), (2, "SWE", "NOR", "043", 1)]
    once, twice = reduced(warehouse, [report], [0]), reduced(warehouse, [report, report], [1, 0])
    assert len(once) == 1
    assert once == twice
