"""The generated pages: what they make of a manifest; and that pages lead to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.documentation.bus_matrix import UnknownDimension, bus_matrix
from orchestration.documentation.data_dictionary import data_dictionary
from orchestration.documentation.pages import write_pages
from orchestration.documentation.published import described_table, published_tables
from orchestration.settings import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"


def column(name: str, description: str = "", data_type: str | None = "varchar", **meta: object) -> dict[str, Any]:
    return {"name": name, "description": description, "data_type": data_type, "config": {"meta": meta}}


def model(
    name: str,
    *columns: dict[str, Any],
    folder: str = "trade",
    layer: str = "marts",
    schema: str = "main",
    description: str = "Grain: one row per thing. More about it. And more.",
    **meta: object,
) -> dict[str, Any]:
    return {
        "unique_id": f"model.entente.{name}",
        "resource_type": "model",
        "name": name,
        "schema": schema,
        "fqn": ["entente", layer, folder, name],
        "description": description,
        "columns": {one["name"]: one for one in columns},
        "config": {"meta": meta},
        "meta": meta,
    }


def relationship(name: str, column_name: str, to: str) -> dict[str, Any]:
    return {
        "unique_id": f"test.entente.relationships_{name}_{column_name}",
        "resource_type": "test",
        "attached_node": f"model.entente.{name}",
        "column_name": column_name,
        "test_metadata": {"name": "relationships", "kwargs": {"to": f"ref('{to}')", "field": column_name}},
    }


def manifest_of(*nodes: dict[str, Any]) -> Mapping[str, Any]:
    return {"nodes": {node["unique_id"]: node for node in nodes}}


def row_of(page: str, name: str) -> list[str]:
    """Return the cells of the first table row that starts with, or links to, a name."""
    line = next(line for line in page.splitlines() if line.startswith("|") and f"`{name}`" in line)
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_a_table_is_listed_with_its_grain_and_its_columns_with_type_and_meaning() -> None:
    page = data_dictionary(manifest_of(model("fct_trade_flow", column("value", "What was traded.", "double"))))
    assert "**Grain:** One row per thing.\n\nMore about it. And more.\n" in page
    assert "| `value` | DOUBLE | What was traded. |" in page


def test_an_enum_keeps_its_words_and_is_listed_without() -> None:
    basis = column("basis", "FOB or CIF.", "enum('CIF', 'FOB', 'unknown')")
    (published,) = published_tables(manifest_of(model("fct_trade_flow", basis)))
    (shown,) = published.columns
    assert (shown.type, shown.is_enum) == ("ENUM('CIF', 'FOB', 'unknown')", True)
    assert "| `basis` | ENUM | FOB or CIF. |" in data_dictionary(manifest_of(model("fct_trade_flow", basis)))


def test_a_measure_shows_its_unit_and_what_it_may_be_added_over() -> None:
    value = column("value", "Traded.", "double", unit="USD", additive_over=["dyad", "period"])
    page = data_dictionary(manifest_of(model("fct_trade_flow", column("dyad_code", "The pair."), value)))
    assert "| column | type | meaning | unit | may be added over |" in page
    assert row_of(page, "value")[3:] == ["USD", "dyad, period"]
    assert row_of(page, "dyad_code")[3:] == ["", ""]


def test_a_table_of_another_schema_is_named_with_it_and_its_link_leads_to_its_heading() -> None:
    page = data_dictionary(manifest_of(model("claims", folder="evidence", schema="evidence")))
    assert "[`evidence.claims`](#evidenceclaims)" in page
    assert "\n### evidence.claims\n" in page


def test_tables_stand_by_subject_and_what_is_not_published_does_not_appear() -> None:
    page = data_dictionary(
        manifest_of(
            model("mart_z", folder="bi"),
            model("fct_b", folder="trade"),
            model("dim_a", folder="core"),
            model("int_hidden", layer="intermediate"),
        )
    )
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings[1:] == [
        "## Conformed dimensions",
        "### dim_a",
        "## Trade",
        "### fct_b",
        "## For BI tools",
        "### mart_z",
    ]
    assert "int_hidden" not in page


def test_a_published_table_that_is_no_model_stands_among_those_of_its_subject() -> None:
    beside = described_table(
        "publications",
        schema="evidence",
        subject="evidence",
        description="Grain: one row per publication. And more.",
        columns={"published_at": ("TIMESTAMP", "When.")},
    )
    models = manifest_of(model("mart_z", folder="bi"), model("rejected_rows", folder="evidence", schema="evidence"))
    page = data_dictionary(models, beside=[beside])
    headings = [line for line in page.splitlines() if line.startswith("### ")]
    assert headings == ["### mart_z", "### evidence.publications", "### evidence.rejected_rows"]
    assert "| `published_at` | TIMESTAMP | When. |" in page


def test_a_bar_or_a_line_break_in_a_description_does_not_break_the_table() -> None:
    page = data_dictionary(manifest_of(model("fct_x", column("a", "one | two\nthree"))))
    assert "| `a` | VARCHAR | one \\| two three |" in page


def test_the_dimensions_of_a_fact_come_from_its_relationships_tests_and_its_keys() -> None:
    page = bus_matrix(
        manifest_of(
            model("dim_country", folder="core"),
            model("dim_document", folder="core"),
            model("dim_commodity", folder="core"),
            model("dim_unused", folder="core"),
            model("fct_trade_flow", column("reporter_country_key"), column("partner_code"), column("commodity_key")),
            relationship("fct_trade_flow", "partner_code", "dim_country"),
            relationship("fct_trade_flow", "document_id", "dim_document"),
            relationship("fct_trade_flow", "other_id", "fct_other"),
        )
    )
    assert "| subject | fact | commodity | country | document |" in page
    assert row_of(page, "fct_trade_flow")[2:] == ["●", "partner, reporter", "●"]
    assert "unused" not in page


def test_a_party_is_a_country_or_an_organisation_and_an_earliest_day_is_a_date() -> None:
    page = bus_matrix(
        manifest_of(
            model("dim_country", folder="core"),
            model("dim_country_code", folder="core"),
            model("dim_date", folder="core"),
            model("dim_document", folder="core"),
            model("dim_organization", folder="core"),
            model("fct_x", *map(column, ("member_kind", "member_code", "occurred_earliest", "occurred_latest"))),
            model("fct_y", *map(column, ("reporter_code", "country_code", "document_id", "rate_document_id"))),
        )
    )
    assert "| subject | fact | country | date | document | organization |" in page
    assert row_of(page, "fct_x")[2:] == ["member", "occurred", "", "member"]
    assert row_of(page, "fct_y")[2:] == ["●", "", "●, rate", ""]


def test_a_fact_that_declares_its_dimensions_is_taken_at_its_word() -> None:
    page = bus_matrix(
        manifest_of(
            model("dim_country", folder="core"),
            model("dim_date", folder="core"),
            model(
                "fct_trade_flow",
                column("commodity_key"),
                dimensions={"dim_country": ["reporter", "partner"], "date": None},
            ),
        )
    )
    assert "| Trade | [`fct_trade_flow`](data-dictionary.md#fct_trade_flow) | reporter, partner | ● |" in page


def test_a_declared_dimension_that_does_not_exist_is_an_error() -> None:
    manifest = manifest_of(model("dim_date", folder="core"), model("fct_x", dimensions=["dim_dates"]))
    with pytest.raises(UnknownDimension, match=r"fct_x: meta\.dimensions names dim_dates"):
        bus_matrix(manifest)


def test_only_pages_that_changed_are_written(tmp_path: Path) -> None:
    assert write_pages({"a.md": "one", "b.md": "two"}, root=tmp_path) == ("a.md", "b.md")
    assert write_pages({"a.md": "one", "b.md": "three"}, root=tmp_path) == ("b.md",)
    assert (tmp_path / "b.md").read_text(encoding="utf-8") == "three"


def test_every_decision_record_is_listed() -> None:
    listing = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert re.findall(r"\((0[^)]+\.md)\)", listing) == records


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "raw").glob("*.md")]
    broken = [
        f"{page.relative_to(PROJECT_ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []
