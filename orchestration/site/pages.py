"""What each page shows: rows of the published database, put into words.

Belongs here: choosing, wording and linking what the templates show, and nothing that two runs over the same database
could do differently. Does not belong here: SQL (`questions`), HTML (`templates/`), files (`building`). A page's context
holds everything that it shows, so that its fingerprint tells whether it must be written anew; for the same reason only
the pages that are about the publication itself name it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import duckdb

from orchestration.site import charts, questions
from orchestration.site.questions import Row, ask, grouped
from orchestration.site.words import (
    bounded_in_words,
    counted,
    date_in_words,
    day_in_words,
    figure_in_words,
    listed,
    moment_in_words,
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
_STATES: Final = {
    "unknown": "state not known",
    "signed": "signed, not yet binding",
    "ratified": "ratified, not yet in force",
    "provisionally_applied": "applied provisionally",
    "in_force": "in force",
    "negotiating": "under negotiation",
}
_BY: Final = {"inferred": "by inference only", "intended": "as an intention", "hypothetical": "as a possibility"}
_ACCOUNTS: Final = {
    "reported": "its own statistics",
    "mirror": "its partner's statistics",
    "reconciled": "BACI, which reconciles both sides",
}
_STANCES: Final = {
    "supports": "supports",
    "opposes": "opposes",
    "calls_for": "calls for",
    "commends": "commends",
    "reaffirms": "reaffirms",
    "denies": "denies",
}
_NOT_SAID: Final = frozenset(
    {"reported_agreement_id", "reported_meeting_id", "fact_id", "party_code", "represents_code", "member_code"}
)
"""Attributes of a claim that repeat another one in our own codes."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page to be written: where, by which template, of what."""

    path: str
    template: str
    context: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """What the page shows, as a hash: the same gives the same page."""
        text = json.dumps(self.context, default=_jsonable, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{self.template}\n{text}".encode()).hexdigest()


def _jsonable(value: object) -> object:
    return vars(value) if hasattr(value, "__dict__") else str(value)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What any page may name."""

    countries: Mapping[str, Row]
    organizations: Mapping[str, str]
    documents: Mapping[str, Row]
    dyads: Mapping[str, Row]
    memberships: Mapping[str, Sequence[Row]]
    positions: Mapping[str, Sequence[Row]]
    partners: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def country(self, code: str | None) -> str:
        """Return the name of a country, or its code where the table lacks it."""
        return str(self.countries[code]["name"]) if code in self.countries else str(code or "")

    def party(self, kind: str | None, code: str | None, reported: str | None) -> str:
        """Return the name of a party: a country, an organisation, or the text that led to neither."""
        if kind == "country" and code in self.countries:
            return self.country(code)
        if kind == "organization" and code in self.organizations:
            return self.organizations[code or ""]
        return reported or code or "not named"

    def document(self, document_id: str | None) -> dict[str, Any]:
        """Return what a link to a document says of it."""
        known = self.documents.get(document_id or "")
        if known is None:
            return {"id": document_id or "", "name": document_id or "no document", "href": None, "kind": "", "date": ""}
        return {
            "id": document_id,
            "name": document_name(known),
            "href": f"documents/{file_name(str(document_id))}.html",
            "kind": spoken(known["kind"]) or "kind not recorded",
            "date": date_in_words(known["published_edtf"]) if known["published_edtf"] else "",
            "publisher": known["publisher"],
            "licence": known["licence"] or "licence not known",
            "redistributable": known["redistributable"],
        }

    def dyad_href(self, dyad_code: str | None) -> str | None:
        """Return where a dyad's page is, or None where it has none."""
        return f"dyads/{file_name(dyad_code)}.html" if dyad_code and dyad_code in self.dyads else None

    def country_href(self, code: str | None) -> str | None:
        """Return where a country's page is, or None where it has none."""
        return f"countries/{file_name(code)}.html" if code and code in self.partners else None


def document_name(document: Row) -> str:
    """Return what to call a document: its title, else what and of when it is."""
    if document["title"]:
        return str(document["title"])
    kind = titled(document["kind"]) or "Document"
    when = f" of {date_in_words(document['published_edtf'])}" if document["published_edtf"] else ""
    return f"{kind}{when}, without a title" if document["is_delivered"] else f"{document['document_id']} (not recorded)"


def file_name(name: str) -> str:
    """Return a name for a file and an address; what is not plain gets a hash, so that no two share one.

    Case counts only as far as codes are all in capitals: file systems may ignore it.
    """
    if re.fullmatch(r"[a-z0-9-]{1,100}|[A-Z0-9-]{1,40}", name) and name != "index":
        return name
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", name)[:60].strip("-") or "x"
    return f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def anchor(kind: str, name: str) -> str:
    """Return the id of an item within its page."""
    return f"{kind}-{file_name(name).replace('.', '-')}"


def read_reference(connection: duckdb.DuckDBPyConnection) -> Reference:
    """Read what every page may name."""
    found = {name: ask(connection, sql) for name, sql in questions.REFERENCE.items()}
    partners: dict[str, list[Row]] = defaultdict(list)
    for dyad in found["dyads"]:
        partners[dyad["country_a_code"]].append(dyad)
        partners[dyad["country_b_code"]].append(dyad)
    memberships = grouped(ask(connection, questions.MEMBERSHIPS), "member_code")
    positions = grouped(ask(connection, questions.POSITIONS), "holder_code")
    countries = {row["country_code"]: row for row in found["countries"]}
    for code in (*memberships, *positions):
        if code in countries and code not in partners:
            partners[code] = []
    return Reference(
        countries=countries,
        organizations={row["organization_id"]: row["name"] or row["organization_id"] for row in found["organizations"]},
        documents={row["document_id"]: row for row in found["documents"]},
        dyads={row["dyad_code"]: row for row in found["dyads"]},
        memberships=memberships,
        positions=positions,
        partners={code: rows for code, rows in partners.items() if code in countries},
    )


# The pages of two countries


def dyad_pages(connection: duckdb.DuckDBPyConnection, reference: Reference, codes: Sequence[str]) -> Iterator[Page]:
    """Make the pages of some dyads, in the order of their codes."""
    found = {
        name: grouped(ask(connection, sql, {"codes": list(codes), "bound": bound}), "dyad_code")
        for name, (sql, bound) in questions.BY_DYAD.items()
    }
    details = _Details.read(connection, found)
    for code in codes:
        rows = {name: groups.get(code, []) for name, groups in found.items()}
        yield _dyad_page(reference, reference.dyads[code], rows, details)


@dataclass(frozen=True, kw_only=True)
class _Details:
    """What belongs to the rows of a batch: parties, steps, participants, claims."""

    parties: Mapping[str, Sequence[Row]]
    steps: Mapping[str, Sequence[Row]]
    participants: Mapping[str, Sequence[Row]]
    claims: Mapping[tuple[str, str], Sequence[Row]]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, found: Mapping[str, Mapping[str, Sequence[Row]]]) -> _Details:
        def ids(section: str, column: str) -> list[str]:
            return sorted({row[column] for rows in found[section].values() for row in rows if row[column]})

        agreements, meetings = ids("agreements", "agreement_id"), ids("meetings", "meeting_id")
        steps = ask(connection, questions.STEPS, {"ids": agreements}) if agreements else []
        wanted = {
            "agreement": ids("agreements", "fact_id"),
            "agreement_event": sorted({row["fact_id"] for row in steps}),
            "meeting": ids("meetings", "fact_id"),
            "statement": ids("statements", "fact_id"),
            "indicator": ids("figures", "fact_id"),
            "trade": ids("trade_claims", "fact_id"),
            "project_event": ids("projects", "fact_id"),
        }
        return cls(
            parties=grouped(ask(connection, questions.PARTIES, {"ids": agreements}), "agreement_id"),
            steps=grouped(steps, "agreement_id"),
            participants=grouped(ask(connection, questions.PARTICIPANTS, {"ids": meetings}), "meeting_id"),
            claims=_claims(connection, wanted),
        )


