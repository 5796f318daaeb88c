"""Superset's bundle: its parts fit each other and the published tables, and it adds nothing up that must not be."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.bi.datasets import FOLDER, dataset, dataset_files, label
from orchestration.bi.superset import BUNDLE, write_bundle
from orchestration.documentation.published import PublishedColumn, PublishedTable
from orchestration.settings import PROJECT_ROOT
from orchestration.transformation.project import read_manifest


def parts(kind: str) -> dict[str, dict[str, Any]]:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((BUNDLE / kind).rglob("*.yaml"))}


DATASETS = {one["uuid"]: one for one in parts("datasets").values()}
CHARTS = parts("charts")
DASHBOARD = parts("dashboards")["bilateral-relations"]


def table(*columns: PublishedColumn) -> PublishedTable:
    return PublishedTable(
        unique_id="model.entente.metric_x",
        name="metric_x",
        schema="main",
        subject="metrics",
        description="One row per thing. More.",
        columns=columns,
    )


def column(name: str, kind: str, **meta: Any) -> PublishedColumn:
    return PublishedColumn(name=name, type=kind, description="", **meta)


def expressions(one: PublishedTable) -> dict[str, str]:
    return {metric["metric_name"]: metric["expression"] for metric in dataset(one)["metrics"]}


def test_a_measure_that_may_not_be_added_has_no_sum() -> None:
    assert set(expressions(table(column("share_percent", "DOUBLE")))) == {"row_count"}


def test_a_sum_within_one_dyad_is_empty_over_two() -> None:
    measure = column("meetings_held", "BIGINT", additive_over="period, kind")
    made = expressions(table(column("dyad_code", "VARCHAR"), measure))["sum_meetings_held"]
    assert made == "case when count(distinct coalesce(dyad_code::varchar, '')) <= 1 then sum(meetings_held) end"


def test_a_bound_is_never_added() -> None:
    measure = column("value_usd", "DOUBLE", additive_over="partner", added_within=("side",))
    made = expressions(table(column("operator", "VARCHAR"), measure))["sum_value_usd"]
    assert "operator is distinct from '='" in made
    assert "coalesce(side::varchar, '')" in made


def test_words_of_a_closed_list_are_text_to_superset() -> None:
    one = dataset(table(column("basis", "ENUM('CIF', 'FOB')"), column("value", "DOUBLE")))
    assert [listed["type"] for listed in one["columns"]] == ["VARCHAR", "DOUBLE"]


def test_facts_are_counted_within_their_kind() -> None:
    columns = (column("fact_kind", "VARCHAR"), column("fact_id", "VARCHAR"))
    assert expressions(table(*columns))["distinct_facts"] == "count(distinct fact_kind || ':' || fact_id)"


@pytest.mark.parametrize(
    ("name", "heading"),
    [("status_since_edtf", "Status since"), ("is_current", "Current"), ("value_usd", "Value USD")],
)
def test_headings_are_words(name: str, heading: str) -> None:
    assert label(name) == heading


def test_no_dataset_outlives_its_table() -> None:
    kept = {str(path.relative_to(PROJECT_ROOT)) for path in (PROJECT_ROOT / FOLDER).iterdir()}
    assert kept == set(dataset_files(read_manifest()))


def test_ids_are_unique() -> None:
    every = [yaml.safe_load(path.read_text()).get("uuid") for path in BUNDLE.rglob("*.yaml")]
    ids = [one for one in every if one]
    assert len(ids) == len(set(ids))
    assert len(DATASETS) > 50


def columns_of(params: dict[str, Any]) -> set[str]:
    named = [*params.get("all_columns", []), *params.get("groupby", []), *params.get("tooltip_columns", [])]
    named += [params.get(key) for key in ("x_axis", "series", "y_axis", "start_time", "end_time")]
    named += [one["subject"] for one in params.get("adhoc_filters", []) if one["expressionType"] == "SIMPLE"]
    named += [re.match(r'\["(\w+)"', one)[1] for one in params.get("order_by_cols", [])]  # type: ignore[index]
    return {name for name in named if isinstance(name, str)}


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_chart_asks_for_what_its_dataset_has(name: str) -> None:
    chart = CHARTS[name]
    source = DATASETS[chart["dataset_uuid"]]
    assert columns_of(chart["params"]) <= {column["column_name"] for column in source["columns"]}
    asked = [*chart["params"].get("metrics", []), chart["params"].get("metric")]
    assert {one for one in asked if isinstance(one, str)} <= {metric["metric_name"] for metric in source["metrics"]}
    assert chart["description"]


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_chart_adds_up_only_through_the_metrics_of_its_dataset(name: str) -> None:
    written = [one for one in CHARTS[name]["params"].get("metrics", []) if not isinstance(one, str)]
    for metric in written:
        assert metric["expressionType"] == "SQL"
        assert re.match(r"(min|max)\(\w+\)$", metric["sqlExpression"]), metric


def test_the_dashboard_shows_every_chart_and_filters_by_what_is_there() -> None:
    shown = [one["meta"] for one in DASHBOARD["position"].values() if isinstance(one, dict) and one["type"] == "CHART"]
    assert sorted(one["uuid"] for one in shown) == sorted(one["uuid"] for one in CHARTS.values())
    filters = {one["name"]: one for one in DASHBOARD["metadata"]["native_filter_configuration"]}
    assert set(filters) == {"Dyad", "Date", "Evidence class"}
    assert not filters["Dyad"]["controlValues"]["multiSelect"]
    ids = {one["chartId"]: one["uuid"] for one in shown}
    by_uuid = {one["uuid"]: DATASETS[one["dataset_uuid"]] for one in CHARTS.values()}
    for name, column in (("Dyad", "dyad_code"), ("Evidence class", "evidence_class")):
        for chart_id, uuid in ids.items():
            if chart_id not in filters[name]["scope"]["excluded"]:
                assert column in {one["column_name"] for one in by_uuid[uuid]["columns"]}, (name, uuid)


def test_what_machines_coded_stands_on_a_page_of_its_own() -> None:
    coded = [
        chart for chart in CHARTS.values() if "fct_reported_event" in DATASETS[chart["dataset_uuid"]]["table_name"]
    ]
    assert coded
    position = DASHBOARD["position"]
    for one in position.values():
        if isinstance(one, dict) and one["type"] == "CHART" and one["meta"]["uuid"] in {c["uuid"] for c in coded}:
            assert "TAB-machine" in one["parents"]
    evidence = DASHBOARD["metadata"]["native_filter_configuration"][2]
    assert evidence["defaultDataMask"]["filterState"]["value"] == ["curated"]


def test_the_bundle_is_written_with_the_path_of_the_installation(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle.zip", tmp_path / "serving" / "warehouse.duckdb", spill=tmp_path / "spill")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        database = yaml.safe_load(archive.read("entente/databases/entente.yaml"))
        assert "entente/metadata.yaml" in archive.namelist()
    assert database["sqlalchemy_uri"] == f"duckdb:///{tmp_path}/serving/warehouse.duckdb"
    arguments = database["extra"]["engine_params"]["connect_args"]
    assert arguments["read_only"] is True
    assert arguments["config"] == {
        "enable_external_access": False,
        "lock_configuration": True,
        "temp_directory": f"{tmp_path}/spill",
    }


def test_the_exposure_names_what_the_dashboard_reads() -> None:
    exposures = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "models" / "exposures.yml").read_text())["exposures"]
    declared = next(one["depends_on"] for one in exposures if one["name"] == "superset_bilateral_relations")
    sources = [DATASETS[one["dataset_uuid"]] for one in CHARTS.values()]
    read = {name for one in sources for name in re.findall(r"(?:from|join) (\w+)", one.get("sql") or "")}
    read |= {one["table_name"] for one in sources if not one.get("sql")}
    assert {re.sub(r"ref\('(\w+)'\)", r"\1", one) for one in declared} == read
