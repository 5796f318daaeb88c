"""The feed `meeting_participants`: who was at a meeting, in which office, for whom."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="meeting_participants",
    subject="meetings",
    fact_kind="meeting_participation",
    grain="one row is somebody at a meeting",
    key=("meeting_id", "person", "represents", "role"),
    at_least_one=(("person", "represents"),),
    columns=(
        Column(
            name="meeting_id",
            type=ColumnType.ID,
            required=True,
            description="The meeting.",
            example="overchuk-islamabad-2024-09",
        ),
        Column(
            name="person",
            type=ColumnType.PERSON,
            description="The name or the id of the person; empty for a delegation whose members are not named.",
            example="Alexei Overchuk",
        ),
        Column(
            name="office",
            type=ColumnType.TEXT,
            description="The office held at the time of the meeting.",
            example="Deputy Prime Minister",
        ),
        Column(
            name="represents",
            type=ColumnType.PARTY,
            description="The country or organisation for which the person was there.",
            example="Russia",
        ),
        Column(
            name="role",
            type=ColumnType.ENUM,
            allowed=("host", "guest", "chair", "observer", "participant"),
            description="The part taken in the meeting.",
            example="guest",
        ),
        *COMMON_COLUMNS,
    ),
)
