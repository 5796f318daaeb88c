"""The conventions of the dbt project, and the pages that are generated from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orchestration.documentation.pages import generated_pages
from orchestration.settings import PROJECT_ROOT

Manifest = Mapping[str, Any]

READS = {
    "staging": {"source", "seed"},
    "intermediate": {"staging", "intermediate", "seed"},
    "derived": {"staging", "intermediate", "marts", "derived", "seed"},
    "marts": {"staging", "intermediate", "marts", "derived", "seed"},
    "functions": {"marts"},
}
"""What each layer may read."""

PARSED_DATES = "model.entente.stg_edtf"
"""The dates that ingestion parsed: staging joins them to every landed date."""

DECISION = re.compile(r"(^|_)(is|has)_|^(binding_presumed|redistributable)$")
"""Names of booleans; the last two are terms of the feeds."""


def models(manifest: Manifest, layer: str | None = None) -> list[Mapping[str, Any]]:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert nodes, "the project has no models"
    return [node for node in nodes if layer in (None, node["fqn"][1])]


def layer_of(unique_id: str, manifest: Manifest) -> str:
    kind = unique_id.split(".", 1)[0]
    return str(manifest["nodes"][unique_id]["fqn"][1]) if kind == "model" else kind


def columns_of(manifest: Manifest, data_type: str) -> list[str]:
    return [
        f"{node['name']}.{column['name']}"
        for node in models(manifest, "marts")
        for column in node["columns"].values()
        if (column["data_type"] or "").upper() == data_type
    ]


def test_a_layer_reads_only_what_stands_before_it(manifest: Manifest) -> None:
    wrong = [
        f"{node['name']} reads {parent}"
        for node in models(manifest)
        for parent in node["depends_on"]["nodes"]
        if layer_of(parent, manifest) not in READS[node["fqn"][1]]
        and not (node["fqn"][1] == "staging" and parent == PARSED_DATES)
    ]
    assert wrong == []


def test_every_model_opens_with_its_grain(manifest: Manifest) -> None:
    assert [node["name"] for node in models(manifest) if not re.match("(--|#) Grain: ", node["raw_code"])] == []


def test_every_mart_has_an_enforced_contract_and_a_test(manifest: Manifest) -> None:
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    marts = models(manifest, "marts")
    assert [node["name"] for node in marts if not node["config"]["contract"]["enforced"]] == []
    assert [node["name"] for node in marts if node["unique_id"] not in tested] == []


def test_every_published_table_and_column_has_a_meaning(manifest: Manifest) -> None:
    missing = [
        f"{node['name']}.{one['name']}"
        for node in models(manifest, "marts")
        for one in [{"name": "(table)", "description": node["description"]}, *node["columns"].values()]
        if not one["description"].strip()
    ]
    assert missing == []


def test_every_fact_says_which_fact_whose_document_and_how_many_claims(manifest: Manifest) -> None:
    wanted = {"fact_id", "document_id", "claim_count", "has_conflict"}
    facts = [node for node in models(manifest, "marts") if node["name"].startswith("fct_")]
    assert {node["name"]: wanted - set(node["columns"]) for node in facts if not wanted <= set(node["columns"])} == {}


def test_every_fact_says_why_its_claim_won(manifest: Manifest) -> None:
    # what is derived from two facts, or coded by a machine from many articles, has no single claim
    derived = {"fct_trade_mirror", "fct_reported_event"}
    facts = [node for node in models(manifest, "marts") if node["name"].startswith("fct_")]
    assert {node["name"] for node in facts if "winning_reason" not in node["columns"]} == derived


def test_every_measure_says_what_it_may_be_added_over(manifest: Manifest) -> None:
    measures = {
        f"{node['name']}.{column['name']}": (
            column["config"].get("meta", {}).get("additive_over"),
            column["description"],
        )
        for node in models(manifest, "marts")
        for column in node["columns"].values()
        if node["name"].startswith(("fct_", "mart_", "metric_"))
        and (column["data_type"] or "").lower() in ("bigint", "double")
    }
    assert len(measures) > 100
    assert [name for name, (over, _) in measures.items() if over != "nothing" and not isinstance(over, list)] == []
    assert [name for name, (over, said) in measures.items() if over != "nothing" and "ot additive" in said] == []


def test_the_licence_of_every_fact_is_reached(manifest: Manifest) -> None:
    by_other_ways = {
        # every name of a fact, and the fact under the id that people ask for: no claim of its own
        "fact_alias",
        "explained_fact",
        # articles of one feed, with their addresses; the licence is that of the feed's document
        "reported_event_claim",
    }
    assert {
        node["name"]
        for node in models(manifest, "marts")
        if "fact_id" in node["columns"] and not any(name.endswith("document_id") for name in node["columns"])
    } == by_other_ways
    wide = ("mart_dyad_timeline", "mart_agreement_pipeline", "mart_position", "mart_trade_claim_check")
    for node in models(manifest, "marts"):
        assert node["name"] not in wide or {"licence", "redistributable"} <= set(node["columns"]), node["name"]


def test_booleans_are_named_as_decisions(manifest: Manifest) -> None:
    assert [name for name in columns_of(manifest, "BOOLEAN") if not DECISION.search(name.split(".")[1])] == []


def test_measures_are_doubles_since_bi_tools_give_no_type_to_a_sum_of_decimals(manifest: Manifest) -> None:
    decimals = [
        f"{node['name']}.{column['name']}"
        for node in models(manifest, "marts")
        for column in node["columns"].values()
        if re.match("decimal|numeric", column["data_type"] or "", re.IGNORECASE)
    ]
    assert decimals == []


def test_the_words_of_an_enum_stand_in_the_order_of_text(manifest: Manifest) -> None:
    """So that the column sorts as text does, and the least of it is that of text."""
    enums = [
        re.findall("'([^']*)'", column["data_type"])
        for node in models(manifest, "marts")
        for column in node["columns"].values()
        if (column["data_type"] or "").lower().startswith("enum(")
    ]
    assert len(enums) > 20
    assert [words for words in enums if words != sorted(words)] == []


def test_a_column_called_on_is_a_day(manifest: Manifest) -> None:
    assert [
        f"{node['name']}.{column['name']}"
        for node in models(manifest, "marts")
        for column in node["columns"].values()
        if column["name"].endswith("_on") and (column["data_type"] or "").upper() != "DATE"
    ] == []


def test_the_generated_files_are_those_that_this_code_generates(manifest: Manifest) -> None:
    for name, text in generated_pages(manifest).items():
        assert (PROJECT_ROOT / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `make docs`"


def test_what_a_model_says_depends_on_the_project_alone() -> None:
    """A refresh runs what the last whole build compiled: SQL that asks the database while it compiles would be old."""
    asks = re.compile(r"\b(run_query|call statement|load_result|is_incremental|adapter\.|dbt_utils\.get_|graph\.)")
    project = PROJECT_ROOT / "dbt_project"
    found = [
        f"{path.relative_to(project)}: {match[0]}"
        for part in ("models", "macros", "tests")
        for path in sorted((project / part).rglob("*.sql"))
        for match in asks.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
