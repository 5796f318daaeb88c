from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import publisher as p
import pytest
from ingestion_house import House
from publisher import Publisher

from orchestration.automation.fetching import CADENCES, build_fetch_schedules
from orchestration.automation.jobs import REFRESH
from orchestration.automation.runs import POOL
from orchestration.code_location import build_definitions
from orchestration.connectors.assets import COMPLETE, CONNECTORS, FETCHED_FEEDS, GROUP, raw_key
from orchestration.contracts import FEEDS
from orchestration.ingestion import OutcomeStatus
from orchestration.ingestion.assets import feed_key
from orchestration.settings import Settings
from orchestration.writer import writer_lock

KEY = "a-very-secret-key"
STAMPS = [f"20240101{hour:02}0000" for hour in range(4)]

PUBLISHED: Mapping[str, Callable[[Publisher], object]] = {
    "gdelt": lambda publisher: p.publish_gdelt(publisher, STAMPS),
    "comtrade": p.publish_comtrade,
    "baci": p.publish_baci,
    "desta": p.publish_desta,
    "state_visits": lambda publisher: p.publish_history(publisher, "visits", {1: "2025-04-24T10:00:00Z"}),
    "state_travels": lambda publisher: p.publish_history(publisher, "travels", {1: "2025-04-24T10:00:00Z"}),
}


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    for publish in PUBLISHED.values():
        publish(publisher)
    yield publisher
    publisher.close()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions()


def materialize(
    name: str, settings: Settings, publisher: Publisher, instance: dg.DagsterInstance, **config: Any
) -> dg.ExecuteInProcessResult:
    asset = CONNECTORS[name]
    return dg.materialize(
        [asset],
        instance=instance,
        resources={"settings": settings, "connectors": publisher.options(comtrade_key=KEY)},
        run_config={"ops": {asset.op.name: {"config": config}}},
        raise_on_error=False,
    )


