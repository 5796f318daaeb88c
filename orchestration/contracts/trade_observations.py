"""The feed `trade_observations`: reported figures of trade between countries."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, operator_column, reported_value_column
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="trade_observations",
    subject="trade",
    fact_kind="trade",
    grain="one row is one reported trade figure",
    key=(
        "reporter",
        "country_a",
        "country_b",
        "partner",
        "direction",
        "commodity",
        "classification",
        "period",
        "basis",
    ),
    at_least_one=(("reporter", "country_a"),),
    columns=(
        Column(
            name="reporter",
            type=ColumnType.COUNTRY,
            description=(
                "The country whose statistics say so; empty for a third party's claim about two countries, which "
                "then stand in `country_a` and `country_b`."
            ),
            example="Pakistan",
        ),
        Column(
            name="partner",
            type=ColumnType.COUNTRY,
            description="With a reporter: the country on the other side.",
            example="Russia",
        ),
        Column(
            name="country_a",
            type=ColumnType.COUNTRY,
            description="Without a reporter: one of the two countries; the exporter, if the direction is `export`.",
            example="",
        ),
        Column(
            name="country_b",
            type=ColumnType.COUNTRY,
            description="Without a reporter: the other of the two countries.",
            example="",
        ),
        Column(
            name="direction",
            type=ColumnType.ENUM,
            required=True,
            allowed=("export", "import", "re_export", "re_import", "total"),
            description="Seen from the reporter (without one, from `country_a`); `total` is both directions together.",
            example="import",
        ),
        Column(
            name="commodity",
            type=ColumnType.TEXT,
            pattern=r"TOTAL|[0-9A-Z][0-9A-Z.]{0,11}",
            description="The code of the commodity with its leading zeros, or `TOTAL` for all of them.",
            example="100199",
        ),
        Column(
            name="classification",
            type=ColumnType.TEXT,
            description="The classification and its revision that the code belongs to.",
            example="HS2017",
        ),
        Column(
            name="period",
            type=ColumnType.EDTF,
            description="The time that the figure covers; a financial year is an extent.",
            example="2023-07/2024-06",
        ),
        operator_column(example="="),
        Column(
            name="value",
            type=ColumnType.DECIMAL,
            required=True,
            description="The figure in single units, not in thousands or millions.",
            example="1000000000",
        ),
        reported_value_column(example="1 billion"),
        Column(
            name="unit",
            type=ColumnType.TEXT,
            description="What is counted: `money` (in `currency`), `kg`, `t`, `item`, …; empty means `money`.",
            example="money",
        ),
        Column(
            name="currency",
            type=ColumnType.TEXT,
            pattern=r"[A-Z]{3}",
            description="The ISO 4217 code of the currency, where money is counted.",
            example="USD",
        ),
        Column(
            name="basis",
            type=ColumnType.ENUM,
            allowed=("FOB", "CIF", "unknown"),
            description="Whether freight and insurance are left out (`FOB`) or in (`CIF`).",
            example="CIF",
        ),
        *COMMON_COLUMNS,
    ),
)
