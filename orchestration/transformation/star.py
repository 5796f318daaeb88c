"""Keep the star in the writer's database up to date: build what changed, or everything.

Belongs here: whether to build what, and the order of build and ledger. Does not belong here: Dagster, or publishing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import duckdb

from orchestration.ingestion import renew
from orchestration.ingestion.database import tells_of_damage
from orchestration.previews import first_rows
from orchestration.publication.copying import SCHEMAS
from orchestration.room import require_room
from orchestration.row_groups import leave_row_groups
from orchestration.settings import Settings
from orchestration.sql_text import quoted
from orchestration.transformation.building import TESTS, BuildOutcome, build_star, run_unit_tests, stand_unit_tests
from orchestration.transformation.builds import (
    UPDATE,
    Build,
    begin_build,
    end_build,
    fingerprint_of,
    inputs_of_build,
    latest_build,
)
from orchestration.transformation.changed_keys import forget_keys
from orchestration.transformation.leftovers import drop_leftovers
from orchestration.transformation.plan import prepare_plan
from orchestration.transformation.project import DbtError
from orchestration.transformation.updating import (
    CannotUpdateError,
    Content,
    FailingTestError,
    contents_of_sources,
    contents_of_tables,
    read_contents,
    update_star,
    write_contents,
)
from orchestration.transformation.whole import build_whole

_logger = logging.getLogger(__name__)


class NothingLoadedError(RuntimeError):
    """There is no ledger to build from."""


@dataclass(frozen=True, kw_only=True)
class StarOutcome:
    """What became of the star."""

    build: Build
    """The build that the tables are from."""
    outcome: BuildOutcome | None
    """What was built and tested; None where nothing had changed."""
    row_counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Rows of the tables that were built, by (schema, table); views are not counted."""
    previews: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The first rows of what is published, by (schema, table), as Markdown."""

    @property
    def was_built(self) -> bool:
        """False where nothing it is made of had changed."""
        return self.outcome is not None


def refresh_star(
    settings: Settings,
    *,
    run_id: str,
    select: Collection[str] | None = None,
    only_test: bool = False,
    force: bool = False,
    log: Callable[[str], None] = _logger.info,
) -> StarOutcome:
    """Bring the star up to date, or build the models called in `select`; the caller holds the writer's lock.

    Where the models are as they were, only what the new facts touch is built and tested; else everything, by what dbt
    compiled. With `force`, and wherever that does not go smoothly, dbt itself builds and tests everything.

    Where a block of the database turns out to be damaged, a new one is filled from the archive, and all is built there.

    Raises:
        NothingLoadedError: nothing was ever loaded, so that there is no landing to build from.
        DbtError: dbt did not get as far as running anything.
        NoRoomError: the disk is nearly full.
    """
    require_room(settings)  # a run that is tried again may begin here
    try:
        star = _refresh(settings, run_id=run_id, select=select, only_test=only_test, force=force, log=log)
    except (duckdb.Error, DbtError) as error:
        if not tells_of_damage(str(error)):
            raise
        damage = str(error)
    else:
        messages = (node.message for node in star.outcome.at_fault) if star.outcome else ()
        found = next((message for message in messages if tells_of_damage(message)), None)
        if found is None:
            return star
        damage = found
    return rebuild_star(settings, damage, run_id=run_id, log=log)


def rebuild_star(
    settings: Settings, damage: str, *, run_id: str, log: Callable[[str], None] = _logger.info
) -> StarOutcome:
    """Fill a new database from the archive in place of a damaged one, and build there; the caller holds the lock."""
    renew(settings, _words_of(damage), log=log)
    return _refresh(settings, run_id=run_id, select=None, only_test=False, force=False, log=log)


def _words_of(damage: str) -> str:
    """Return the line that speaks of the damage: dbt says other things before it."""
    return next((line.strip() for line in damage.splitlines() if tells_of_damage(line)), damage)


def _refresh(
    settings: Settings,
    *,
    run_id: str,
    select: Collection[str] | None,
    only_test: bool,
    force: bool,
    log: Callable[[str], None],
) -> StarOutcome:
    if not settings.warehouse.exists():
        raise NothingLoadedError(f"There is no warehouse in {settings.home} yet: run `make warehouse`.")
    with _writing(settings) as connection:
        before = latest_build(connection)
        inputs = inputs_of_build(connection)
        is_current = before is not None and before.is_publishable and before.fingerprint == fingerprint_of(inputs)
        if before is not None and is_current and select is None and not force:
            log(f"Nothing changed since the build of {before.started_at:%Y-%m-%d %H:%M} UTC: the tables stay.")
            return StarOutcome(build=before, outcome=None)
        by_dbt = force or select is not None
        if before is not None and not by_dbt:
            try:
                updated = _updated(connection, before, inputs=inputs, run_id=run_id, log=log)
                if updated is not None:
                    return updated
            except FailingTestError as reason:
                by_dbt = True
                log(f"Everything is built by dbt: {reason}.")
        # unit tests judge the models, whatever the data. A new installation has them as they came; where readers have
        # seen others, they are judged before what they make is seen
        seen = latest_build(connection, publishable=True)
        are_others = seen is not None and seen.inputs["dbt"] != inputs["dbt"]
        build = begin_build(connection, run_id=run_id, inputs=inputs, is_whole=select is None)
    log("Building and testing the tables.")
    try:
        outcome = None
        if not by_dbt:
            outcome = _built_whole(settings, unit_tests=are_others and not stand_unit_tests(), log=log)
        if outcome is None:
            outcome = build_star(
                settings, select=select, only_test=only_test, unit_tests=not stand_unit_tests(), log=log
            )
    except DbtError as error:
        if tells_of_damage(str(error)):
            raise
        with _writing(settings) as connection:
            end_build(connection, build, before=before, failures=[str(error)], models_built=0, tests_passed=0)
        raise
    failures = [node.in_words for node in outcome.at_fault]
    with _writing(settings) as connection:
        was = _contents_to_compare(connection, before, build)
        build = end_build(
            connection,
            build,
            before=before,
            failures=failures,
            models_built=outcome.models_built,
            tests_passed=outcome.tests_passed,
        )
        contents: Mapping[str, Content] = {}
        leftovers: tuple[str, ...] = ()
        if outcome.plan is not None:
            contents = {
                **contents_of_sources(connection, outcome.plan),
                **contents_of_tables(connection, outcome.plan),
            }
            forget_keys(connection)
            leftovers = drop_leftovers(connection, outcome.plan)
            write_contents(connection, outcome.plan, contents, build_number=build.number)
        row_counts = _row_counts(connection)
        # a view may stand on a table that a failed or partial build has changed
        previews = _previews(connection) if select is None and not failures else {}
    _say_what_differs(was, contents, log=log)
    if leftovers:
        log(f"What no model makes any more was removed: {', '.join(leftovers)}.")
    log(
        f"{outcome.models_built} tables and views built, {outcome.tests_passed} tests passed"
        f"{f', {len(failures)} failed' if failures else ''}, in {outcome.seconds:.0f} s."
    )
    return StarOutcome(build=build, outcome=outcome, row_counts=row_counts, previews=previews)


def _updated(
    connection: duckdb.DuckDBPyConnection,
    before: Build,
    *,
    inputs: Mapping[str, str],
    run_id: str,
    log: Callable[[str], None],
) -> StarOutcome | None:
    """Build only what changed since a tested build of the same models; None where everything has to be built.

    Raises:
        FailingTestError: so that no other build will do, either; the tables are as they were.
    """
    if not before.is_publishable or any(before.inputs.get(name) != inputs[name] for name in ("dbt", "contracts")):
        return None
    contents = read_contents(connection, build_number=before.number)
    plan = prepare_plan(log=log) if contents is not None else None
    if plan is None or contents is None:
        return None
    log("Building and testing what the new facts touch.")
    connection.execute("begin transaction")
    try:
        build = begin_build(connection, run_id=run_id, inputs=inputs, is_whole=True, method=UPDATE)
        update = update_star(connection, plan, contents, build_number=build.number, log=log)
        build = end_build(
            connection,
            build,
            before=before,
            failures=(),
            models_built=update.outcome.models_built,
            tests_passed=update.outcome.tests_passed,
        )
        write_contents(connection, plan, update.contents, build_number=build.number, before=contents)
        connection.execute("commit")
    except CannotUpdateError as reason:
        connection.execute("rollback")
        if isinstance(reason, FailingTestError):
            raise
        log(f"Everything is built anew: {reason}.")
        return None
    built = {node.unique_id for node in update.outcome.nodes if node.kind not in TESTS}
    changed = {(node.schema, node.table) for node in plan.nodes.values() if node.unique_id in built}
    row_counts = {
        (plan.nodes[unique_id].schema, plan.nodes[unique_id].table): update.contents[unique_id].row_count
        for unique_id in built
    }
    previews = _previews(connection, of=changed)
    log(
        f"{update.looked_at} tables built{f', {len(update.by_key)} of them by key' if update.by_key else ''}, of which "
        f"{len(built)} changed, and {update.outcome.tests_passed} tests passed, in {update.outcome.seconds:.1f} s."
    )
    return StarOutcome(build=build, outcome=update.outcome, row_counts=row_counts, previews=previews)


def _built_whole(settings: Settings, *, unit_tests: bool, log: Callable[[str], None]) -> BuildOutcome | None:
    """Build everything by what dbt compiled; None where dbt has to, or has to tell what is wrong."""
    plan = prepare_plan(log=log)
    if plan is None:
        return None
    started = time.monotonic()
    try:
        with _writing(settings) as connection:
            outcome = build_whole(connection, plan, log=log)
    except CannotUpdateError as reason:
        cause = reason.__cause__
        if isinstance(cause, duckdb.Error) and tells_of_damage(str(cause)):
            raise cause from None
        log(f"Everything is built by dbt: {reason}.")
        return None
    judged = run_unit_tests(settings, log=log) if unit_tests else ()
    outcome = replace(outcome, nodes=(*outcome.nodes, *judged), seconds=time.monotonic() - started)
    return replace(outcome, plan=None) if outcome.at_fault else outcome


@contextmanager
def _writing(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to the writer's database with the settings of `profiles.yml`."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = true")
        leave_row_groups(connection)
        yield connection


def _contents_to_compare(
    connection: duckdb.DuckDBPyConnection, before: Build | None, build: Build
) -> Mapping[str, Content]:
    """Return what updates had left, where a whole build of the same inputs must come to the same."""
    if before is None or not build.is_whole or not before.is_publishable or before.fingerprint != build.fingerprint:
        return {}
    return read_contents(connection, build_number=before.number) or {}


def _say_what_differs(was: Mapping[str, Content], now: Mapping[str, Content], *, log: Callable[[str], None]) -> None:
    """Say where a whole build came to other rows than the updates before it: that would be a fault of theirs."""
    names = sorted(
        unique_id.rpartition(".")[2]
        for unique_id in was.keys() & now.keys()
        if was[unique_id] != now[unique_id] and was[unique_id].says_rows and now[unique_id].says_rows
    )
    if names:
        log(f"Building everything gave other rows than the updates had left: {', '.join(names)}. Please report it.")


def _row_counts(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], int]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database() order by all"
    ).fetchall()
    return {
        (schema, name): connection.table(f"{quoted(schema)}.{quoted(name)}").aggregate("count(*)").fetchall()[0][0]
        for schema, name in tables
    }


def _previews(
    connection: duckdb.DuckDBPyConnection, *, of: Collection[tuple[str, str]] | None = None
) -> Mapping[tuple[str, str], str]:
    published = connection.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = current_database() and list_contains(?, table_schema)
        order by all
        """,
        [list(SCHEMAS)],
    ).fetchall()
    previews = {
        (schema, name): first_rows(connection, schema, name)
        for schema, name in published
        if of is None or (schema, name) in of
    }
    return {key: preview for key, preview in previews.items() if preview is not None}
