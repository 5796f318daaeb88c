"""The page of two countries: what is known between them, in brief, in order of time, and by subject.

Belongs here: choosing and wording what the page shows. Does not belong here: SQL (`questions`), HTML (`templates/`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import duckdb

from orchestration.site import charts, questions
from orchestration.site.evidence import Details, evidence
from orchestration.site.page import Page, anchor, file_name, left_out
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.reference import STANCES, Reference, country_link, spell_in_words, state_in_words
from orchestration.site.trade import brief_of_statistics, trade_of
from orchestration.site.words import (
    bounded_in_words,
    date_in_words,
    day_in_words,
    listed,
    place_in_document,
    range_in_words,
    spoken,
    titled,
    web_address,
)

LANES: Final = ("Agreements", "Meetings", "Positions", "Figures", "Projects")


_LANE: Final = {
    "agreement": "Agreements",
    "meeting": "Meetings",
    "statement": "Positions",
    "indicator": "Figures",
    "trade": "Figures",
    "project": "Projects",
}


_BY: Final = {"inferred": "by inference only", "intended": "as an intention", "hypothetical": "as a possibility"}


def dyad_pages(connection: duckdb.DuckDBPyConnection, reference: Reference, codes: Sequence[str]) -> Iterator[Page]:
    """Make the pages of some dyads, in the order of their codes."""
    found = {
        name: grouped(ask(connection, sql, {"codes": list(codes), "bound": bound}), "dyad_code")
        for name, (sql, bound) in questions.BY_DYAD.items()
    }
    details = Details.read(connection, found)
    for code in codes:
        rows = {name: groups.get(code, []) for name, groups in found.items()}
        yield _dyad_page(reference, reference.dyads[code], rows, details)


def _dyad_page(reference: Reference, dyad: Row, rows: Mapping[str, Sequence[Row]], details: Details) -> Page:
    code = dyad["dyad_code"]
    agreements = [_agreement(reference, dyad, row, details) for row in rows["agreements"]]
    meetings = [_meeting(reference, row, details) for row in rows["meetings"]]
    trade = trade_of(reference, dyad, rows, details)
    entries = [_entry(reference, row) for row in rows["timeline"]]
    context = {
        "code": code,
        "title": f"{dyad['country_a_name']} and {dyad['country_b_name']}",
        "a": country_link(reference, dyad["country_a_code"]),
        "b": country_link(reference, dyad["country_b_code"]),
        "brief": _brief(reference, rows, agreements, meetings, trade),
        "chart": charts.timeline(filter(None, map(_dated, rows["timeline"])), lanes=LANES),
        "undated": sum(1 for row in rows["timeline"] if row["occurred_earliest"] is None),
        "entries": _by_year(entries),
        "entries_left_out": left_out(
            rows["timeline"],
            "from mart_dyad_timeline where dyad_code = {} and evidence_class = 'curated'",
            code,
        ),
        "agreements": agreements,
        "agreements_left_out": left_out(
            rows["agreements"],
            "select agreement.* from fct_agreement_lifecycle as agreement join bridge_fact_dyad using (fact_id) "
            "where dyad_code = {}",
            code,
        ),
        "meetings": meetings,
        "meetings_left_out": left_out(
            rows["meetings"],
            "select meeting.* from fct_meeting as meeting join bridge_fact_dyad using (fact_id) where dyad_code = {}",
            code,
        ),
        "trade": trade,
        "figures": _figures(reference, rows["figures"], rows["figure_changes"], details),
        "figures_left_out": left_out(rows["figures"], "from fct_indicator where dyad_code = {}", code),
        "statements": [_statement(reference, row, details) for row in rows["statements"]],
        "statements_left_out": left_out(
            rows["statements"],
            "select statement.* from fct_statement as statement join bridge_fact_dyad using (fact_id) "
            "where dyad_code = {}",
            code,
        ),
        "projects": [_project(reference, row, details) for row in rows["projects"]],
        "projects_left_out": left_out(
            rows["projects"],
            "select step.* from fct_project_event as step join bridge_fact_dyad using (fact_id) where dyad_code = {}",
            code,
        ),
        "memberships": _shared_memberships(reference, dyad),
        "coded": [_coded(reference, row) for row in rows["coded"]],
        "coded_total": rows["coded"][0]["total"] if rows["coded"] else 0,
        "coded_left_out": left_out(rows["coded"], "from fct_reported_event where dyad_code = {}", code),
    }
    _unlink_what_is_elsewhere(context)
    return Page(path=f"dyads/{file_name(code)}.html", template="dyad.html", context=context)


def _unlink_what_is_elsewhere(context: dict[str, Any]) -> None:
    """Take away links to items that the page leaves out, or that nobody recorded."""
    figures = [row for figure in context["figures"] for row in figure["rows"]]
    sections = (context[name] for name in ("agreements", "meetings", "statements", "projects"))
    items = [item for section in (*sections, context["trade"]["claims"], figures) for item in section]
    here = {f"#{item['id']}" for item in items}
    for item in (*items, *(entry for year in context["entries"] for entry in year["entries"])):
        for name in ("href", "meeting_href", "parent_href"):
            if name in item and item[name] not in here:
                item[name] = ""


def _entry(reference: Reference, row: Row) -> dict[str, Any]:
    """Return one line of the timeline."""
    title = str(row["title"])
    if row["subject"] in ("indicator", "trade") and row["value"] is not None:
        # the title holds the figure to its last digit and its sign; words say how far it is known
        name = re.split(r" (?:<=|>=|<|>|=|~) ", title)[0]
        title = f"{name[:1].upper()}{name[1:]}: {bounded_in_words(row['operator'], row['value'], row['unit'])}"
    event = {"reported": "", "recorded": "no step known"}.get(row["event"], spoken(row["event"]))
    if row["subject"] == "statement":
        event = ""
    return {
        "year": _year(row),
        "date": date_in_words(row["occurred_edtf"]),
        "subject": row["subject"],
        "event": event,
        "status": "" if row["status"] in (None, "held") else spoken(row["status"]),
        "title": title,
        "modality": row["modality"],
        "has_conflict": row["has_conflict"],
        "claim_count": row["claim_count"],
        "attributed_to": row["attributed_to"],
        "document": reference.document(row["document_id"]),
        "where": place_in_document(row["locator"]),
        "href": _item_href(row),
        "via": _via(reference, row["via"]),
    }


def _item_href(row: Row) -> str:
    if row["fact_kind"] in ("agreement", "agreement_event"):
        return f"#{anchor('agreement', row['subject_id'])}"
    if row["fact_kind"] == "meeting":
        return f"#{anchor('meeting', row['subject_id'])}"
    kinds = {"statement": "statement", "indicator": "figure", "trade": "claim", "project_event": "project"}
    return f"#{anchor(kinds[row['fact_kind']], row['fact_id'])}" if row["fact_kind"] in kinds else ""


def _year(row: Row) -> str:
    first, last = row["occurred_earliest"], row["occurred_latest"]
    if first is None and last is None:
        return "Undated"
    if first is None or last is None:
        return str((first or last).year)
    return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"


def _via(reference: Reference, via: str | None) -> str:
    return listed([reference.organizations.get(one, one) for one in via.split(", ")]) if via else ""


def _by_year(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    years: list[dict[str, Any]] = []
    for entry in entries:
        if not years or years[-1]["year"] != entry["year"]:
            years.append({"year": entry["year"], "entries": []})
        years[-1]["entries"].append(entry)
    return years


def _dated(row: Row) -> charts.Entry | None:
    first, last = row["occurred_earliest"], row["occurred_latest"]
    if first is None or last is None or row["subject"] not in _LANE:
        return None
    return charts.Entry(
        lane=_LANE[row["subject"]],
        earliest=first,
        latest=last,
        certainty=row["modality"],
        is_uncertain_date=bool(row["is_uncertain_date"]),
        label=f"{date_in_words(row['occurred_edtf'])}: {row['title']}",
    )


def _agreement(reference: Reference, dyad: Row, row: Row, details: Details) -> dict[str, Any]:
    ours = {dyad["country_a_code"], dyad["country_b_code"]}
    steps = [
        step
        for step in details.steps.get(row["agreement_id"], ())
        if step["party_code"] is None or step["party_code"] in ours or row["party_count"] <= 4
    ]
    parties = [
        reference.party(party["party_kind"], party["party_code"], party["reported_party"])
        for party in details.parties.get(row["agreement_id"], ())
    ]
    more = (row["party_count"] or 0) - len(parties)
    return {
        "id": anchor("agreement", row["agreement_id"]),
        "title": row["title"],
        "instrument": row["instrument_name"],
        "state": state_in_words(row["status"]),
        "status": row["status"],
        "modality": row["status_modality"] or "unknown",
        "since": date_in_words(row["status_since_edtf"]) if row["status_since_edtf"] else "",
        "parties": listed([*parties, f"{more} more"] if more > 0 else parties),
        "via": _via(reference, row["via"]),
        "steps": _steps(reference, steps),
        "binding": _binding(row),
        "place": row["place"],
        "meeting": row["concluded_at_meeting_id"],
        "meeting_href": f"#{anchor('meeting', row['concluded_at_meeting_id'])}"
        if row["concluded_at_meeting_id"]
        else "",
        "meeting_modality": row["concluded_at_modality"],
        "ending": f"Its end is announced: {date_in_words(row['ended_edtf'])}." if row["is_ending_announced"] else "",
        "text_url": web_address(row["text_url"]),
        "registration": row["registration"],
        "has_conflict": row["has_conflict"] or any(step["has_conflict"] for step in steps),
        "has_unknown_order": row["has_unknown_order"],
        "has_impossible_sequence": row["has_impossible_sequence"],
        "evidence": evidence(
            reference,
            details,
            ("agreement", row["fact_id"]),
            *(("agreement_event", step["fact_id"]) for step in steps),
            explain=("agreement", row["agreement_id"]),
        ),
    }


def _steps(reference: Reference, steps: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the steps in the life of an agreement, those of several parties on one day as one."""
    together: dict[tuple[Any, ...], list[str]] = {}
    for step in steps:
        key = (step["event"], step["occurred_edtf"], step["effective_edtf"], step["modality"])
        together.setdefault(key, [])
        if step["party_code"]:
            together[key].append(reference.party(step["party_kind"], step["party_code"], step["reported_party"]))
    return [
        {
            "event": titled(event),
            "date": date_in_words(occurred or effective),
            "effective": f"effective {date_in_words(effective)}" if effective and effective != occurred else "",
            "modality": modality,
            "parties": listed(parties),
        }
        for (event, occurred, effective, modality), parties in together.items()
    ]


