"""The feed `decisions`: what a person decided about two ids being the same."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_WITH_OPTIONAL_DOCUMENT, KINDS, REFERENCE_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="decisions",
    subject="reference",
    fact_kind="decision",
    grain="one row is a human decision whether two ids are the same",
    key=("kind", "id_a", "id_b"),
    columns=(
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=KINDS,
            description="What the two ids are ids of.",
            example="person",
        ),
        Column(
            name="id_a",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="One id.",
            example="alexei-overchuk",
        ),
        Column(
            name="id_b",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="The other id.",
            example="aleksey-overchuk",
        ),
        Column(
            name="same",
            type=ColumnType.BOOLEAN,
            required=True,
            description="Whether the two are the same.",
            example="true",
        ),
        Column(
            name="decided_at",
            type=ColumnType.TIMESTAMP,
            required=True,
            description="When this was decided; a later decision on the same two replaces it.",
            example="2026-11-23",
        ),
        Column(
            name="reason",
            type=ColumnType.TEXT,
            description="Why.",
            example="Two transliterations of one name.",
        ),
        *COMMON_WITH_OPTIONAL_DOCUMENT,
    ),
)
