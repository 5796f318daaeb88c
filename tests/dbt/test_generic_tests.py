"""The project's own data tests, each on a table that breaks it and on one that comes near."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.settings import PROJECT_ROOT

PROJECT = """
name: scratch
version: "1.0"
profile: scratch
model-paths: [models]
test-paths: [tests]
flags: {send_anonymous_usage_stats: false}
"""

PROFILE = """
scratch:
  target: local
  outputs:
    local: {type: duckdb, path: "%s", threads: 1}
"""

UNIQUE = "unique_combination: {arguments: {columns: [a, b]}}"
RANGES = "non_overlapping_ranges: {arguments: {key: [a]}}"
COVERED = "covered_by: {arguments: {columns: [a, b], fields: [x, y], to: ref('covering')}}"
FILLED = "at_least_one_row"
HOLDS = "holds: {arguments: {condition: a < b}}"

PASSING = {
    "one_column_repeats": (UNIQUE, "values (1, 1), (1, 2), (2, 1), (null, 1)"),
    "ranges_that_touch": (
        RANGES,
        "values (1, date '2001-01-01', date '2002-01-01'), (1, date '2002-01-01', date '9999-12-31'),"
        " (2, date '2001-06-01', date '2001-07-01')",
    ),
    "covered_with_a_missing_value": (COVERED, "values (1, 1), (1, null)"),
    "one_row": (FILLED, "values (null, null)"),
    "nothing_known_against_it": (HOLDS, "values (1, 2), (1, null)"),
}

FAILING = {
    "both_columns_repeat": (UNIQUE, "values (1, 1), (1, 2), (1, 1)"),
    "both_columns_repeat_where_one_is_missing": (UNIQUE, "values (null, 1), (null, 1)"),
    "ranges_that_share_a_day": (
        RANGES,
        "values (1, date '2001-01-01', date '2002-01-02'), (1, date '2002-01-01', date '9999-12-31')",
    ),
    "a_range_within_one_that_is_not_its_neighbour": (
        RANGES,
        "values (1, date '2001-01-01', date '2009-01-01'), (1, date '2002-01-01', date '2003-01-01'),"
        " (1, date '2004-01-01', date '2005-01-01')",
    ),
    "an_empty_range": (RANGES, "values (1, date '2001-01-01', date '2001-01-01')"),
    "a_range_without_an_end": (RANGES, "values (1, date '2001-01-01', null::date)"),
    "covered_in_each_column_but_not_in_both": (COVERED, "values (1, 1), (2, 1)"),
    "no_row": (FILLED, "select 1, 1 where false"),
    "one_row_against_it": (HOLDS, "values (1, 2), (2, 2)"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The status of the data test on each table, under the table's name."""
    project: Path = tmp_path_factory.mktemp("generic_tests")
    (project / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (project / "profiles.yml").write_text(PROFILE % (project / "scratch.duckdb"), encoding="utf-8")
    shutil.copytree(PROJECT_ROOT / "dbt_project" / "tests" / "generic", project / "tests" / "generic")
    models = project / "models"
    models.mkdir()
    (models / "covering.sql").write_text("from (values (1, 1), (1, null), (2, 2)) as t (x, y)", encoding="utf-8")
    described = ["models:"]
    for name, (test, rows) in {**PASSING, **FAILING}.items():
        columns = "a, valid_from, valid_to" if test == RANGES else "a, b"
        (models / f"{name}.sql").write_text(f"from ({rows}) as t ({columns})", encoding="utf-8")
        described.append(indent(dedent(f"- name: {name}\n  data_tests:\n    - {test}"), "  "))
    (models / "schema.yml").write_text("\n".join(described), encoding="utf-8")
    dbtRunner().invoke(["--quiet", "build", f"--project-dir={project}", f"--profiles-dir={project}"])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    nodes = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((project / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {
        nodes[one["unique_id"]]["attached_node"].rsplit(".", 1)[-1]: one["status"]
        for one in results
        if one["unique_id"].startswith("test.")
    }


@pytest.mark.parametrize("table", PASSING)
def test_a_table_that_comes_near_passes(table: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[table] == "pass"


@pytest.mark.parametrize("table", FAILING)
def test_a_table_that_breaks_it_is_caught(table: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[table] == "fail"


def test_every_generic_test_is_tried_both_ways() -> None:
    tests = {path.stem for path in (PROJECT_ROOT / "dbt_project" / "tests" / "generic").glob("*.sql")}
    assert {test.split(":")[0] for test, _ in PASSING.values()} == tests
    assert {test.split(":")[0] for test, _ in FAILING.values()} == tests
