"""The reference of the feeds, as a page for people, made from the contracts."""

from __future__ import annotations

from orchestration.contracts import FEEDS, Column, ColumnType, Contract, Mode
from orchestration.documentation.markdown import page, table

_TYPES: dict[ColumnType, str] = {
    ColumnType.ID: "`a` to `z`, `0` to `9` and `-`, at most 120 of them. An id may name something that arrives later.",
    ColumnType.TEXT: "Any text; where a pattern is given, the whole text must match it.",
    ColumnType.ENUM: "One of the values listed at the column.",
    ColumnType.EDTF: (
        "A date as precise as it is known: `2024`, `2024-09`, `2024-09-18`, `2024-09~` (about), "
        "`2024-09?` (uncertain), `2024-01/2024-06` (throughout), `2024-09/..` (open), "
        "`[2024-09-17..2024-09-19]` (one day of these). "
        "See [time](time.md)."
    ),
    ColumnType.TIMESTAMP: "An ISO 8601 date, or date and time; without a zone it is UTC.",
    ColumnType.DECIMAL: "A number with a decimal point and no thousands separators.",
    ColumnType.INTEGER: "A whole number.",
    ColumnType.BOOLEAN: "`true`, `false`, `yes`, `no`, `1` or `0`.",
    ColumnType.COUNTRY: (
        "A name in almost any language, an official name, or `scheme:code` (`iso3:PAK`, `fips:RS`, `comtrade:699`, "
        "`cow:365`, `cameo:RUS`), which is never ambiguous. What is not recognised is kept and listed, not refused."
    ),
    ColumnType.PARTY: "A country as above, or the id or name of an organisation.",
    ColumnType.ORGANIZATION: "The id, the name or an alias of an organisation.",
    ColumnType.PERSON: "A name, or the id of a person.",
    ColumnType.LANGUAGE: "An ISO 639 code of two or three letters: `en`, `ur`, `pt-BR`.",
    ColumnType.URL: "An address that begins with `http://` or `https://`.",
    ColumnType.JSON: "A JSON value, such as a list; a list or an object of an NDJSON or Parquet file as it is.",
}

_MODES: dict[Mode, str] = {
    Mode.APPEND: "every row is a claim; a row of the same document about the same fact replaces the earlier one",
    Mode.SNAPSHOT: "a delivery is complete: what is gone from it was withdrawn",
    Mode.REPLACE: "a newer version of the same data set replaces the older one, which stays queryable",
    Mode.EXTRACT: "a delivery is a part: what it lacks means nothing",
}


def feed_reference() -> str:
    """Return the page `docs/feeds.md`."""
    return page(
        "# The feeds",
        "What a row of each feed in `raw/` must look like. How to add one: [raw/README.md](../raw/README.md).",
        table(
            ("feed", "grain", "subject"),
            ((f"[`{one.feed}`](#{one.feed})", one.grain, one.subject) for one in FEEDS.values()),
        ),
        "## Types",
        table(("type", "what it holds"), ((f"`{kind}`", meaning) for kind, meaning in _TYPES.items())),
        "An empty cell says nothing about its column: it neither claims nor withdraws anything.",
        *(block for contract in FEEDS.values() for block in _feed(contract)),
    )


def _feed(contract: Contract) -> list[str]:
    facts = [
        f"- Grain: {contract.grain}.",
        f"- Files: {', '.join(f'`raw/{contract.feed}/{pattern}`' for pattern in contract.file_patterns)}"
        + ("; a folder `raw/" + contract.feed + "/<date>/` is one delivery." if contract.is_folder_delivery else "."),
        f"- Mode: `{contract.mode}`: {_MODES[contract.mode]}.",
    ]
    if contract.key:
        facts.append(f"- Key of the fact: {_names(contract.key)}.")
    facts += [f"- At least one of {_names(group)} is filled." for group in contract.at_least_one]
    blocks = [f"## {contract.feed}", "\n".join(facts)]
    if contract.columns:
        header = ("column", "type", "required", "allowed", "meaning", "example")
        blocks.append(table(header, (_column(column) for column in contract.columns)))
    else:
        blocks.append("Has no columns of its own: it expands into rows of the other feeds.")
    return blocks


def _column(column: Column) -> tuple[str, ...]:
    return (
        f"`{column.name}`",
        f"`{column.type}`",
        "yes" if column.required else "",
        _allowed(column),
        column.description,
        f"`{column.example}`" if column.example else "",
    )


def _allowed(column: Column) -> str:
    if column.allowed:
        return _names(column.allowed)
    if column.pattern:
        return f"`{column.pattern}`"
    bounds = [
        f"{sign} {bound:g}" for sign, bound in (("≥", column.minimum), ("≤", column.maximum)) if bound is not None
    ]
    return ", ".join(bounds)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
