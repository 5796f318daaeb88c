"""The contracts: sound in themselves, and the same as what is generated from them."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration import edtf
from orchestration.contracts import FEEDS, LANDING, NATIVE, Column, ColumnType, Contract, Mode
from orchestration.contracts.common import COMMON_COLUMNS, KINDS
from orchestration.contracts.dbt_files import country_mentions
from orchestration.contracts.generated import generated_files, write_generated_files
from orchestration.contracts.json_schema import dossier_schema
from orchestration.contracts.reference import feed_reference
from orchestration.contracts.templates import template
from orchestration.settings import PROJECT_ROOT
from tests.strategies import cells, rows

COLUMNS = [(contract, column) for contract in LANDING.values() for column in contract.columns]
CONTRACTS = pytest.mark.parametrize("contract", LANDING.values(), ids=lambda contract: contract.feed)
EACH_COLUMN = pytest.mark.parametrize(
    ("contract", "column"), COLUMNS, ids=[f"{contract.feed}.{column.name}" for contract, column in COLUMNS]
)


def accepts(column: Column, text: str) -> bool:
    """Whether a cell is valid: a second, slow reading of what a contract says, to hold examples against."""
    if column.allowed:
        return text in column.allowed
    if column.pattern is not None:
        return re.fullmatch(column.pattern, text, re.ASCII) is not None
    if column.type is ColumnType.EDTF:
        edtf.parse(text)
    if column.type is ColumnType.DECIMAL:
        low, high = column.minimum, column.maximum
        return (low is None or float(text) >= low) and (high is None or float(text) <= high)
    patterns = {
        ColumnType.ID: r"[a-z0-9-]{1,120}",
        ColumnType.TIMESTAMP: r"\d{4}-\d{2}-\d{2}(T.+)?",
        ColumnType.BOOLEAN: r"(?i)true|false|yes|no|1|0",
        ColumnType.LANGUAGE: r"[a-z]{2,3}(-[A-Za-z0-9]+)*",
        ColumnType.URL: r"https?://\S+",
    }
    return re.fullmatch(patterns.get(column.type, r".+"), text) is not None


def test_every_feed_of_the_registry_is_called_by_its_own_name() -> None:
    assert all(name == contract.feed for name, contract in FEEDS.items())
    assert list(FEEDS)[: len(NATIVE) + 1] == [*NATIVE, "dossiers"]
    assert all(contract.source_document for contract in list(FEEDS.values())[len(NATIVE) + 1 :])
    assert set(FEEDS) - set(LANDING) == {"dossiers"}


def test_no_two_native_feeds_claim_the_same_kind_of_fact() -> None:
    kinds = [contract.fact_kind for contract in FEEDS.values()]
    assert len(kinds) == len(set(kinds))


@CONTRACTS
def test_names_of_columns_are_unique_and_keys_are_among_them(contract: Contract) -> None:
    names = [column.name for column in contract.columns]
    assert len(names) == len(set(names))
    assert set(contract.key) <= set(names)
    assert contract.key
    assert {name for group in contract.at_least_one for name in group} <= set(names)


@pytest.mark.parametrize("contract", NATIVE.values(), ids=lambda contract: contract.feed)
def test_every_native_feed_has_the_common_columns_and_appends(contract: Contract) -> None:
    assert {column.name for column in COMMON_COLUMNS} <= set(contract.columns_by_name)
    assert contract.mode is Mode.APPEND
    assert contract.column("document_id").required is (contract.feed != "decisions")


@EACH_COLUMN
def test_columns_are_described_and_enums_have_values(contract: Contract, column: Column) -> None:
    assert column.description.endswith(".")
    assert (column.type is ColumnType.ENUM) == bool(column.allowed)
    assert len(set(column.allowed)) == len(column.allowed)
    # what others publish keeps the names that they give
    pattern = r"[a-z][a-z0-9_]*" if contract.feed in NATIVE else r"[A-Za-z][A-Za-z0-9_ ]*"
    assert re.fullmatch(pattern, column.name), contract.feed
    assert not (column.required and column.is_bookkeeping)


@EACH_COLUMN
def test_the_example_of_a_column_is_one_that_it_accepts(contract: Contract, column: Column) -> None:
    if column.required:
        assert column.example, f"{contract.feed}.{column.name} has no example"
    if column.example:
        assert accepts(column, column.example)


PATTERNED = [column for _, column in COLUMNS if column.pattern is not None and column.example]


@pytest.mark.parametrize("column", PATTERNED, ids=lambda column: column.name)
def test_patterns_mean_the_same_to_duckdb(column: Column) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(
            "select regexp_full_match($example, $pattern), regexp_full_match($example || ' !', $pattern)",
            {"example": column.example, "pattern": column.pattern},
        ).fetchone()
    assert found == (True, False)


def test_the_fields_of_a_visit_that_are_the_publishers_workflow_make_no_new_version() -> None:
    contract = FEEDS["state_visits"]
    bookkeeping = {column.name for column in contract.columns if column.is_bookkeeping}
    assert {column.name for column in contract.columns} - bookkeeping == {
        "visit_id",
        "start_date",
        "end_date",
        "visitor",
        "from_id",
        "from_country",
        "description",
    }
    assert {"created_by", "last_modified_datetime", "release_status_code", "recall_datetime"} <= bookkeeping
    assert contract.mode is Mode.SNAPSHOT
    assert contract.is_folder_delivery


@given(data=st.data(), contract=st.sampled_from(list(LANDING.values())))
def test_the_rows_that_tests_draw_follow_their_contract(data: st.DataObject, contract: Contract) -> None:
    row = data.draw(rows(contract))
    assert set(contract.required) <= set(row)
    assert all(any(name in row for name in group) for group in contract.at_least_one)
    for name, text in row.items():
        assert text == text.strip() != ""
        assert accepts(contract.column(name), text)


@given(data=st.data(), column=st.sampled_from([column for _, column in COLUMNS if column.type is ColumnType.EDTF]))
def test_every_date_that_tests_draw_is_readable(data: st.DataObject, column: Column) -> None:
    edtf.parse(data.draw(cells(column)))


# What is generated


@pytest.mark.parametrize("name", generated_files())
def test_a_generated_file_is_the_one_of_these_contracts(name: str) -> None:
    path = PROJECT_ROOT / name
    assert path.exists(), f"run `python -m orchestration.contracts`: {name} is missing"
    assert path.read_text(encoding="utf-8") == generated_files()[name], "run `python -m orchestration.contracts`"


def test_writing_the_generated_files_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    assert set(write_generated_files(tmp_path)) == set(generated_files())
    assert write_generated_files(tmp_path) == ()
    (tmp_path / "docs/feeds.md").write_text("drifted", encoding="utf-8")
    assert write_generated_files(tmp_path) == ("docs/feeds.md",)


def test_every_folder_of_raw_is_a_feed() -> None:
    folders = {path.name for path in (PROJECT_ROOT / "raw").iterdir() if path.is_dir()}
    assert folders <= set(FEEDS)


@pytest.mark.parametrize("contract", NATIVE.values(), ids=lambda contract: contract.feed)
def test_a_template_is_one_header_line_with_all_columns(contract: Contract) -> None:
    lines = list(csv.reader(template(contract).splitlines()))
    assert lines == [list(contract.columns_by_name)]


def test_the_reference_names_every_feed_column_and_allowed_value() -> None:
    page = feed_reference()
    for contract, column in COLUMNS:
        section = page.split(f"\n## {contract.feed}\n")[1].split("\n## ")[0]
        assert f"| `{column.name}` |" in section
        assert column.description.replace("|", "\\|") in section
        assert all(f"`{value}`" in section for value in column.allowed)


def test_the_schema_of_dossiers_is_a_valid_schema_whose_references_all_lead_somewhere() -> None:
    schema = dossier_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    text = (PROJECT_ROOT / "raw/dossiers/dossier.schema.json").read_text(encoding="utf-8")
    targets = set(re.findall(r'"#/definitions/(\w+)"', text))
    assert targets == set(schema["definitions"])


@pytest.mark.parametrize(
    ("dossier", "complaint"),
    [
        ({}, "'document' is a required property"),
        ({"document": {"id": "x", "kind": "blog"}}, "'blog' is not one of"),
        ({"document": {"id": "X", "kind": "dataset"}}, "does not match"),
        ({"document": {"id": "x", "kind": "dataset"}, "meeting": []}, "'meeting' was unexpected"),
        ({"document": {"id": "x", "kind": "dataset"}, "meetings": [{"titel": "y"}]}, "'titel' was unexpected"),
        ({"document": {"id": "x", "kind": "dataset"}, "indicators": [{"value": "over 80"}]}, "does not match"),
        ({"document": {"id": "x", "kind": "dataset"}, "indicators": [{"between": ["Pakistan"]}]}, "too short"),
        ({"document": {"id": "x", "kind": "dataset"}, "links": [{"to": {"visit": "y"}}]}, "'visit' was unexpected"),
    ],
)
def test_an_editor_complains_about_a_slip_of_the_pen(dossier: object, complaint: str) -> None:
    errors = list(jsonschema.Draft7Validator(dossier_schema()).iter_errors(dossier))
    assert any(complaint in error.message for error in errors)


@pytest.mark.parametrize("value", ["<20", "<=20", "> 80", ">=1e9", "~1000000000", "=3", "-1.5", ".5", 20, 3.1])
def test_an_editor_accepts_every_way_to_write_a_figure(value: object) -> None:
    dossier = {"document": {"id": "x", "kind": "dataset"}, "indicators": [{"value": value}]}
    jsonschema.Draft7Validator(dossier_schema()).validate(dossier)


def test_what_a_link_may_join_is_what_an_editor_offers() -> None:
    to = dossier_schema()["definitions"]["links"]["properties"]["to"]
    assert set(to["properties"]) == set(KINDS)


def test_a_feed_claims_only_in_shapes_that_a_model_reads() -> None:
    models = (PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql")
    read = {shape for model in models for shape in re.findall(r"rows_in_shape_of\('(\w+)'\)", model.read_text())}
    assert read <= NATIVE.keys()
    assert {shape for contract in FEEDS.values() for shape in contract.claims} <= read


def test_the_names_of_countries_are_looked_for_in_the_shapes_that_a_feed_claims_in() -> None:
    contract = FEEDS["state_visits"]
    assert country_mentions(contract) == ("from_country",)
    assert country_mentions(replace(contract, claims=("agreements", "agreement_parties"))) == ("party",)
    assert country_mentions(replace(contract, country_columns=("host",))) == ("host",)


def test_every_source_feed_names_its_document() -> None:
    sources = [contract for feed, contract in LANDING.items() if feed not in NATIVE]
    assert [contract.feed for contract in sources if contract.source_document is None] == []
    kinds = NATIVE["documents"].column("kind").allowed
    assert {contract.source_document.kind for contract in sources if contract.source_document} <= set(kinds)
