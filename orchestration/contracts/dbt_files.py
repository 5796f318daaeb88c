"""What dbt knows about the feeds: the landing tables, where countries are named, and where claims come from.

Belongs here: facts of contracts as files of the dbt project. Does not belong here: what a claim means (the models).
dbt resolves references while it parses, when neither the database nor Python is there to ask: hence files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from orchestration.contracts import FEEDS, LANDING, NATIVE, ColumnType, Contract

_NOTE = "Generated from the contracts by `make docs`; do not edit. A test compares it with the code."
_NAMED = (ColumnType.COUNTRY, ColumnType.PARTY, ColumnType.ORGANIZATION)
"""Types of columns in which a country may be named: an organisation is told from a country by its name."""


def dbt_files() -> Mapping[str, str]:
    """Return the files under their paths in the project."""
    return {
        "dbt_project/models/staging/_landing__sources.yml": _sources(),
        "dbt_project/macros/names/feeds.sql": _macros(),
        "dbt_project/seeds/source_documents.csv": _source_documents(),
        "dbt_project/seeds/evidence_classes.csv": _evidence_classes(),
    }


def country_mentions(contract: Contract) -> tuple[str, ...]:
    """Return the columns of a staging model that name countries: its feed's, or those of the shapes it claims in."""
    if contract.country_columns is not None:
        return contract.country_columns
    contracts = [NATIVE[name] for name in contract.claims] or [contract]
    names = (column.name for one in contracts for column in one.columns if column.type in _NAMED)
    return tuple(dict.fromkeys(names))


def _sources() -> str:
    lines = [
        f"# {_NOTE}",
        "version: 2",
        "",
        "sources:",
        "  - name: landing",
        "    description: >",
        "      Typed rows as they were accepted, one table per feed, with the delivery, file and row they came from.",
        "    tables:",
    ]
    for contract in LANDING.values():
        lines += [f"      - name: {contract.table}", "        description: >", f"          {contract.grain}"]
    return "\n".join(lines) + "\n"


def _macros() -> str:
    mentions = {feed: columns for feed, contract in LANDING.items() if (columns := country_mentions(contract))}
    claiming = {
        shape: [feed for feed, contract in FEEDS.items() if shape in contract.claims]
        for shape in NATIVE
        if any(shape in contract.claims for contract in FEEDS.values())
    }
    macros = (
        _macro("country_mentions", "Where a country may be named: feed → columns.", mentions),
        _macro(
            "claiming_feeds", "Which source feeds claim in the shape of a native one: native feed → feeds.", claiming
        ),
    )
    return "{#- " + _NOTE + " -#}\n" + "\n\n\n".join(macros) + "\n"


def _macro(name: str, comment: str, content: Mapping[str, Sequence[str]]) -> str:
    entries = [f"        '{key}': [{', '.join(repr(value) for value in values)}]," for key, values in content.items()]
    body = "{\n" + "\n".join(entries) + "\n    }" if entries else "{}"
    return f"{{% macro {name}() -%}}\n    {{#- {comment} -#}}\n    {{{{ return({body}) }}}}\n{{%- endmacro %}}"


def _source_documents() -> str:
    header = ("document_id", "feed", "kind", "publisher", "title", "url", "language", "licence", "redistributable")
    rows = [
        (
            one.document_id,
            contract.feed,
            one.kind,
            one.publisher,
            one.title,
            one.url,
            one.language,
            one.licence,
            str(one.redistributable).lower(),
        )
        for contract in FEEDS.values()
        if (one := contract.source_document) is not None
    ]
    return _csv(header, rows)


def _evidence_classes() -> str:
    return _csv(("feed", "evidence_class"), ((contract.feed, contract.evidence_class) for contract in LANDING.values()))


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
