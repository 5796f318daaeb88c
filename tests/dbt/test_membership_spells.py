"""Memberships as a property over random steps and lists: what a list says is true of its day, in any order of rows.

The models' own SQL runs, compiled by dbt, on tables that Hypothesis fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.settings import PROJECT_ROOT

DAY_ZERO = date(2010, 1, 1)
MEMBERS = ("AAA", "BBB", "CCC")
STEPS = (
    *("applied", "invited", "observer", "partner", "joined"),
    *("suspended", "reinstated", "declined", "withdrew", "expelled"),
)
STATUSES = ("member", "observer", "suspended", "candidate")

Step = tuple[str, str, int | None]
"""A member, what it did, and on which day; undated without."""
Lists = Mapping[int, Mapping[str, str]]
"""For each day of a list, the status of those who stand on it."""
Spell = tuple[object, ...]

steps = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from(STEPS), st.none() | st.integers(0, 20)), max_size=6, unique=True
)
lists = st.dictionaries(
    st.integers(0, 20), st.dictionaries(st.sampled_from(MEMBERS), st.sampled_from(STATUSES), min_size=1), max_size=4
)


@pytest.fixture(scope="module")
def warehouse(compiled_models: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database called `warehouse` with the inputs of the membership models, and the models as views."""
    seed = PROJECT_ROOT / "dbt_project" / "seeds" / "membership_steps.csv"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        for schema in ("intermediate", "staging", "reference"):
            connection.execute(f"create schema warehouse.{schema}")
        connection.execute(
            "create table warehouse.reference.membership_steps as select * from read_csv(?)", [str(seed)]
        )
        for table, attribute, date_name in (
            ("int_membership_event_as_known", "event", "occurred"),
            ("int_membership_listing_as_known", "status", "valid_on"),
        ):
            connection.execute(
                f"""
                create table warehouse.intermediate.{table} (
                    fact_id varchar, organization_id varchar, organization_reported varchar, {attribute} varchar,
                    {date_name}_edtf varchar, {date_name}_earliest date, {date_name}_latest date,
                    {date_name}_precision varchar, member_code varchar, member_kind varchar, member_reported varchar,
                    document_id varchar, locator varchar, modality varchar, claim_count bigint, has_conflict boolean,
                    winning_reason varchar, evidence_class varchar, published_from timestamp, recorded_from timestamp,
                    state_id varchar, is_current boolean
                )
                """
            )
        connection.execute(
            """
            create table warehouse.intermediate.int_knowledge_state as
            select 's' as state_id, 'membership' as subject_kind, date '2010-12-31' as turned_until, true as is_current;
            create table warehouse.intermediate.int_document_reference (
                document_id varchar, kind varchar, kind_rank integer
            );
            create table warehouse.intermediate.int_delivery (delivery_id varchar, received_at timestamp);
            create table warehouse.staging.stg_membership_lists (
                organization_reported varchar, valid_on_edtf varchar, delivery_id varchar
            );
            create table warehouse.staging.stg_rejected_rows (delivery_id varchar, feed varchar, key_values varchar);
            create table warehouse.staging.stg_edtf (edtf_text varchar);
            """
        )
        for model in ("int_membership_list_as_known", "int_membership_spell_as_known", "int_membership_spell"):
            connection.execute(f"create view warehouse.intermediate.{model} as {compiled_models[model]}")
        yield connection


def spells(
    warehouse: duckdb.DuckDBPyConnection,
    recorded_steps: Sequence[Step],
    recorded_lists: Lists,
    *,
    backwards: bool = False,
) -> list[Spell]:
    """Record steps and lists, and return every spell; fact ids come from the content, not from the order."""
    events = [
        (f"{member}-{step}-{day}", step, *dated(day), member, "register", 1) for member, step, day in recorded_steps
    ]
    listings = [
        (f"{member}-on-{day}", status, *dated(day), member, f"list-{day}", 1)
        for day, members in recorded_lists.items()
        for member, status in members.items()
    ]
    for table, rows in (
        ("int_membership_event_as_known", events),
        ("int_membership_listing_as_known", listings),
    ):
        warehouse.execute(f"delete from warehouse.intermediate.{table}")  # noqa: S608 - a table of this module
        if rows:
            warehouse.executemany(
                f"""
                insert into warehouse.intermediate.{table}
                select $1, 'org', 'Org', $2, $3, $4, $5, $6, $7, 'country', $7, $8, null, 'asserted', $9, false,
                    'the only claim', 'curated', null, null, 's', true
                """,
                rows[::-1] if backwards else rows,
            )
    return warehouse.execute("select * from warehouse.intermediate.int_membership_spell order by all").fetchall()


