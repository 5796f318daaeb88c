"""The feed `agreement_parties`: who is a party to an agreement."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, TERM_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="agreement_parties",
    subject="agreements",
    fact_kind="agreement_party",
    grain="one row is a party to an agreement",
    key=("agreement_id", "party"),
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
            required=True,
            description="The party: a country, or the id or name of an organisation.",
            example="Pakistan",
        ),
        Column(
            name="role",
            type=ColumnType.TEXT,
            pattern=TERM_PATTERN,
            description="Its part in it, such as `party`, `depositary`, `guarantor`, `lender`; empty means `party`.",
            example="party",
        ),
        *COMMON_COLUMNS,
    ),
)
