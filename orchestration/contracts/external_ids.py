"""The feed `external_ids`: what others call the same thing in their registers."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS, KINDS, REFERENCE_PATTERN, TERM_PATTERN
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="external_ids",
    subject="reference",
    fact_kind="external_id",
    grain="one row is the id of something in somebody else's register",
    key=("kind", "id", "scheme", "value"),
    columns=(
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=KINDS,
            description="What the id is an id of.",
            example="agreement",
        ),
        Column(
            name="id",
            type=ColumnType.TEXT,
            pattern=REFERENCE_PATTERN,
            required=True,
            description="Our id of it; a country is written `scheme:code`.",
            example="pak-chn-fta-2006",
        ),
        Column(
            name="scheme",
            type=ColumnType.TEXT,
            pattern=TERM_PATTERN,
            required=True,
            description="The register: `unts`, `desta`, `wto_rta`, `wikidata`, or another in lower case.",
            example="desta",
        ),
        Column(
            name="value",
            type=ColumnType.TEXT,
            required=True,
            description="The id in that register, as the register writes it.",
            example="598",
        ),
        *COMMON_COLUMNS,
    ),
)
