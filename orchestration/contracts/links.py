"""The feed `links`: edges between facts."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, KINDS, REFERENCE_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="links",
    subject="relations",
    fact_kind="link",
    grain="one row is an edge between two facts",
    key=("subject_kind", "subject_id", "relation", "object_kind", "object_id"),
    columns=(
        Column(
            name="subject_kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=KINDS,
            description="What the edge comes from.",
            example="agreement",
        ),
        Column(
            name="subject_id",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="Its id, the `fact_id` of a fact without an id of its own, or `scheme:code` of a country.",
            example="pak-rus-economic-cooperation-mou-2024",
        ),
        Column(
            name="relation",
            type=ColumnType.ENUM,
            required=True,
            allowed=("concluded_at", "covers", "funds", "implements", "discussed_at", "concerns"),
            description="Read as a sentence: subject, relation, object; an agreement is `concluded_at` a meeting.",
            example="concluded_at",
        ),
        Column(
            name="object_kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=KINDS,
            description="What the edge leads to.",
            example="meeting",
        ),
        Column(
            name="object_id",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="Its id, the `fact_id` of a fact without an id of its own, or `scheme:code` of a country.",
            example="overchuk-islamabad-2024-09",
        ),
        *COMMON_COLUMNS,
    ),
)
