"""Judge staged rows by their contract: SQL over whole tables, generated from the contracts alone.

Belongs here: what makes a cell valid, how it is converted, and what is said about one that is not. Does not belong
here: where rows come from (readers), or transactions (loading). Identifiers come from contracts, values are bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestration import edtf
from orchestration.contracts import Column, ColumnType, Contract
from orchestration.sql_text import literal, quoted

RETRACTED = "retracted"
DOCUMENT = "document_id"

SCHEMES = {
    "iso3": "[A-Za-z]{3}",
    "iso2": "[A-Za-z]{2}",
    "isonum": "[0-9]{1,3}",
    "iso3166_3": "[A-Za-z]{4}",
    "fips": "[A-Za-z0-9]{2}",
    "comtrade": "[0-9]{1,3}",
    "cow": "[0-9]{1,3}",
    "cameo": "[A-Za-z]{3}",
    "desta": "[0-9]{1,3}",
}
"""The schemes of country codes, and what a code of each looks like."""

_ID = "[a-z0-9-]{1,120}"
_TIMESTAMP = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?"
_DECIMAL = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"
_INTEGER = r"[+-]?\d{1,19}"
_LANGUAGE = "[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"
_URL = r"(https?|ftp)://[^\s]+"
_CODED = r"[A-Za-z0-9_]+:[^\s]*"
_CODE = "|".join(f"{scheme}:{code}" for scheme, code in SCHEMES.items())
_TRUE = ("true", "yes", "1")
_BOOLEAN = (*_TRUE, "false", "no", "0")


@dataclass
class Parameters:
    """The values that a statement binds, under names that do not clash."""

    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        """Return the placeholder of a value; equal values share one."""
        for name, bound in self.values.items():
            if type(bound) is type(value) and bound == value:
                return f"${name}"
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The SQL that judges one column of one contract."""

    column: Column
    is_broken: str
    """True for a broken cell, never null."""
    expected: str
    """What is said to be expected there."""


def judgements(contract: Contract, parameters: Parameters) -> tuple[Judgement, ...]:
    """Return for each column the condition under which a cell is broken."""
    retraction = is_retraction(contract)
    return tuple(_judgement(contract, column, retraction, parameters) for column in contract.columns)


def is_retraction(contract: Contract) -> str:
    """Return the condition that a row withdraws an earlier claim."""
    if RETRACTED not in contract.columns_by_name:
        return "false"
    words = ", ".join(literal(word) for word in _TRUE)
    return f"coalesce(lower({quoted(RETRACTED)}) in ({words}), false)"


@dataclass(frozen=True, kw_only=True)
class GroupJudgement:
    """The SQL that judges a group of columns of which a row must fill one."""

    columns: tuple[str, ...]
    is_broken: str
    expected: str


def group_judgements(contract: Contract) -> tuple[GroupJudgement, ...]:
    """Return for each such group the condition under which a row fills none of it."""
    retraction = is_retraction(contract)
    return tuple(
        GroupJudgement(
            columns=group,
            is_broken=f"(coalesce({', '.join(quoted(name) for name in group)}) is null and not {retraction})",
            expected=f"a value in {' or '.join(group)}",
        )
        for group in contract.at_least_one
    )


def needed_by_a_retraction(contract: Contract) -> frozenset[str]:
    """Return the required columns that even a retraction fills: its key, and the document that takes it back."""
    return frozenset(name for name in contract.required if name in (*contract.key, DOCUMENT))


def converted(column: Column, parameters: Parameters) -> str:
    """Return the expression that turns the text of a valid cell into the type of the landing column."""
    value = quoted(column.name)
    match column.type:
        case ColumnType.TIMESTAMP:
            return f"timezone('UTC', try_cast({value} as timestamptz))"
        case ColumnType.DECIMAL:
            return f"try_cast({value} as double)"
        case ColumnType.INTEGER:
            return f"try_cast({value} as bigint)"
        case ColumnType.BOOLEAN:
            return (
                f"case when {value} is not null then list_contains({parameters.bind(list(_TRUE))}, lower({value})) end"
            )
        case _:
            return value


def edtf_columns(contract: Contract) -> tuple[str, ...]:
    """Return the columns whose texts are dates."""
    return tuple(column.name for column in contract.columns if column.type is ColumnType.EDTF)


