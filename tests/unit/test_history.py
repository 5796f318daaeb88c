"""Dagster's history, written in batches: the same that Dagster's own storage reads."""

# no postponed annotations: Dagster reads the type of what an asset returns

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.automation import history

STORAGE = {"module": "orchestration.automation.history", "class": "EventLog"}
OURS = {"event_log_storage": STORAGE}


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="thing")])
def thing() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(metadata={"rows": 3}, check_results=[dg.AssetCheckResult(passed=True)])


@dg.asset(deps=[thing])
def other() -> None:
    """Stands beside it in a plan."""


def test_what_is_written_in_batches_is_there_for_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    folder = str(tmp_path / "history")
    ours = {"event_log_storage": {**STORAGE, "config": {"base_dir": folder}}}
    with dg.instance_for_test(overrides=ours, temp_dir=str(tmp_path)) as instance:
        run_id = dg.materialize([thing], instance=instance).run_id
        ours_read = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    own = {
        "event_log_storage": {
            "module": "dagster._core.storage.event_log",
            "class": "SqliteEventLogStorage",
            "config": {"base_dir": folder},
        }
    }
    with dg.instance_for_test(overrides=own, temp_dir=str(tmp_path)) as instance:
        assert [entry.dagster_event_type for entry in instance.all_logs(run_id)] == ours_read
        latest = instance.get_latest_materialization_event(thing.key)
        assert latest is not None
        assert latest.asset_materialization is not None
        assert latest.asset_materialization.metadata["rows"].value == 3
    assert {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, dg.DagsterEventType.RUN_SUCCESS} <= set(ours_read)


def test_the_folder_is_dagsters_own_unless_another_is_named(tmp_path: Path) -> None:
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        run_id = dg.materialize([thing], instance=instance).run_id
    assert (tmp_path / "history" / "runs" / f"{run_id}.db").exists()


def test_a_plan_is_written_row_for_row_as_dagsters_own_storage_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    own = {"module": "dagster._core.storage.event_log", "class": "SqliteEventLogStorage"}
    stored = []
    for storage in (STORAGE, own):
        folder = tmp_path / storage["class"]
        config = {"event_log_storage": {**storage, "config": {"base_dir": str(folder)}}}
        with dg.instance_for_test(overrides=config, temp_dir=str(tmp_path)) as instance:
            runs = [dg.materialize([thing, other], instance=instance).run_id for _ in range(2)]
        stored.append([_rows(folder / "index.db", runs), *(_rows(folder / f"{run}.db", runs) for run in runs)])
    assert stored[0] == stored[1]
    assert len(stored[0][0]["event_logs"]) > 2 * 3
    assert len(stored[0][0]["asset_check_executions"]) == 2
    assert len(stored[0][0]["asset_keys"]) == 2
    assert stored[0][0]["asset_event_tags"]


@dg.multi_asset(specs=[dg.AssetSpec("one"), dg.AssetSpec("two")])
def pair(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    yield dg.MaterializeResult("one")
    LOOK["between"](context)
    yield dg.MaterializeResult("two")


LOOK: dict[str, Callable[[dg.AssetExecutionContext], None]] = {}
"""What looks at the history while the step of two assets goes on."""


def test_who_asks_hears_of_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "WAITING_SECONDS", 600)
    seen = []

    def between(context: dg.AssetExecutionContext) -> None:
        seen.append(_made(tmp_path))
        assert context.instance.get_asset_records([dg.AssetKey("two")])
        seen.append(_made(tmp_path))
        assert context.instance.get_latest_materialization_event(dg.AssetKey("one")) is not None
        seen.append(_made(tmp_path))

    monkeypatch.setitem(LOOK, "between", between)
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        dg.materialize([pair], instance=instance)
        assert _made(tmp_path) == ["one", "two"]
    # what is asked of another asset does not end the waiting, what is asked of this one does
    assert seen == [[], [], ["one"]]


def test_what_waits_is_stored_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def between(_: dg.AssetExecutionContext) -> None:
        until = time.monotonic() + 30
        while not _made(tmp_path):
            assert time.monotonic() < until
            time.sleep(0.01)

    monkeypatch.setitem(LOOK, "between", between)
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        dg.materialize([pair], instance=instance)
        assert _made(tmp_path) == ["one", "two"]


def test_what_could_not_be_stored_is_stored_with_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []
    store = history.EventLog._store_together

    def refuse_once(log: history.EventLog, run_id: str, events: Sequence[Any]) -> None:
        if not refused and threading.current_thread() is not threading.main_thread():
            refused.append(len(events))
            raise sqlite3.OperationalError("database or disk is full")
        store(log, run_id, events)

    def between(_: dg.AssetExecutionContext) -> None:
        until = time.monotonic() + 30
        while not refused:
            assert time.monotonic() < until
            time.sleep(0.01)

    monkeypatch.setattr(history.EventLog, "_store_together", refuse_once)
    monkeypatch.setitem(LOOK, "between", between)
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        dg.materialize([pair], instance=instance)
    assert refused
    assert _made(tmp_path) == ["one", "two"]


