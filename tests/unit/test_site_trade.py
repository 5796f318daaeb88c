"""Trade in brief: one line for two countries, and no direction of it hidden behind the other."""

from __future__ import annotations

import pytest

from orchestration.site.trade import brief_of_statistics

NONE = {"words": "no figure", "note": ""}
EXPORTS = {"words": "at least 9 USD", "note": "its own statistics"}
IMPORTS = {"words": "at least 700 USD", "note": "its own statistics"}
PREFIX = "of Malta {} Iceland, 2020; by its own statistics"


@pytest.mark.parametrize(
    ("exports", "imports", "value", "words"),
    [
        (EXPORTS, IMPORTS, "at least 9 USD", f"exports {PREFIX.format('to')}. Imports: at least 700 USD"),
        (EXPORTS, NONE, "at least 9 USD", f"exports {PREFIX.format('to')}"),
        (NONE, IMPORTS, "at least 700 USD", f"imports {PREFIX.format('from')}"),
    ],
)
def test_both_directions_of_a_balance_are_in_brief_where_both_are_known(
    exports: dict[str, str], imports: dict[str, str], value: str, words: str
) -> None:
    row = {"country": "Malta", "partner": "Iceland", "period": "2020", "exports": exports, "imports": imports}
    brief = brief_of_statistics({"flows": [], "balances": [row]})
    assert (brief["value"], brief["words"]) == (value, words)
