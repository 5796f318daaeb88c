"""The page docs/adding-a-feed.md, followed word for word in a copy of the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT_ROOT
from tests import page_example

PAGE = PROJECT_ROOT / "docs" / "adding-a-feed.md"
SELECTED = (
    "+int_agreement_reported +int_agreement_party_reported +int_agreement_event_reported +int_external_id_reported"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which everything on the page was done."""
    project = page_example.scratch_copy(tmp_path_factory.mktemp("adding") / "project")
    page_example.apply(PAGE, project)
    page_example.run(project, "orchestration.contracts")
    return project


@pytest.fixture(scope="module")
def warehouse(project: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its database, after the sample was loaded and the models that read it were built."""
    script = "from orchestration.ingestion import refresh; from orchestration.settings import Settings; "
    (project / "load.py").write_text(f"{script}refresh(Settings.from_environment())\n", encoding="utf-8")
    page_example.run(project, "load")
    folders = (f"--project-dir={project}/dbt_project", f"--profiles-dir={project}/dbt_project")
    page_example.run(
        project, "dbt.cli.main", "build", *folders, "--select", *SELECTED.split(),
        "--exclude", "resource_type:test", "resource_type:unit_test",
    )  # fmt: skip
    with duckdb.connect(str(project / "warehouse" / "warehouse.duckdb"), read_only=True) as con:
        yield con


def test_the_page_says_what_becomes_of_its_sample(project: Path) -> None:
    report = page_example.run(project, "orchestration.cli", "check", "raw/treaties/collection-2024-05-01.ndjson")
    assert "Accepted: 3 of 4 rows. In quarantine: 1." in report
    assert "row 4, signed: found '2001-02-30'" in report
    assert "row 4, parties" in report
    assert "$[*].ratified are dates" in report


def test_the_sample_lands_whole_and_is_a_version_of_its_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute("select id, _row_number, _extra from landing.treaties order by all").fetchall() == [
        ("T-1054/b", 1, '{"retrieved": "2024-04-30T08:00:00Z"}'),
        ("T-1054/b", 2, '{"retrieved": "2024-04-30T09:00:00Z"}'),
        ("t-2", 3, '{"retrieved": "2024-04-30T08:00:00Z"}'),
    ]
    columns = "dataset_key, mode, as_of::date::varchar, rows_read, rows_rejected"
    assert warehouse.execute(f"select {columns} from ops.deliveries").fetchall() == [  # noqa: S608
        ("treaties", "replace", "2024-05-01", 4, 1)
    ]


def test_each_record_claims_once_whatever_it_repeats(warehouse: duckdb.DuckDBPyConnection) -> None:
    def reported(model: str, columns: str) -> list[tuple[object, ...]]:
        where = "where feed = 'treaties' order by all"
        return warehouse.execute(f"select {columns} from intermediate.{model} {where}").fetchall()  # noqa: S608

    one, two = "example-treaty-t-1054-b-27806471", "example-treaty-t-2"
    assert reported(
        "int_agreement_reported", "agreement_id, title, instrument_type, document_id, locator, row_number"
    ) == [
        (one, "Treaty on the Common Border", "treaty", "example-treaty-collection", "record T-1054/b", 1),
        (two, "Convention on Salmon", "convention", "example-treaty-collection", "record t-2", 3),
    ]
    assert reported("int_agreement_party_reported", "agreement_id, party_reported, party_code") == [
        (one, "Finland", "FIN"),
        (one, "Norway", "NOR"),
        (two, "Atlantis", "unknown"),
        (two, "Norway", "NOR"),
        (two, "isonum:352", "ISL"),
    ]
    assert reported(
        "int_agreement_event_reported", "agreement_id, event, party_code, occurred_edtf, occurred_precision"
    ) == [
        (one, "entered_into_force", None, "1999", "year"),
        (one, "ratified", "FIN", "1999-01-07", "day"),
        (one, "ratified", "NOR", "1998-12", "month"),
        (one, "signed", None, "1998-05-03", "day"),
        (two, "signed", None, "2001", "year"),
    ]
    assert reported("int_external_id_reported", "id, value") == [(one, "T-1054/b"), (two, "t-2")]
