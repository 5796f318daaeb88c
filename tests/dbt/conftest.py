"""The dbt project, compiled once for the tests that run its SQL on tables of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.order.orders import Installation, compiled_project


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The project as it is now, compiled, so that no manifest of an earlier state can answer for it."""
    return compiled_project(tmp_path_factory.mktemp("compiled") / "home")


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's database with the tables of reference, which take long to make, and nothing loaded."""
    return Installation(tmp_path_factory.mktemp("empty") / "here").settings.warehouse


@pytest.fixture(scope="session")
def compiled_models(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """The SQL of every model, under the model's name; the database is called `warehouse`."""
    return {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node.get("compiled_code")
    }