def dated(day: int | None) -> tuple[str | None, date | None, date | None, str | None]:
    if day is None:
        return None, None, None, None
    on = DAY_ZERO + timedelta(days=day)
    return on.isoformat(), on, on, "day"


checked = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@checked
@given(recorded_steps=steps, recorded_lists=lists)
def test_memberships_do_not_depend_on_the_order_of_rows(
    warehouse: duckdb.DuckDBPyConnection, recorded_steps: list[Step], recorded_lists: Lists
) -> None:
    forwards = spells(warehouse, recorded_steps, recorded_lists)
    assert spells(warehouse, recorded_steps, recorded_lists, backwards=True) == forwards


@checked
@given(recorded_steps=steps, recorded_lists=lists)
def test_nobody_stands_in_two_statuses_of_one_track_on_one_day(
    warehouse: duckdb.DuckDBPyConnection, recorded_steps: list[Step], recorded_lists: Lists
) -> None:
    spells(warehouse, recorded_steps, recorded_lists)
    both = warehouse.execute(
        """
        select one.member_code, one.track, one.status, other.status
        from warehouse.intermediate.int_membership_spell as one
        inner join warehouse.intermediate.int_membership_spell as other
            on one.member_code = other.member_code and one.track = other.track and one.fact_id < other.fact_id
        where
            (one.began_latest < other.ended_earliest or (one.began_latest is not null and other.ended_basis is null))
            and (
                other.began_latest < one.ended_earliest
                or (other.began_latest is not null and one.ended_basis is null)
            )
        """
    ).fetchall()
    assert both == []


@checked
@given(recorded_lists=lists)
def test_without_steps_a_list_is_true_of_its_day(warehouse: duckdb.DuckDBPyConnection, recorded_lists: Lists) -> None:
    spells(warehouse, [], recorded_lists)
    for day, listed in recorded_lists.items():
        on = DAY_ZERO + timedelta(days=day)
        standing = dict(
            warehouse.execute(
                """
                select member_code, status
                from warehouse.intermediate.int_membership_spell
                where
                    track = 'standing'
                    and coalesce(began_latest <= $on, true)
                    and coalesce(ended_earliest > $on, true)
                    and (began_earliest is not null or began_latest is not null)
                """,
                {"on": on},
            ).fetchall()
        )
        for member in MEMBERS:
            status = listed.get(member)
            if status == "candidate":
                assert standing.get(member) not in set(listed.values()) - {"candidate"}
            elif status == "member" and "suspended" not in listed.values():
                assert standing.get(member) in ("member", "suspended")
            elif status is not None:
                assert standing.get(member) == status
            else:
                assert standing.get(member) not in set(listed.values())


@checked
@given(recorded_steps=steps, recorded_lists=lists)
def test_who_only_applied_or_was_invited_was_never_a_member(
    warehouse: duckdb.DuckDBPyConnection, recorded_steps: list[Step], recorded_lists: Lists
) -> None:
    made_members = {member for member, step, _ in recorded_steps if step not in ("applied", "invited", "declined")}
    made_members |= {member for listed in recorded_lists.values() for member, status in listed.items()}
    spells(warehouse, recorded_steps, recorded_lists)
    members = warehouse.execute(
        "select distinct member_code from warehouse.intermediate.int_membership_spell where track = 'standing'"
    ).fetchall()
    assert {member for (member,) in members} <= made_members
