"""The feed `projects`: what countries build together, step by step."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, TERM_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="projects",
    subject="relations",
    fact_kind="project_event",
    grain="one row is a step in a joint project",
    key=("project_id", "event"),
    columns=(
        Column(
            name="project_id",
            type=ColumnType.ID,
            required=True,
            description="The id of the project.",
            example="karachi-steel-mill",
        ),
        Column(
            name="name",
            type=ColumnType.TEXT,
            description="Its name.",
            example="Steel mill in Karachi",
        ),
        Column(
            name="sector",
            type=ColumnType.TEXT,
            pattern=TERM_PATTERN,
            description="The branch of the economy, in lower case.",
            example="steel",
        ),
        Column(
            name="country",
            type=ColumnType.COUNTRY,
            description="The country in which it is built; who else takes part is said by `links`.",
            example="Pakistan",
        ),
        Column(
            name="place",
            type=ColumnType.TEXT,
            description="The place in which it is built.",
            example="Karachi",
        ),
        Column(
            name="event",
            type=ColumnType.ENUM,
            required=True,
            allowed=("proposed", "agreed", "financed", "under_construction", "operating", "suspended", "cancelled"),
            description="The step.",
            example="proposed",
        ),
        Column(
            name="occurred",
            type=ColumnType.EDTF,
            description="When the step was taken.",
            example="2024-09",
        ),
        Column(
            name="capacity",
            type=ColumnType.DECIMAL,
            minimum=0,
            description="What it can or shall deliver.",
            example="1100",
        ),
        Column(
            name="unit",
            type=ColumnType.TEXT,
            description="The unit of the capacity.",
            example="km",
        ),
        *COMMON_COLUMNS,
    ),
)
