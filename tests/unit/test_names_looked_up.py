"""What claims look up of names has its row as soon as a row of landing has the text, as `named_beside` takes it to."""

import re

from orchestration.contracts import LANDING
from orchestration.contracts.dbt_files import country_mentions
from orchestration.settings import PROJECT_ROOT

_LOOKED_UP = re.compile(r"join_(?:country|party)\('(\w+)', '(\w+)'(?:, '\w+')?\)")


def test_a_name_is_looked_up_only_in_columns_whose_texts_all_become_names() -> None:
    models = sorted((PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql"))
    found = {found for path in models for found in _LOOKED_UP.findall(path.read_text(encoding="utf-8"))}
    assert len(found) > 10
    assert {(feed, column) for feed, column in found if column not in country_mentions(LANDING[feed])} == set()
