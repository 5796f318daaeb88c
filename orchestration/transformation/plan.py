"""The compiled project: the SQL of every table and test as dbt would run it, kept beside the manifest.

Belongs here: what dbt compiles, and in which order it runs. Does not belong here: running it. The text of a model
depends on the project alone, never on the data: no macro asks the database while it compiles, which a test holds. So
what was compiled once stays true, for every installation, until the project changes; its fingerprint is kept with it.
"""

from __future__ import annotations

import csv
import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import filelock

from orchestration.sql_text import quoted
from orchestration.transformation.project import (
    DBT_PROJECT,
    TARGET,
    DbtError,
    invoke_dbt,
    prepare_manifest,
    project_fingerprint,
    read_manifest,
)
from orchestration.transformation.wording import words_of_test
from orchestration.whole_files import write_whole

PLAN = TARGET / "plan.json"
KINDS = ("table", "view", "seed", "table_function")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """How the rows of a model follow from those of what it reads, so that only some of them need be built again.

    A model says it in its configuration, as `meta.keyed`; `docs/decisions/0013` has the rules.
    """

    key: tuple[str, ...]
    """Columns of the model: rows that share a key are built together."""
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Inputs whose rows with these values make the rows with that key, and no others: their columns, in its order."""
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Inputs whose rows, those alike in these columns together, make rows of keys of their own."""
    together: tuple[str, ...] = ()
    """Inputs in `of` whose rows make rows together: those alike in the columns listed, in their order."""
    once: bool = False
    """A row is there once, however many rows of the inputs in `of` make it: what comes adds rows and changes none."""
    summed: tuple[str, ...] = ()
    """All columns beside the key, which add up over the rows of the one input, in `by`; the first counts them. A row is
    what it was, without what went and with what came: the sums are exact and never empty."""
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Inputs that are looked up: the columns that matter; a row more there changes no row that was here."""
    through: Mapping[str, Mapping[str, tuple[Mapping[str, str], ...]]] = field(default_factory=dict)
    """Inputs that are looked up from rows of others, which are in `by`: of each of those, which column of the input is
    looked for (its name) in which column (the value), once or several times. What changed there concerns the keys of
    the rows that name it."""
    turning: Mapping[str, str] = field(default_factory=dict)
    """Inputs of one row that all rows are held against: the condition that has to come out as before with each row."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Inputs in `by` with a condition: there are rows of a key only where a row of the input with that key meets it."""
    found_by: tuple[str, ...] = ()
    """Columns of the model by which its rows are found sooner than by their key, and hardly any others with them."""

    @property
    def inputs(self) -> frozenset[str]:
        """Unique ids of all inputs that are spoken of."""
        return frozenset((*self.by, *self.of, *self.beside, *self.through, *self.turning))


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table or view: where it is, and how compiled code calls it."""

    unique_id: str
    schema: str
    table: str
    relation: str = ""
    """The name in SQL, as compiled code has it; without one, the qualified name."""

    @property
    def qualified(self) -> str:
        """The name in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.table)}"

    @property
    def in_code(self) -> str:
        """The name that stands in compiled code."""
        return self.relation or self.qualified


@dataclass(frozen=True, kw_only=True)
class PlannedColumn:
    """A column as the project declares it."""

    name: str
    type: str
    """The type in SQL."""
    is_required: bool = False
    comment: str | None = None
    """What the column says of itself in the database."""


@dataclass(frozen=True, kw_only=True)
class PlannedNode(Place):
    """A model or seed: its place in the database, what it is made of, and how."""

    name: str
    kind: str
    """table, view, seed or table_function."""
    language: str
    code: str
    """Of a seed, the path of its file below the project."""
    columns: tuple[PlannedColumn, ...] = ()
    """Of a seed and of a model with a contract: exactly these, in this order."""
    comment: str | None = None
    """What the table or view says of itself in the database."""
    parameters: tuple[str, ...] = ()
    """Of a table function, as SQL declares them."""
    depends_on: tuple[str, ...]
    """Unique ids of models, seeds and sources."""
    keyed: Keyed | None = None
    follows: tuple[str, ...] = ()
    """Unique ids of inputs, first the one that tells by its rows whether it is worth it: where these alone changed, the
    `update` of a model in Python makes its rows of what it was and of the rows that changed there. A model says it in
    its configuration, as `meta.follows`."""


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """What tests of relationships and coverage hold: the values of some columns together are there in another table."""

    columns: tuple[str, ...]
    parent: str
    """Its unique id."""
    fields: tuple[str, ...]


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
    unique_columns: tuple[str, ...] = ()
    """For a test that no two rows share values: in these columns."""
    relationship: Relationship | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedSource(Place):
    """A table that the ingestion writes."""


