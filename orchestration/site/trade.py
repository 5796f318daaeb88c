"""Trade between two countries: both sides, what BACI reconciles, what documents claim, never added up.

Belongs here: trade in words and charts. Does not belong here: any other figure (`dyads`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orchestration.site import charts
from orchestration.site.evidence import Details, evidence
from orchestration.site.page import anchor, left_out
from orchestration.site.questions import Row
from orchestration.site.reference import Reference
from orchestration.site.words import bounded_in_words, date_in_words, figure_in_words, titled

_ACCOUNTS: Final = {
    "reported": "its own statistics",
    "mirror": "its partner's statistics",
    "reconciled": "BACI, which reconciles both sides",
}


def trade_of(reference: Reference, dyad: Row, rows: Mapping[str, Sequence[Row]], details: Details) -> dict[str, Any]:
    """Return every account of the trade of two countries, each beside the others."""
    name_a, name_b = dyad["country_a_name"], dyad["country_b_name"]
    flows = []
    for exporter in (dyad["country_a_code"], dyad["country_b_code"]):
        totals = [row for row in rows["totals"] if row["exporter_code"] == exporter]
        if not totals:
            continue
        flows.append(
            {
                "exporter": reference.country(exporter),
                "importer": name_b if exporter == dyad["country_a_code"] else name_a,
                "chart": charts.sides(
                    [
                        charts.SidePoint(
                            period=date_in_words(row["period_edtf"]),
                            exporter=row["exporter_value_usd"],
                            importer=row["importer_value_usd"],
                            reconciled=row["reconciled_value_usd"],
                        )
                        for row in totals
                    ]
                ),
                "rows": [_side_row(reference, row) for row in reversed(totals)],
            }
        )
    return {
        "claims": [_trade_claim(reference, row, details) for row in rows["trade_claims"]],
        "claims_left_out": left_out(
            rows["trade_claims"], "from mart_trade_claim_check where dyad_code = {}", dyad["dyad_code"]
        ),
        "flows": flows,
        "flows_left_out": left_out(
            rows["totals"], "from fct_trade_mirror where dyad_code = {} and commodity_code = 'TOTAL'", dyad["dyad_code"]
        ),
        "balances": [_balance(reference, row) for row in reversed(rows["balances"])],
        "balances_left_out": left_out(
            rows["balances"], "from mart_trade_balance where dyad_code = {}", dyad["dyad_code"]
        ),
        "commodities": [_commodity(reference, row) for row in rows["commodities"]],
        "commodities_left_out": left_out(
            rows["commodities"],
            "from fct_trade_flow where dyad_code = {} order by period_latest desc, value_usd desc",
            dyad["dyad_code"],
        ),
    }


def _side_row(reference: Reference, row: Row) -> dict[str, Any]:
    ratio = row["importer_to_exporter_ratio"]
    return {
        "period": date_in_words(row["period_edtf"]),
        "exporter": _money(row["exporter_operator"], row["exporter_value_usd"]),
        "exporter_note": _note(row["exporter_basis"], row["exporter_vintage"]),
        "importer": _money(row["importer_operator"], row["importer_value_usd"]),
        "importer_note": _note(row["importer_basis"], row["importer_vintage"]),
        "reconciled": _money("=", row["reconciled_value_usd"]),
        "reconciled_note": _note(None, row["reconciled_vintage"]),
        "difference": _difference(row["difference_usd"], ratio, row["missing_side"]),
        "documents": [
            reference.document(document)
            for document in dict.fromkeys((row["exporter_document_id"], row["importer_document_id"]))
            if document
        ],
    }


def _money(operator: str | None, value: float | None) -> str:
    return bounded_in_words(operator or "=", value, "USD") if value is not None else "no figure"


def _note(basis: str | None, vintage: str | None) -> str:
    return ", ".join(
        filter(None, (basis if basis not in (None, "unknown") else "", f"release {vintage}" if vintage else ""))
    )


def _difference(difference: float | None, ratio: float | None, missing: str | None) -> str:
    if missing in ("exporter", "importer"):
        return f"the {missing} reports nothing"
    if difference is None:
        return "not comparable"
    if difference == 0:
        return "both say the same"
    which = "more" if difference > 0 else "less"
    times = f" ({figure_in_words(float(f'{ratio:.3g}'))} times the exporter's)" if ratio is not None else ""
    return f"importer says {figure_in_words(abs(difference))} USD {which}{times}"


def _balance(reference: Reference, row: Row) -> dict[str, Any]:
    def direction(name: str) -> dict[str, str]:
        value = row[f"{name}_usd"]
        if value is None:
            return {"words": "no figure", "note": ""}
        operator = "=" if row[f"{name}_is_total"] else ">="
        notes = (
            _ACCOUNTS.get(row[f"{name}_source"], row[f"{name}_source"]),
            "" if row[f"{name}_is_total"] else f"sum of what is listed in {row[f'{name}_classification']}",
            _note(row[f"{name}_basis"], row[f"{name}_vintage"]),
        )
        return {"words": bounded_in_words(operator, value, "USD"), "note": "; ".join(filter(None, notes))}

    return {
        "country": reference.country(row["country_code"]),
        "partner": reference.country(row["partner_code"]),
        "period": date_in_words(row["period_edtf"]),
        "exports": direction("exports"),
        "imports": direction("imports"),
        "balance": bounded_in_words("=", row["balance_usd"], "USD") if row["balance_usd"] is not None else "",
        "care": "Figures of several releases, or of a part of one." if row["is_mixed_vintage"] else "",
        "modality": "inferred" if row["is_inferred"] else "asserted",
    }


def _commodity(reference: Reference, row: Row) -> dict[str, Any]:
    return {
        "code": row["commodity_code"],
        "classification": row["classification"] or "",
        "name": row["name"] or "",
        "period": date_in_words(row["period_edtf"]),
        "exporter": reference.country(row["exporter_code"]),
        "importer": reference.country(row["importer_code"]),
        "by_exporter": _money("=", row["exporter_value_usd"]),
        "by_importer": _money("=", row["importer_value_usd"]),
        "reconciled": _money("=", row["reconciled_value_usd"]),
        "vintage": row["vintage"] or "",
        "document": reference.document(row["document_id"]),
    }


def _trade_claim(reference: Reference, row: Row, details: Details) -> dict[str, Any]:
    a, b = reference.country(row["country_a_code"]), reference.country(row["country_b_code"])
    what = {
        "total": f"Trade between {a} and {b}, both directions",
        "export": f"Exports from {a} to {b}",
        "import": f"Imports of {a} from {b}",
    }.get(row["direction"], f"{titled(row['direction'])}, {a} and {b}")
    words = bounded_in_words(row["operator"], row["value"], row["currency"])
    claim = charts.Bound(
        label="The claim",
        words=words,
        value=row["value_usd"] if row["value_usd"] is not None else 0.0,
        lower=row["lower_usd"],
        upper=row["upper_usd"],
        operator=row["operator"],
        certainty=row["modality"],
    )
    statistics = [
        charts.Bound(
            label=label,
            words=bounded_in_words("=", value, "USD"),
            value=value,
            lower=value,
            upper=value,
            operator="=",
            certainty="asserted",
        )
        for label, value in (
            (f"{a}'s statistics", row["by_country_a_usd"]),
            (f"{b}'s statistics", row["by_country_b_usd"]),
            ("BACI, both reconciled", row["reconciled_usd"]),
        )
        if value is not None
    ]
    verdicts = [
        f"{who}: {verdict}" if verdict != "no statistic" else f"{who}: no figure here to compare"
        for who, verdict in (
            (f"{a}'s statistics", row["country_a_verdict"]),
            (f"{b}'s statistics", row["country_b_verdict"]),
            ("BACI", row["reconciled_verdict"]),
        )
    ]
    if all(verdict.endswith("compare") for verdict in verdicts):
        verdicts = ["There is no figure here to compare it with, of either side or of BACI"]
    return {
        "id": anchor("claim", row["fact_id"]),
        "what": what,
        "period": date_in_words(row["period_edtf"]),
        "words": words,
        "reported": row["reported_value"],
        "modality": row["modality"],
        "attributed_to": row["attributed_to"],
        "has_conflict": row["has_conflict"],
        "chart": charts.bounds([claim, *statistics], unit="USD") if row["value_usd"] is not None else None,
        "verdicts": verdicts,
        "document": reference.document(row["document_id"]),
        "evidence": evidence(reference, details, ("trade", row["fact_id"]), explain=("trade", row["fact_id"])),
    }


def brief_of_statistics(trade: Mapping[str, Any]) -> dict[str, str]:
    """Return the newest statistic of the two countries as one line."""
    if trade["flows"]:
        flow = trade["flows"][0]
        row = flow["rows"][0]
        value = row["exporter"] if row["exporter"] != "no figure" else row["importer"]
        return {
            "name": "Trade",
            "value": value,
            "words": f"{flow['exporter']} to {flow['importer']}, {row['period']}; {row['difference']}",
            "href": "#trade",
        }
    row = trade["balances"][0]
    name, other = ("exports", row["exports"]), ("imports", row["imports"])
    (which, known), (reverse, counterpart) = (name, other) if name[1]["words"] != "no figure" else (other, name)
    towards = "to" if which == "exports" else "from"
    words = f"{which} of {row['country']} {towards} {row['partner']}, {row['period']}; by {known['note']}"
    if counterpart["words"] != "no figure":
        words += f". {reverse.capitalize()}: {counterpart['words']}"
    return {
        "name": "Trade",
        "value": known["words"],
        "words": words,
        "href": "#trade",
    }
