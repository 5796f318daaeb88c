"""The short form of `make faults`: each kind of harm once or twice, on real processes."""

from __future__ import annotations

import random
import signal

import pytest

from tests.faults import scenarios
from tests.faults.points import PUBLICATION
from tests.faults.scenarios import Kit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return Kit.prepare(tmp_path_factory.mktemp("faults"))


def test_every_restart_may_be_killed_at_the_next_point_and_nothing_is_lost_or_doubled(kit: Kit) -> None:
    assert scenarios.kill_ingestion_again_and_again(kit) >= 8


@pytest.mark.parametrize("point", ["before a commit", "after a commit"])
def test_a_refresh_that_is_killed_at_a_commit_is_completed_by_the_next_one(kit: Kit, point: str) -> None:
    assert scenarios.kill_ingestion(kit, point, 2) == 1


def test_a_refresh_that_is_killed_at_any_moment_is_completed_by_the_next_one(kit: Kit) -> None:
    scenarios.kill_ingestion_at_random(kit, random.Random(), most_seconds=1.0)  # noqa: S311


@pytest.mark.parametrize(
    "point",
    [
        "tables are being copied",
        "the record is written, the folder not renamed",
        "between the renames",
        "a copy is being made ahead",
    ],
)
def test_readers_see_a_whole_publication_whenever_a_publisher_is_killed(kit: Kit, point: str) -> None:
    assert point in PUBLICATION
    assert scenarios.kill_publication(kit, point, 1) == 1


def test_two_refreshes_at_once_load_every_file_once(kit: Kit) -> None:
    scenarios.two_at_once(kit)


def test_a_cancelled_refresh_is_completed_by_the_next_one(kit: Kit) -> None:
    scenarios.cancel(kit, signal.SIGINT)


@pytest.mark.parametrize(
    "words",
    [
        "the database is deleted",
        "the database is cut in half",
        "a piece of a block is noise",
        "the write-ahead log is noise",
    ],
)
def test_a_damaged_database_is_rebuilt_from_the_archive(kit: Kit, words: str) -> None:
    scenarios.corrupt(kit, scenarios.CORRUPTIONS[words])


def test_a_full_disk_stops_a_refresh_and_loses_nothing(kit: Kit) -> None:
    scenarios.fill_the_disk(kit, 20_000)


@pytest.mark.parametrize("words", ["a file of raw/ may not be read", "the archive may not be written"])
def test_what_is_forbidden_for_a_while_is_done_when_it_is_allowed_again(kit: Kit, words: str) -> None:
    part, is_fatal = scenarios.FORBIDDEN[words]
    scenarios.take_permission(kit, part, is_fatal=is_fatal)


def test_a_clock_that_is_years_wrong_for_a_while_changes_no_fact(kit: Kit) -> None:
    scenarios.turn_the_clock(kit, 36_500.0)