@dataclass(frozen=True)
class Plan:
    """Everything that a refresh needs to know of the project."""

    fingerprint: str
    """The fingerprint of the project that it was compiled from."""
    nodes: Mapping[str, PlannedNode]
    """In an order in which they can be built."""
    tests: tuple[PlannedTest, ...]
    sources: tuple[PlannedSource, ...]

    @property
    def keyed_inputs(self) -> frozenset[str]:
        """Unique ids of all that something is built from by key."""
        return frozenset(one for node in self.nodes.values() if node.keyed for one in node.keyed.inputs)

    def place(self, unique_id: str) -> PlannedNode | PlannedSource:
        """Return the node or source of this id."""
        return self.nodes.get(unique_id) or next(one for one in self.sources if one.unique_id == unique_id)

    def holders(self, unique_id: str) -> tuple[frozenset[str], tuple[PlannedNode, ...]]:
        """Return the tables that a node reads, itself or through views; and those views, in an order to make them."""
        views: dict[str, PlannedNode] = {}
        tables: set[str] = set()
        waiting = list(self.nodes[unique_id].depends_on)
        while waiting:
            one = waiting.pop()
            node = self.nodes.get(one)
            if node is None or node.kind != "view":
                tables.add(one)
            elif one not in views:
                views[one] = node
                waiting.extend(node.depends_on)
        return frozenset(tables), tuple(node for one, node in self.nodes.items() if one in views)


def prepare_plan(*, log: Callable[[str], None] = _logger.info) -> Plan | None:
    """Return the plan of the project as it is now, compiling it where there is none; None where only dbt can build it.

    Safe to call from several processes at once: they wait for the one that compiles.

    Raises:
        DbtError: the project does not parse or compile.
    """
    fingerprint = project_fingerprint()
    with suppress(_NoPlanError):
        return _read(fingerprint)
    TARGET.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(TARGET / ".compile.lock"):
        with suppress(_NoPlanError):
            return _read(fingerprint)
        prepare_manifest(log=log)
        log("Compiling the models: they changed, or this is the first time.")
        with tempfile.TemporaryDirectory() as home:
            # a database of its own, with nothing in it: nothing of the data can get into the text
            (Path(home) / "warehouse").mkdir()
            result = invoke_dbt(
                ["compile", "--no-write-json", "--exclude", "test_type:unit"],
                home=Path(home),
                target=Path(home) / "target",
                is_parsed=True,
            )
        compiled = getattr(result.result, "results", None) or ()
        if not result.success:
            wrong = [f"{run.node.name}: {run.message}" for run in compiled if str(run.status) == "error"]
            told = "\n".join(wrong) or result.exception
            raise DbtError(f"The dbt project in {DBT_PROJECT} does not compile:\n{told}")
        plan = plan_of(compiled, read_manifest(), fingerprint=fingerprint)
        write_plan(plan, fingerprint=fingerprint)
    return plan


def plan_of(results: Iterable[Any], manifest: Mapping[str, Any], *, fingerprint: str) -> Plan | None:
    """Return the plan of a project that dbt compiled whole, or None where it holds something that only dbt can do."""
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
        planned = _seed(node) if kind == "seed" else _model(node, manifest)
        if planned is None:
            return None
        nodes[node.unique_id] = planned
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
            PlannedSource(
                unique_id=unique_id,
                schema=source["schema"],
                table=source["identifier"],
                relation=source["relation_name"],
            )
            for unique_id, source in manifest["sources"].items()
        ),
    )


def write_plan(plan: Plan | None, *, fingerprint: str) -> None:
    """Keep the plan of the project with this fingerprint, whole or not at all; None is kept, too."""
    kept: dict[str, Any] = {"fingerprint": fingerprint, "is_for_dbt_alone": plan is None}
    if plan is not None:
        kept |= {
            "nodes": [asdict(node) for node in plan.nodes.values()],
            "tests": [asdict(test) for test in plan.tests],
            "sources": [asdict(source) for source in plan.sources],
        }
    write_whole(PLAN, json.dumps(kept))


class _NoPlanError(Exception):
    """There is no plan of this project that this version reads."""


def _read(fingerprint: str) -> Plan | None:
    """Return the plan that was kept.

    Raises:
        _NoPlanError: there is none of this fingerprint.
    """
    try:
        kept = json.loads(PLAN.read_text(encoding="utf-8"))
        if kept["fingerprint"] != fingerprint:
            raise _NoPlanError
        if kept["is_for_dbt_alone"]:
            return None
        nodes = [_kept_node(node) for node in kept["nodes"]]
        return Plan(
            fingerprint=fingerprint,
            nodes={node.unique_id: node for node in nodes},
            tests=tuple(_kept_test(test) for test in kept["tests"]),
            sources=tuple(PlannedSource(**source) for source in kept["sources"]),
        )
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise _NoPlanError from error


