"""The feed `exchange_rates`: what one currency cost in another."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="exchange_rates",
    subject="trade",
    fact_kind="exchange_rate",
    grain="one row is one exchange rate of one period",
    key=("currency", "per", "period", "kind"),
    columns=(
        Column(
            name="currency",
            type=ColumnType.TEXT,
            pattern=r"[A-Z]{3}",
            required=True,
            description="The ISO 4217 code of the currency in which the price is given.",
            example="PKR",
        ),
        Column(
            name="per",
            type=ColumnType.TEXT,
            pattern=r"[A-Z]{3}",
            required=True,
            description="The ISO 4217 code of the currency of which one unit is priced.",
            example="USD",
        ),
        Column(
            name="period",
            type=ColumnType.EDTF,
            required=True,
            description="The day, month or year of the rate.",
            example="2024-09",
        ),
        Column(
            name="rate",
            type=ColumnType.DECIMAL,
            required=True,
            minimum=0,
            description="How many units of `currency` one unit of `per` costs.",
            example="278.4",
        ),
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=("average", "end"),
            description="The average over the period, or the rate at its end.",
            example="average",
        ),
        *COMMON_COLUMNS,
    ),
)
