"""The feed `state_travels`: travels abroad of US presidents and secretaries of state, by the Office of the Historian.

The XML of github.com/HistoryAtState/travels: `president-travels/` and `secretary-travels/` hold a file for each person
(in the copies of 2015 `secretaries/`, and one file for the presidents up to Reagan). A `<trip>` is a stay in one
country; a journey through five countries is five of them. Elements become columns with `-` written `_`;
`<country id="…">` becomes `country` and `country_id`. Text is joined through inner markup and its white space
collapsed. The elements about release and recall exist in early copies only.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument
from orchestration.contracts.historian import BOOKKEEPING

CONTRACT = Contract(
    feed="state_travels",
    subject="meetings",
    fact_kind="state_travel",
    grain="one row is a stay of a US president or secretary of state in one country",
    key=("trip_id", "start_date", "who"),
    mode=Mode.SNAPSHOT,
    file_patterns=("*.xml",),
    is_folder_delivery=True,
    has_subfolders=True,
    reader="state_travels",
    dataset_key="travels",
    source_document=SourceDocument(
        document_id="history-at-state-travels",
        kind="dataset",
        publisher="Office of the Historian, United States Department of State",
        title="Travels Abroad of the President and the Secretary of State",
        url="https://history.state.gov/departmenthistory/travels",
        language="en",
        licence="CC0-1.0",
        redistributable=True,
    ),
    country_columns=("country", "country_id"),
    columns=(
        Column(
            name="trip_id",
            type=ColumnType.TEXT,
            description=(
                "The publisher's id. Many were given to other trips later, some stand twice; early copies also write "
                "`Travel-733-secretary`."
            ),
            example="3810",
        ),
        Column(
            name="who",
            type=ColumnType.TEXT,
            description="The publisher's id of the person; some were changed later.",
            example="rubio-marco",
        ),
        Column(
            name="role",
            type=ColumnType.TEXT,
            required=True,
            description="The office: `president` (or president-elect, as the remarks say) or `secretary`.",
            example="secretary",
        ),
        Column(
            name="name",
            type=ColumnType.PERSON,
            required=True,
            description="The traveller.",
            example="Marco Rubio",
        ),
        Column(
            name="start_date",
            type=ColumnType.EDTF,
            required=True,
            description="The first day in the country.",
            example="2025-02-01",
        ),
        Column(
            name="end_date",
            type=ColumnType.EDTF,
            description="The last day in the country.",
            example="2025-02-03",
        ),
        Column(
            name="country_id",
            type=ColumnType.TEXT,
            description="The publisher's id of the country.",
            example="korea-south",
        ),
        Column(
            name="country",
            type=ColumnType.COUNTRY,
            description="The country travelled to, as published.",
            example="Korea, Republic of",
        ),
        Column(
            name="locale",
            type=ColumnType.TEXT,
            description="The cities or places, as published; empty for some small states.",
            example="Panama City",
        ),
        Column(
            name="remarks",
            type=ColumnType.TEXT,
            description="The publisher's note about the trip.",
            example="Official visit.",
        ),
        *BOOKKEEPING,
    ),
)