def _claims(
    connection: duckdb.DuckDBPyConnection, wanted: Mapping[str, Sequence[str]]
) -> Mapping[tuple[str, str], Sequence[Row]]:
    claims: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for kind, ids in wanted.items():
        if ids:
            parameters = {"kind": kind, "ids": list(ids), "bound": questions.CLAIM_ROWS}
            for row in ask(connection, questions.CLAIMS, parameters):
                claims[kind, row["fact_id"]].append(row)
    return claims


def _evidence(reference: Reference, details: _Details, *facts: tuple[str, str], explain: tuple[str, str]) -> Row:
    """Return the claims behind an item, which of them won, and what the others say instead."""
    claims: list[dict[str, Any]] = []
    documents: set[str] = set()
    left_out = 0
    for fact in facts:
        rows = details.claims.get(fact, ())
        winner = next((row for row in rows if row["is_winner"]), None)
        for row in rows:
            documents.add(row["document_id"])
            claims.append(
                {
                    "document": reference.document(row["document_id"]),
                    "where": place_in_document(row["locator"]),
                    "modality": row["modality"],
                    "attributed_to": row["attributed_to"],
                    "says": _about(row),
                    "is_winner": row["is_winner"],
                    "reason": row["reason"],
                    "otherwise": _otherwise(row, winner),
                    "row": f"row {row['row_number']} of {row['original_path']}" if row["original_path"] else "",
                    "known": f"{row['recorded_from']:%Y-%m-%d}" if row["recorded_from"] else "",
                }
            )
        if rows and rows[0]["total"] > len(rows):
            left_out += rows[0]["total"] - len(rows)
    if len(claims) > 2 * questions.CLAIM_ROWS:
        left_out += len(claims) - 2 * questions.CLAIM_ROWS
        claims = claims[: 2 * questions.CLAIM_ROWS]
    return {
        "claims": claims,
        "documents": len(documents),
        "left_out": left_out,
        "sql": f"from explain({_sql(explain[0])}, {_sql(explain[1])})",
    }


