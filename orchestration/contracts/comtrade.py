"""The feed `comtrade`: trade that countries report to the United Nations.

Replies of the API, `{"elapsedTime": …, "count": …, "data": […], "error": …}`, and downloaded files of the same columns
separated by commas or tabs (comtradeapi.un.org, package comtradeapicall). A reply is an extract. A bulk file is whole
for its reporter, period and classification, which its name states: `COMTRADE-FINAL-CA504202001H5[2023-01-03].gz` holds
goods (`C`), by year (`A`), of Morocco (504); the date of release is optional.
"""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType, Contract, Mode, SourceDocument


def _text(name: str, description: str, *, example: str, pattern: str | None = None, required: bool = False) -> Column:
    return Column(
        name=name,
        type=ColumnType.TEXT,
        description=description,
        example=example,
        pattern=pattern,
        required=required,
    )


def _code(name: str, description: str, *, example: str, required: bool = False) -> Column:
    return Column(
        name=name, type=ColumnType.INTEGER, description=description, example=example, minimum=-1, required=required
    )


def _amount(name: str, description: str, *, example: str) -> Column:
    return Column(name=name, type=ColumnType.DECIMAL, description=description, example=example, empty=("N/A", "NA"))


def _flag(name: str, description: str) -> Column:
    return Column(name=name, type=ColumnType.BOOLEAN, description=description, example="false")


CONTRACT = Contract(
    feed="comtrade",
    subject="trade",
    fact_kind="reported_trade_figure",
    grain="one row is one figure that a country reports of its trade, or that is added up from such figures",
    key=(
        "typeCode",
        "freqCode",
        "period",
        "reporterCode",
        "flowCode",
        "partnerCode",
        "partner2Code",
        "classificationCode",
        "cmdCode",
        "customsCode",
        "mosCode",
        "motCode",
    ),
    mode=Mode.EXTRACT,
    file_patterns=("*.json", "*.json.gz", "*.csv", "*.csv.gz", "*.tsv", "*.txt", "*.tsv.gz", "*.txt.gz", "*.gz"),
    readers_by_ending=((".json", "comtrade"),),
    source_document=SourceDocument(
        document_id="un-comtrade",
        kind="statistics_release",
        publisher="United Nations Statistics Division",
        title="UN Comtrade Database",
        url="https://comtradeplus.un.org",
        language="en",
        licence="UN Comtrade terms of use",
        redistributable=False,
    ),
    is_bulk=True,
    columns=(
        _text("datasetCode", "The publisher's id of the data set, in bulk files.", example="20504202000001"),
        _text("typeCode", "Goods (`C`) or services (`S`).", example="C", pattern="[A-Z]", required=True),
        _text("freqCode", "By year (`A`), quarter (`Q`) or month (`M`).", example="A", pattern="[AQM]", required=True),
        _code("refPeriodId", "The first day of the period as a number.", example="20100101"),
        _code("refYear", "The year.", example="2010"),
        _code("refMonth", "The month; 52 means the whole year.", example="52"),
        _text(
            "period",
            "The year, year and month, or year and quarter.",
            example="2010",
            pattern=r"[12][0-9]{3}(0[1-9]|1[0-2]|Q[1-4])?",
            required=True,
        ),
        _code("reporterCode", "The country that reports, in the Comtrade scheme.", example="764", required=True),
        _text("reporterISO", "Its code in letters, as published.", example="THA"),
        _text("reporterDesc", "Its name.", example="Thailand"),
        _text(
            "flowCode",
            "Import (`M`), export (`X`), re-import (`RM`), re-export (`RX`) and finer ones.",
            example="X",
            pattern="[A-Z]{1,4}",
            required=True,
        ),
        _text("flowDesc", "The flow in words.", example="Export"),
        _code("partnerCode", "The other side, in the Comtrade scheme; 0 is the world.", example="842", required=True),
        _text("partnerISO", "Its code in letters, as published.", example="USA"),
        _text("partnerDesc", "Its name.", example="USA"),
        _code("partner2Code", "A second partner (of consignment); 0 for all of them.", example="0"),
        _text("partner2ISO", "Its code in letters, as published.", example="W00"),
        _text("partner2Desc", "Its name.", example="World"),
        _text(
            "classificationCode",
            "The classification and its revision: `H0` to `H6` are HS 1992 to HS 2022.",
            example="H3",
            pattern="[A-Z0-9]{1,8}",
            required=True,
        ),
        _text("classificationSearchCode", "The classification that was asked for.", example="HS"),
        _flag("isOriginalClassification", "Whether the country reported in this classification."),
        _text(
            "cmdCode",
            "The commodity with its leading zeros, or `TOTAL`.",
            example="030613",
            pattern="[A-Za-z0-9._]{1,20}",
            required=True,
        ),
        _text("cmdDesc", "Its description.", example="Frozen shrimps"),
        _code("aggrLevel", "The number of digits of the commodity code; 0 for the total.", example="6"),
        _flag("isLeaf", "Whether it is the finest level."),
        _text("customsCode", "The customs procedure; `C00` for all of them.", example="C00"),
        _text("customsDesc", "The procedure in words.", example="TOTAL CPC"),
        _text("mosCode", "The mode of supply; 0 for all of them.", example="0"),
        _code("motCode", "The mode of transport; 0 for all of them.", example="0"),
        _text("motDesc", "The mode in words.", example="TOTAL MOT"),
        _code("qtyUnitCode", "The unit of `qty`: 8 is kg; -1 for none.", example="8"),
        _text("qtyUnitAbbr", "The unit in letters.", example="kg"),
        _amount("qty", "The quantity.", example="292990.0"),
        _flag("isQtyEstimated", "Whether the quantity is an estimate of the publisher."),
        _code("altQtyUnitCode", "The unit of `altQty`.", example="-1"),
        _text("altQtyUnitAbbr", "That unit in letters.", example="N/A"),
        _amount("altQty", "The quantity in a second unit.", example=""),
        _flag("isAltQtyEstimated", "Whether that quantity is an estimate."),
        _amount("netWgt", "The net weight in kg.", example="292990.0"),
        _flag("isNetWgtEstimated", "Whether the net weight is an estimate."),
        _amount("grossWgt", "The gross weight in kg.", example=""),
        _flag("isGrossWgtEstimated", "Whether the gross weight is an estimate."),
        _amount("cifvalue", "The value with freight and insurance, in US dollars.", example="2482223.0"),
        _amount("fobvalue", "The value without them, in US dollars.", example=""),
        _amount("primaryValue", "The value in US dollars: CIF of imports and FOB of exports.", example="2482223.0"),
        _code("legacyEstimationFlag", "0 nothing, 2 quantity, 4 net weight, 6 both estimated.", example="0"),
        _flag("isReported", "Whether the country reported the figure itself; otherwise it is an aggregate."),
        _flag("isAggregate", "Whether it is added up from finer figures."),
    ),
)