def _kept_node(kept: Mapping[str, Any]) -> PlannedNode:
    keyed = kept["keyed"]
    if keyed is not None:
        by_name = {name: {one: tuple(listed) for one, listed in keyed[name].items()} for name in ("by", "of", "beside")}
        lists = {name: tuple(keyed[name]) for name in ("key", "together", "found_by", "summed")}
        through = {
            one: {other: tuple(columns) for other, columns in others.items()}
            for one, others in keyed["through"].items()
        }
        keyed = Keyed(**{**keyed, **by_name, **lists, "through": through})
    listed = {name: tuple(kept[name]) for name in ("depends_on", "follows", "parameters")}
    columns = tuple(PlannedColumn(**column) for column in kept["columns"])
    return PlannedNode(**{**kept, **listed, "columns": columns, "keyed": keyed})


def _kept_test(kept: Mapping[str, Any]) -> PlannedTest:
    lists = {name: tuple(kept[name]) for name in ("speaks_of", "depends_on", "unique_columns")}
    related = kept["relationship"]
    if related is not None:
        related = Relationship(**{**related, **{name: tuple(related[name]) for name in ("columns", "fields")}})
    return PlannedTest(**{**kept, **lists, "relationship": related})


def _model(node: Any, manifest: Mapping[str, Any]) -> PlannedNode | None:
    """Return a model, or None where its table or view comes about in a way that only dbt knows."""
    config = node.config
    materialized = str(config.materialized)
    extra = set(config.extra) - {"parameters"}
    columns = tuple(node.columns.values())
    constraints = [*node.constraints, *(one for column in columns for one in column.constraints)]
    is_contracted = bool(config.contract.enforced)
    docs = config.persist_docs
    if (
        materialized not in KINDS
        or config.pre_hook
        or config.post_hook
        or config.grants
        or extra
        or any(one.type.value != "not_null" or one.expression or one.name for one in constraints)
        or (docs.get("columns") and not is_contracted)
        or (is_contracted and not (columns and all(column.data_type for column in columns)))
        or (is_contracted and (str(node.language) != "sql" or materialized == "table_function"))
    ):
        return None
    parameters = config.get("parameters") or ()
    return PlannedNode(
        unique_id=node.unique_id,
        name=node.name,
        schema=node.schema,
        table=node.alias or node.name,
        kind=materialized,
        language=str(node.language),
        code=node.compiled_code,
        columns=tuple(
            PlannedColumn(
                name=column.name,
                type=column.data_type,
                is_required=bool(column.constraints),
                comment=column.description if docs.get("columns") else None,
            )
            for column in columns
            if is_contracted
        ),
        comment=(node.description or None) if docs.get("relation") else None,
        parameters=(parameters,) if isinstance(parameters, str) else tuple(map(str, parameters)),
        depends_on=tuple(node.depends_on.nodes),
        relation=node.relation_name or "",
        keyed=_keyed(node, manifest),
        follows=_follows(node, manifest),
    )


def _seed(node: Any) -> PlannedNode | None:
    """Return a seed, or None where dbt would have to guess the type of a column."""
    config = node.config
    with (DBT_PROJECT / node.original_file_path).open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    if not config.column_types.keys() >= {*names} or config.delimiter != "," or config.pre_hook or config.post_hook:
        return None
    return PlannedNode(
        unique_id=node.unique_id,
        name=node.name,
        schema=node.schema,
        table=node.alias or node.name,
        kind="seed",
        language="csv",
        code=str(node.original_file_path),
        columns=tuple(PlannedColumn(name=name, type=config.column_types[name]) for name in names),
        depends_on=(),
        relation=node.relation_name or "",
    )


