"""The feed `documents`: where claims come from."""

from __future__ import annotations

from orchestration.contracts.common import COMMON_WITHOUT_DOCUMENT
from orchestration.contracts.contract import Column, ColumnType, Contract

CONTRACT = Contract(
    feed="documents",
    subject="documents",
    fact_kind="document",
    grain="one row is a source document",
    key=("document_id",),
    columns=(
        Column(
            name="document_id",
            type=ColumnType.ID,
            required=True,
            description="The id by which every other feed names the document.",
            example="press-2024-09-overchuk",
        ),
        Column(
            name="kind",
            type=ColumnType.ENUM,
            required=True,
            allowed=("treaty_text", "official_statement", "statistics_release", "dataset", "press_report"),
            description="What sort of document it is; where dates contradict, the sort named first wins.",
            example="press_report",
        ),
        Column(
            name="publisher",
            type=ColumnType.TEXT,
            description="Who published it; only the publisher's own retraction closes its claims.",
            example="Ministry of Foreign Affairs of Pakistan",
        ),
        Column(
            name="title",
            type=ColumnType.TEXT,
            description="Its title as published.",
            example="Joint statement on the visit of the Deputy Prime Minister",
        ),
        Column(
            name="url",
            type=ColumnType.URL,
            description="Where it can be read.",
            example="https://example.org/statement/42",
        ),
        Column(
            name="published",
            type=ColumnType.EDTF,
            description="When it was published: from this day its claims count as known to the public.",
            example="2024-09-19",
        ),
        Column(
            name="language",
            type=ColumnType.LANGUAGE,
            description="The language it is written in, as an ISO 639 code.",
            example="en",
        ),
        Column(
            name="licence",
            type=ColumnType.TEXT,
            description="Its licence: an SPDX identifier or the publisher's words.",
            example="CC-BY-4.0",
        ),
        Column(
            name="redistributable",
            type=ColumnType.BOOLEAN,
            description="Whether its text may be passed on; empty means nobody has looked.",
            example="false",
        ),
        Column(
            name="derived_from",
            type=ColumnType.ID,
            description="The document that this one copies: a copy adds no independent claim.",
            example="agency-2024-09-18-overchuk",
        ),
        *COMMON_WITHOUT_DOCUMENT,
    ),
)
