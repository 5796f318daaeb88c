"""Dagster's history, written in batches: the same that Dagster's own storage reads."""

# no postponed annotations: Dagster reads the type of what an asset returns

from pathlib import Path

import dagster as dg
import pytest

STORAGE = {"module": "orchestration.automation.history", "class": "EventLog"}
OURS = {"event_log_storage": STORAGE}


@dg.asset(check_specs=[dg.AssetCheckSpec("is_there", asset="thing")])
def thing() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(metadata={"rows": 3}, check_results=[dg.AssetCheckResult(passed=True)])


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
