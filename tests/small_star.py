"""A star of two tables that must agree, built and published in a second by the project's own publishing."""

from __future__ import annotations

import duckdb

from orchestration.publication.publishing import publish, wait_for_afterwards
from orchestration.publication.store import Publication
from orchestration.settings import Settings
from orchestration.transformation.builds import begin_build, end_build, latest_build


def build(settings: Settings, number: int, *, rows: int = 1) -> None:
    """Note a whole and tested build whose `rows` meetings and their claims all carry `number`."""
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        before = latest_build(connection)
        begun = begin_build(connection, run_id="a-run", inputs={"ledger": str(number)}, is_whole=True)
        connection.execute("create schema if not exists evidence")
        connection.execute(
            """
            create or replace table main.fct_meeting as
            select range as meeting_id, $1::bigint as number, 'Ünïcode' as title, date '2024-09-18' as held_on,
                1.5::double as value_usd, true as is_held, timestamp '2024-09-18 12:00:00' as published_at
            from range($2)
            """,
            [number, rows],
        )
        connection.execute("comment on table main.fct_meeting is 'Grain: one row per meeting; it''s quoted'")
        connection.execute("comment on column main.fct_meeting.held_on is 'The day; ''known to the day'''")
        connection.execute(
            "create or replace view evidence.claims as select meeting_id as fact_id, number from main.fct_meeting"
        )
        connection.execute("comment on view evidence.claims is 'Grain: one row per claim'")
        connection.execute("comment on column evidence.claims.fact_id is 'The fact.'")
        end_build(connection, begun, before=before, failures=(), models_built=2, tests_passed=1)


def publish_number(settings: Settings, number: int, *, rows: int = 1) -> Publication:
    """Build `number` and publish it; nothing is at work on it any more."""
    build(settings, number, rows=rows)
    publication = publish(settings, run_id=f"run-{number}").publication
    wait_for_afterwards()
    assert publication is not None
    return publication
