"""The feed `statements`: positions that somebody takes in public."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, KINDS, REFERENCE_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="statements",
    subject="relations",
    fact_kind="statement",
    grain="one row is a position taken by one speaker or one side",
    key=("statement_id",),
    at_least_one=(("speaker", "on_behalf_of"),),
    columns=(
        Column(
            name="statement_id",
            type=ColumnType.ID,
            required=True,
            description="The id of the statement; what two sides say together is two statements.",
            example="overchuk-supports-brics-bid-2024-09",
        ),
        Column(
            name="speaker",
            type=ColumnType.PERSON,
            description="The name or the id of the person; empty where only the side is named.",
            example="Alexei Overchuk",
        ),
        Column(
            name="office",
            type=ColumnType.TEXT,
            description="The office of the speaker at the time.",
            example="Deputy Prime Minister",
        ),
        Column(
            name="on_behalf_of",
            type=ColumnType.PARTY,
            description="The country or organisation whose position it is.",
            example="Russia",
        ),
        Column(
            name="made",
            type=ColumnType.EDTF,
            description="When it was made.",
            example="2024-09-18",
        ),
        Column(
            name="meeting_id",
            type=ColumnType.ID,
            description="The meeting at which it was made.",
            example="overchuk-dar-press-conference-2024-09",
        ),
        Column(
            name="stance",
            type=ColumnType.ENUM,
            required=True,
            allowed=("supports", "opposes", "calls_for", "commends", "reaffirms", "denies"),
            description="What the speaker does about the target.",
            example="supports",
        ),
        Column(
            name="target_kind",
            type=ColumnType.ENUM,
            allowed=KINDS,
            description="What the statement is about, where that has an id.",
            example="membership",
        ),
        Column(
            name="target_id",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            description=(
                "The id of what it is about: the id of an entity, the `fact_id` of a fact without an id of its own "
                "(membership, indicator, trade), or `scheme:code` of a country."
            ),
            example="brics-membership-pakistan",
        ),
        Column(
            name="paraphrase",
            type=ColumnType.TEXT,
            description="What was said, in our own words; quotations are not ours to pass on.",
            example="Russia backs Pakistan's wish to become a member of BRICS.",
        ),
        *COMMON_COLUMNS,
    ),
)
