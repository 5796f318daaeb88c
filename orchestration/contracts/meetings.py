"""The feed `meetings`: visits, talks, summits and whatever else people meet at."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="meetings",
    subject="meetings",
    fact_kind="meeting",
    grain="one row is a meeting or a visit",
    key=("meeting_id",),
    columns=(
        Column(
            name="meeting_id",
            type=ColumnType.ID,
            required=True,
            description="The id by which other feeds name the meeting.",
            example="overchuk-islamabad-2024-09",
        ),
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=(
                "visit",
                "bilateral_talks",
                "summit",
                "courtesy_call",
                "press_conference",
                "ministerial",
                "conference",
                "call",
                "other",
            ),
            description="What sort of meeting it is; a `call` is held at a distance.",
            example="visit",
        ),
        Column(
            name="title",
            type=ColumnType.TEXT,
            description="A name or a short description of it.",
            example="Visit of the Deputy Prime Minister of Russia to Pakistan",
        ),
        Column(
            name="started",
            type=ColumnType.EDTF,
            description="When it began.",
            example="2024-09-18",
        ),
        Column(
            name="ended",
            type=ColumnType.EDTF,
            description="When it ended.",
            example="2024-09-19",
        ),
        Column(
            name="place",
            type=ColumnType.TEXT,
            description="The city or the building.",
            example="Islamabad",
        ),
        Column(
            name="country",
            type=ColumnType.COUNTRY,
            description="The country in which it took place.",
            example="Pakistan",
        ),
        Column(
            name="parent_meeting_id",
            type=ColumnType.ID,
            description="The meeting of which this one was a part: talks during a visit.",
            example="overchuk-islamabad-2024-09",
        ),
        *COMMON_COLUMNS,
    ),
)
