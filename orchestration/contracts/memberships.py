"""The feed `memberships`: the steps by which somebody joins or leaves an organisation."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="memberships",
    subject="relations",
    fact_kind="membership",
    grain="one row is a step in a membership",
    key=("organization", "member", "event"),
    columns=(
        Column(
            name="organization",
            type=ColumnType.ORGANIZATION,
            required=True,
            description="The id or the name of the organisation.",
            example="brics",
        ),
        Column(
            name="member",
            type=ColumnType.PARTY,
            required=True,
            description="The country or organisation that is, was or wants to be a member.",
            example="Pakistan",
        ),
        Column(
            name="event",
            type=ColumnType.ENUM,
            required=True,
            allowed=(
                "applied",
                "invited",
                "observer",
                "partner",
                "joined",
                "declined",
                "suspended",
                "reinstated",
                "expelled",
                "withdrew",
            ),
            description=(
                "The step. Give the row a `fact_id` where a statement or a link is to point at it: "
                "`target_kind` is then `membership` and `target_id` that `fact_id`."
            ),
            example="applied",
        ),
        Column(
            name="occurred",
            type=ColumnType.EDTF,
            description="When the step was taken.",
            example="2023-11",
        ),
        *COMMON_COLUMNS,
    ),
)
