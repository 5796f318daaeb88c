"""Files in the formats of published trade statistics: tables of BACI, and replies and bulk files of UN Comtrade."""

from __future__ import annotations

import json
from typing import Any

BACI_HEADER = "t,i,j,k,v,q"

_REPORTED = {
    "typeCode": "C",
    "freqCode": "A",
    "refPeriodId": 20200101,
    "refYear": 2020,
    "refMonth": 52,
    "period": "2020",
    "reporterCode": 352,
    "reporterISO": "ISL",
    "flowCode": "X",
    "partnerCode": 470,
    "partnerISO": "MLT",
    "partner2Code": 0,
    "classificationCode": "H5",
    "cmdCode": "TOTAL",
    "aggrLevel": 0,
    "customsCode": "C00",
    "mosCode": "0",
    "motCode": 0,
    "qtyUnitCode": -1,
    "qtyUnitAbbr": "N/A",
    "qty": None,
    "isQtyEstimated": False,
    "netWgt": None,
    "cifvalue": None,
    "fobvalue": None,
    "primaryValue": 1000.0,
    "legacyEstimationFlag": 0,
    "isReported": True,
    "isAggregate": False,
}


def baci(*rows: tuple[object, ...]) -> str:
    """Return a table of BACI: right-aligned numbers, and `NA` where a quantity is not known."""
    lines = [",".join(f"{cell:>3}" if place < 3 else f"{cell:>12}" for place, cell in enumerate(row)) for row in rows]
    return "\n".join([BACI_HEADER, *lines]) + "\n"


def figure(**fields: Any) -> dict[str, Any]:
    """Return one row of a reply: what Iceland exported to Malta, unless other fields are given."""
    assert set(fields) <= set(_REPORTED)
    return _REPORTED | fields


def reply(*rows: dict[str, Any], **envelope: Any) -> str:
    """Return a reply of the API."""
    return json.dumps({"elapsedTime": "0.21 secs", "count": len(rows), "data": rows, "error": ""} | envelope)


def bulk(*rows: dict[str, Any]) -> str:
    """Return the table of a bulk file, separated by tabs."""
    lines = ["\t".join("" if cell is None else str(cell) for cell in row.values()) for row in rows]
    return "\n".join(["\t".join(_REPORTED), *lines]) + "\n"


def trade_of_two_islands() -> dict[str, str]:
    """Return what was published of the trade of Iceland with Malta in 2020, as files below `raw/`.

    Malta stopped reporting its exports; BACI has revised one figure, withdrawn another and later given an extract.
    """
    iceland, malta = {"reporterCode": 352, "partnerCode": 470}, {"reporterCode": 470, "partnerCode": 352}
    exported = {"flowCode": "X", "primaryValue": 118_000.0, "fobvalue": 118_000.0}
    imported = {"flowCode": "M", "primaryValue": 11_000.0, "cifvalue": 11_000.0}
    fish = {"cmdCode": "030617", "aggrLevel": 6, "qtyUnitCode": 8, "qty": 900.0, "isQtyEstimated": True}
    return {
        "baci/BACI_HS17_Y2020_V202201.csv": baci(
            (2020, 352, 470, "030617", 100, 0.9),
            (2020, 352, 470, "030619", 50, "NA"),
            (2020, 470, 352, "030617", 10, 0.1),
        ),
        "baci/BACI_HS17_Y2020_V202301.csv": baci(
            (2020, 352, 470, "030617", 120, 0.9),
            (2020, 470, 352, "030617", 10, 0.1),
            (2020, 470, 352, "030619", 5, "NA"),
        ),
        "baci/BACI_HS17_Y2020_V202401_extract.csv": baci((2020, 352, 470, "030617", 120, 0.9)),
        "comtrade/iceland.json": reply(
            figure(**iceland, **exported),
            figure(**iceland, **imported),
            figure(**iceland, **(exported | {"primaryValue": 90_000.0} | fish)),
            figure(**iceland, **(exported | {"primaryValue": 40_000.0, "motCode": 2100})),
            figure(**(iceland | {"partnerCode": 0}), **(exported | {"primaryValue": 5e9, "isReported": False})),
            figure(**(iceland | {"partnerCode": 899}), **(exported | {"primaryValue": 7.0})),
        ),
        "comtrade/malta.json": reply(
            figure(**malta, flowCode="M", primaryValue=130_000.0, cifvalue=130_000.0, fobvalue=120_000.0)
        ),
        "exchange_rates_monthly/rates.csv": "Date,Country,Exchange rate\n"
        "2020-01-01,Norway,8.0\n2020-02-01,Norway,12.0\n2020-02-01,Iceland,130.0\n",
        "trade_observations/islands.csv": "reporter,partner,country_a,country_b,direction,commodity,period,operator,"
        "value,reported_value,unit,currency,document_id,locator\n"
        ",,Iceland,Malta,total,TOTAL,2020,>=,200000,over 200 thousand dollars,,USD,register-2021,1\n"
        "Norway,Malta,,,export,TOTAL,2020-01/2020-02,=,1000,,,NOK,register-2021,2\n"
        "Norway,Malta,,,export,TOTAL,2020-03,=,1000,,,NOK,register-2021,3\n"
        "Norway,Malta,,,export,TOTAL,2020,=,2.5,,tonnes,,register-2021,4\n",
    }
