"""The feed `membership_lists`: who was a member on a day, from lists that are complete."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="membership_lists",
    subject="relations",
    fact_kind="membership_listing",
    grain="one row is a member on a complete list of one organisation on a day",
    key=("organization", "valid_on", "member"),
    columns=(
        Column(
            name="organization",
            type=ColumnType.ORGANIZATION,
            required=True,
            description="The id or the name of the organisation.",
            example="eurasian-economic-union",
        ),
        Column(
            name="valid_on",
            type=ColumnType.EDTF,
            required=True,
            description="The day of which the list is true; who is not on it was no member on that day.",
            example="2024-01-01",
        ),
        Column(
            name="member",
            type=ColumnType.PARTY,
            required=True,
            description="The country or organisation on the list.",
            example="Armenia",
        ),
        Column(
            name="status",
            type=ColumnType.ENUM,
            allowed=("member", "associate", "observer", "partner", "candidate", "suspended"),
            description="As what it is listed; empty means `member`.",
            example="member",
        ),
        *COMMON_COLUMNS,
    ),
)
