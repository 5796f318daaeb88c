"""How releases of one data set stand to each other: by all of them, and by nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.contracts import Mode
from orchestration.ingestion.ledger import Status
from orchestration.ingestion.releases import Release, Verdict, judge

LOADED, HELD, REFUSED, REPLACED = Status.LOADED, Status.HELD, Status.REFUSED, Status.REPLACED
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def release(day: int, rows: int, *, received: int = 0, files: str = "a", revision: int = 0) -> Release:
    return Release(
        delivery_id=f"{day}-{revision}-{files}",
        feed="state_visits",
        dataset_key="visits",
        path=f"state_visits/{day}",
        as_of=FIRST_DAY + timedelta(days=day),
        is_as_of_stated=True,
        revision=revision,
        received_at=FIRST_DAY + timedelta(days=5000 + received),
        mode=Mode.SNAPSHOT,
        is_complete=True,
        row_count=rows,
        status=LOADED,
        reason="",
        hashes=frozenset(files),
    )


def stands(*releases: Release, confirmed: str = "") -> dict[str, Status]:
    verdicts = judge(releases, is_confirmed=lambda delivery_id: delivery_id in confirmed.split())
    return {verdict.release.delivery_id: verdict.status for verdict in verdicts}


def test_a_release_is_measured_by_the_last_before_it_that_is_not_held() -> None:
    releases = [release(1, 100), release(2, 94), release(3, 94), release(4, 95), release(5, 0)]
    assert list(stands(*releases).values()) == [LOADED, HELD, HELD, LOADED, HELD]
    assert list(stands(*releases, confirmed="2-0-a").values()) == [LOADED, LOADED, LOADED, LOADED, HELD]


def test_nothing_but_the_releases_and_what_is_confirmed_plays_a_part() -> None:
    chance = random.Random(7)  # noqa: S311 - any order will do
    several = 0
    for _ in range(300):
        releases = [
            release(chance.randrange(4), chance.choice((0, 10, 19, 20, 21)), received=place, files=files)
            for place, files in enumerate(chance.sample(("a", "b", "ab", "abc", "cd"), 5))
        ]
        confirmed = " ".join(one.delivery_id for one in releases if chance.random() < 0.3)
        expected = {
            verdict.release.delivery_id: (verdict.status, verdict.reason)
            for verdict in judge(releases, is_confirmed=confirmed.split().__contains__)
        }
        assert len(expected) == len(releases)
        several += len({status for status, _ in expected.values()}) > 2
        for _ in range(4):
            chance.shuffle(releases)
            loaded_otherwise = [replace(one, status=chance.choice((LOADED, HELD, REPLACED))) for one in releases]
            verdicts = judge(loaded_otherwise, is_confirmed=confirmed.split().__contains__)
            assert {one.release.delivery_id: (one.status, one.reason) for one in verdicts} == expected
    assert several > 50


def test_of_one_day_what_holds_more_completes_and_what_differs_is_refused() -> None:
    assert stands(release(1, 10, files="a"), release(1, 20, received=1, files="ab")) == {
        "1-0-a": REPLACED,
        "1-0-ab": LOADED,
    }
    assert stands(release(1, 20, files="ab"), release(1, 10, received=1, files="a")) == {
        "1-0-ab": LOADED,
        "1-0-a": REPLACED,
    }
    assert stands(release(1, 10, files="a"), release(1, 10, received=1, files="b")) == {
        "1-0-a": LOADED,
        "1-0-b": REFUSED,
    }
    corrected = release(1, 10, received=1, files="b", revision=1)
    assert stands(release(1, 10, files="a"), corrected) == {"1-0-a": LOADED, "1-1-b": LOADED}


def test_claims_and_parts_are_never_held_and_measure_nothing() -> None:
    many = replace(release(1, 100), mode=Mode.APPEND)
    part = replace(release(2, 100), mode=Mode.EXTRACT, is_complete=False)
    assert stands(many, part, release(3, 10), replace(release(4, 0), mode=Mode.APPEND)) == {
        "1-0-a": LOADED,
        "2-0-a": LOADED,
        "3-0-a": LOADED,
        "4-0-a": LOADED,
    }


def test_a_dossier_is_held_only_where_it_lost_all_of_its_facts() -> None:
    versions = [replace(release(day, rows), feed="dossiers") for day, rows in ((1, 4), (2, 2), (3, 1))]
    assert list(stands(*versions).values()) == [LOADED, LOADED, HELD]


@pytest.mark.parametrize(
    ("was", "becomes", "is_due", "is_change"),
    [
        (LOADED, LOADED, False, False),
        (LOADED, HELD, False, True),
        (LOADED, REPLACED, False, True),
        (REPLACED, HELD, False, True),
        (HELD, REFUSED, False, True),
        (HELD, LOADED, True, False),
        (HELD, REPLACED, True, False),
        (REPLACED, LOADED, True, False),
        (REPLACED, REPLACED, False, False),
    ],
)
def test_files_are_read_again_only_where_their_rows_were_left_out(
    was: Status, becomes: Status, *, is_due: bool, is_change: bool
) -> None:
    verdict = Verdict(release=replace(release(1, 10), status=was), status=becomes)
    assert (verdict.is_due, verdict.is_change) == (is_due, is_change)
