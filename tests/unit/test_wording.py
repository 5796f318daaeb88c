from __future__ import annotations

from typing import Any

import pytest

from orchestration.transformation.wording import words_of_test


def a_test(kind: str, column: str | None = None, **arguments: Any) -> dict[str, Any]:
    return {
        "name": f"{kind}_its_generated_name",
        "column_name": column,
        "test_metadata": {"name": kind, "kwargs": {"column_name": column, "arguments": arguments}},
    }


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (a_test("not_null", "fact_id"), "fact_id is never empty"),
        (a_test("unique", "fact_id"), "fact_id is unique"),
        (a_test("unique_combination", columns=["a", "b"]), "a, b together are unique"),
        (a_test("accepted_values", "event", values=["signed", "ratified"]), "event is one of signed, ratified"),
        (
            a_test("relationships", "country_code", to="ref('dim_country')", field="country_code"),
            "every country_code is in dim_country",
        ),
        (a_test("covered_by", columns=["a", "b"], to='ref("fct_meeting")'), "every a, b occurs in fct_meeting"),
        (a_test("holds", condition="rows_read =\n  rows_accepted"), "in every row: rows_read = rows_accepted"),
        (a_test("non_overlapping_ranges", key=["scheme", "code"]), "no two ranges of one scheme, code overlap"),
        (
            {**a_test("covered_by", columns=["a"], to="ref('b')"), "config": {"where": "kind = 'c'"}},
            "every a occurs in b, where kind = 'c'",
        ),
        (a_test("at_least_one_row"), "there is at least one row"),
        (a_test("holds", other="argument"), "holds_its_generated_name"),
        (a_test("something_new", "a"), "something_new_its_generated_name"),
        ({"name": "a_test_of_its_own", "column_name": None}, "a_test_of_its_own"),
        ({**a_test("unique", "a"), "description": "No fact\ntwice. "}, "No fact twice."),
    ],
)
def test_a_test_says_what_it_demands(node: dict[str, Any], words: str) -> None:
    assert words_of_test(node) == words
