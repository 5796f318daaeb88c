"""GDELT exports: every row of every file as published lands once, and what is broken stays with itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ingestion_house import House

from orchestration.ingestion import DeliveryOutcome, OutcomeStatus
from tests.gdelt_files import COLUMNS, export, gzipped, row, zipped

NAME = "gdelt_events/20240918143000.export.CSV"
LANDED = "select count(*), count(distinct global_event_id) from landing.gdelt_events"


def only(house: House) -> DeliveryOutcome:
    (outcome,) = house.refresh().deliveries
    return outcome


@pytest.mark.parametrize("ending", ["", ".zip", ".gz"])
def test_a_file_as_published_lands_with_its_codes_and_its_time_of_release(house: House, ending: str) -> None:
    content = export(row(1, actor1_name='THE "NEWS"', event_code="0311"), row(2, actor2_country_code=""))
    packed = {"": content.encode(), ".zip": zipped(content), ".gz": gzipped(content)}[ending]
    house.drop(NAME + ending, packed)

    assert only(house).rows_accepted == 2
    assert house.ask(
        "select global_event_id, actor1_name, event_code, event_root_code, actor2_country_code, num_mentions, avg_tone "
        "from landing.gdelt_events order by all"
    ) == [(1, 'THE "NEWS"', "0311", "03", "PAK", 4, 1.5), (2, None, "040", "04", None, 4, 1.5)]
    assert house.ask("select dataset_key, as_of::varchar, is_as_of_stated, mode from ops.deliveries") == [
        ("20240918143000", "2024-09-18 14:30:00", True, "append")
    ]


def test_the_same_content_is_taken_in_once_wherever_it_lies(house: House) -> None:
    house.drop(NAME, export(row(1)))
    house.refresh()
    house.drop("gdelt_events/2024/09/20240918143000.export.CSV", export(row(1)))

    statuses = {outcome.status for outcome in house.refresh(reread=True).deliveries}

    assert statuses == {OutcomeStatus.UNCHANGED}
    assert house.ask(LANDED) == [(1, 1)]


def test_a_broken_row_is_put_aside_and_takes_no_other_with_it(house: House) -> None:
    good, short = row(1), "\t".join(row(2).split("\t")[:40])
    text = export(good, short, row(3, num_mentions="many"), row(4, date_added="2024-09-18")).encode()
    house.drop(NAME, text + row(5, actor1_name="?").replace("?", "\x00").encode().replace(b"\x00", b"\xff") + b"\n")

    outcome = only(house)

    assert (outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (5, 1, 4)
    rejected = house.ask("select row_number, column_name, found, expected, raw_row from ops.rejected_rows order by 1")
    assert rejected[0] == (2, None, "40 cells", "61 cells", short)
    assert [cell[:3] for cell in rejected[1:]] == [
        (3, "num_mentions", "many"),
        (4, "date_added", "2024-09-18"),
        (5, None, "bytes that are not UTF-8"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (NAME, b"<html><body>Service unavailable</body></html>", "web page"),
        (NAME + ".zip", b"<html><body>Service unavailable</body></html>", "web page"),
        (NAME + ".zip", zipped(export(row(1)))[:-30], "cut off"),
        (NAME + ".zip", zipped(export(row(1)), name="../../etc/cron.d/a"), "leads out of its folder"),
        ("gdelt_events/20240918143000.mentions.CSV", b"1\t2\t3\n" * 3, "3 cells, expected 61 cells"),
        (NAME, b"", "empty"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason_and_stops_no_other(
    house: House, name: str, data: bytes, words: str
) -> None:
    house.drop(name, data)
    house.drop("gdelt_events/20240918144500.export.CSV", export(row(7)))

    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}

    assert outcomes[name].status is OutcomeStatus.REFUSED
    assert words in outcomes[name].reason
    assert house.ask(LANDED) == [(1, 1)]


def test_a_thousand_small_files_share_their_commits(house: House) -> None:
    for number in range(1000):
        name = f"gdelt_events/202409{10 + number // 96:02}{number % 96 // 4:02}{number % 4 * 15:02}00.export.CSV.zip"
        house.drop(name, zipped(export(row(number))))

    result = house.refresh()

    assert {outcome.status for outcome in result.deliveries} == {OutcomeStatus.NEW}
    assert house.ask(LANDED) == [(1000, 1000)]
    commits = house.ask("select count(distinct _loaded_at) from landing.gdelt_events")[0][0]
    assert commits <= 3


@pytest.mark.realdata
def test_the_real_export_lands_with_all_its_rows(house: House, realdata: Path) -> None:
    source = realdata / "gdelt" / "20191024143000.export.CSV"
    target = house.settings.raw / "gdelt_events" / source.name
    target.parent.mkdir()
    shutil.copyfile(source, target)

    assert only(house).rows_accepted == 2111
    assert house.ask(
        """
        select count(distinct source_url),
            count(*) filter (where actor1_country_code is null or actor2_country_code is null)
        from landing.gdelt_events
        """
    ) == [(425, 1521)]
    # every cell is as it was: nothing was trimmed, typed or guessed away
    numbers = {"global_event_id", "goldstein_scale", "num_mentions", "num_sources", "num_articles", "avg_tone"}
    texts = [column for column in COLUMNS if column not in numbers]
    landed = house.ask(f"select {', '.join(texts)} from landing.gdelt_events order by _row_number")  # noqa: S608
    written = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
    places = [COLUMNS.index(column) for column in texts]
    assert landed == [tuple(cells[place] or None for place in places) for cells in written]