def _sql(text: str) -> str:
    """Return a text as SQL that a reader may copy; it is shown, never run here."""
    return "'" + text.replace("'", "''") + "'"


def _attributes(row: Row) -> dict[str, Any]:
    loaded = json.loads(row["attributes"]) if row["attributes"] else {}
    return loaded if isinstance(loaded, dict) else {}


def _about(row: Row) -> str:
    """Return which part of an item a claim is about."""
    if row["fact_kind"] != "agreement_event":
        return ""
    said = _attributes(row)
    who = said.get("party_reported")
    step = titled(said.get("event"))
    return f"{step} ({who})" if who else step


def _otherwise(row: Row, winner: Row | None) -> list[str]:
    """Return what a claim says that the one which won does not, in words."""
    if winner is None or row["is_winner"]:
        return []
    said, won = _attributes(row), _attributes(winner)
    different = []
    for name, value in said.items():
        if value is None or value == won.get(name) or name in _NOT_SAID or name.startswith("reported_"):
            continue
        words = date_in_words(value) if name.endswith("_edtf") else str(value)
        label = spoken(name.removesuffix("_edtf").removesuffix("_id"))
        different.append(f"{label}: {words}")
    return different


def _left_out(rows: Sequence[Row], sql: str) -> dict[str, Any] | None:
    """Return how many rows a page leaves out, and the question that gives all of them."""
    total = rows[0]["total"] if rows else 0
    return {"count": total - len(rows), "total": total, "sql": sql} if total > len(rows) else None


def _dyad_page(
    reference: Reference, dyad: Row, rows: Mapping[str, Sequence[Row]], details: _Details
) -> Page:
    code = dyad["dyad_code"]
    quoted = _sql(code)
    agreements = [_agreement(reference, dyad, row, details) for row in rows["agreements"]]
    meetings = [_meeting(reference, row, details) for row in rows["meetings"]]
    trade = _trade(reference, dyad, rows, details)
    entries = [_entry(reference, row) for row in rows["timeline"]]
    context = {
        "code": code,
        "title": f"{dyad['country_a_name']} and {dyad['country_b_name']}",
        "a": _country_link(reference, dyad["country_a_code"]),
        "b": _country_link(reference, dyad["country_b_code"]),
        "brief": _brief(reference, dyad, rows, agreements, meetings, trade),
        "chart": charts.timeline(filter(None, map(_dated, rows["timeline"])), lanes=LANES),
        "undated": sum(1 for row in rows["timeline"] if row["occurred_earliest"] is None),
        "entries": _by_year(entries),
        "entries_left_out": _left_out(
            rows["timeline"],
            f"from mart_dyad_timeline where dyad_code = {quoted} and evidence_class = 'curated'",
        ),
        "agreements": agreements,
        "agreements_left_out": _left_out(
            rows["agreements"],
            "select agreement.* from fct_agreement_lifecycle as agreement join bridge_fact_dyad using (fact_id) "
            f"where dyad_code = {quoted}",
        ),
        "meetings": meetings,
        "meetings_left_out": _left_out(
            rows["meetings"],
            f"select meeting.* from fct_meeting as meeting join bridge_fact_dyad using (fact_id) where dyad_code = {quoted}",
        ),
        "trade": trade,
        "figures": _figures(reference, rows["figures"], rows["figure_changes"], details),
        "figures_left_out": _left_out(rows["figures"], f"from fct_indicator where dyad_code = {quoted}"),
        "statements": [_statement(reference, row, details) for row in rows["statements"]],
        "statements_left_out": _left_out(
            rows["statements"],
            "select statement.* from fct_statement as statement join bridge_fact_dyad using (fact_id) "
            f"where dyad_code = {quoted}",
        ),
        "projects": [_project(reference, row, details) for row in rows["projects"]],
        "projects_left_out": _left_out(
            rows["projects"],
            "select step.* from fct_project_event as step join bridge_fact_dyad using (fact_id) "
            f"where dyad_code = {quoted}",
        ),
        "memberships": _shared_memberships(reference, dyad),
        "coded": [_coded(reference, row) for row in rows["coded"]],
        "coded_total": rows["coded"][0]["total"] if rows["coded"] else 0,
        "coded_left_out": _left_out(rows["coded"], f"from fct_reported_event where dyad_code = {quoted}"),
    }
    return Page(path=f"dyads/{file_name(code)}.html", template="dyad.html", context=context)


def _country_link(reference: Reference, code: str) -> dict[str, Any]:
    return {"code": code, "name": reference.country(code), "href": reference.country_href(code)}


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


def _agreement(reference: Reference, dyad: Row, row: Row, details: _Details) -> dict[str, Any]:
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
        "state": _state(row["status"]),
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
        "evidence": _evidence(
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


def _state(status: str | None) -> str:
    return _STATES.get(status or "unknown", spoken(status))


def _binding(row: Row) -> str:
    if row["is_binding"] is not None:
        return "Binding, a document says." if row["is_binding"] else "Not binding, a document says."
    if row["binding_presumed"] is None:
        return ""
    which = "usually bind" if row["binding_presumed"] else "usually do not bind"
    return f"Instruments of this sort {which}; no document says whether this one does."


def _meeting(reference: Reference, row: Row, details: _Details) -> dict[str, Any]:
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
        "evidence": _evidence(
            reference, details, ("meeting", row["fact_id"]), explain=("meeting", row["meeting_id"])
        ),
    }


def _statement(reference: Reference, row: Row, details: _Details) -> dict[str, Any]:
    side = reference.party(row["on_behalf_of_kind"], row["on_behalf_of_code"], row["on_behalf_of_reported"])
    return {
        "id": anchor("statement", row["fact_id"]),
        "speaker": row["speaker"],
        "office": row["office"],
        "side": side if row["on_behalf_of_code"] or row["on_behalf_of_reported"] else "",
        "stance": _STANCES.get(row["stance"], spoken(row["stance"])),
        "stance_code": row["stance"],
        "words": row["paraphrase"],
        "date": date_in_words(row["made_edtf"]),
        "modality": row["modality"],
        "has_conflict": row["has_conflict"],
        "evidence": _evidence(
            reference, details, ("statement", row["fact_id"]), explain=("statement", row["statement_id"])
        ),
    }


