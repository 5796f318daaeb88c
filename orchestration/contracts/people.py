"""The feed `people`: who held which office, when, for whom."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="people",
    subject="reference",
    fact_kind="person_office",
    grain="one row is a person in an office",
    key=("person_id", "office", "represents", "held"),
    columns=(
        Column(
            name="person_id",
            type=ColumnType.ID,
            required=True,
            description="The id of the person; one person with two offices has two rows.",
            example="alexei-overchuk",
        ),
        Column(
            name="name",
            type=ColumnType.TEXT,
            required=True,
            description="The name as the document writes it; other spellings go to the feed `aliases`.",
            example="Alexei Overchuk",
        ),
        Column(
            name="office",
            type=ColumnType.TEXT,
            description="The office held.",
            example="Deputy Prime Minister",
        ),
        Column(
            name="represents",
            type=ColumnType.PARTY,
            description="The country or organisation for which the office is held.",
            example="Russia",
        ),
        Column(
            name="held",
            type=ColumnType.EDTF,
            description="From when to when the office was held, as an extent.",
            example="2020-01/..",
        ),
        *COMMON_COLUMNS,
    ),
)
