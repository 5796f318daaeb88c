from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation.jobs import REFRESH
from orchestration.automation.runs import fail_lost_runs, show_alive, writing
from orchestration.automation.schedules import build_schedules
from orchestration.automation.sensors import PATIENCE_SECONDS, Cursor, build_sensors, decide, watch
from orchestration.ingestion import Snapshot, scan
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.writer import holder


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


class Sensor:
    """The sensor as the daemon ticks it: it remembers its cursor from tick to tick."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, *, seconds: float = 0.0):
        self.settings = settings
        self.instance = instance
        self.seconds = seconds
        self.cursor: str | None = None
        (self._sensor,) = build_sensors(job_names=(REFRESH,), now=lambda: self.seconds, watch_seconds=0.0)

    def tick(self) -> tuple[int, str]:
        """Return how many runs were asked for, and why none."""
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"settings": self.settings}
        )
        data = self._sensor.evaluate_tick(context)
        self.cursor = data.cursor
        requests = data.run_requests or []
        assert all(request.run_key is None for request in requests), "a run key would be remembered for ever"
        return len(requests), data.skip_message or ""


def drop(settings: Settings, name: str, text: str = "x") -> Path:
    path = settings.raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def begin_run(instance: dg.DagsterInstance, *, status: dg.DagsterRunStatus, job_name: str = REFRESH) -> str:
    @dg.job(name=job_name)
    def job() -> None: ...

    run = instance.create_run_for_job(job, status=status)
    return run.run_id


def test_a_new_file_is_asked_for_once(settings: Settings, instance: dg.DagsterInstance) -> None:
    sensor = Sensor(settings, instance)
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick() == (1, "")
    assert sensor.tick() == (0, "Nothing changed in raw/.")
    assert sensor.tick() == (0, "Nothing changed in raw/.")
    drop(settings, "memberships/sco.csv")
    assert sensor.tick() == (1, "")


def test_a_tick_says_what_is_no_delivery_and_why(settings: Settings, instance: dg.DagsterInstance) -> None:
    sensor = Sensor(settings, instance)
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick() == (1, "")
    drop(settings, "memberships/sco.tsv")
    asked, words = sensor.tick()
    assert asked == 0
    assert words.startswith("Nothing changed in raw/. memberships/sco.tsv: not read: memberships reads *.csv, ")
    for number in range(4):
        drop(settings, f"membership/{number}.csv")
    _, words = sensor.tick()
    assert words.count("not read") == 3
    assert "did you mean memberships?" in words
    assert words.endswith(" And 2 more.")


def test_a_file_that_changes_or_goes_is_a_change(settings: Settings, instance: dg.DagsterInstance) -> None:
    sensor = Sensor(settings, instance)
    path = drop(settings, "memberships/eaeu.csv", "one")
    assert sensor.tick()[0] == 1
    path.write_text("another")
    assert sensor.tick()[0] == 1
    path.unlink()
    assert sensor.tick()[0] == 1
    assert sensor.tick()[0] == 0


def test_a_folder_that_returns_to_an_old_state_is_asked_for_again(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(settings, instance)
    assert sensor.tick()[0] == 1
    path = drop(settings, "memberships/eaeu.csv")
    assert sensor.tick()[0] == 1
    path.unlink()
    assert sensor.tick()[0] == 1, "raw/ is as it was at the first tick, and yet it changed"


def test_a_change_during_a_run_is_asked_for_after_it(settings: Settings, instance: dg.DagsterInstance) -> None:
    sensor = Sensor(settings, instance)
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick()[0] == 1
    run_id = begin_run(instance, status=dg.DagsterRunStatus.STARTING)
    drop(settings, "memberships/sco.csv")
    for _ in range(3):
        requests, words = sensor.tick()
        assert requests == 0
        assert f"run {run_id[:8]} is in progress" in words
    instance.report_run_canceled(instance.get_run_by_id(run_id))  # type: ignore[arg-type]
    assert sensor.tick()[0] == 1
    assert sensor.tick()[0] == 0


def test_runs_of_other_jobs_do_not_matter(settings: Settings, instance: dg.DagsterInstance) -> None:
    sensor = Sensor(settings, instance)
    begin_run(instance, status=dg.DagsterRunStatus.STARTED, job_name="somebody_elses")
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick()[0] == 1


def test_a_file_being_written_waits_until_it_is_whole(settings: Settings, instance: dg.DagsterInstance) -> None:
    slow = replace(settings, settle_seconds=3600.0)
    sensor = Sensor(slow, instance)
    path = drop(settings, "memberships/eaeu.csv")
    for _ in range(3):
        assert sensor.tick() == (0, "A file in raw/ is still being written; it is looked at again at the next tick.")
    long_ago = path.stat().st_mtime - 7200
    os.utime(path, (long_ago, long_ago))
    assert sensor.tick()[0] == 1


def test_a_file_that_just_appeared_is_asked_for_in_the_tick_that_sees_it(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(replace(settings, settle_seconds=0.3), instance)
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick()[0] == 1


def test_a_tick_waits_for_no_more_than_is_left_of_the_rest(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested = 1000.0
    sensor = Sensor(replace(settings, settle_seconds=4.5), instance)
    path = drop(settings, "memberships/eaeu.csv")
    waited = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        os.utime(path, (0, path.stat().st_mtime - rested))

    monkeypatch.setattr("orchestration.automation.sensors.time.sleep", wait)
    now = time.time()
    os.utime(path, (now, now - 3.0))
    assert sensor.tick()[0] == 1
    (seconds,) = waited
    assert seconds < 1.5 + 0.01
    # a clock that is ahead keeps no tick for ever
    os.utime(path, (now, now + 900.0))
    sensor.tick()
    assert waited[1:] == [4.5]


def test_a_tick_sees_what_appears_while_it_looks(settings: Settings) -> None:
    asked_for = scan(settings).cursor
    dropping = threading.Timer(0.3, drop, (settings, "memberships/eaeu.csv"))
    dropping.start()
    started = time.monotonic()
    snapshot = watch(settings, asked_for, seconds=60.0)
    assert snapshot.file_count == 1
    assert snapshot.cursor != asked_for
    assert time.monotonic() - started < 30.0, "it went on looking"
    dropping.join()


def test_a_tick_ends_though_nothing_appears(settings: Settings) -> None:
    asked_for = scan(settings).cursor
    assert watch(settings, asked_for, seconds=0.6).cursor == asked_for


def test_a_file_that_never_stops_growing_does_not_hold_up_the_others(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(replace(settings, settle_seconds=3600.0), instance)
    for second in range(0, 130, 5):
        sensor.seconds = float(second)
        drop(settings, "memberships/eaeu.csv", "x" * (second + 1))
        assert sensor.tick()[0] == (1 if second and second % PATIENCE_SECONDS == 0 else 0)


def test_a_cursor_of_another_version_costs_one_refresh_and_no_more(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    sensor = Sensor(settings, instance)
    for cursor in ("", "{", "12:abc", '{"other": 1}', "[]", "null"):
        sensor.cursor = cursor
        assert sensor.tick()[0] == 1
        assert sensor.tick()[0] == 0


def test_the_cursor_moves_only_when_a_refresh_is_asked_for() -> None:
    before = Cursor("old")
    snapshot = Snapshot(cursor="new", settles_in=0.0, file_count=1)
    waiting = decide(before, snapshot, run_in_progress="a-run", now=0.0)
    assert (waiting.request, waiting.cursor.asked_for) == (False, "old")
    asked = decide(waiting.cursor, snapshot, run_in_progress=None, now=1.0)
    assert (asked.request, asked.cursor.asked_for) == (True, "new")


def test_every_day_at_four_every_byte_is_read_again(instance: dg.DagsterInstance) -> None:
    schedule = build_schedules()[0]
    assert schedule.execution_timezone == "UTC"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    keys = []
    for day in (1, 2, 2):
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=datetime(2026, 1, day, 4, tzinfo=UTC)
        )
        (request,) = schedule.evaluate_tick(context).run_requests or []
        assert request.run_config == {
            "ops": {"landing": {"config": {"reread": True}}, "star": {"config": {"force": True}}}
        }
        keys.append(request.run_key)
    assert keys[0] != keys[1], "a new day is a new run"
    assert keys[1] == keys[2], "a repeated tick is not"


WORK = """
    import sys
    from pathlib import Path
    from orchestration.automation.runs import show_alive
    from orchestration.settings import Settings

    show_alive(Settings(raw=Path(sys.argv[1]), home=Path(sys.argv[2])), run_id=sys.argv[3])
    print("at work", flush=True)
    sys.stdin.read()
