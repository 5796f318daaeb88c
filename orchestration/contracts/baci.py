"""The feed `baci`: bilateral trade as CEPII reconciles it from the reports of both sides.

The files of www.cepii.fr, `BACI_HS17_Y2020_V202201.csv`: classification, year and vintage stand in the name; or the
zip archive of all years of one classification and vintage. Cells are right-aligned and `NA` is an empty one. A file
whose name says `extract` is a part, from which nothing follows about what it lacks.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument

CONTRACT = Contract(
    feed="baci",
    subject="trade",
    fact_kind="reconciled_trade_flow",
    grain="one row is the trade of one product from one country to another in one year",
    key=("t", "i", "j", "k"),
    mode=Mode.REPLACE,
    file_patterns=("BACI_*.csv", "BACI_*.csv.gz", "BACI_*.zip"),
    source_document=SourceDocument(
        document_id="cepii-baci",
        kind="dataset",
        publisher="Centre d'études prospectives et d'informations internationales (CEPII)",
        title="BACI: International Trade Database at the Product Level",
        url="http://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        language="en",
        licence="Etalab-2.0",
        redistributable=True,
    ),
    is_bulk=True,
    columns=(
        Column(
            name="t",
            type=ColumnType.INTEGER,
            required=True,
            minimum=1900,
            maximum=2100,
            description="The year.",
            example="2020",
        ),
        Column(
            name="i",
            type=ColumnType.INTEGER,
            required=True,
            minimum=0,
            maximum=999,
            description="The exporter, by its code in the Comtrade scheme.",
            example="842",
        ),
        Column(
            name="j",
            type=ColumnType.INTEGER,
            required=True,
            minimum=0,
            maximum=999,
            description="The importer, by its code in the Comtrade scheme.",
            example="699",
        ),
        Column(
            name="k",
            type=ColumnType.TEXT,
            required=True,
            pattern=r"[0-9]{6}",
            description="The product: six digits of the classification, with leading zeros.",
            example="071120",
        ),
        Column(
            name="v",
            type=ColumnType.DECIMAL,
            required=True,
            empty=("NA",),
            description="The value in thousands of current US dollars, FOB.",
            example="27.82",
        ),
        Column(
            name="q",
            type=ColumnType.DECIMAL,
            empty=("NA",),
            description="The quantity in tonnes; `NA` where it is not known.",
            example="169.800",
        ),
    ),
)