def _project(reference: Reference, row: Row, details: _Details) -> dict[str, Any]:
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
        "evidence": _evidence(
            reference, details, ("project_event", row["fact_id"]), explain=("project", row["project_id"])
        ),
    }


def _figures(
    reference: Reference, rows: Sequence[Row], changes: Sequence[Row], details: _Details
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
                    "evidence": _evidence(
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


def _trade(
    reference: Reference, dyad: Row, rows: Mapping[str, Sequence[Row]], details: _Details
) -> dict[str, Any]:
    name_a, name_b = dyad["country_a_name"], dyad["country_b_name"]
    quoted = _sql(dyad["dyad_code"])
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
        "claims_left_out": _left_out(
            rows["trade_claims"], f"from mart_trade_claim_check where dyad_code = {quoted}"
        ),
        "flows": flows,
        "flows_left_out": _left_out(
            rows["totals"], f"from fct_trade_mirror where dyad_code = {quoted} and commodity_code = 'TOTAL'"
        ),
        "balances": [_balance(reference, row) for row in reversed(rows["balances"])],
        "balances_left_out": _left_out(rows["balances"], f"from mart_trade_balance where dyad_code = {quoted}"),
        "commodities": [_commodity(reference, row) for row in rows["commodities"]],
        "commodities_left_out": _left_out(
            rows["commodities"],
            f"from fct_trade_flow where dyad_code = {quoted} order by period_latest desc, value_usd desc",
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
    share = f", {figure_in_words(float(f'{ratio:.3g}'))} times" if ratio is not None else ""
    return f"importer says {figure_in_words(abs(difference))} USD {which}{share}"


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


def _trade_claim(reference: Reference, row: Row, details: _Details) -> dict[str, Any]:
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
        {"who": who, "verdict": verdict if verdict != "no statistic" else "has no figure here to compare"}
        for who, verdict in (
            (f"{a}'s statistics", row["country_a_verdict"]),
            (f"{b}'s statistics", row["country_b_verdict"]),
            ("BACI", row["reconciled_verdict"]),
        )
    ]
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
        "evidence": _evidence(reference, details, ("trade", row["fact_id"]), explain=("trade", row["fact_id"])),
    }


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
                standing[spell["organization_id"]][side].append(_spell(reference, spell))
    rows = [
        {"organization": reference.organizations.get(organization, organization), **both}
        for organization, both in standing.items()
    ]
    return sorted(rows, key=lambda row: (not (row["a"] and row["b"]), str(row["organization"])))


def _spell(reference: Reference, spell: Row) -> dict[str, Any]:
    return {
        "status": spoken(spell["status"]),
        "since": f"since {date_in_words(spell['began_edtf'])}" if spell["began_edtf"] else "date not given",
        "until": date_in_words(spell["ended_edtf"]) if spell["ended_edtf"] else "",
        "is_current": spell["is_current"],
        "is_ending_announced": spell["is_ending_announced"],
        "modality": spell["modality"],
        "has_conflict": spell["has_conflict"],
        "why": spell["winning_reason"],
        "otherwise": spell["contradicted_by"],
        "document": reference.document(spell["document_id"]),
        "where": place_in_document(spell["locator"]),
        "claim_count": spell["claim_count"],
    }


def _brief(
    reference: Reference,
    dyad: Row,
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
            words = " ".join(filter(None, (_state(row["status"]), _BY.get(row["status_modality"] or "", ""))))
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
        lines.append(_brief_of_statistics(trade))
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


def _brief_of_statistics(trade: Mapping[str, Any]) -> dict[str, str]:
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
    which, known = name if name[1]["words"] != "no figure" else other
    towards = "to" if which == "exports" else "from"
    return {
        "name": "Trade",
        "value": known["words"],
        "words": f"{which} of {row['country']} {towards} {row['partner']}, {row['period']}; by {known['note']}",
        "href": "#trade",
    }


# The pages of a country


def country_pages(connection: duckdb.DuckDBPyConnection, reference: Reference) -> Iterator[Page]:
    """Make a page for every country of which anything is known."""
    agreements = grouped(ask(connection, questions.COUNTRY_AGREEMENTS, {"bound": 60}), "country_code")
    figures = grouped(
        ask(connection, questions.COUNTRY_FIGURES, {"bound": questions.FIGURE_ROWS}), "country_code"
    )
    for code in sorted(reference.partners):
        yield _country_page(reference, code, agreements.get(code, ()), figures.get(code, ()))


def _country_page(reference: Reference, code: str, agreements: Sequence[Row], figures: Sequence[Row]) -> Page:
    country = reference.countries[code]
    partners = sorted(
        reference.partners[code],
        key=lambda row: (-row["entries"], -row["trade_periods"], -row["coded_events"], row["dyad_code"]),
    )
    quoted = _sql(code)
    context = {
        "code": code,
        "title": country["name"],
        "official_name": country["official_name"],
        "kind": spoken(country["kind"]),
        "began": date_in_words(country["began_edtf"]) if country["began_edtf"] else "",
        "ended": date_in_words(country["ended_edtf"]) if country["ended_edtf"] else "",
        "successors": [
            _country_link(reference, successor)
            for successor in (country["successor_codes"] or "").replace(" ", "").split(",")
            if successor
        ],
        "partners": [
            {
                "name": dyad["country_b_name"] if dyad["country_a_code"] == code else dyad["country_a_name"],
                "href": reference.dyad_href(dyad["dyad_code"]),
                "entries": dyad["entries"],
                "latest": str(dyad["latest"].year) if dyad["latest"] else "",
                "trade_periods": dyad["trade_periods"],
                "coded_events": dyad["coded_events"],
            }
            for dyad in partners
        ],
        "memberships": [
            {"organization": reference.organizations.get(spell["organization_id"], spell["organization_id"])}
            | _spell(reference, spell)
            for spell in list(reference.memberships.get(code, ()))[:200]
        ],
        "memberships_total": len(reference.memberships.get(code, ())),
        "memberships_sql": f"from fct_membership_spell where member_code = {quoted}",
        "positions": [
            {
                "stance": _STANCES.get(row["stance"], spoken(row["stance"])),
                "stance_code": row["stance"],
                "target": row["target"] or "what the document does not name",
                "since": date_in_words(row["began_edtf"]),
                "is_current": row["is_current"],
                "is_reversal": row["is_reversal"],
                "modality": row["modality"],
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
                "where": place_in_document(row["locator"]),
            }
            for row in list(reference.positions.get(code, ()))[:100]
        ],
        "positions_total": len(reference.positions.get(code, ())),
        "positions_sql": f"from mart_position where holder_code = {quoted}",
        "agreements": [
            {
                "title": row["title"],
                "state": _state(row["status"]),
                "modality": row["status_modality"] or "unknown",
                "since": date_in_words(row["status_since_edtf"]) if row["status_since_edtf"] else "",
                "parties": counted(row["party_count"], "party"),
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
            }
            for row in agreements
        ],
        "agreements_left_out": _left_out(
            agreements,
            "from fct_agreement_lifecycle where agreement_id in "
            f"(select agreement_id from bridge_agreement_party where party_code = {quoted})",
        ),
        "figures": [
            {
                "name": titled(row["indicator"]),
                "period": date_in_words(row["period_edtf"]),
                "words": bounded_in_words(row["operator"], row["value"], row["unit"]),
                "reported": row["reported_value"],
                "modality": row["modality"],
                "has_conflict": row["has_conflict"],
                "document": reference.document(row["document_id"]),
                "where": place_in_document(row["locator"]),
            }
            for row in figures
        ],
        "figures_left_out": _left_out(figures, f"from fct_indicator where country_code = {quoted}"),
    }
    return Page(path=f"countries/{file_name(code)}.html", template="country.html", context=context)


# The pages of documents


def document_pages(
    connection: duckdb.DuckDBPyConnection, reference: Reference, ids: Sequence[str]
) -> Iterator[Page]:
    """Make the pages of some documents."""
    claims = grouped(
        ask(connection, questions.DOCUMENT_CLAIMS, {"ids": list(ids), "bound": questions.DOCUMENT_ROWS}),
        "document_id",
    )
    statistics = {row["document_id"]: row["figures"] for row in ask(connection, questions.DOCUMENT_TRADE)}
    for document_id in ids:
        yield _document_page(reference, document_id, claims.get(document_id, ()), statistics.get(document_id, 0))


def _document_page(reference: Reference, document_id: str, claims: Sequence[Row], statistics: int) -> Page:
    document = reference.documents[document_id]
    places: list[dict[str, Any]] = []
    for row in claims:
        where = place_in_document(row["locator"]) or "no place given"
        if not places or places[-1]["where"] != where:
            places.append({"where": where, "claims": []})
        places[-1]["claims"].append(
            {
                "kind": spoken(row["fact_kind"]),
                "title": row["title"] or _said(row),
                "modality": row["modality"],
                "attributed_to": row["attributed_to"],
                "is_winner": row["is_winner"],
                "reason": row["reason"],
                "dyad": row["dyad_code"] if reference.dyad_href(row["dyad_code"]) else None,
                "href": reference.dyad_href(row["dyad_code"]),
            }
        )
    may = {True: "may be passed on", False: "may not be passed on", None: "not known whether it may be passed on"}
    context = {
        "id": document_id,
        "title": document_name(document),
        "publisher": document["publisher"],
        "kind": titled(document["kind"]),
        "language": document["language"],
        "published": date_in_words(document["published_edtf"]),
        "licence": document["licence"] or "not known",
        "redistributable": may[document["redistributable"]],
        "url": web_address(document["url"]),
        "url_refused": document["url"] if document["url"] and not web_address(document["url"]) else "",
        "derived_from": reference.document(document["derived_from_document_id"])
        if document["derived_from_document_id"]
        else None,
        "is_delivered": document["is_delivered"],
        "places": places,
        "total": claims[0]["total"] if claims else 0,
        "statistics": statistics,
        "statistics_sql": f"from fct_trade_flow where document_id = {_sql(document_id)}",
        "left_out": _left_out(claims, f"from evidence.claims where document_id = {_sql(document_id)} and is_current"),
    }
    return Page(path=f"documents/{file_name(document_id)}.html", template="document.html", context=context)


def _said(row: Row) -> str:
    """Return what a claim says, attribute by attribute, where no timeline has words for it."""
    parts = []
    for name, value in _attributes(row).items():
        if value is None or name in _NOT_SAID or name.startswith("reported_") or name.endswith("_kind"):
            continue
        words = date_in_words(str(value)) if name.endswith("_edtf") else spoken(str(value))
        parts.append(f"{spoken(name.removesuffix('_edtf').removesuffix('_reported').removesuffix('_id'))} {words}")
    return ", ".join(parts[:6])


# The pages about the publication


def publication_pages(
    connection: duckdb.DuckDBPyConnection, reference: Reference, changes: Mapping[str, Any]
) -> Iterator[Page]:
    """Make the index and the pages on documents, quality and what changed."""
    numbers = ask(connection, questions.NUMBERS)[0]
    publications = ask(connection, questions.REFERENCE["publications"])
    current = publications[0]
    publication = {
        "id": current["publication_id"],
        "at": moment_in_words(current["published_at"]),
        "rows": current["row_count"],
        "tables": current["table_count"],
    }
    yield Page(
        path="index.html",
        template="index.html",
        context={"publication": publication, "numbers": numbers, **_index(reference)},
    )
    yield Page(path="reading.html", template="reading.html", context={})
    yield Page(path="documents/index.html", template="documents.html", context=_documents(reference))
    quality = {
        name: ask(connection, sql, {"bound": questions.QUALITY_ROWS} if "$bound" in sql else None)
        for name, sql in questions.QUALITY.items()
    }
    yield Page(
        path="quality.html",
        template="quality.html",
        context={
            "publication": publication,
            "numbers": numbers,
            "feeds": quality["feeds"],
            "sources": [_source(reference, row) for row in quality["sources"]],
            "sources_left_out": _left_out(quality["sources"], "from mart_source_currency"),
            "unknown": quality["unknown"],
            "unknown_left_out": _left_out(quality["unknown"], "from mart_unknown_reference"),
            "rejected": [row | {"raw_row": str(row["raw_row"] or "")[:300]} for row in quality["rejected"]],
            "rejected_left_out": _left_out(quality["rejected"], "from evidence.rejected_rows"),
        },
    )
    yield Page(
        path="changes.html",
        template="changes.html",
        context={
            "publication": publication,
            "changes": changes,
            "publications": [
                {
                    "id": row["publication_id"],
                    "at": moment_in_words(row["published_at"]),
                    "rows": row["row_count"],
                    "withdrawn": moment_in_words(row["withdrawn_at"]) if row["withdrawn_at"] else "",
                }
                for row in publications[:20]
            ],
            "publications_left_out": max(0, len(publications) - 20),
        },
    )


def _source(reference: Reference, row: Row) -> dict[str, Any]:
    is_document = row["source_kind"] == "document"
    received: datetime | None = row["last_received_at"]
    current: date | None = row["current_to"]
    return {
        "kind": row["source_kind"],
        "name": reference.document(row["source_id"])["name"] if is_document else f"Feed {row['source_id']}",
        "href": reference.document(row["source_id"])["href"] if is_document else None,
        "publisher": row["publisher"] or "",
        "current_to": day_in_words(current) if current else "",
        "received": day_in_words(received.date()) if received else "",
        "claims": row["current_claim_count"],
    }


def _documents(reference: Reference) -> dict[str, Any]:
    shown = sorted(
        reference.documents.values(),
        key=lambda row: (row["published_latest"] is None, -(row["published_latest"] or date.min).toordinal(), row["document_id"]),
    )
    return {
        "documents": [
            reference.document(row["document_id"]) | {"is_delivered": row["is_delivered"]} for row in shown[:500]
        ],
        "left_out": {
            "count": len(shown) - 500,
            "total": len(shown),
            "sql": "from dim_document",
        }
        if len(shown) > 500
        else None,
    }


def _index(reference: Reference) -> dict[str, Any]:
    def link(dyad: Row) -> dict[str, Any]:
        return {
            "name": f"{dyad['country_a_name']} and {dyad['country_b_name']}",
            "href": reference.dyad_href(dyad["dyad_code"]),
            "entries": dyad["entries"],
            "trade_periods": dyad["trade_periods"],
            "coded_events": dyad["coded_events"],
            "latest": str(dyad["latest"].year) if dyad["latest"] else "",
        }

    richest = sorted(
        reference.dyads.values(),
        key=lambda row: (-row["entries"], -row["trade_periods"], -row["coded_events"], row["dyad_code"]),
    )
    partners: dict[str, list[str]] = defaultdict(list)
    for dyad in richest:
        partners[dyad["country_a_code"]].append(dyad["country_b_code"])
    countries = sorted(reference.partners, key=lambda code: (reference.country(code).casefold(), code))
    return {
        "dyad_count": len(reference.dyads),
        "richest": [link(dyad) for dyad in richest[:24]],
        "countries": [
            {
                "code": code,
                "name": reference.country(code),
                "href": reference.country_href(code),
                "dyads": len(reference.partners[code]),
            }
            for code in countries
        ],
        "search": {
            # file names are made of codes; those that are not plain stand in `files`
            "countries": {
                code: [reference.country(code), reference.countries[code]["official_name"] or ""]
                for code in countries
            },
            "dyads": {code: " ".join(others) for code, others in sorted(partners.items())},
            "files": {
                name: file_name(name) for name in (*countries, *reference.dyads) if file_name(name) != name
            },
        },
    }