FIRST, SECOND, THIRD = ("a", "b", "c"), ("d", "e"), ("f",)
"""Assets, each made of all before it."""


def test_what_is_read_ahead_is_what_would_be_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*FIRST, *SECOND, *THIRD]
    deps = {**dict.fromkeys(FIRST, ()), **dict.fromkeys(SECOND, FIRST), **dict.fromkeys(THIRD, FIRST + SECOND)}
    reads: list[int] = []
    read = history.EventLog._read_asset_records

    def count(log: history.EventLog, keys: Sequence[dg.AssetKey] | None) -> Any:
        reads.append(len(keys or ()))
        return read(log, keys)

    monkeypatch.setattr(history.EventLog, "_read_asset_records", count)
    tags, took = [], []
    for keys in ([], [dg.AssetKey(name) for name in names]):

        @dg.multi_asset(
            specs=[dg.AssetSpec(name, deps=deps[name], code_version="1") for name in names],
            check_specs=[dg.AssetCheckSpec("is_there", asset=name) for name in names],
        )
        def made(context: dg.AssetExecutionContext) -> Iterator[Any]:
            reads.clear()
            with history.reading_ahead(context.instance, keys):  # noqa: B023 - used up before the next
                for name in names:
                    yield dg.MaterializeResult(name, metadata={"is_there": True})
                for name in names:
                    yield dg.AssetCheckResult(passed=True, asset_key=name)
            took.append(len(reads))

        folder = tmp_path / str(len(keys))
        folder.mkdir()
        with dg.instance_for_test(overrides=OURS, temp_dir=str(folder), set_dagster_home=True) as instance:
            told: list[Any] = []
            for _ in range(2):
                run_id = dg.materialize([made], instance=instance).run_id
                entries = instance.all_logs(run_id)
                told += [entry.asset_materialization.tags for entry in entries if entry.asset_materialization]
                told += [
                    entry.asset_check_evaluation.target_materialization_data.storage_id
                    for entry in entries
                    if entry.asset_check_evaluation and entry.asset_check_evaluation.target_materialization_data
                ]
            tags.append(told)
    assert tags[0] == tags[1]
    assert len(tags[0]) == 2 * 2 * len(names)
    assert took == [6, 6, 3, 3]


def _made(folder: Path) -> list[str]:
    """Return the assets that another reader sees made."""
    with closing(sqlite3.connect(folder / "history" / "runs" / "index.db")) as connection:
        rows = connection.execute(
            "select asset_key from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' order by id"
        )
        return [json.loads(key)[0] for (key,) in rows]


def test_the_database_of_another_run_is_a_copy_of_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "history" / "runs"
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        first = dg.materialize([thing], instance=instance).run_id
    made = []
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        storage = instance.event_log_storage
        monkeypatch.setattr(storage, "_initdb", lambda engine: made.append(Path(engine.url.database).stem))
        second = dg.materialize([thing], instance=instance).run_id
        assert dg.DagsterEventType.RUN_SUCCESS in [one.dagster_event_type for one in instance.all_logs(second)]
    assert made == ["index"]
    assert _schema(folder / f"{second}.db") == _schema(folder / f"{first}.db")
    assert not [path for path in folder.iterdir() if path.suffix not in (".db", ".sqlite")]


def test_a_disk_without_second_names_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        runs = [dg.materialize([thing], instance=instance).run_id for _ in range(2)]
        for run_id in runs:
            assert dg.DagsterEventType.RUN_SUCCESS in [one.dagster_event_type for one in instance.all_logs(run_id)]


def _schema(database: Path) -> tuple[object, ...]:
    with closing(sqlite3.connect(database)) as connection:
        (mode,) = connection.execute("pragma journal_mode").fetchone()
        revisions = connection.execute("select * from alembic_version")
        made = connection.execute("select type, name, sql from sqlite_master order by type, name")
        return mode, revisions.fetchall(), made.fetchall()


def _rows(database: Path, runs: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """Return what stands in the tables that a plan is written to, without times, and runs by their number."""
    asked = {
        "event_logs": "id, run_id, dagster_event_type, step_key, asset_key, partition",
        "asset_keys": "id, asset_key, last_run_id, last_materialization is null, "
        "last_materialization_timestamp is null",
        "asset_check_executions": "id, asset_key, check_name, partition, run_id, execution_status, "
        "evaluation_event_storage_id, evaluation_event_timestamp is null, json_valid(evaluation_event)",
        "asset_event_tags": "id, asset_key, event_id, key, value is null, event_timestamp is null",
    }
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: [
                tuple(runs.index(cell) if cell in runs else cell for cell in row)
                for row in connection.execute(f"select {columns} from {table} order by id")  # noqa: S608
            ]
            for table, columns in asked.items()
        }
