"""The feed `agreements`: instruments that parties conclude, from treaties to memoranda and contracts."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="agreements",
    subject="agreements",
    fact_kind="agreement",
    grain="one row is an agreement",
    key=("agreement_id",),
    columns=(
        Column(
            name="agreement_id",
            type=ColumnType.ID,
            required=True,
            description="The id by which other feeds name the agreement.",
            example="pak-rus-economic-cooperation-mou-2024",
        ),
        Column(
            name="title",
            type=ColumnType.TEXT,
            required=True,
            description="Its title, or a short description where the document gives none.",
            example="Memorandum of understanding on economic cooperation",
        ),
        Column(
            name="instrument_type",
            type=ColumnType.ENUM,
            allowed=(
                "treaty",
                "convention",
                "charter",
                "agreement",
                "framework_agreement",
                "free_trade_agreement",
                "preferential_trade_agreement",
                "customs_union",
                "investment_treaty",
                "protocol",
                "exchange_of_notes",
                "memorandum_of_understanding",
                "letter_of_intent",
                "arrangement",
                "declaration",
                "joint_statement",
                "action_plan",
                "contract",
                "other",
            ),
            description=(
                "What sort of instrument it is; from it the warehouse derives `binding_presumed` where nobody says "
                "whether it binds."
            ),
            example="memorandum_of_understanding",
        ),
        Column(
            name="is_binding",
            type=ColumnType.BOOLEAN,
            description="Whether it binds in law; empty unless the document says so.",
        ),
        Column(
            name="place",
            type=ColumnType.TEXT,
            description="Where it was concluded.",
            example="Islamabad",
        ),
        Column(
            name="registration",
            type=ColumnType.TEXT,
            description="Its registration with a depositary or register, as published.",
            example="UNTS I-54321",
        ),
        Column(
            name="text_url",
            type=ColumnType.URL,
            description="Where its text can be read.",
            example="https://example.org/treaties/54321",
        ),
        Column(
            name="parent_agreement_id",
            type=ColumnType.ID,
            description="The agreement that this one amends, accedes to, replaces or implements.",
            example="pak-rus-cooperation-2003",
        ),
        Column(
            name="parent_relation",
            type=ColumnType.ENUM,
            allowed=("amends", "accedes_to", "replaces", "implements"),
            description="What this agreement does to its parent.",
            example="implements",
        ),
        *COMMON_COLUMNS,
    ),
)
