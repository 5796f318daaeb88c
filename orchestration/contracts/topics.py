"""The feed `topics`: what a fact is about, in the words of a small taxonomy."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, KINDS, REFERENCE_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="topics",
    subject="relations",
    fact_kind="topic",
    grain="one row is a topic of a fact",
    key=("subject_kind", "subject_id", "topic"),
    columns=(
        Column(
            name="subject_kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=KINDS,
            description="What has the topic.",
            example="meeting",
        ),
        Column(
            name="subject_id",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="Its id, the `fact_id` of a fact without an id of its own, or `scheme:code` of a country.",
            example="overchuk-islamabad-2024-09",
        ),
        Column(
            name="topic",
            type=ColumnType.ID,
            required=True,
            description="A code of the taxonomy (`dbt_project/seeds/topics.csv`); a new one is kept and listed.",
            example="clean-energy",
        ),
        *COMMON_COLUMNS,
    ),
)
