from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from orchestration.automation.jobs import REFRESH
from orchestration.automation.runs import POOL
from orchestration.code_location import build_definitions
from orchestration.connectors.assets import FETCHED_FEEDS, raw_key
from orchestration.contracts import FEEDS, LANDING
from orchestration.ingestion.assets import ADDS_UP, LEDGER, SET_ASIDE, feed_key
from orchestration.publication import assets as publication
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.assets import CHECK
from orchestration.transformation.building import tests_by_model as find_tests_by_model
from orchestration.transformation.project import read_manifest
from orchestration.transformation.specs import group_of


@pytest.fixture(scope="module")
def manifest() -> Mapping[str, Any]:
    return read_manifest()


@pytest.fixture(scope="module")
def definitions(manifest: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home = tmp_path_factory.mktemp("home")
    return build_definitions(resources={"settings": Settings(raw=home, home=home)}, manifest=manifest)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> Mapping[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


def test_everything_loads(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_feed_model_and_seed_is_an_asset_called_as_in_sql(
    specs: Mapping[dg.AssetKey, dg.AssetSpec], manifest: Mapping[str, Any]
) -> None:
    feeds = {feed_key(feed) for feed in FEEDS}
    models = {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    sources = {dg.AssetKey([source["schema"], source["name"]]) for source in manifest["sources"].values()}
    fetched = {raw_key(feed) for feed in FETCHED_FEEDS}
    assert specs.keys() == feeds | models | sources | fetched | {publication.KEY}


def test_dbt_reads_the_landing_of_every_feed_that_has_one(manifest: Mapping[str, Any]) -> None:
    landed = {source["name"] for source in manifest["sources"].values() if source["schema"] == "landing"}
    assert landed == set(LANDING)


def test_every_asset_tells_who_answers_for_it_what_it_is_and_where_it_belongs(
    specs: Mapping[dg.AssetKey, dg.AssetSpec],
) -> None:
    for key, spec in specs.items():
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.group_name not in (None, "default"), key
        assert spec.description, key


def test_marts_stand_in_the_group_of_their_subject(specs: Mapping[dg.AssetKey, dg.AssetSpec]) -> None:
    assert specs[dg.AssetKey(["main", "fct_agreement_lifecycle"])].group_name == "marts_agreements"
    assert specs[dg.AssetKey(["evidence", "claims"])].group_name == "marts_evidence"
    assert specs[feed_key("agreements")].group_name == "landing_agreements"
    assert group_of(["entente", "staging", "native", "stg_topics"], resource_type="model") == "staging"


def test_the_lineage_of_groups_runs_from_layer_to_layer_and_never_back(
    specs: Mapping[dg.AssetKey, dg.AssetSpec],
) -> None:
    layers = ("connectors", "landing", "ledger", "reference", "seeds", "staging", "intermediate", "marts", "functions")
    order = {layer: number for number, layer in enumerate((*layers, "publication"))}
    order["derived"] = order["marts"]  # made of marts, and read by others

    def place(key: dg.AssetKey) -> int:
        return order[str(specs[key].group_name).split("_")[0]]

    backwards = [
        (dep.asset_key, key) for key, spec in specs.items() for dep in spec.deps if place(dep.asset_key) > place(key)
    ]
    assert backwards == []


def test_the_publication_is_made_of_what_readers_see_and_nothing_else(
    specs: Mapping[dg.AssetKey, dg.AssetSpec],
) -> None:
    read = {dep.asset_key for dep in specs[publication.KEY].deps}
    assert read == {key for key in specs if key.path[0] in ("main", "evidence")}


def test_a_fact_reaches_the_publication_from_every_feed(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for feed in FEEDS:
        reached, todo = set(), [feed_key(feed)]
        while todo:
            key = todo.pop()
            if key not in reached:
                reached.add(key)
                todo += graph.get(key).child_keys
        assert publication.KEY in reached, feed


def test_the_tests_of_a_model_are_one_check_that_keeps_the_star_from_readers(
    definitions: dg.Definitions, manifest: Mapping[str, Any]
) -> None:
    graph = definitions.resolve_asset_graph()
    checked = [key for key in graph.asset_check_keys if key.name == CHECK]
    assert len(checked) == len(find_tests_by_model(manifest))
    assert all(graph.get_check_spec(key).blocking for key in checked)


def test_every_test_of_dbt_speaks_of_some_model(manifest: Mapping[str, Any]) -> None:
    tests = {
        unique_id for unique_id, node in manifest["nodes"].items() if node["resource_type"] == "test"
    } | manifest.get("unit_tests", {}).keys()
    spoken = {test for found in find_tests_by_model(manifest).values() for test in found}
    # a test of a source speaks of no model: the checks of the landing speak of it
    silent = {test for test in tests - spoken if "source_" not in test}
    assert silent == set()


def test_rows_that_do_not_add_up_keep_the_star_from_being_built(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    (check,) = [key for key in graph.asset_check_keys if key.name == ADDS_UP]
    assert graph.get_check_spec(check).blocking
    assert check.asset_key == LEDGER
    assert graph.get(LEDGER).child_keys, "the star reads the ledger"


def test_what_is_set_aside_is_told_and_stops_nothing(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    told = [key for key in graph.asset_check_keys if key.name == SET_ASIDE]
    assert {key.asset_key for key in told} == {feed_key(feed) for feed in FEEDS}
    assert not any(graph.get_check_spec(key).blocking for key in told)


def test_everything_that_opens_the_writers_database_is_in_the_pool(definitions: dg.Definitions) -> None:
    ops = definitions.resolve_job_def(REFRESH).nodes_in_topological_order
    assert {op.name for op in ops} == {"landing", "star", "publication"}
    assert {op.definition.pool for op in ops} == {POOL}  # type: ignore[attr-defined]


def test_each_source_has_a_job_of_its_own_that_ends_in_a_publication(definitions: dg.Definitions) -> None:
    sources = [contract.feed for contract in FEEDS.values() if contract.source_document is not None]
    assert "state_visits" in sources
    everything = definitions.resolve_job_def(REFRESH).asset_layer.executable_asset_keys
    for feed in sources:
        job = definitions.resolve_job_def(f"refresh_{feed}")
        left_out = everything - job.asset_layer.selected_asset_keys
        assert left_out == {feed_key(other) for other in FEEDS if other != feed}


def test_what_refreshes_by_itself_is_on_from_the_start(definitions: dg.Definitions) -> None:
    sensor = definitions.resolve_sensor_def("new_deliveries")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 5
    assert sensor.job_name == REFRESH
    assert definitions.resolve_schedule_def("daily_refresh").job_name == REFRESH


def test_what_is_looked_at_daily_has_a_freshness_policy(specs: Mapping[dg.AssetKey, dg.AssetSpec]) -> None:
    without = [key for key in map(feed_key, FEEDS) if specs[key].freshness_policy is None]
    assert without == []


def test_the_configuration_of_the_instance_is_what_the_project_counts_on(tmp_path: Path) -> None:
    config = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    assert config["telemetry"] == {"enabled": False}
    with dg.instance_for_test(temp_dir=str(tmp_path), overrides=config) as instance:
        assert instance.telemetry_enabled is False
        assert instance.global_op_concurrency_default_limit == 1, "a pool without a limit does nothing"
        assert instance.run_monitoring_settings["free_slots_after_run_end_seconds"] > 0
        assert "orchestration" in instance.managed_python_loggers


@pytest.mark.slow
def test_the_checkout_can_be_loaded_by_dagster_itself(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "--workspace", "workspace.yaml"],
        cwd=PROJECT_ROOT,
        env={"PATH": "/usr/bin:/bin", "DAGSTER_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
