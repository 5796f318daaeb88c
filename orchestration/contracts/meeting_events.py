"""The feed `meeting_events`: what became of a meeting."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="meeting_events",
    subject="meetings",
    fact_kind="meeting_event",
    grain="one row is a step of a meeting",
    key=("meeting_id", "event"),
    columns=(
        Column(
            name="meeting_id",
            type=ColumnType.ID,
            required=True,
            description="The meeting.",
            example="overchuk-islamabad-2024-09",
        ),
        Column(
            name="event",
            type=ColumnType.ENUM,
            required=True,
            allowed=("planned", "postponed", "cancelled", "held"),
            description="The step.",
            example="held",
        ),
        Column(
            name="occurred",
            type=ColumnType.EDTF,
            description="When the step was taken: the day of the announcement, or of the meeting that was held.",
            example="2024-09-18",
        ),
        *COMMON_COLUMNS,
    ),
)
