"""Hypothesis strategies that follow the contracts: whatever they give is a row that its feed accepts."""

from __future__ import annotations

import json
import re
from datetime import date

from hypothesis import strategies as st

from orchestration.contracts import Column, ColumnType, Contract
from orchestration.contracts.common import RETRACTED

IDS = st.from_regex(re.compile(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", re.ASCII), fullmatch=True)

TEXTS = (
    st.text(
        alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Co"), exclude_characters="\ufeff"),
        min_size=1,
        max_size=40,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
"""Words in any script, with quotes, commas and semicolons, without white space at the ends."""

COUNTRIES = st.sampled_from(
    ("Pakistan", "Russia", "Côte d'Ivoire", "Россия", "United States of America", "iso3:PAK", "fips:RS", "comtrade:699")
)

_DAYS = st.dates(min_value=date(1800, 1, 1), max_value=date(2100, 12, 31))


@st.composite
def edtf_texts(draw: st.DrawFn) -> str:
    """Dates as a person writes them: a day, month or year, flagged or not, extents, one of several days."""
    first, second = sorted((draw(_DAYS), draw(_DAYS)))
    length = draw(st.sampled_from((4, 7, 10)))
    start, end = first.isoformat()[:length], second.isoformat()[:length]
    return draw(
        st.sampled_from(
            (
                start,
                f"{start}~",
                f"{start}?",
                f"{start}%",
                f"{start}/{end}",
                f"{start}/..",
                f"[{start}..{end}]",
                f"[..{end}]",
            )
        )
    )


def cells(column: Column) -> st.SearchStrategy[str]:
    """Return texts that the column accepts, never empty."""
    if column.allowed:
        return st.sampled_from(column.allowed)
    if column.pattern is not None:
        return st.from_regex(re.compile(column.pattern, re.ASCII), fullmatch=True)
    match column.type:
        case ColumnType.ID:
            return IDS
        case ColumnType.EDTF:
            return edtf_texts()
        case ColumnType.TIMESTAMP:
            return st.one_of(_DAYS.map(date.isoformat), _DAYS.map(lambda day: f"{day.isoformat()}T10:30:00Z"))
        case ColumnType.DECIMAL:
            low = -1e12 if column.minimum is None else column.minimum
            high = 1e12 if column.maximum is None else column.maximum
            return st.floats(min_value=low, max_value=high, allow_nan=False).map(lambda number: f"{number:.6f}")
        case ColumnType.INTEGER:
            return st.integers(min_value=-(10**15), max_value=10**15).map(str)
        case ColumnType.BOOLEAN:
            return st.sampled_from(("true", "false", "Yes", "no", "1", "0"))
        case ColumnType.COUNTRY | ColumnType.PARTY:
            return COUNTRIES
        case ColumnType.LANGUAGE:
            return st.sampled_from(("en", "ur", "ru", "pt-BR"))
        case ColumnType.JSON:
            return st.lists(IDS).map(json.dumps)
        case ColumnType.URL:
            return IDS.map(lambda text: f"https://example.org/{text}")
        case ColumnType.TEXT | ColumnType.PERSON | ColumnType.ORGANIZATION:
            return TEXTS


@st.composite
def rows(draw: st.DrawFn, contract: Contract, *, may_retract: bool = False) -> dict[str, str]:
    """Rows that `contract` accepts, as text; an empty cell is absent."""
    row = {}
    for column in contract.columns:
        if column.name == RETRACTED.name and not may_retract:
            continue
        if column.required or draw(st.booleans()):
            row[column.name] = draw(cells(column))
    for group in contract.at_least_one:
        if not any(name in row for name in group):
            name = draw(st.sampled_from(group))
            row[name] = draw(cells(contract.column(name)))
    return row