"""


def test_a_run_whose_process_was_killed_is_failed_and_one_at_work_is_not(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    run_id = begin_run(instance, status=dg.DagsterRunStatus.STARTED)
    arguments = [sys.executable, "-c", textwrap.dedent(WORK), str(settings.raw), str(settings.home), run_id]
    with subprocess.Popen(
        arguments, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        assert fail_lost_runs(settings, instance) == ()
        process.kill()
        process.wait()
        assert fail_lost_runs(settings, instance) == (run_id,)
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert fail_lost_runs(settings, instance) == ()


def test_a_run_of_this_process_and_one_of_unknown_whereabouts_are_left_alone(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    mine = begin_run(instance, status=dg.DagsterRunStatus.STARTED)
    begin_run(instance, status=dg.DagsterRunStatus.STARTED)
    show_alive(settings, run_id=mine)
    assert fail_lost_runs(settings, instance) == ()


def test_a_lost_run_does_not_keep_the_sensor_waiting(settings: Settings, instance: dg.DagsterInstance) -> None:
    run_id = begin_run(instance, status=dg.DagsterRunStatus.STARTED)
    sign = settings.warehouse.parent / "runs" / f"{run_id}.lock"
    sign.parent.mkdir(parents=True)
    sign.touch()
    sensor = Sensor(settings, instance)
    drop(settings, "memberships/eaeu.csv")
    assert sensor.tick()[0] == 1


def test_a_step_says_what_it_holds_the_writer_for(settings: Settings) -> None:
    with writing(settings, run_id="0123456789", purpose="publishing"):
        now = holder(settings)
        assert now is not None
        assert now.purpose == "run 01234567: publishing"


def fail(settings: Settings, cause: BaseException) -> None:
    """Fail as a step does whose query ended like this."""
    with writing(settings, run_id="0123456789", purpose="building"):
        try:
            # so DuckDB does
            raise RuntimeError("Query interrupted") from cause
        except RuntimeError as error:
            raise dg.Failure("it could not be built") from error


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, dg.DagsterExecutionInterruptedError])
def test_a_step_whose_query_was_interrupted_is_interrupted_and_no_failure_of_its_own(
    settings: Settings, interruption: type[BaseException]
) -> None:
    with pytest.raises(interruption):
        fail(settings, interruption())


def test_a_step_that_fails_on_its_own_account_fails(settings: Settings) -> None:
    with pytest.raises(dg.Failure):
        fail(settings, ValueError())
