"""The feed `exchange_rates_monthly`: published tables of monthly rates per US dollar, by country.

The file of github.com/datasets/exchange-rates, which the Federal Reserve publishes as H.10/G.5: the column names are
those of the file. Each rate is the average of its month. Countries that changed their currency are read by date.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument

CONTRACT = Contract(
    feed="exchange_rates_monthly",
    subject="trade",
    fact_kind="monthly_exchange_rate",
    grain="one row is what a US dollar cost in the currency of a country in a month",
    key=("Date", "Country"),
    claims=("exchange_rates",),
    mode=Mode.SNAPSHOT,
    dataset_key="exchange-rates-monthly",
    source_document=SourceDocument(
        document_id="datasets-exchange-rates",
        kind="dataset",
        publisher="Board of Governors of the Federal Reserve System",
        title="Foreign exchange rates (H.10/G.5), through github.com/datasets/exchange-rates",
        url="https://github.com/datasets/exchange-rates",
        language="en",
        licence="PDDL-1.0",
        redistributable=True,
    ),
    columns=(
        Column(
            name="Date",
            type=ColumnType.TEXT,
            required=True,
            pattern=r"[12][0-9]{3}-(0[1-9]|1[0-2])(-01)?",
            description="The month, written as its first day.",
            example="1971-01-01",
        ),
        Column(
            name="Country",
            type=ColumnType.TEXT,
            required=True,
            description="The country, or `Euro` for the euro area.",
            example="Norway",
        ),
        Column(
            name="Exchange rate",
            type=ColumnType.DECIMAL,
            required=True,
            minimum=0,
            description="How many units of the currency one US dollar cost on average.",
            example="7.1343",
        ),
    ),
)
