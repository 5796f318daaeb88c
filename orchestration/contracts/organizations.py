"""The feed `organizations`: whatever acts or signs and is not a country or a person."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_COLUMNS
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="organizations",
    subject="reference",
    fact_kind="organization",
    grain="one row is an organisation",
    key=("organization_id",),
    columns=(
        Column(
            name="organization_id",
            type=ColumnType.ID,
            required=True,
            description="The id by which other feeds name the organisation.",
            example="eurasian-economic-union",
        ),
        Column(
            name="name",
            type=ColumnType.TEXT,
            required=True,
            description="Its name as the document writes it; other names go to the feed `aliases`.",
            example="Eurasian Economic Union",
        ),
        Column(
            name="kind",
            type=ColumnType.ENUM,
            allowed=(
                "intergovernmental",
                "bloc",
                "government",
                "ministry",
                "agency",
                "armed_force",
                "central_bank",
                "bank",
                "exchange",
                "company",
                "chamber",
                "university",
                "nongovernmental",
                "other",
            ),
            description=(
                "What sort of organisation it is. A `bloc` concludes agreements or coordinates as one; a fact of a "
                "bloc reaches its members' dyads."
            ),
            example="bloc",
        ),
        Column(
            name="country",
            type=ColumnType.COUNTRY,
            description="The country it belongs to; empty for what belongs to several.",
            example="Pakistan",
        ),
        *COMMON_COLUMNS,
    ),
)
