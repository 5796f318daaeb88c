"""The same rows in other formats than CSV: what lands, what goes to quarantine, what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
from ingestion_house import House, meeting, meetings

from orchestration.ingestion import DeliveryOutcome, OutcomeStatus
from tests.gdelt_files import export, row, zipped

GOOD: Mapping[str, Any] = {"document_id": "doc-1", "meeting_id": "m-1", "kind": "visit", "title": "A visit"}
LANDED = "from landing.meetings select document_id, meeting_id, kind, title, started, _extra, _row_number order by all"


def ndjson(*rows: Mapping[str, Any] | str) -> str:
    """Return one line for each row; a row that is text stands there as it is."""
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def only(house: House) -> DeliveryOutcome:
    (outcome,) = house.refresh().deliveries
    return outcome


@pytest.mark.parametrize("name", ["a.ndjson", "A.JSONL", "a.ndjson.gz", "a.jsonl.gz"])
def test_lines_of_json_land_like_a_table(house: House, name: str) -> None:
    second = {**GOOD, "meeting_id": "m-2", "title": " Визит\u00a0", "started": None, "guests": [1.50, {"of": "PAK"}]}
    house.drop(f"meetings/{name}", "\ufeff" + ndjson(GOOD, "", second))

    assert only(house).rows_accepted == 2
    assert house.ask(LANDED) == [
        ("doc-1", "m-1", "visit", "A visit", None, None, 1),
        ("doc-1", "m-2", "visit", "Визит", None, '{"guests": "[1.5, {\\"of\\": \\"PAK\\"}]"}', 3),
    ]
    assert "Unknown columns, kept beside the rows but not used: guests" in house.report(f"meetings/{name}.report.txt")


def test_numbers_in_json_keep_the_digits_that_were_written(house: House) -> None:
    long = "0.1000000000000000055511151231257827"
    numbers = f'"title": 123456789012345678901234567890, "place": {long}, "started": 2024, "ended": 2024.0'
    house.drop("meetings/a.ndjson", f'{{"document_id": "d", "meeting_id": 7, "kind": "visit", {numbers}}}\n')

    assert only(house).rows_accepted == 1
    assert house.ask("select meeting_id, title, place, started, ended from landing.meetings") == [
        ("7", "123456789012345678901234567890", long, "2024", "2024")
    ]


@pytest.mark.parametrize(
    ("line", "column", "found", "expected"),
    [
        ('{"document_id": "doc-1", "meeting_id": "m-2", "kind": "party"}', "kind", "party", "one of visit"),
        ('{"document_id": "doc-1", "kind": "visit"}', "meeting_id", "", "required"),
        ('{"document_id": "doc-1", "meeting_id": "m-2", "title": ["a"]}', "title", 'a list: ["a"]', "one value"),
        ('{"document_id": "doc-1", "meeting_id": "m-2", "title": {}}', "title", "an object: {}", "one value"),
        ('{"meeting_id": "m-2", "meeting_id": "m-3"}', None, "the field meeting_id more than once", "once"),
        ('{"meeting_id": "m-2", "x": {"a": 1, "a": 2}}', None, "the field a more than once", "once"),
        ('{"document_id": "doc-1", "title": "half \\ud800"}', "title", "escape", "characters of Unicode"),
        ('{"document_id": "doc-1", "title": "zero \\u0000"}', "title", "escape", "characters of Unicode"),
        ('{"document_id": "doc-1", "title": NaN}', None, "NaN", "null"),
        ('{"document_id": "doc-1"', None, "Expecting", "one JSON object"),
        ('{"document_id": "doc-1"} {}', None, "Extra data", "one JSON object"),
        ('"a text"', None, '"a text"', "one JSON object"),
        ("[" * 100_000, None, "within each other", "at most 100"),
        ('{"x": ' + "[" * 200 + "]" * 200 + "}", None, "within each other", "at most 100"),
        ('{"title": "' + "a" * 2_100_000 + '"}', None, "too long", "at most 2,000,000"),
        ('{"title": "a\0b"}', None, "Invalid control character", "one JSON object"),
    ],
)
def test_a_broken_line_of_json_goes_to_quarantine_alone(
    house: House, line: str, column: str | None, found: str, expected: str
) -> None:
    # beyond the first bytes, where a zero would mean another encoding
    padding = {**GOOD, "title": "x" * 5000}
    house.drop("meetings/a.ndjson", ndjson(padding, line, {**GOOD, "meeting_id": "m-4"}))

    outcome = only(house)
    assert (outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (3, 2, 1)
    rejected = house.ask("select row_number, column_name, found, expected, left(raw_row, 1000) from ops.rejected_rows")
    assert {row[0] for row in rejected} == {2}
    assert any(row[1] == column and found in row[2] and expected in row[3] for row in rejected), rejected
    assert all(line.startswith(row[4][:900]) for row in rejected)
    assert "Rows are the lines of the file." in house.report("meetings/a.ndjson.report.txt")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\n \n", "the file is empty"),
        (b'[{"document_id": "d"}]', "one JSON document"),
        (b'{\n"document_id": "d"\n}', "one JSON document"),
        (ndjson(GOOD).encode("utf-16"), "UTF-16"),
        (ndjson(GOOD).encode("utf-16-le"), "zero bytes"),
        (ndjson(GOOD).encode() + '{"title": "é"}'.encode("cp1252"), "line 2 holds bytes that are not UTF-8"),
        (b"PK\x03\x04...", "Excel"),
        (b"PAR1....", "Parquet"),
        (ndjson({"document_id": "d", "meeting-id": "m"}).encode(), "meeting_id (did you mean it by meeting-id?)"),
    ],
)
def test_what_is_no_table_of_json_lines_is_refused_and_its_neighbours_load(
    house: House, content: bytes, reason: str
) -> None:
    house.drop("meetings/a.ndjson", ndjson(GOOD))
    house.drop("meetings/b.ndjson", content)
    house.drop("meetings/c.csv", meetings(meeting(3)))

    by_path = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert by_path["meetings/b.ndjson"].status is OutcomeStatus.REFUSED
    assert reason in by_path["meetings/b.ndjson"].reason
    assert house.ask("select count(*) from landing.meetings") == [(2,)]


def test_a_file_of_json_retractions_needs_only_their_key(house: House) -> None:
    house.drop("meetings/a.ndjson", ndjson(GOOD))
    house.drop("meetings/b.ndjson", ndjson({"document_id": "doc-1", "meeting_id": "m-1", "retracted": True}))
    house.drop("meetings/c.ndjson", ndjson({**GOOD, "meeting_id": "m-2"}))

    assert [outcome.rows_accepted for outcome in house.refresh().deliveries] == [1, 1, 1]
    assert house.ask("select count(*) from landing.meetings where retracted") == [(1,)]


def test_json_lines_are_rebuilt_from_the_archive(house: House) -> None:
    path = house.drop("meetings/a.ndjson.gz", ndjson(GOOD, "no json", {**GOOD, "kind": "party"}))
    house.refresh()
    before = house.facts()
    path.unlink()

    house.rebuild()
    assert house.facts() == before


def test_a_misnamed_file_does_not_take_a_good_one_of_the_same_content_with_it(house: House) -> None:
    zipped_export = zipped(export(row(1)))
    # the misnamed ones come first by name
    house.drop("meetings/a.ndjson", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(1)))
    house.drop("meetings/c.csv", gzip.compress(meetings(meeting(3)).encode()))
    house.drop("meetings/d.csv.gz", gzip.compress(meetings(meeting(3)).encode()))
    house.drop("gdelt_events/20191024143000.export.CSV", zipped_export)
    house.drop("gdelt_events/20191024143000.export.CSV.zip", zipped_export)

    house.refresh()
    assert house.ask("select meeting_id from landing.meetings order by all") == [("meeting-1",), ("meeting-3",)]
    assert house.ask("select count(*) from landing.gdelt_events") == [(1,)]
    for good in ("meetings/b.csv", "meetings/d.csv.gz", "gdelt_events/20191024143000.export.CSV.zip"):
        assert "Accepted: 1 of 1 row" in house.report(f"{good}.report.txt")
    assert "REFUSED" in house.report("meetings/c.csv.report.txt")

    before = house.facts()
    assert all(outcome.status is OutcomeStatus.UNCHANGED for outcome in house.refresh().deliveries)
    house.rebuild()
    assert house.facts() == before


def test_a_good_name_that_arrives_later_reads_what_was_refused_under_a_wrong_one(house: House) -> None:
    zipped_export = zipped(export(row(1)))
    house.drop("gdelt_events/20191024143000.export.CSV", zipped_export)
    assert only(house).status is OutcomeStatus.REFUSED
    house.drop("gdelt_events/20191024143000.export.CSV.zip", zipped_export)
    house.refresh()
    assert house.ask("select count(*) from landing.gdelt_events") == [(1,)]
    assert all(outcome.status is OutcomeStatus.UNCHANGED for outcome in house.refresh().deliveries)
