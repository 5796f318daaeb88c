"""The feed `agreement_events`: the steps in the life of an agreement."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="agreement_events",
    subject="agreements",
    fact_kind="agreement_event",
    grain="one row is a step in the life of an agreement, for one party or for all",
    key=("agreement_id", "party", "event"),
    columns=(
        Column(
            name="agreement_id",
            type=ColumnType.ID,
            required=True,
            description="The agreement.",
            example="pak-rus-economic-cooperation-mou-2024",
        ),
        Column(
            name="party",
            type=ColumnType.PARTY,
            description="The party that took the step; empty where it holds for the agreement as a whole.",
            example="Pakistan",
        ),
        Column(
            name="event",
            type=ColumnType.ENUM,
            required=True,
            allowed=(
                "proposed",
                "negotiating",
                "initialled",
                "adopted",
                "signed",
                "ratified",
                "accepted",
                "approved",
                "acceded",
                "succeeded",
                "deposited",
                "provisionally_applied",
                "provisional_application_ended",
                "entered_into_force",
                "extended",
                "amended",
                "reservation",
                "suspended",
                "suspension_lifted",
                "signature_withdrawn",
                "ratification_withdrawn",
                "withdrawn",
                "denounced",
                "replaced",
                "terminated",
                "expired",
            ),
            description="The step.",
            example="signed",
        ),
        Column(
            name="occurred",
            type=ColumnType.EDTF,
            description="When the step was taken.",
            example="2024-09-18",
        ),
        Column(
            name="effective",
            type=ColumnType.EDTF,
            description="From when it has effect, if not at once: a notice of withdrawal names such a day.",
            example="2025-09-18",
        ),
        *COMMON_COLUMNS,
    ),
)