def _binding(row: Row) -> str:
    if row["is_binding"] is not None:
        return "Binding, a document says." if row["is_binding"] else "Not binding, a document says."
    if row["binding_presumed"] is None:
        return ""
    which = "usually bind" if row["binding_presumed"] else "usually do not bind"
    return f"Instruments of this sort {which}; no document says whether this one does."


def _meeting(reference: Reference, row: Row, details: Details) -> dict[str, Any]:
    people = [
        {
            "person": person["person"] or "A delegation, its members not named",
            "office": person["office"] or "",
            "represents": reference.party(
                person["represents_kind"], person["represents_code"], person["represents_reported"]
            ),
            "role": person["role"] or "",
            "modality": person["modality"],
        }
        for person in details.participants.get(row["meeting_id"], ())
    ]
    ended = row["ended_edtf"] if row["ended_edtf"] != row["started_edtf"] else None
    when = date_in_words(row["started_edtf"])
    return {
        "id": anchor("meeting", row["meeting_id"]),
        "title": row["title"] if row["title"] != row["meeting_id"] else titled(row["kind"]),
        "kind": spoken(row["kind"]),
        "status": spoken(row["status"]),
        "is_status_inferred": row["is_status_inferred"],
        "date": f"{when} to {date_in_words(ended)}" if ended else when,
        "place": ", ".join(filter(None, (row["place"], reference.country(row["country_code"])))),
        "parent": row["parent_title"],
        "parent_href": f"#{anchor('meeting', row['parent_meeting_id'])}" if row["parent_meeting_id"] else "",
        "people": people,
        "modality": row["modality"],
        "has_conflict": row["has_conflict"],
        "evidence": evidence(reference, details, ("meeting", row["fact_id"]), explain=("meeting", row["meeting_id"])),
    }