def metadata(result: dg.ExecuteInProcessResult) -> Mapping[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return event.materialization.metadata


@pytest.mark.parametrize("name", CONNECTORS)
def test_every_connector_fetches_and_then_finds_everything_there(
    name: str, settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    first = materialize(name, settings, publisher, instance)
    assert first.success
    shown = metadata(first)
    assert shown["fetched"].value > 0
    assert "raw/" in shown["files"].value
    assert [check.passed for check in first.get_asset_check_evaluations()] == [True]
    again = materialize(name, settings, publisher, instance)
    assert again.success
    assert metadata(again)["fetched"].value == 0


def test_a_run_shows_what_remains_and_what_was_refused(
    settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    publisher.wrong[f"/gdeltv2/{STAMPS[0]}.export.CSV.zip"] = [p.instead(b"<html>")]
    result = materialize("gdelt", settings, publisher, instance, since="2024-01-01", most_files=2)
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert check.check_name == COMPLETE
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert check.description is not None
    assert "1 refused" in check.description
    assert "1 remain" in check.description
    table = metadata(result)["files"].value
    assert f"| `raw/gdelt_events/{STAMPS[0]}.export.CSV.zip` | refused: the source sent a web page" in table
    assert "1 files remain" in table


def test_a_run_whose_source_is_out_of_order_fails_with_words_and_keeps_what_it_fetched(
    settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    publisher.wrong[f"/gdeltv2/{STAMPS[2]}.export.CSV.zip"] = [p.status(503)] * 3
    result = materialize("gdelt", settings, publisher, instance, since="2024-01-01")
    assert not result.success
    (failure,) = result.get_step_failure_events()
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert "503" in str(data.description)
    assert data.metadata["fetched"].value == 2
    assert materialize("gdelt", settings, publisher, instance, since="2024-01-01").success
    assert len(list((settings.raw / "gdelt_events").iterdir())) == 4


def test_a_window_that_is_none_fails_with_words(
    settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    result = materialize("gdelt", settings, publisher, instance, since="last week")
    (failure,) = result.get_step_failure_events()
    assert "write 2019-10-24" in str(failure.step_failure_data.user_failure_data)


def test_a_secret_is_in_no_event_of_the_history(
    settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    publisher.wrong["/data/v1/get/C/A/HS"] = [p.status(401)]
    failed = materialize("comtrade", settings, publisher, instance)
    worked = materialize("comtrade", settings, publisher, instance)
    assert (failed.success, worked.success) == (False, True)
    for result in (failed, worked):
        run = instance.get_run_by_id(result.run_id)
        assert KEY not in repr(run)
        assert KEY not in "".join(repr(entry) for entry in instance.all_logs(result.run_id))


def test_fetching_does_not_wait_for_whoever_writes_the_warehouse(
    settings: Settings, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    with writer_lock(settings, "a long refresh"):
        assert materialize("desta", settings, publisher, instance).success
    pools = {asset.op.pool for asset in CONNECTORS.values()}
    assert POOL not in pools
    assert len(pools) == len(CONNECTORS)


ROWS = {"gdelt": 1, "desta": 1, "state_visits": 1, "state_travels": 2}
STATED = {
    "gdelt": datetime(2024, 1, 1, 3, tzinfo=UTC),
    "desta": datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    "state_visits": datetime(2025, 4, 24, 10, tzinfo=UTC),
    "state_travels": datetime(2025, 4, 24, 10, tzinfo=UTC),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_fetched_is_loaded_by_the_code_for_files_dropped_by_hand(
    name: str, house: House, publisher: Publisher, instance: dg.DagsterInstance
) -> None:
    materialize(name, house.settings, publisher, instance)
    result = house.refresh()
    (delivery,) = result.deliveries
    assert delivery.status is OutcomeStatus.NEW, delivery.reason
    assert (delivery.rows_accepted, delivery.rows_rejected) == (ROWS[name], 0)
    assert result.ignored == ()
    ((as_of, is_stated),) = house.ask("select as_of, is_as_of_stated from ops.deliveries")
    assert (as_of.replace(tzinfo=UTC), is_stated) == (STATED[name], True)
    assert house.refresh().deliveries[0].status is OutcomeStatus.UNCHANGED


def test_each_source_has_a_job_that_only_fetches_and_a_refresh_fetches_nothing(definitions: dg.Definitions) -> None:
    for name, asset in CONNECTORS.items():
        job = definitions.resolve_job_def(f"fetch_{name}")
        assert job.asset_layer.selected_asset_keys == asset.keys
    refreshed = definitions.resolve_job_def(REFRESH).asset_layer.selected_asset_keys
    assert not refreshed & {raw_key(feed) for feed in FETCHED_FEEDS}


def test_the_landing_of_a_fetched_feed_stands_downstream_of_its_files(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for feed in FETCHED_FEEDS & FEEDS.keys():
        assert feed_key(feed) in graph.get(raw_key(feed)).child_keys
    for feed in FETCHED_FEEDS:
        node = graph.get(raw_key(feed))
        assert node.group_name == GROUP
        assert not node.is_partitioned, "Dagster must not grow with the number of files"


def test_every_schedule_is_off_has_a_zone_and_asks_for_its_job(instance: dg.DagsterInstance) -> None:
    schedules = build_fetch_schedules()
    assert {schedule.job_name for schedule in schedules} == {f"fetch_{name}" for name in CADENCES}
    for schedule in schedules:
        assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
        assert schedule.execution_timezone == "UTC"
        keys = []
        for minute in (0, 15, 15):
            context = dg.build_schedule_context(
                instance=instance, scheduled_execution_time=datetime(2026, 1, 5, 5, minute, tzinfo=UTC)
            )
            (request,) = schedule.evaluate_tick(context).run_requests or []
            keys.append(request.run_key)
        assert keys[0] != keys[1]
        assert keys[1] == keys[2], "a repeated tick is no second run"


def test_a_schedule_does_not_queue_behind_a_run_that_goes_on(instance: dg.DagsterInstance) -> None:
    schedule = next(schedule for schedule in build_fetch_schedules() if schedule.job_name == "fetch_gdelt")

    @dg.job(name="fetch_gdelt")
    def backfill() -> None: ...

    run = instance.create_run_for_job(backfill, status=dg.DagsterRunStatus.STARTED)

    def tick() -> Any:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=datetime(2026, 1, 5, 5, tzinfo=UTC)
        )
        return schedule.evaluate_tick(context)

    for _ in range(3):
        assert f"Run {run.run_id[:8]} is fetching gdelt" in tick().skip_message
    instance.report_run_canceled(run)
    assert len(tick().run_requests) == 1