def _follows(node: Any, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the unique ids of the inputs whose changes a model follows.

    Raises:
        ValueError: it does not read one of them, or is not in Python.
    """
    said = node.config.meta.get("follows", ())
    read = {manifest["nodes"][one]["name"]: one for one in node.depends_on.nodes if said and one in manifest["nodes"]}
    if not read.keys() >= {*said} or (said and str(node.language) != "python"):
        raise ValueError(f"{node.name}: in meta.follows are inputs of a model in Python")
    return tuple(read[one] for one in said)


def _keyed(node: Any, manifest: Mapping[str, Any]) -> Keyed | None:
    """Return what a model says of its keys, with the unique ids of what it names.

    Raises:
        ValueError: it names what it does not read, or two columns where there is one.
    """
    said = node.config.meta.get("keyed")
    if said is None:
        return None
    named = {
        **{one["name"]: unique_id for unique_id, one in manifest["nodes"].items() if one["resource_type"] != "test"},
        **{f"{one['source_name']}.{one['name']}": unique_id for unique_id, one in manifest["sources"].items()},
    }
    unknown = set(said) - {one.name for one in fields(Keyed)}
    if unknown:
        raise ValueError(f"{node.name}: meta.keyed has no {', '.join(sorted(unknown))}")
    try:
        keyed = Keyed(
            key=tuple(said["key"]),
            once=said.get("once", False),
            together=tuple(named[one] for one in said.get("together", ())),
            found_by=tuple(said.get("found_by", ())),
            summed=tuple(said.get("summed", ())),
            turning={named[one]: condition for one, condition in said.get("turning", {}).items()},
            where={named[one]: condition for one, condition in said.get("where", {}).items()},
            through={
                named[one]: {
                    named[other]: tuple(columns) if isinstance(columns, list) else (dict(columns),)
                    for other, columns in others.items()
                }
                for one, others in said.get("through", {}).items()
            },
            **{
                kind: {named[one]: tuple(columns) for one, columns in said.get(kind, {}).items()}
                for kind in ("by", "of", "beside")
            },
        )
    except KeyError as error:
        raise ValueError(f"{node.name}: meta.keyed speaks of {error}, which is no model or source") from error
    if any(len(columns) != len(keyed.key) for columns in keyed.by.values()):
        raise ValueError(f"{node.name}: in meta.keyed.by every input has as many columns as the key")
    if not set(keyed.together) <= keyed.of.keys() or len({len(keyed.of[one]) for one in keyed.together}) > 1:
        raise ValueError(f"{node.name}: in meta.keyed.together inputs are those in meta.keyed.of, of as many columns")
    if keyed.once and (keyed.by or not keyed.of):
        raise ValueError(f"{node.name}: meta.keyed.once is said of what is made of inputs in meta.keyed.of alone")
    if keyed.summed and (len(keyed.by) != 1 or keyed.inputs != keyed.by.keys() or keyed.where):
        raise ValueError(f"{node.name}: meta.keyed.summed is said of what is made of one input in meta.keyed.by alone")
    if not keyed.where.keys() <= keyed.by.keys():
        raise ValueError(f"{node.name}: in meta.keyed.where inputs are those in meta.keyed.by")
    if any(other not in keyed.by for others in keyed.through.values() for other in others):
        raise ValueError(f"{node.name}: in meta.keyed.through inputs are looked up from those in meta.keyed.by")
    return keyed


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
        unique_columns=_unique_columns(node) if attached and reads == (attached,) else (),
        relationship=_relationship(node, attached, reads) if attached else None,
    )


def _arguments(node: Any) -> tuple[str | None, Mapping[str, Any]]:
    """Return the name of a generic test and what it was given; no name for others."""
    about = getattr(node, "test_metadata", None)
    if about is None:
        return None, {}
    kwargs = dict(about.kwargs or {})
    return str(about.name), {**kwargs, **(kwargs.get("arguments") or {})}


def _unique_columns(node: Any) -> tuple[str, ...]:
    name, given = _arguments(node)
    if node.config.where:
        return ()
    if name == "unique":
        return (str(given["column_name"]),)
    return tuple(map(str, given["columns"])) if name == "unique_combination" else ()


def _relationship(node: Any, attached: str, reads: Sequence[str]) -> Relationship | None:
    name, given = _arguments(node)
    parents = [one for one in reads if one != attached]
    if name not in ("relationships", "covered_by") or len(parents) != 1:
        return None
    columns = given.get("columns") or [given["column_name"]]
    return Relationship(
        columns=tuple(columns),
        parent=parents[0],
        fields=tuple(given.get("fields") or ([given["field"]] if given.get("field") else columns)),
    )


def _broken_where(node: Any) -> str | None:
    """Return the condition of a test that looks at one row at a time, or None for any other.

    `accepted_values` finds values and this finds rows: one of them finds nothing where the other does.
    """
    name, given = _arguments(node)
    if node.config.where:
        return None
    column = quoted(str(given["column_name"])) if given.get("column_name") else None
    if name == "not_null" and column:
        return f"{column} is null"
    if name == "accepted_values" and column and given.get("quote", True) is True:
        values = given["values"]
        if all(isinstance(value, str) and "{" not in value for value in values):
            listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
            return f"{column} not in ({listed})"
    if name == "holds" and "{" not in given["condition"]:
        return f"not ({given['condition']})"
    return None
