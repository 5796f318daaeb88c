"""The feed `indicators`: reported figures about a country or about two that are no trade flow."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, TERM_PATTERN, operator_column, reported_value_column
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="indicators",
    subject="trade",
    fact_kind="indicator",
    grain="one row is one reported figure about a country or two",
    key=("indicator", "country_a", "country_b", "period", "unit"),
    columns=(
        Column(
            name="indicator",
            type=ColumnType.TEXT,
            pattern=TERM_PATTERN,
            required=True,
            description="What is measured, in lower case with words joined by `_`.",
            example="national_currency_settlement_share",
        ),
        Column(
            name="country_a",
            type=ColumnType.COUNTRY,
            required=True,
            description="The country, or one of the two.",
            example="Pakistan",
        ),
        Column(
            name="country_b",
            type=ColumnType.COUNTRY,
            description="The other country; empty for a figure about one.",
            example="Russia",
        ),
        Column(
            name="period",
            type=ColumnType.EDTF,
            description="The time that the figure covers.",
            example="2024-01/2024-06",
        ),
        operator_column(),
        Column(
            name="value",
            type=ColumnType.DECIMAL,
            required=True,
            description="The figure; percent as 20, not 0.2.",
            example="20",
        ),
        reported_value_column(),
        Column(
            name="unit",
            type=ColumnType.TEXT,
            required=True,
            description="The unit of the value: `percent`, `Mt`, `USD`, `person` or another.",
            example="percent",
        ),
        Column(
            name="denominator",
            type=ColumnType.TEXT,
            description="For a share: what it is a share of.",
            example="value of bilateral transactions",
        ),
        *COMMON_COLUMNS,
    ),
)
