"""Dagster's history, written in batches: the same that Dagster's own storage reads."""

# no postponed annotations: Dagster reads the type of what an asset returns

import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

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
    history = str(tmp_path / "history")
    ours = {"event_log_storage": {**STORAGE, "config": {"base_dir": history}}}
    with dg.instance_for_test(overrides=ours, temp_dir=str(tmp_path)) as instance:
        run_id = dg.materialize([thing], instance=instance).run_id
        ours_read = [entry.dagster_event_type for entry in instance.all_logs(run_id)]
    own = {
        "event_log_storage": {
            "module": "dagster._core.storage.event_log",
            "class": "SqliteEventLogStorage",
            "config": {"base_dir": history},
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
        history = tmp_path / storage["class"]
        config = {"event_log_storage": {**storage, "config": {"base_dir": str(history)}}}
        with dg.instance_for_test(overrides=config, temp_dir=str(tmp_path)) as instance:
            runs = [dg.materialize([thing, other], instance=instance).run_id for _ in range(2)]
        stored.append([_rows(history / "index.db", runs), *(_rows(history / f"{run}.db", runs) for run in runs)])
    assert stored[0] == stored[1]
    assert len(stored[0][0]["event_logs"]) > 2 * 3
    assert len(stored[0][0]["asset_check_executions"]) == 2
    assert len(stored[0][0]["asset_keys"]) == 2


def test_the_database_of_another_run_is_a_copy_of_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = tmp_path / "history" / "runs"
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        first = dg.materialize([thing], instance=instance).run_id
    made = []
    with dg.instance_for_test(overrides=OURS, temp_dir=str(tmp_path), set_dagster_home=True) as instance:
        storage = instance.event_log_storage
        monkeypatch.setattr(storage, "_initdb", lambda engine: made.append(Path(engine.url.database).stem))
        second = dg.materialize([thing], instance=instance).run_id
        assert dg.DagsterEventType.RUN_SUCCESS in [one.dagster_event_type for one in instance.all_logs(second)]
    assert made == ["index"]
    assert _schema(history / f"{second}.db") == _schema(history / f"{first}.db")
    assert not [path for path in history.iterdir() if path.suffix not in (".db", ".sqlite")]


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
    }
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: [
                tuple(runs.index(cell) if cell in runs else cell for cell in row)
                for row in connection.execute(f"select {columns} from {table} order by id")  # noqa: S608
            ]
            for table, columns in asked.items()
        }