def edtf_texts(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Return the expressions that give the dates of a row, and the columns that they stand in."""
    within = (
        (f"unnest({_dates_within(column, path)})", quoted(column.name))
        for column in contract.columns
        for path in column.dates
    )
    return (*((quoted(name), quoted(name)) for name in edtf_columns(contract)), *within)


def _dates_within(column: Column, path: str) -> str:
    """Return the expression that lists the texts at a path within a JSON value; null where it is none."""
    value = quoted(column.name)
    texts = f"json_extract_string({value}, {literal(path)})"
    texts = texts if "*" in path else f"[{texts}]"
    return f"case when json_valid({value}) then list_filter({texts}, lambda text: text <> '') end"


def expected_of(column: Column) -> str:
    """Say in words what the contract allows in a cell."""
    words = _words(column)
    if column.minimum is not None and column.maximum is not None:
        words += f", from {column.minimum:g} to {column.maximum:g}"
    elif column.minimum is not None:
        words += f", {column.minimum:g} or more"
    elif column.maximum is not None:
        words += f", at most {column.maximum:g}"
    if column.dates:
        words += f" in which {' and '.join(column.dates)} are dates such as 2024, 2024-09 or 2024-09-18 (EDTF)"
    if column.pattern is not None:
        words += f" of the form {column.pattern}"
        if column.example:
            words += f", such as {column.example}"
    return words


def parsed_dates(texts: Iterable[str]) -> tuple[list[tuple[Any, ...]], Mapping[str, str]]:
    """Read dates: the rows of `reference.edtf` for those that are valid, and for the others what was expected."""
    rows: list[tuple[Any, ...]] = []
    hints: dict[str, str] = {}
    for text in texts:
        try:
            rows.append(edtf.parse(text).reference_row)
        except edtf.EdtfError as error:
            hints[text] = f"{_DATE_WORDS}: {error.reason}; {error.hint}"
    return rows, hints


_DATE_WORDS = "a date such as 2024, 2024-09 or 2024-09-18 (EDTF)"
_COUNTRY_CODE_WORDS = f"a code with its scheme, such as iso3:PAK; the schemes are {', '.join(SCHEMES)}"


def _words(column: Column) -> str:
    match column.type:
        case ColumnType.ENUM:
            return f"one of {', '.join(column.allowed)}"
        case ColumnType.ID:
            return "an id of the letters a to z, digits and hyphens, at most 120 of them"
        case ColumnType.EDTF:
            return _DATE_WORDS
        case ColumnType.TIMESTAMP:
            return "a date or time such as 2024-09-18 or 2024-09-18T10:00:00Z"
        case ColumnType.DECIMAL:
            return "a number such as 1234.5, with a point and without thousands separators"
        case ColumnType.INTEGER:
            return "a whole number such as 1234"
        case ColumnType.BOOLEAN:
            return "true or false"
        case ColumnType.COUNTRY:
            return f"the name of a country, or {_COUNTRY_CODE_WORDS}"
        case ColumnType.PARTY:
            return f"a country or an organisation by name or id, or {_COUNTRY_CODE_WORDS}"
        case ColumnType.PERSON:
            return "the name or id of a person"
        case ColumnType.LANGUAGE:
            return "a language code such as en, ur or zh-Hant"
        case ColumnType.URL:
            return "a web address that begins with https:// or http://"
        case ColumnType.JSON:
            return 'a JSON value, such as ["a", "b"]'
        case _:
            return "a text"


def _judgement(contract: Contract, column: Column, retraction: str, parameters: Parameters) -> Judgement:
    value = quoted(column.name)
    conditions = _conditions(column, value, parameters)
    broken = f"({value} is not null and not coalesce({' and '.join(conditions)}, false))" if conditions else "false"
    if not column.required:
        return Judgement(column=column, is_broken=broken, expected=expected_of(column))
    missing = f"{value} is null"
    if column.name not in needed_by_a_retraction(contract):
        missing = f"({missing} and not {retraction})"
    return Judgement(column=column, is_broken=f"({missing} or {broken})", expected=f"{expected_of(column)} (required)")


def _conditions(column: Column, value: str, parameters: Parameters) -> list[str]:
    """Return what must hold for a cell that is not empty."""
    conditions = _conditions_of_type(column, value, parameters)
    if column.minimum is not None:
        conditions.append(f"try_cast({value} as double) >= {parameters.bind(float(column.minimum))}")
    if column.maximum is not None:
        conditions.append(f"try_cast({value} as double) <= {parameters.bind(float(column.maximum))}")
    if column.pattern is not None:
        conditions.append(_matches(value, column.pattern))
    return conditions


def _conditions_of_type(column: Column, value: str, parameters: Parameters) -> list[str]:
    match column.type:
        case ColumnType.ENUM:
            return [f"list_contains({parameters.bind(list(column.allowed))}, {value})"]
        case ColumnType.ID:
            return [_matches(value, _ID)]
        case ColumnType.EDTF:
            return [f"{value} in (select edtf_text from reference.edtf)"]  # noqa: S608 - a column of the contract
        case ColumnType.TIMESTAMP:
            return [_matches(value, _TIMESTAMP), f"try_cast({value} as timestamptz) is not null"]
        case ColumnType.DECIMAL:
            return [_matches(value, _DECIMAL), f"isfinite(try_cast({value} as double))"]
        case ColumnType.INTEGER:
            return [_matches(value, _INTEGER), f"try_cast({value} as bigint) is not null"]
        case ColumnType.BOOLEAN:
            return [f"list_contains({parameters.bind(list(_BOOLEAN))}, lower({value}))"]
        case ColumnType.COUNTRY | ColumnType.PARTY:
            # `case` spares the expressions for all that has no colon in it, which is nearly everything.
            is_code = f"(not {_matches(value, _CODED)} or {_matches(value, _CODE)})"
            return [f"case when contains({value}, ':') then {is_code} else true end"]
        case ColumnType.LANGUAGE:
            return [_matches(value, _LANGUAGE)]
        case ColumnType.URL:
            return [_matches(value, _URL)]
        case ColumnType.JSON:
            # of dates that were read just now, those that are none are few
            broken = "(select coalesce(list(found), []) from date_hints)"
            dates = (
                f"not coalesce(list_has_any({_dates_within(column, path)}, {broken}), false)" for path in column.dates
            )
            return [f"json_valid({value})", *dates]
        case _:
            return []


def _matches(value: str, pattern: str) -> str:
    # A bound pattern is compiled for every row, eight times slower; patterns come from contracts, never from data.
    return f"regexp_full_match({value}, {literal(pattern)})"
