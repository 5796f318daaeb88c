"""The feed `desta`: the list of treaties of the project Design of Trade Agreements, as it publishes them.

A CSV file with `;` or `,`, a row for each entry: a treaty (`434`), an accession to it (`434+1`), a withdrawal from it
(`434_1`), an amendment under a number of its own, and a consolidated text under that number with a letter (`694a`).
The members stand in as many columns `c1`, `c2`, … as the largest entry has, with their side in `mc1`, `mc2`, …; they
land together as `members`. `NA` is an empty cell.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument

CONTRACT = Contract(
    feed="desta",
    subject="agreements",
    fact_kind="trade_agreement_entry",
    grain="one row is an entry of DESTA: a trade agreement, or something that was done to one",
    key=("number",),
    mode=Mode.REPLACE,
    file_patterns=("*.csv", "*.csv.gz"),
    reader="desta",
    dataset_key="desta",
    source_document=SourceDocument(
        document_id="desta",
        kind="dataset",
        publisher="Design of Trade Agreements (Dür, Baccini and Elsig)",
        title="DESTA list of treaties",
        url="https://www.designoftradeagreements.org/",
        language="en",
        licence="CC-BY-4.0",
        redistributable=True,
    ),
    country_columns=("party",),
    columns=(
        Column(
            name="number",
            type=ColumnType.TEXT,
            pattern=r"[0-9]+([+_][0-9]+|[a-z]+)?",
            required=True,
            description="The number of the entry.",
            example="434+1",
        ),
        Column(
            name="base_treaty",
            type=ColumnType.TEXT,
            pattern="[0-9]+",
            description="The number of the entry that it amends, joins or leaves; its own where it is a treaty.",
            example="434",
        ),
        Column(
            name="name",
            type=ColumnType.TEXT,
            required=True,
            description="The name that DESTA gives it.",
            example="Eurasian Economic Community (EAEC) Uzbekistan accession",
        ),
        Column(
            name="entry_type",
            type=ColumnType.TEXT,
            required=True,
            description=(
                "`base_treaty`, `accession`, `withdrawal`, `protocol or amendment`, `consolidated` (a text with its "
                "amendments) or `negotiation`; an entry of another type is an agreement of which no step is known."
            ),
            example="accession",
        ),
        Column(
            name="consolidated",
            type=ColumnType.TEXT,
            description="`1` for a consolidated text, `-1` for an amendment, else `0`.",
            example="0",
        ),
        Column(
            name="year",
            type=ColumnType.EDTF,
            description="The year in which it was signed; for an accession or withdrawal, in which that was declared.",
            example="2006",
        ),
        Column(
            name="entryforceyear",
            type=ColumnType.EDTF,
            description="The year in which it entered into force.",
            example="2001",
        ),
        Column(
            name="language",
            type=ColumnType.TEXT,
            description="The language of the text that was coded, by its English name.",
            example="English",
        ),
        Column(
            name="typememb",
            type=ColumnType.TEXT,
            description=(
                "1 bilateral, 2 plurilateral, 3 a group of states and a third country, 4 two groups, 5 accession to an "
                "agreement, 6 accession to one side of it, 7 withdrawal."
            ),
            example="5",
        ),
        Column(
            name="regioncon",
            type=ColumnType.TEXT,
            description="The continent, or `Intercontinental`.",
            example="Asia",
        ),
        Column(
            name="wto_listed",
            type=ColumnType.TEXT,
            description="Whether the WTO lists it: `1` or `0`.",
            example="0",
        ),
        Column(
            name="wto_name",
            type=ColumnType.TEXT,
            description="Its name in the WTO's list.",
            example="Eurasian Economic Community (EAEC)",
        ),
        Column(
            name="members",
            type=ColumnType.TEXT,
            description=(
                "`c1`, `c2`, … with `mc1`, `mc2`, …: the ISO numeric code of each member, and behind `/` its side "
                "where one is given. In an accession or withdrawal the side 1 joins or leaves; in an accession "
                "without a side 1, the side 2 joins. 530 is the Netherlands Antilles, 900 Kosovo."
            ),
            example="112/2 398/2 417/2 643/2 762/2 860/1",
        ),
    ),
)
