"""The same deliveries give the same warehouse, row for row: in any order, at once or one by one, twice, rebuilt.

Random histories over all feeds (`tests/order/histories.py`), each with ids of its own, so that two builds compare many.
`make orders` is the long form: more histories, more orders, and the archive restored piece by piece.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.transformation.plan import Plan
from tests.order.histories import World, world
from tests.order.orders import Installation, batches, differences, row_counts

SEED = 20260101
HISTORIES = 5


@pytest.fixture(scope="module")
def told() -> World:
    return world(SEED, HISTORIES)


@pytest.fixture(scope="module")
def loaded(
    told: World, plan: Plan, empty_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Installation, Installation]:
    """Two installations that got the same deliveries in two orders, in few and in many batches."""
    folder: Path = tmp_path_factory.mktemp("orders")
    found = []
    for name, is_fine in (("coarse", False), ("fine", True)):
        installation = Installation(folder / name, like=empty_warehouse)
        for batch in batches(told, f"{SEED} {name}", least=12 if is_fine else 2):
            installation.load(told, batch)
        installation.build_from(plan)
        found.append(installation)
    return found[0], found[1]


def test_deliveries_in_another_order_give_the_same_facts_and_versions_row_for_row(
    loaded: tuple[Installation, Installation],
) -> None:
    one, other = loaded
    found = differences(one.settings, other.settings, same_receipts=False)
    assert not found, "\n".join(found)


def test_the_histories_are_worth_comparing(loaded: tuple[Installation, Installation]) -> None:
    counts = row_counts(loaded[0].settings)
    for table in (
        "main.fct_agreement_lifecycle", "main.fct_meeting", "main.fct_membership_spell", "main.fct_statement",
        "main.fct_indicator", "main.fct_trade_flow", "main.fct_trade_mirror", "main.mart_dyad_timeline",
        "main.mart_unknown_reference", "evidence.rejected_rows", "evidence.timeline_version",
    ):  # fmt: skip
        assert counts[table] > 3, table
    with duckdb.connect(str(loaded[0].settings.warehouse), read_only=True) as connection:
        (counted,) = connection.execute(
            """
            select
                count(*) filter (where has_conflict) > 10,
                count(*) filter (where claim_count > 1) > 20,
                count(*) filter (where known_to < '9999-12-31') > 50,
                count(distinct fact_kind) > 15
            from evidence.fact_version
            """
        ).fetchall()
        (moved,) = connection.execute(
            "select count(reason) > 10, count(distinct reason) > 2 from evidence.fact_change where clock = 'published'"
        ).fetchall()
    assert counted == (True, True, True, True)
    assert moved == (True, True)


def test_everything_dropped_again_and_rebuilt_from_the_archive_is_the_same_landing(
    told: World, loaded: tuple[Installation, Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    # the tables of countries take long to make and come from no delivery
    monkeypatch.setattr("orchestration.ingestion.refreshing.load_reference", lambda *_, **__: False)
    coarse, _ = loaded
    before = coarse.landed()
    coarse.load(told, sorted(told.files))
    assert coarse.landed() == before
    coarse.rebuild()
    assert coarse.landed() == before
