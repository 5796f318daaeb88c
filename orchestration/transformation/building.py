"""Run dbt and fold what it says into one outcome per model.

Belongs here: dbt's results in our words. Does not belong here: Dagster, and what a failing test means for readers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.settings import Settings
from orchestration.transformation.plan import Plan, prepare_plan
from orchestration.transformation.project import (
    DBT_PROJECT,
    TARGET,
    DbtError,
    invoke_dbt,
    prepare_manifest,
    project_fingerprint,
    run_folder,
)
from orchestration.transformation.wording import words_of_test
from orchestration.whole_files import write_whole

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

TESTS = ("test", "unit_test")
PROGRESS_SECONDS = 5.0
UNIT_TESTED = TARGET / "unit_tested.txt"
"""Holds the fingerprint of the models that passed their unit tests last."""


@dataclass(frozen=True, kw_only=True)
class NodeOutcome:
    """What became of one model, seed or test."""

    unique_id: str
    name: str
    kind: str
    """model, seed, test or unit_test."""
    status: str
    """success, error or skipped of a model or seed; pass, warn, fail, error or skipped of a test."""
    seconds: float
    failures: int | None
    """How many rows a test found at fault."""
    message: str
    speaks_of: tuple[str, ...]
    """The unique ids of the models that a test is about."""
    compiled_sql: Path | None

    @property
    def is_at_fault(self) -> bool:
        """True for a model that could not be built and a test that did not pass; a warning is neither."""
        return self.status in ("error", "fail", "runtime error")

    @property
    def in_words(self) -> str:
        """One line for a person."""
        if self.status == "fail" and self.failures is not None:
            rows = "1 row" if self.failures == 1 else f"{self.failures} rows"
            words = f"{rows} at fault: {self.name}"
        elif self.status == "skipped":
            words = f"{self.kind} {self.name} was skipped, since something before it failed"
        else:
            words = f"{self.kind.replace('_', ' ')} {self.name}: {_first_lines(self.message) or self.status}"
        return f"{words} (SQL: {self.compiled_sql})" if self.compiled_sql and self.is_at_fault else words


@dataclass(frozen=True, kw_only=True)
class BuildOutcome:
    """What became of a whole `dbt build`."""

    nodes: tuple[NodeOutcome, ...]
    seconds: float
    plan: Plan | None = None
    """What dbt compiled, where the whole star was built, all of it passed, and it can be kept up to date."""

    @property
    def at_fault(self) -> tuple[NodeOutcome, ...]:
        """The models and tests that failed, in the order in which dbt came upon them."""
        return tuple(node for node in self.nodes if node.is_at_fault)

    @property
    def models_built(self) -> int:
        """How many models and seeds are new."""
        return sum(node.kind not in TESTS and node.status == "success" for node in self.nodes)

    @property
    def tests_passed(self) -> int:
        """How many tests passed; warnings are not counted."""
        return sum(node.kind in TESTS and node.status == "pass" for node in self.nodes)

    def tests_of(self, unique_id: str) -> tuple[NodeOutcome, ...]:
        """Return the tests that speak of one model."""
        return tuple(node for node in self.nodes if node.kind in TESTS and unique_id in node.speaks_of)


def build_star(
    settings: Settings,
    *,
    select: Collection[str] | None,
    only_test: bool = False,
    unit_tests: bool = True,
    log: Callable[[str], None],
) -> BuildOutcome:
    """Build and test the models called in `select`, or all of them; the caller holds the writer's lock.

    With `only_test` the tables stay as they are. Failing models and tests are in the outcome, not raised.

    Raises:
        DbtError: dbt did not get as far as running anything.
    """
    # what dbt would write of the build, this module returns; and the manifest is at hand
    arguments = ["test" if only_test else "build", "--no-write-json"]
    if not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    if not only_test:
        # a seed may have other columns than before, and dbt replaces its table only when told to
        arguments += ["--full-refresh"]
    if select is not None:
        arguments += ["--select", *sorted(select), "--indirect-selection", "buildable"]
    started = time.monotonic()
    prepare_manifest(log=log)
    result = invoke_dbt(
        arguments,
        home=settings.home,
        target=run_folder(settings),
        is_parsed=True,
        on_event=_Progress(log),
    )
    if result.result is None or not hasattr(result.result, "results"):
        raise DbtError(f"dbt could not build the star: {result.exception}")
    outcome = BuildOutcome(
        nodes=tuple(_outcome(run) for run in result.result.results),
        seconds=time.monotonic() - started,
    )
    if select is not None or only_test or outcome.at_fault:
        return outcome
    if unit_tests:
        write_whole(UNIT_TESTED, project_fingerprint())
    return replace(outcome, plan=prepare_plan(log=log))


def run_unit_tests(settings: Settings, *, log: Callable[[str], None]) -> tuple[NodeOutcome, ...]:
    """Run the tests that judge the models, whatever the data; all tables that they read have to be there.

    Raises:
        DbtError: dbt did not get as far as running anything.
    """
    log("Testing the models themselves, since they changed.")
    tests = build_star(settings, select=["test_type:unit"], only_test=True, log=log)
    if not tests.at_fault:
        write_whole(UNIT_TESTED, project_fingerprint())
    return tests.nodes


def stand_unit_tests() -> bool:
    """Whether the models as they are have passed their unit tests, in whatever installation."""
    try:
        return UNIT_TESTED.read_text(encoding="utf-8") == project_fingerprint()
    except FileNotFoundError:
        return False


def tests_by_model(manifest: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return which tests speak of which model, both by unique id; models without tests are absent."""
    found: dict[str, list[str]] = {}
    tests = {
        unique_id: node for unique_id, node in manifest["nodes"].items() if node["resource_type"] == "test"
    } | dict(manifest.get("unit_tests", {}))
    for unique_id, node in tests.items():
        for model in _speaks_of(node.get("attached_node"), node["depends_on"]["nodes"]):
            found.setdefault(model, []).append(unique_id)
    return found


class _Progress:
    """Says now and then how far dbt is."""

    def __init__(self, log: Callable[[str], None]):
        self._log = log
        self._models = 0
        self._tests = 0
        self._said = time.monotonic()

    def __call__(self, event: EventMsg) -> None:
        if event.info.name != "NodeFinished":
            return
        if event.data.node_info.resource_type in TESTS:
            self._tests += 1
        else:
            self._models += 1
        if time.monotonic() - self._said >= PROGRESS_SECONDS:
            self._said = time.monotonic()
            self._log(f"{self._models} tables and views built, {self._tests} tests run …")


def _outcome(run: Any) -> NodeOutcome:
    node = run.node
    compiled = getattr(node, "compiled_path", None)
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.name if str(node.resource_type) != "test" else words_of_test(node.to_dict()),
        kind=str(node.resource_type),
        status=str(run.status),
        seconds=run.execution_time,
        failures=run.failures,
        message=run.message or "",
        speaks_of=_speaks_of(getattr(node, "attached_node", None), node.depends_on.nodes)
        if str(node.resource_type) in TESTS
        else (),
        # a path relative to the project, or absolute where the target lies elsewhere
        compiled_sql=DBT_PROJECT / compiled if compiled else None,
    )


def _speaks_of(attached: str | None, depends_on: Sequence[str]) -> tuple[str, ...]:
    """A test on a model or column is about that model; a test of its own, about every model that it reads."""
    if attached:
        return (attached,)
    return tuple(unique_id for unique_id in depends_on if unique_id.startswith(("model.", "seed.")))


def _first_lines(message: str) -> str:
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    return " ".join(lines[:10])
