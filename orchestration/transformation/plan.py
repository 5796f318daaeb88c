"""The compiled project: the SQL of every table and test as the last whole build ran it, kept for refreshes of a part.

Belongs here: what dbt compiled, and in which order it runs. Does not belong here: running it. The text of a model
depends on the project alone, never on the data: no macro asks the database while it compiles, which a test holds. So
what one whole build compiled stays true until the project changes, and the project's fingerprint is kept beside it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from orchestration.settings import Settings
from orchestration.sql_text import quoted
from orchestration.transformation.project import run_folder
from orchestration.transformation.wording import words_of_test

PLAN = "plan.json"
KINDS = ("table", "view", "seed", "table_function")


@dataclass(frozen=True, kw_only=True)
class PlannedNode:
    """A model or seed: its place in the database, what it is made of, and how."""

    unique_id: str
    name: str
    schema: str
    table: str
    kind: str
    """table, view, seed or table_function."""
    language: str
    code: str
    depends_on: tuple[str, ...]
    """Unique ids of models, seeds and sources."""

    @property
    def qualified(self) -> str:
        """The name in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.table)}"


@dataclass(frozen=True, kw_only=True)
class PlannedTest:
    """A data test: a query that finds rows at fault, and what it reads."""

    unique_id: str
    words: str
    code: str
    is_warning: bool
    speaks_of: tuple[str, ...]
    depends_on: tuple[str, ...]
    broken_where: str | None
    """For a test that looks at one row at a time: the condition under which a row of the table breaks it."""


@dataclass(frozen=True, kw_only=True)
class PlannedSource:
    """A table that the ingestion writes."""

    unique_id: str
    schema: str
    table: str


@dataclass(frozen=True)
class Plan:
    """Everything that a refresh needs to know of the project."""

    fingerprint: str
    """The fingerprint of the project that it was compiled from."""
    nodes: Mapping[str, PlannedNode]
    """In an order in which they can be built."""
    tests: tuple[PlannedTest, ...]
    sources: tuple[PlannedSource, ...]


def plan_of(results: Iterable[Any], manifest: Mapping[str, Any], *, fingerprint: str) -> Plan | None:
    """Return the plan of a whole build that dbt ran, or None where it holds something that only dbt can do."""
    nodes: dict[str, PlannedNode] = {}
    tests: list[PlannedTest] = []
    for result in results:
        node = result.node
        kind = str(node.resource_type)
        if kind not in ("model", "seed", "test"):
            continue
        if kind == "test":
            tests.append(_test(node))
            if node.config.error_if != "!= 0" or node.config.fail_calc != "count(*)" or node.config.limit is not None:
                return None
            continue
        materialized = "seed" if kind == "seed" else str(node.config.materialized)
        if materialized not in KINDS or node.config.pre_hook or node.config.post_hook:
            return None
        nodes[node.unique_id] = PlannedNode(
            unique_id=node.unique_id,
            name=node.name,
            schema=node.schema,
            table=node.alias or node.name,
            kind=materialized,
            language=str(node.language) if kind != "seed" else "csv",
            code=getattr(node, "compiled_code", None) or "",
            depends_on=tuple(node.depends_on.nodes) if kind != "seed" else (),
        )
    expected = {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed") and node["config"]["materialized"] != "ephemeral"
    }
    if expected != nodes.keys():
        return None
    order = TopologicalSorter(
        {unique_id: [dep for dep in node.depends_on if dep in nodes] for unique_id, node in nodes.items()}
    ).static_order()
    return Plan(
        fingerprint=fingerprint,
        nodes={unique_id: nodes[unique_id] for unique_id in order},
        tests=tuple(tests),
        sources=tuple(
            PlannedSource(unique_id=unique_id, schema=source["schema"], table=source["identifier"])
            for unique_id, source in manifest["sources"].items()
        ),
    )


def write_plan(settings: Settings, plan: Plan) -> None:
    """Keep a plan, whole or not at all."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(
        json.dumps(
            {
                "fingerprint": plan.fingerprint,
                "nodes": [asdict(node) for node in plan.nodes.values()],
                "tests": [asdict(test) for test in plan.tests],
                "sources": [asdict(source) for source in plan.sources],
            }
        ),
        encoding="utf-8",
    )
    temporary.replace(path)


def read_plan(settings: Settings, *, fingerprint: str) -> Plan | None:
    """Return the plan of the project with this fingerprint, or None where there is none that this version reads."""
    try:
        kept = json.loads(_path(settings).read_text(encoding="utf-8"))
        if kept["fingerprint"] != fingerprint:
            return None
        nodes = [PlannedNode(**{**node, "depends_on": tuple(node["depends_on"])}) for node in kept["nodes"]]
        return Plan(
            fingerprint=fingerprint,
            nodes={node.unique_id: node for node in nodes},
            tests=tuple(
                PlannedTest(**{**test, "speaks_of": tuple(test["speaks_of"]), "depends_on": tuple(test["depends_on"])})
                for test in kept["tests"]
            ),
            sources=tuple(PlannedSource(**source) for source in kept["sources"]),
        )
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return None


def _path(settings: Settings) -> Path:
    return run_folder(settings) / PLAN


def _test(node: Any) -> PlannedTest:
    attached = getattr(node, "attached_node", None)
    reads = tuple(node.depends_on.nodes)
    return PlannedTest(
        unique_id=node.unique_id,
        words=words_of_test(node.to_dict()),
        code=node.compiled_code,
        is_warning=str(node.config.severity).lower() == "warn",
        speaks_of=(attached,) if attached else tuple(one for one in reads if one.startswith(("model.", "seed."))),
        depends_on=reads,
        broken_where=_broken_where(node) if attached and reads == (attached,) else None,
    )


def _broken_where(node: Any) -> str | None:
    """Return the condition of a test that looks at one row at a time, or None for any other.

    `accepted_values` finds values and this finds rows: one of them finds nothing where the other does.
    """
    about = getattr(node, "test_metadata", None)
    if about is None or node.config.where:
        return None
    kwargs = dict(about.kwargs or {})
    given = {**kwargs, **(kwargs.get("arguments") or {})}
    column = quoted(str(given["column_name"])) if given.get("column_name") else None
    if about.name == "not_null" and column:
        return f"{column} is null"
    if about.name == "accepted_values" and column and given.get("quote", True) is True:
        values = given["values"]
        if all(isinstance(value, str) and "{" not in value for value in values):
            listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
            return f"{column} not in ({listed})"
    if about.name == "holds" and "{" not in given["condition"]:
        return f"not ({given['condition']})"
    return None