def _statement(reference: Reference, row: Row, details: Details) -> dict[str, Any]:
    side = reference.party(row["on_behalf_of_kind"], row["on_behalf_of_code"], row["on_behalf_of_reported"])
    return {
        "id": anchor("statement", row["fact_id"]),
        "speaker": row["speaker"],
        "office": row["office"],
        "side": side if row["on_behalf_of_code"] or row["on_behalf_of_reported"] else "",
        "stance": STANCES.get(row["stance"], spoken(row["stance"])),
        "stance_code": row["stance"],
        "words": row["paraphrase"],
        "date": date_in_words(row["made_edtf"]),
        "modality": row["modality"],
        "has_conflict": row["has_conflict"],
        "evidence": evidence(
            reference, details, ("statement", row["fact_id"]), explain=("statement", row["statement_id"])
        ),
    }


def _project(reference: Reference, row: Row, details: Details) -> dict[str, Any]:
    return {
        "id": anchor("project", row["fact_id"]),
        "name": row["name"] or row["project_id"],
        "sector": spoken(row["sector"]),
        "place": ", ".join(filter(None, (row["place"], reference.country(row["country_code"])))),
        "event": spoken(row["event"]),
        "date": date_in_words(row["occurred_edtf"]),
        "capacity": bounded_in_words("=", row["capacity"], row["unit"]) if row["capacity"] is not None else "",
        "modality": row["modality"],
        "has_conflict": row["has_conflict"],
        "evidence": evidence(
            reference, details, ("project_event", row["fact_id"]), explain=("project", row["project_id"])
        ),
    }


