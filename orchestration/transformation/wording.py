"""What a dbt test says, for those who do not know its generated name.

Belongs here: one sentence for each kind of test. Does not belong here: whether it passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_REF: Final = re.compile(r"ref\(\s*['\"](\w+)['\"]")

_SENTENCES: Final[Mapping[str, Callable[[str, Mapping[str, Any]], str]]] = {
    "not_null": lambda column, _: f"{column} is never empty",
    "unique": lambda column, _: f"{column} is unique",
    "unique_combination": lambda _, given: f"{_listed(given['columns'])} together are unique",
    "accepted_values": lambda column, given: f"{column} is one of {_listed(given['values'])}",
    "relationships": lambda column, given: f"every {column} is in {_table(given['to'])}",
    "covered_by": lambda column, given: (
        f"every {_listed(given.get('columns', column))} occurs in {_table(given['to'])}"
    ),
    "holds": lambda _, given: f"in every row: {' '.join(given['condition'].split())}",
    "non_overlapping_ranges": lambda _, given: f"no two ranges of one {_listed(given['key'])} overlap",
    "at_least_one_row": lambda _, __: "there is at least one row",
}


def words_of_test(node: Mapping[str, Any]) -> str:
    """Say what a test of the manifest says: its description, else a sentence for its kind, else its name."""
    if node.get("description"):
        return " ".join(str(node["description"]).split())
    about = node.get("test_metadata") or {}
    sentence = _SENTENCES.get(about.get("name", ""))
    kwargs = about.get("kwargs") or {}
    given = {**kwargs, **(kwargs.get("arguments") or {})}
    if sentence is None:
        return str(node["name"])
    try:
        words = sentence(str(node.get("column_name")), given)
    except KeyError:  # a test of that name with other arguments
        return str(node["name"])
    where = (node.get("config") or {}).get("where")
    return f"{words}, where {' '.join(str(where).split())}" if where else words


def _listed(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


def _table(reference: object) -> str:
    found = _REF.search(str(reference))
    return found[1] if found else str(reference)
