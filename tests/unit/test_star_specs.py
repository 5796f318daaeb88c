"""The assets of the star are those that `dagster_dbt` makes of the same manifest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

from orchestration.transformation.project import read_manifest
from orchestration.transformation.specs import asset_key_of, build_star_specs


class Named(DagsterDbtTranslator):
    """Names assets as this project does, so that only the names are its own."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return asset_key_of(dbt_resource_props)


def test_the_specs_are_those_of_dagster_dbt() -> None:
    manifest = read_manifest()
    theirs = {
        spec.metadata["dagster_dbt/unique_id"]: spec
        for spec in build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=Named())
    }
    ours = build_star_specs(manifest)
    assert ours.keys() == theirs.keys()
    assert {name: _facts(spec) for name, spec in ours.items()} == {name: _facts(spec) for name, spec in theirs.items()}


def test_a_run_does_not_import_what_takes_seconds() -> None:
    slow = {"dbt", "dagster_dbt", "pandas", "agate", "openpyxl", "urllib3"}
    code = f"import sys, orchestration.code_location; print({slow} & sys.modules.keys())"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def _facts(spec: dg.AssetSpec) -> dict[str, Any]:
    return {
        "key": spec.key,
        "deps": {dep.asset_key: dict(dep.metadata or {}) for dep in spec.deps},
        "skippable": spec.skippable,
        "code_version": spec.code_version,
        "metadata": {
            name: value
            for name, value in spec.metadata.items()
            if not name.startswith(("dagster_dbt/", "dagster-dbt/"))
        },
        "kinds": spec.kinds & {"dbt", "duckdb"},  # the third, how it is made, is our own
    }