def _figures(
    reference: Reference, rows: Sequence[Row], changes: Sequence[Row], details: Details
) -> list[dict[str, Any]]:
    """Return the reported figures, by what is measured, each with a chart of their bounds."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["indicator"], row["unit"]), []).append(row)
    return [
        {
            "name": titled(indicator),
            "denominator": next((row["denominator"] for row in members if row["denominator"]), ""),
            "chart": charts.bounds([_bound(row) for row in members], unit=unit),
            "rows": [
                {
                    "id": anchor("figure", row["fact_id"]),
                    "period": date_in_words(row["period_edtf"]),
                    "words": bounded_in_words(row["operator"], row["value"], row["unit"]),
                    "reported": row["reported_value"],
                    "modality": row["modality"],
                    "has_conflict": row["has_conflict"],
                    "evidence": evidence(
                        reference, details, ("indicator", row["fact_id"]), explain=("indicator", row["fact_id"])
                    ),
                }
                for row in members
            ],
            "changes": [
                {
                    "from": date_in_words(change["from_period_edtf"]),
                    "to": date_in_words(change["to_period_edtf"]),
                    "words": range_in_words(
                        change["change_lower"],
                        change["change_upper"],
                        change["change_unit"],
                        lower_included=bool(change["is_change_lower_included"]),
                        upper_included=bool(change["is_change_upper_included"]),
                    ),
                    "direction": {"up": "It rose", "down": "It fell", "none": "It stayed"}.get(
                        change["direction"], "Whether it rose or fell is not certain: the change is"
                    ),
                    "care": ""
                    if change["is_same_length"] and change["is_same_denominator"]
                    else "The two periods differ in length or in what they are a share of: compare with care.",
                }
                for change in changes
                if change["indicator"] == indicator
            ],
        }
        for (indicator, unit), members in groups.items()
    ]


def _bound(row: Row) -> charts.Bound:
    return charts.Bound(
        label=date_in_words(row["period_edtf"]),
        words=bounded_in_words(row["operator"], row["value"], row["unit"]),
        value=row["value"],
        lower=row["value_lower"],
        upper=row["value_upper"],
        operator=row["operator"],
        certainty=row["modality"],
    )


def _coded(reference: Reference, row: Row) -> dict[str, Any]:
    return {
        "date": day_in_words(row["occurred_on"]),
        "is_artefact": row["is_relative_date_artefact"],
        "what": row["event_class_name"] or row["event_root_name"] or "",
        "source": reference.country(row["source_code"]),
        "target": reference.country(row["target_code"]),
        "articles": row["url_count"],
        "agrees": bool(row["corroborates_meeting_id"] or row["corroborates_agreement_id"]),
    }


def _shared_memberships(reference: Reference, dyad: Row) -> list[dict[str, Any]]:
    """Return how both countries stand to each organisation to which either stands in any way now."""
    standing: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {"a": [], "b": []})
    for side, code in (("a", dyad["country_a_code"]), ("b", dyad["country_b_code"])):
        for spell in reference.memberships.get(code, ()):
            if spell["is_current"]:
                standing[spell["organization_id"]][side].append(spell_in_words(reference, spell))
    rows = [
        {"organization": reference.organizations.get(organization, organization), **both}
        for organization, both in standing.items()
    ]
    return sorted(rows, key=lambda row: (not (row["a"] and row["b"]), str(row["organization"])))


def _brief(
    reference: Reference,
    rows: Mapping[str, Sequence[Row]],
    agreements: Sequence[dict[str, Any]],
    meetings: Sequence[dict[str, Any]],
    trade: Mapping[str, Any],
) -> list[dict[str, str]]:
    """Return the page in a few lines: what is known, and how certain it is."""
    lines = []
    if agreements:
        number = sum(row["agreements"] for row in rows["states"])
        states: dict[str, int] = {}
        for row in rows["states"]:
            words = " ".join(filter(None, (state_in_words(row["status"]), _BY.get(row["status_modality"] or "", ""))))
            states[words] = states.get(words, 0) + row["agreements"]
        parts = [f"{count:,} {words}" for words, count in states.items()]
        lines.append({"name": "Agreements", "value": f"{number:,}", "words": listed(parts), "href": "#agreements"})
    if meetings:
        total = rows["meetings"][0]["total"]
        latest = meetings[0]
        lines.append(
            {
                "name": "Meetings",
                "value": f"{total:,}",
                "words": f"the latest: {latest['title']}, {latest['date']}",
                "href": "#meetings",
            }
        )
    if trade["flows"] or trade["balances"]:
        lines.append(brief_of_statistics(trade))
    elif trade["claims"]:
        claim = trade["claims"][0]
        lines.append(
            {
                "name": "Trade",
                "value": claim["words"],
                "words": f"in {claim['period']}, claimed by one document; no statistics here to compare"
                if len(trade["claims"]) == 1
                else f"in {claim['period']}; no statistics here to compare",
                "href": "#trade",
            }
        )
    if rows["statements"]:
        total = rows["statements"][0]["total"]
        sides = {
            reference.party(row["on_behalf_of_kind"], row["on_behalf_of_code"], row["on_behalf_of_reported"])
            for row in rows["statements"]
            if row["on_behalf_of_code"]
        }
        lines.append(
            {
                "name": "Positions taken",
                "value": f"{total:,}",
                "words": f"by {listed(sorted(sides))}" if 0 < len(sides) <= 3 else "",
                "href": "#positions",
            }
        )
    if not lines and rows["coded"]:
        total = rows["coded"][0]["total"]
        lines.append(
            {
                "name": "Only read by a machine",
                "value": f"{total:,}",
                "words": "nobody has recorded anything; the events below come from the news, unchecked",
                "href": "#coded",
            }
        )
    return lines
