"""The same rows in other formats than CSV: what lands, what goes to quarantine, what is refused."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from ingestion_house import House, meeting, meetings, parquet

from orchestration.ingestion import DeliveryOutcome, OutcomeStatus
from orchestration.ingestion.readers import parquet as parquet_reader
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


# Parquet


def test_typed_columns_of_parquet_land_as_the_text_of_the_same_table(house: House) -> None:
    day, moment = date(2024, 9, 18), datetime(2024, 9, 18, tzinfo=UTC)
    content = parquet(
        document_id=["d"] * 4,
        indicator=["a", "b", "c", "d"],
        country_a=pa.array(["Pakistan"] * 4).dictionary_encode(),
        period=pa.array([day, day, None, day], pa.date32()),
        value=pa.array([Decimal("1.50"), Decimal("20.00"), Decimal("0.10"), None], pa.decimal128(10, 2)),
        unit=["percent", " percent\u00a0", "percent", "percent"],
        locator=pa.array([2024.0, 0.1, None, 3.0]),
        recorded_at=pa.array([moment, moment.replace(hour=10), None, None], pa.timestamp("us", tz="UTC")),
        retracted=[None, False, False, True],
        confidence=pa.array([1, 0.5, None, None], pa.float32()),
        tags=pa.array([["x", None], None, [], ["y"]]),
        seen=pa.array(
            [moment.replace(tzinfo=None), moment.replace(tzinfo=None, hour=9), None, None], pa.timestamp("ns")
        ),
    )
    house.drop("indicators/a.parquet", content)

    assert only(house).rows_accepted == 4
    assert house.ask(
        "select indicator, period, value, unit, locator, recorded_at::varchar, retracted, confidence, _extra, "
        "_row_number from landing.indicators order by indicator"
    ) == [
        ("a", "2024-09-18", 1.5, "percent", "2024", "2024-09-18 00:00:00", None, 1.0,
         '{"tags":"[\\"x\\",null]","seen":"2024-09-18"}', 1),
        ("b", "2024-09-18", 20.0, "percent", "0.1", "2024-09-18 10:00:00", False, 0.5,
         '{"seen":"2024-09-18T09:00:00"}', 2),
        ("c", None, 0.1, "percent", None, None, False, None, '{"tags":"[]"}', 3),
        ("d", "2024-09-18", None, "percent", "3", None, True, None, '{"tags":"[\\"y\\"]"}', 4),
    ]  # fmt: skip
    assert "Unknown columns, kept beside the rows but not used: seen, tags" in house.report(
        "indicators/a.parquet.report.txt"
    )


def test_broken_values_of_parquet_go_to_quarantine_with_their_row(house: House) -> None:
    content = parquet(
        document_id=["d", "d", None, "d"],
        meeting_id=["m-1", "m-2", "m-3", "m-4"],
        kind=["visit", "party", "visit", "visit"],
        title=pa.array([1.0, 2.0, 3.0, float("nan")]),
    )
    house.drop("meetings/a.parquet", content)
    house.drop("meetings/b.parquet", parquet(document_id=["d"], meeting_id=["m-9"], kind=["visit"], title=["a\0b"]))

    house.refresh()
    assert house.ask("select meeting_id, title from landing.meetings") == [("m-1", "1")]
    rows = "select row_number, column_name, found, raw_row, key_values from ops.rejected_rows order by file_sha256 = ("
    rows += "select sha256 from ops.files where original_path like '%/b.parquet'), row_number"
    assert [(row[0], row[1], row[2]) for row in house.ask(rows)] == [
        (2, "kind", "party"),
        (3, "document_id", ""),
        (4, "title", "nan"),
        (1, "title", "a\\0b"),
    ]
    first, _, third, _ = house.ask(rows)
    assert json.loads(first[3]) == {"document_id": "d", "meeting_id": "m-2", "kind": "party", "title": 2.0}
    assert json.loads(third[4]) == {"meeting_id": "m-4"}


NAMES = {"document_id": ["d"], "meeting_id": ["m"], "kind": ["visit"]}
PARQUET = parquet(**NAMES)


def test_many_small_files_of_parquet_are_read_with_one_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(parquet_reader, "_idle", deque())
    real = parquet_reader._opened

    def watched() -> object:
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(parquet_reader, "_opened", watched)
    for number in range(30):
        content = parquet(document_id=["d"], meeting_id=[f"m-{number}"], kind=["visit"], title=[f"The {number}th"])
        if number == 7:
            content = content[:60] + bytes(40) + content[100:]  # its footer is whole
        house.drop(f"meetings/{number:02d}.parquet", content)
    outcomes = house.refresh().deliveries
    refused = [outcome.paths for outcome in outcomes if outcome.status is OutcomeStatus.REFUSED]
    assert refused == [("meetings/07.parquet",)]
    assert house.ask("select count(*), count(distinct title) from landing.meetings") == [(29, 29)]
    assert len(opened) < 10, "one, and one more each time that the broken file was met on the way to finding it"


def test_what_is_no_parquet_of_rows_is_refused_in_words_and_its_neighbours_load(house: House) -> None:
    refused: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "the file is empty"),
        "text": (b"document_id,meeting_id\n" * 3, "it is called .parquet but is no Parquet file"),
        "page": (b"<html>sign in</html>", "is a web page"),
        "cut-off": (PARQUET[:-9], "cut off: its footer is missing"),
        "false-footer": (PARQUET[:-8] + b"\xff\xff\xff\x7fPAR1", "the Parquet file is damaged"),
        "no-footer": (b"PAR1" + bytes(100) + b"PAR1", "the Parquet file is damaged"),
        "encrypted": (PARQUET[:-4] + b"PARE", "it is encrypted"),
        "half": (PARQUET[:4] + bytes(60) + PARQUET[64:], "the Parquet file is damaged"),
        "lists": (parquet(**NAMES, title=[["a", "b"]]), "the column title holds lists or records (VARCHAR[])"),
        "records": (parquet(**NAMES, title=[{"a": 1}]), "the column title holds lists or records (STRUCT("),
        "without": (parquet(document_id=["d"], kind=["visit"]), "the required column meeting_id is missing"),
        "not-utf8": (
            parquet(**(NAMES | {"title": pa.array([b"\xff\xfe"], pa.binary())})),
            "the Parquet file is damaged",
        ),
    }
    for name, (content, _) in refused.items():
        house.drop(f"meetings/{name}.parquet", content)
    house.drop("meetings/good.parquet", PARQUET)

    reasons = {Path(one.paths[0]).stem: one.reason for one in house.refresh().deliveries if one.reason}
    assert house.ask("select count(*) from landing.meetings") == [(1,)]
    wrong = {
        name: reasons.get(name) for name, (_, expected) in refused.items() if expected not in reasons.get(name, "-")
    }
    assert wrong == {}


# Lists of JSON


def test_a_list_of_json_lands_like_a_table_however_it_is_laid_out(house: House) -> None:
    records = [{**GOOD, "meeting_id": f"m-{number}", "title": "x" * 700, "n": 1.50} for number in range(3_000)]
    broken = [{**GOOD, "meeting_id": ["a"]}, 7, {**GOOD, "kind": "party"}]
    house.drop("meetings/one-line.json", json.dumps([*records, *broken]))
    house.drop("meetings/pretty.json.gz", "\ufeff\n" + json.dumps(records[:10], indent=2).replace("m-", "p-") + "\n")
    house.drop("meetings/none.json", "[ ]")
    house.drop("meetings/nan.json", '[{"document_id": "d", "n": NaN}, {"document_id": "d", "x": 1, "x": 2}]')

    by_path = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert {path: (one.rows_read, one.rows_accepted) for path, one in by_path.items()} == {
        "meetings/nan.json": (2, 0),
        "meetings/none.json": (0, 0),
        "meetings/one-line.json": (3_003, 3_000),
        "meetings/pretty.json.gz": (10, 10),
    }
    assert house.ask("select min(_row_number), max(_row_number) from landing.meetings") == [(1, 3_000)]
    assert house.ask(
        "select row_number, column_name, found, left(raw_row, 30) from ops.rejected_rows "
        "where row_number > 3000 order by row_number"
    ) == [
        (3_001, "meeting_id", 'a list: ["a"]', '{"document_id": "doc-1", "meet'),
        (3_002, None, "7", "7"),
        (3_003, "kind", "party", '{"document_id": "doc-1", "meet'),
    ]
    assert "Rows are the records of the list" in house.report("meetings/one-line.json.report.txt")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the file is empty"),
        ('{"document_id": "d"}\n', "not with a list"),
        ('[{"document_id": "d"}', "record 1 (line 1) is broken expected , or ] behind it"),
        ('[{"document_id": "d"},\n{"document_id": "d"', "record 2 (line 2) is broken or cut off"),
        ('[{"document_id": "d"} {"document_id": "e"}]', "expected , or ] behind it"),
        ('[{"document_id": "d",}]', "record 1 (line 1) is broken or cut off"),
        ('[{"document_id": "d"}] x', "behind the list stands"),
        ("[" * 100_000, "record 1 (line 1) is broken"),
        ("[" + '{"title": "' + "a" * 3_000_000, "record 1 (line 1) is broken or longer than"),
        (b'[{"document_id": "\xff"}]', "is not UTF-8"),
        (b"PK\x03\x04", "Excel"),
    ],
)
def test_what_is_no_list_of_json_is_refused(house: House, content: str | bytes, reason: str) -> None:
    house.drop("meetings/a.json", content)
    outcome = only(house)
    assert outcome.status is OutcomeStatus.REFUSED
    assert reason in outcome.reason
