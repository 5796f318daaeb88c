"""How everything is built by what dbt compiled, and what of it is left to dbt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration.settings import Settings
from orchestration.transformation import building, builds, star, updating, whole
from orchestration.transformation import plan as plan_module
from orchestration.transformation.building import BuildOutcome, NodeOutcome
from orchestration.transformation.plan import Plan, PlannedColumn, PlannedNode, PlannedTest, plan_of
from orchestration.transformation.project import DbtError
from orchestration.transformation.updating import CannotUpdateError, FailingTestError
from orchestration.transformation.whole import build_whole

PYTHON = """
class dbtObj:
    def __init__(self, load):
        self.ref = lambda name: load("main." + name)


def model(dbt, session):
    return dbt.ref("even").aggregate("count(*) as how_many").arrow()
"""


def node(name: str, code: str, *, kind: str = "table", **more: Any) -> PlannedNode:
    return PlannedNode(
        unique_id=name,
        name=name,
        schema=more.pop("schema", "main"),
        table=name,
        kind=kind,
        language=more.pop("language", "sql"),
        code=code,
        depends_on=(),
        **more,
    )


COLUMNS = (
    PlannedColumn(name="number", type="integer", is_required=True, comment="Whose it's."),
    PlannedColumn(name="word", type="enum('a', 'b')", comment=""),
)
CONTRACTED = node("contracted", "select 'b'::enum('a', 'b') as word, 2 as number", columns=COLUMNS, comment="It's one.")
NODES = (
    node(
        "steps",
        "seeds/steps.csv",
        kind="seed",
        schema="reference",
        language="csv",
        columns=(PlannedColumn(name="step", type="varchar"), PlannedColumn(name="order", type="integer")),
    ),
    node("numbers", "select unnest(range(4)) as number", kind="view"),
    node("even", "select number from numbers where number % 2 = 0"),
    node("counted", PYTHON, language="python"),
    CONTRACTED,
    replace(CONTRACTED, unique_id="seen", name="seen", table="seen", kind="view"),
    node("above", "select number from numbers where number > least", kind="table_function", parameters=("least := 1",)),
)


def check(name: str, code: str, *, of: str, where: str | None = None, is_warning: bool = False) -> PlannedTest:
    return PlannedTest(
        unique_id=name,
        words=name,
        code=code,
        is_warning=is_warning,
        speaks_of=(of,),
        depends_on=(of,),
        broken_where=where,
    )


TESTS = (
    check("numbers are there", "from even where number is null", of="even", where="number is null"),
    check("two are even", "select 1 from even having count(*) <> 2", of="even"),
    check("none is even", "from even", of="even", is_warning=True),
)
PLAN = Plan("a", {one.unique_id: one for one in NODES}, TESTS, ())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "it's a project"
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "steps.csv").write_text('step,order\nsigned,1\n"ended, or so",\n')
    monkeypatch.setattr(whole, "DBT_PROJECT", folder)
    return folder


@pytest.fixture
def warehouse(project: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    assert (project / "seeds").is_dir()
    with duckdb.connect() as connection:
        yield connection


def test_everything_is_there_as_the_project_says(warehouse: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):  # from nothing, and over what is there
        said: list[str] = []
        outcome = build_whole(warehouse, PLAN, log=said.append)
        assert (outcome.models_built, outcome.tests_passed, outcome.plan) == (len(NODES), 2, PLAN)
        assert [one.name for one in outcome.nodes if one.status == "warn"] == ["none is even"]
        assert [one.kind for one in outcome.nodes[:2]] == ["seed", "model"]
        assert any(f"{len(NODES)} tables and views built" in words for words in said)
    assert warehouse.execute("from reference.steps").fetchall() == [("signed", 1), ("ended, or so", None)]
    assert warehouse.execute("from even").fetchall() == [(0,), (2,)]
    assert warehouse.execute("from counted").fetchall() == [(2,)]
    assert warehouse.execute("from above()").fetchall() == [(2,), (3,)]
    assert warehouse.execute("from above(least := 0)").fetchall() == [(1,), (2,), (3,)]
    # in the order of the contract, whatever the order of the query
    assert warehouse.execute("from contracted").fetchall() == [(2, "b")]
    assert warehouse.execute(
        "select column_name, data_type, is_nullable, comment from duckdb_columns() where table_name = 'contracted'"
    ).fetchall() == [("number", "INTEGER", False, "Whose it's."), ("word", "ENUM('a', 'b')", True, "")]
    assert warehouse.execute("select comment from duckdb_tables() where comment is not null").fetchall() == [
        ("It's one.",)
    ]
    assert warehouse.execute("select comment from duckdb_views() where view_name = 'seen'").fetchall() == [
        ("It's one.",)
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (node("even", "select nothing from numbers"), r'"main"\."even": Binder Error.*nothing'),
        (node("even", "select number from numbers"), "a test fails: two are even"),
        (
            replace(CONTRACTED, code="select 'b'::enum('a', 'b') as word, 2::bigint as number"),
            r"has other columns than its contract.*number.*BIGINT.*number.*INTEGER",
        ),
        (replace(CONTRACTED, code="select 2 as number"), r"has other columns than its contract.*word"),
        (
            replace(CONTRACTED, kind="view", code="select 2 as number"),
            r"has other columns than its contract.*word",
        ),
        (replace(CONTRACTED, code="select null::integer as number, 'b'::enum('a', 'b') as word"), "NOT NULL"),
        (node("even", "from numbers", kind="view"), "Existing object even is of type Table"),
    ],
    ids=["fails", "test fails", "other type", "lacks a column", "view lacks a column", "empty", "table before"],
)
def test_what_does_not_go_smoothly_is_left_to_dbt(
    warehouse: duckdb.DuckDBPyConnection, changed: PlannedNode, words: str
) -> None:
    build_whole(warehouse, PLAN, log=str)
    if changed.name == "contracted" and changed.kind == "view":
        warehouse.execute("drop table contracted")
    plan = replace(PLAN, nodes={**PLAN.nodes, changed.name: changed})
    with pytest.raises(CannotUpdateError, match=f"(?s){words}"):
        build_whole(warehouse, plan, log=str)
    # no transaction is left open
    build_whole(warehouse, replace(PLAN, nodes={"numbers": PLAN.nodes["numbers"]}, tests=()), log=str)


@pytest.mark.parametrize(
    ("reason", "asked"),
    [(CannotUpdateError("other columns"), ["update", "whole"]), (FailingTestError("a test"), ["update", "dbt"])],
)
@pytest.mark.usefixtures("project")
def test_a_test_that_fails_is_not_run_a_second_time_before_dbt_tells_it(
    reason: CannotUpdateError, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(raw=tmp_path / "raw", home=tmp_path / "home")
    settings.warehouse.parent.mkdir(parents=True)
    inputs = {"dbt": "these", "contracts": "these", "ledger": "then"}
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_whole(connection, PLAN, log=str)
        before = builds.begin_build(connection, run_id="a", inputs=inputs, is_whole=True)
        builds.end_build(connection, before, before=None, failures=(), models_built=1, tests_passed=1)
        updating.write_contents(
            connection, PLAN, updating.contents_of_tables(connection, PLAN), build_number=before.number
        )
    done: list[str] = []

    def update_star(*_: object, **__: object) -> None:
        done.append("update")
        raise reason

    def whole_build(*_: object, **__: object) -> BuildOutcome:
        done.append("whole")
        return BuildOutcome(nodes=(), seconds=0.0, plan=PLAN)

    def by_dbt(*_: object, **__: object) -> BuildOutcome:
        done.append("dbt")
        return BuildOutcome(nodes=(), seconds=0.0)

    monkeypatch.setattr(star, "inputs_of_build", lambda _: {**inputs, "ledger": "now"})
    monkeypatch.setattr(star, "prepare_plan", lambda **_: PLAN)
    monkeypatch.setattr(star, "update_star", update_star)
    monkeypatch.setattr(star, "build_whole", whole_build)
    monkeypatch.setattr(star, "build_star", by_dbt)
    star.refresh_star(settings, run_id="b", log=str)
    assert done == asked


def _compiled(**changes: Any) -> tuple[list[SimpleNamespace], dict[str, Any]]:
    """Return what dbt says of the compilation of one model with a contract, and its manifest."""
    config = SimpleNamespace(
        materialized="table",
        pre_hook=[],
        post_hook=[],
        grants={},
        extra={},
        meta={},
        persist_docs={"relation": True, "columns": True},
        contract=SimpleNamespace(enforced=True),
        get={}.get,
    )
    required = SimpleNamespace(type=SimpleNamespace(value="not_null"), expression=None, name=None)
    column = SimpleNamespace(name="number", data_type="integer", description="A number.", constraints=[required])
    model = SimpleNamespace(
        unique_id="model.e.one",
        resource_type="model",
        name="one",
        alias="one",
        schema="main",
        language="sql",
        compiled_code="select 1 as number",
        relation_name='"warehouse"."main"."one"',
        depends_on=SimpleNamespace(nodes=[]),
        columns={"number": column},
        constraints=[],
        description="One row.",
        config=config,
    )
    for path, value in changes.items():
        *parts, last = path.split("__")
        owner: Any = model
        for part in parts:
            owner = owner[part] if isinstance(owner, dict) else getattr(owner, part)
        setattr(owner, last, value)
    materialized = model.config.materialized
    nodes = {"model.e.one": {"name": "one", "resource_type": "model", "config": {"materialized": materialized}}}
    return [SimpleNamespace(node=model)], {"nodes": nodes, "sources": {}}


def test_a_plan_knows_the_contract_and_what_a_table_says_of_itself() -> None:
    results, manifest = _compiled()
    plan = plan_of(results, manifest, fingerprint="a")
    assert plan is not None
    planned = plan.nodes["model.e.one"]
    assert planned.comment == "One row."
    assert planned.columns == (PlannedColumn(name="number", type="integer", is_required=True, comment="A number."),)


CHECKED = SimpleNamespace(type=SimpleNamespace(value="check"), expression="number > 0", name=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"config__materialized": "incremental"},
        {"config__pre_hook": ["select 1"]},
        {"config__post_hook": ["select 1"]},
        {"config__grants": {"select": ["somebody"]}},
        {"config__extra": {"indexes": [{"columns": ["number"]}]}},
        {"constraints": [CHECKED]},
        {"columns__number__constraints": [CHECKED]},
        {"columns__number__data_type": None},
        {"config__contract": SimpleNamespace(enforced=False)},
        {"language": "python"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_only_dbt_knows_how_to_make_has_no_plan(changes: dict[str, Any]) -> None:
    results, manifest = _compiled(**changes)
    assert plan_of(results, manifest, fingerprint="a") is None


@pytest.mark.parametrize(("types", "is_planned"), [({"step": "varchar", "order": "integer"}, True), ({}, False)])
def test_a_seed_has_a_plan_where_nobody_has_to_guess_a_type(
    types: dict[str, str], is_planned: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "DBT_PROJECT", project)
    seed = SimpleNamespace(
        unique_id="seed.e.steps",
        resource_type="seed",
        name="steps",
        alias="steps",
        schema="reference",
        original_file_path="seeds/steps.csv",
        relation_name='"warehouse"."reference"."steps"',
        config=SimpleNamespace(column_types=types, delimiter=",", pre_hook=[], post_hook=[]),
    )
    nodes = {"seed.e.steps": {"name": "steps", "resource_type": "seed", "config": {"materialized": "seed"}}}
    plan = plan_of([SimpleNamespace(node=seed)], {"nodes": nodes, "sources": {}}, fingerprint="a")
    assert (plan is not None) is is_planned
    if plan is not None:
        assert plan.nodes["seed.e.steps"].columns == NODES[0].columns


@pytest.mark.parametrize("has_plan", [True, False])
def test_that_only_dbt_can_build_is_remembered_too(
    has_plan: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "target" / "plan.json"
    compiled: list[str] = []
    monkeypatch.setattr(plan_module, "TARGET", kept.parent)
    monkeypatch.setattr(plan_module, "PLAN", kept)
    monkeypatch.setattr(plan_module, "project_fingerprint", lambda: "a")
    monkeypatch.setattr(plan_module, "prepare_manifest", lambda **_: None)
    monkeypatch.setattr(plan_module, "read_manifest", dict)
    monkeypatch.setattr(plan_module, "plan_of", lambda *_, **__: PLAN if has_plan else None)

    def compile_it(command: list[str], **_: object) -> SimpleNamespace:
        compiled.append(command[0])
        return SimpleNamespace(success=True, result=SimpleNamespace(results=[]), exception=None)

    monkeypatch.setattr(plan_module, "invoke_dbt", compile_it)
    expected = PLAN if has_plan else None
    assert [plan_module.prepare_plan(log=str) for _ in range(3)] == [expected] * 3
    assert compiled == ["compile"]
    monkeypatch.setattr(plan_module, "project_fingerprint", lambda: "b")
    assert (plan_module.prepare_plan(log=str) is not None, len(compiled)) == (has_plan, 2)
    kept.write_text('{"fingerprint": "b", "is_for_dbt_alone": false, "nodes": [')
    assert (plan_module.prepare_plan(log=str) is not None, len(compiled)) == (has_plan, 3)


def _wrong() -> SimpleNamespace:
    node = SimpleNamespace(name="fct_meeting")
    runs = [
        SimpleNamespace(node=SimpleNamespace(name="dim_country"), status="success", message=None),
        SimpleNamespace(node=node, status="error", message="Compilation Error: 'cuntry' is undefined"),
    ]
    return SimpleNamespace(success=False, result=SimpleNamespace(results=runs), exception=None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (_wrong(), "does not compile:\nfct_meeting: Compilation Error: 'cuntry' is undefined$"),
        (SimpleNamespace(success=False, result=None, exception="no profile"), "does not compile:\nno profile$"),
    ],
)
def test_a_model_that_does_not_compile_is_named_and_no_plan_is_kept(
    said: SimpleNamespace, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "TARGET", tmp_path)
    monkeypatch.setattr(plan_module, "PLAN", tmp_path / "plan.json")
    monkeypatch.setattr(plan_module, "prepare_manifest", lambda **_: None)
    monkeypatch.setattr(plan_module, "invoke_dbt", lambda *_, **__: said)
    with pytest.raises(DbtError, match=words):
        plan_module.prepare_plan(log=str)
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.usefixtures("project")
def test_models_of_which_a_unit_test_fails_are_not_published_and_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the next refresh finds the same models: no reader has seen them."""
    settings = Settings(raw=tmp_path / "raw", home=tmp_path / "home")
    settings.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        star.build_whole(connection, PLAN, log=str)
        seen = builds.begin_build(connection, run_id="a", inputs={"dbt": "others"}, is_whole=True)
        builds.end_build(connection, seen, before=None, failures=(), models_built=1, tests_passed=1)
    monkeypatch.setattr(star, "inputs_of_build", lambda _: {"dbt": "these"})
    monkeypatch.setattr(star, "prepare_plan", lambda **_: PLAN)
    monkeypatch.setattr(building, "UNIT_TESTED", tmp_path / "unit_tested.txt")
    monkeypatch.setattr(building, "project_fingerprint", lambda: "these")
    outcomes = ["fail", "fail", "pass"]
    judged: list[str] = []

    def run_dbt(*_: object, **options: Any) -> BuildOutcome:
        assert options["select"] == ["test_type:unit"]
        judged.append(outcomes.pop(0))
        test = NodeOutcome(
            unique_id="unit_test.e.one", name="one", kind="unit_test", status=judged[-1], seconds=0.0, failures=None,
            message="", speaks_of=("even",), compiled_sql=None,
        )  # fmt: skip
        return BuildOutcome(nodes=(test,), seconds=0.0)

    monkeypatch.setattr(building, "build_star", run_dbt)
    are_publishable = [star.refresh_star(settings, run_id=f"{run}", log=str).build.is_publishable for run in range(3)]
    assert (judged, are_publishable) == (["fail", "fail", "pass"], [False, False, True])
    assert building.stand_unit_tests()
    assert star.refresh_star(settings, run_id="b", log=str).was_built is False
