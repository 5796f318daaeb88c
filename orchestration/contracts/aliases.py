"""The feed `aliases`: other names of what has an id."""

from __future__ import annotations

from orchestration.contracts.common import CODE_KINDS, COMMON_COLUMNS, KINDS, REFERENCE_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="aliases",
    subject="reference",
    fact_kind="alias",
    grain="one row is another name of something",
    key=("kind", "id", "alias"),
    columns=(
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=(*KINDS, *CODE_KINDS),
            description="What the id is an id of, or a code of.",
            example="organization",
        ),
        Column(
            name="id",
            type=ColumnType.TEXT,
            pattern=rf"{REFERENCE_PATTERN}|[0-9A-Za-z][0-9A-Za-z._-]{{0,30}}",
            required=True,
            description=(
                "The id of what has this other name; a country is written `scheme:code`, a currency, commodity, "
                "classification, unit or topic by its code."
            ),
            example="eurasian-economic-union",
        ),
        Column(
            name="alias",
            type=ColumnType.TEXT,
            required=True,
            description="The other name, abbreviation, spelling, code or id.",
            example="EAEU",
        ),
        Column(
            name="language",
            type=ColumnType.LANGUAGE,
            description="The language of the other name, as an ISO 639 code.",
            example="en",
        ),
        *COMMON_COLUMNS,
    ),
)
