"""The feed `state_visits`: visits by foreign leaders to the US, as the Office of the Historian publishes them.

The XML of github.com/HistoryAtState/visits: a folder holds the files of all decades. Elements become columns with `-`
written `_`; `<from id="…">` becomes `from_country` and `from_id`. Text is joined through inner markup (`<em>`) and its
white space collapsed. The elements about release and recall exist up to 2015 only.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument
from orchestration.contracts.historian import BOOKKEEPING

CONTRACT = Contract(
    feed="state_visits",
    subject="meetings",
    fact_kind="state_visit",
    grain="one row is a visit by a foreign leader to the United States",
    key=("visit_id", "start_date", "visitor"),
    mode=Mode.SNAPSHOT,
    file_patterns=("*.xml",),
    is_folder_delivery=True,
    reader="state_visits",
    dataset_key="visits",
    source_document=SourceDocument(
        document_id="history-at-state-visits",
        kind="dataset",
        publisher="Office of the Historian, United States Department of State",
        title="Visits by Foreign Leaders",
        url="https://history.state.gov/departmenthistory/visits",
        language="en",
        licence="CC0-1.0",
        redistributable=True,
    ),
    columns=(
        Column(
            name="visit_id",
            type=ColumnType.ID,
            required=True,
            description="The publisher's id; in the files of 2015 to 2018 several ids carry different visits.",
            example="2138",
        ),
        Column(
            name="start_date",
            type=ColumnType.EDTF,
            required=True,
            description="The first day of the visit.",
            example="1874-12-12",
        ),
        Column(
            name="end_date",
            type=ColumnType.EDTF,
            description="The last day of the visit.",
            example="1874-12-23",
        ),
        Column(
            name="visitor",
            type=ColumnType.PERSON,
            required=True,
            description="The visitor, with the title or office as published.",
            example="King Kalakaua",
        ),
        Column(
            name="from_id",
            type=ColumnType.TEXT,
            description="The publisher's id of the country; missing once in the files of 2015.",
            example="hawaii",
        ),
        Column(
            name="from_country",
            type=ColumnType.COUNTRY,
            description="The country of the visitor, as published.",
            example="Hawaii",
        ),
        Column(
            name="description",
            type=ColumnType.TEXT,
            description="The publisher's note about the visit.",
            example="Private visit.",
        ),
        *BOOKKEEPING,
    ),
)
