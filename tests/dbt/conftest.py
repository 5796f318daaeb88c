"""The dbt project, compiled once for the tests that run its SQL on tables of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.transformation.plan import Plan, prepare_plan
from orchestration.transformation.project import read_manifest
from tests.order.orders import Installation


@pytest.fixture(scope="session")
def manifest() -> Mapping[str, Any]:
    """The project as it is now, as dbt reads it."""
    return read_manifest()


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The project as it is now, as dbt compiles it."""
    prepared = prepare_plan()
    assert prepared is not None, "nothing in it is for dbt alone"
    return prepared


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's database with the tables of reference, which take long to make, and nothing loaded."""
    return Installation(tmp_path_factory.mktemp("empty") / "here").settings.warehouse


@pytest.fixture(scope="session")
def compiled_models(plan: Plan) -> Mapping[str, str]:
    """The SQL of every model, under the model's name; the database is called `warehouse`."""
    return {node.name: node.code for node in plan.nodes.values() if node.kind != "seed"}
