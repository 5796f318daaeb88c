"""History that is old goes, everything else stays, and an instance that was aged shrinks."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml

from benchmarks.made_files import write_memberships
from orchestration import logs
from orchestration.automation.housekeeping import KEPT_BUILDS, build_housekeeping_job, tidy
from orchestration.automation.schedules import build_schedules
from orchestration.ingestion import OutcomeStatus, refresh
from orchestration.ingestion.database import create_tables
from orchestration.settings import PROJECT_ROOT, Settings

NOW = datetime.now(UTC)
KEEP = timedelta(days=90)
ASSET = dg.AssetKey("made")
RUNS = 4


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance as `make dev` has it, with the configuration of the checkout."""
    monkeypatch.setenv("ENTENTE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "dagster"
    folder.mkdir()
    config = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    with dg.instance_for_test(temp_dir=str(folder), overrides=config) as instance:
        yield instance


def run(instance: dg.DagsterInstance, *, fails: bool = False) -> str:
    @dg.asset(key=ASSET, check_specs=[dg.AssetCheckSpec("is_good", asset=ASSET)])
    def made() -> Iterator[object]:
        logging.getLogger("orchestration.trial").info("at work")
        sys.stdout.write("said by a step\n" * 200)
        if fails:
            raise dg.Failure("broken", allow_retries=False)
        with logs.about(feed="memberships", delivery="d1"):
            logging.getLogger("orchestration.trial").info("loaded")
        yield dg.MaterializeResult(asset_key=ASSET)
        yield dg.AssetCheckResult(asset_key=ASSET, check_name="is_good", passed=True)

    definitions = dg.Definitions(assets=[made], jobs=[dg.define_asset_job("refresh_warehouse", selection="*")])
    job = definitions.resolve_job_def("refresh_warehouse")
    return job.execute_in_process(instance=instance, raise_on_error=False).run_id


def age(instance: dg.DagsterInstance, *, days: int) -> None:
    """Let everything have happened earlier."""
    history = Path(instance.root_directory) / "history"
    earlier = f"-{days} days"
    with sqlite3.connect(history / "runs.db") as runs:
        runs.execute("update runs set create_timestamp = datetime(create_timestamp, ?)", [earlier])
        runs.execute("update runs set update_timestamp = datetime(update_timestamp, ?)", [earlier])
    with sqlite3.connect(history / "runs" / "index.db") as index:
        index.execute("update asset_check_executions set create_timestamp = datetime(create_timestamp, ?)", [earlier])


def size(folder: str | Path) -> int:
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def test_an_aged_instance_shrinks_and_keeps_what_is_needed(settings: Settings, instance: dg.DagsterInstance) -> None:
    ids = [run(instance) for _ in range(RUNS)]
    failed = run(instance, fails=True)
    before = size(instance.root_directory)
    assert tidy(settings, instance, keep=KEEP, now=NOW).runs == 0
    age(instance, days=91)
    removed = tidy(settings, instance, keep=KEEP, now=NOW)
    assert (removed.runs, removed.checks) == (RUNS - 1, RUNS - 1)
    assert {left.run_id for left in instance.get_runs()} == {ids[-1], failed}, "the last good run and the last one"
    assert size(instance.root_directory) < 0.7 * before
    for gone in ids[:-1]:
        assert not list(Path(instance.root_directory).rglob(f"*{gone}*"))
    event = instance.get_latest_materialization_event(ASSET)
    assert event is not None
    assert event.run_id == ids[-1]
    assert instance.get_latest_asset_check_evaluation_record(dg.AssetCheckKey(ASSET, "is_good")) is not None
    again = tidy(settings, instance, keep=KEEP, now=NOW)
    assert (again.runs, again.checks) == (0, 0)


def test_what_is_at_work_stays_however_old(settings: Settings, instance: dg.DagsterInstance) -> None:
    @dg.job
    def job() -> None: ...

    for _ in range(3):
        instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    age(instance, days=1000)
    assert tidy(settings, instance, keep=KEEP, now=NOW).runs == 0
    assert instance.get_runs_count() == 3


def test_each_line_of_the_log_is_an_event_that_a_machine_can_read(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run_id = run(instance)
    failed = run(instance, fails=True)
    (file,) = (tmp_path / "home" / "logs").iterdir()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {line["run_id"] for line in lines} == {run_id, failed}
    assert all(datetime.fromisoformat(line["at"]).tzinfo is not None for line in lines)
    (loaded,) = [line for line in lines if line["message"] == "loaded"]
    expected = {"feed": "memberships", "delivery": "d1", "step": "made", "job": "refresh_warehouse", "level": "INFO"}
    assert expected.items() <= loaded.items()
    events = [line["event"] for line in lines if "event" in line]
    assert events[0] == "RUN_START"
    assert {"STEP_START", "STEP_SUCCESS", "RUN_SUCCESS", "STEP_FAILURE", "RUN_FAILURE"} <= set(events)
    assert "broken" in next(line for line in lines if line.get("event") == "STEP_FAILURE")["error"]
    assert len(lines) < 30, "not every event of Dagster"


def test_a_line_holds_no_other_line(tmp_path: Path) -> None:
    handler = logs.DailyFile(tmp_path)
    handler.emit(
        logging.makeLogRecord({"msg": 'a "quoted"\n{"level": "forged"}\u2028', "levelno": 20, "levelname": "INFO"})
    )
    (file,) = tmp_path.iterdir()
    (line,) = file.read_bytes().strip().split(b"\n")
    assert json.loads(line)["message"].startswith('a "quoted"\n')


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    logs.DailyFile(tmp_path / "file").handle(logging.makeLogRecord({"msg": "x", "levelno": 20}))
    assert "Logging error" in capsys.readouterr().err


def test_old_days_of_logs_go(settings: Settings) -> None:
    folder = logs.folder_of(settings)
    folder.mkdir(parents=True)
    for name in ("2026-01-01.jsonl", "2026-03-31.jsonl", "2026-04-01.jsonl", "notes.txt", "mine.jsonl"):
        (folder / name).touch()
    assert logs.remove_old(settings, today=date(2026, 6, 29), keep=KEEP) == 1
    assert {path.name for path in folder.iterdir()} == {
        "2026-03-31.jsonl",
        "2026-04-01.jsonl",
        "notes.txt",
        "mine.jsonl",
    }


def test_notes_and_moved_databases_go_and_the_archive_and_the_ledger_stay(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    lying = settings.raw / "memberships" / "here.csv"
    lying.parent.mkdir()
    lying.touch()
    kept = settings.archive / "files" / "x"
    kept.parent.mkdir(parents=True)
    kept.touch()
    os.utime(kept, (0, 0))
    settings.warehouse.parent.mkdir(parents=True)
    for name, days in (("old", 91), ("new", 89)):
        aside = settings.warehouse.parent / f"warehouse.unreadable-{name}.duckdb"
        aside.touch()
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(aside, (moment, moment))
    with duckdb.connect(str(settings.warehouse)) as connection:
        create_tables(connection, {})
        for path in ("memberships/here.csv", "memberships/gone.csv"):
            connection.execute("insert into ops.seen_files by name select ? as path", [path])
            connection.execute("insert into ops.seen_deliveries by name select ? as path", [path])
        connection.execute("insert into ops.deliveries by name select 'd' as delivery_id")
        connection.execute("create table ops.builds as select range + 1 as number from range(?)", [KEPT_BUILDS + 5])
    removed = tidy(settings, instance, keep=KEEP, now=NOW)
    assert (removed.databases, removed.notes) == (1, 2 + 5)
    assert kept.exists()
    assert [path.name for path in settings.warehouse.parent.glob("*unreadable*")] == ["warehouse.unreadable-new.duckdb"]
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute("select path from ops.seen_files").fetchall() == [("memberships/here.csv",)]
        assert connection.execute("select count(*) from ops.deliveries").fetchall() == [(1,)]
        assert connection.execute("select min(number), max(number) from ops.builds").fetchall() == [
            (6, KEPT_BUILDS + 5)
        ]


def test_what_many_deliveries_left_apart_is_put_together(settings: Settings, instance: dg.DagsterInstance) -> None:
    settings = replace(settings, settle_seconds=0.0)
    tables = ("landing.memberships", "ops.deliveries", "ops.files")

    def held() -> list[tuple[list[tuple[object, ...]], int]]:
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            return [
                (
                    connection.execute(f"select row.* from {table} as row order by row").fetchall(),  # noqa: S608
                    connection.execute(
                        "select count(distinct row_group_id) from pragma_storage_info(?)", [table]
                    ).fetchall()[0][0],
                )
                for table in tables
            ]

    for number in range(5):
        write_memberships(settings.raw / "memberships", files=1, rows=3, first=number)
        refresh(settings, log=str)
    before = held()
    assert [row_groups for _, row_groups in before] == [5, 5, 5]
    assert tidy(settings, instance, keep=KEEP, now=NOW).row_groups >= 15
    after = held()
    assert [row_groups for _, row_groups in after] == [1, 1, 1]
    assert [rows for rows, _ in after] == [rows for rows, _ in before]
    assert tidy(settings, instance, keep=KEEP, now=NOW).row_groups == 0
    assert {delivery.status for delivery in refresh(settings, log=str).deliveries} == {OutcomeStatus.UNCHANGED}


def test_the_job_runs_every_day_and_says_what_it_removed(settings: Settings, instance: dg.DagsterInstance) -> None:
    job = build_housekeeping_job()
    result = job.execute_in_process(instance=instance, resources={"settings": settings})
    assert result.success
    said = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert any(message.startswith("Removed 0 runs") for message in said)
    (daily,) = [schedule for schedule in build_schedules() if schedule.job_name == job.name]
    assert daily.default_status is dg.DefaultScheduleStatus.RUNNING
