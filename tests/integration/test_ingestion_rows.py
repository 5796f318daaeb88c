"""What becomes of rows: accepted with their type, or quarantined with row, column, found and expected."""

from __future__ import annotations

import json

import pytest
from ingestion_house import House, meeting, meetings

from orchestration.ingestion import OutcomeStatus

TRADE = "document_id,reporter,partner,direction,value,period,unit,confidence,recorded_at,retracted"
GOOD_TRADE = "d,Pakistan,Russia,export,1,2024,money,1,2024-09-18,"


def rejected(house: House, columns: str = "row_number, column_name, found") -> list[tuple[object, ...]]:
    return house.ask(f"from ops.rejected_rows select {columns} order by row_number, column_name")


def test_broken_rows_among_good_ones_are_counted_and_named_exactly(house: House) -> None:
    house.drop(
        "meetings/a.csv",
        meetings(
            meeting(1),
            "doc-1,meeting-2,vist,B,2024-13",
            meeting(3),
            "doc-1,meeting-4,visit",
            'doc-1,meeting-5,visit,"B,2024',
            meeting(6),
            ",Meeting 7,visit,C,2024",
            ",,,,",
            'doc-1,meeting-9,visit,"two\nlines",2024',
            "doc-1,meeting-10,visit,D,next year",
        ),
    )
    (outcome,) = house.refresh().deliveries

    assert (outcome.status, outcome.rows_read, outcome.rows_accepted, outcome.rows_rejected) == (
        OutcomeStatus.NEW,
        10,
        4,
        6,
    )
    assert house.ask("select _row_number, meeting_id, title from landing.meetings order by 1") == [
        (1, "meeting-1", "A visit"),
        (3, "meeting-3", "A visit"),
        (6, "meeting-6", "A visit"),
        (9, "meeting-9", "two\nlines"),
    ]
    assert rejected(house) == [
        (2, "kind", "vist"),
        (2, "started", "2024-13"),
        (4, None, "3 cells"),
        (5, None, "a quote that is not closed"),
        (7, "document_id", ""),
        (7, "meeting_id", "Meeting 7"),
        (8, None, ""),
        (10, "started", "next year"),
    ]
    texts = dict(house.ask("select distinct row_number, raw_row from ops.rejected_rows"))
    assert texts == {
        2: "doc-1,meeting-2,vist,B,2024-13",
        4: "doc-1,meeting-4,visit",
        5: 'doc-1,meeting-5,visit,"B,2024',
        7: ",Meeting 7,visit,C,2024",
        8: ",,,,",
        10: "doc-1,meeting-10,visit,D,next year",
    }
    keys = dict(house.ask("select distinct row_number, key_values from ops.rejected_rows"))
    assert keys[5] is None
    assert json.loads(keys[2]) == {"meeting_id": "meeting-2"}
    assert json.loads(keys[7]) == {"meeting_id": "Meeting 7"}
    expected = dict(house.ask("select column_name, expected from ops.rejected_rows where row_number in (2, 7)"))
    assert expected["kind"].startswith("one of visit, bilateral_talks")
    assert expected["started"].startswith("a date such as 2024, 2024-09 or 2024-09-18 (EDTF)")
    assert expected["document_id"].endswith("(required)")


def test_the_fast_way_and_the_careful_way_quarantine_the_same_cells(house: House) -> None:
    rows = [
        'doc-1,meeting-1,vist,"B",2024',
        'doc-1,meeting-2,visit,"say ""so""",2024-99',
        meeting(3),
        "doc-1,M,visit,é,",
    ]
    house.drop("meetings/fast.csv", meetings(*rows))
    house.drop("meetings/slow.csv", meetings(*rows, "broken"))
    house.refresh()
    by_path = "from ops.rejected_rows join ops.files using (delivery_id)"
    columns = "row_number, column_name, found, expected, raw_row, key_values"
    fast = house.ask(f"{by_path} select {columns} where original_path like '%fast%' order by all")
    slow = house.ask(f"{by_path} select {columns} where original_path like '%slow%' and row_number < 5 order by all")
    assert fast == slow
    assert len(fast) == 3
    landed = "from landing.meetings join ops.files on _delivery_id = delivery_id select * exclude (_delivery_id, "
    landed += "_file_sha256, sha256, delivery_id, byte_count, original_path, received_at, _loaded_at)"
    assert house.ask(f"{landed} where original_path like '%fast%'") == house.ask(
        f"{landed} where original_path like '%slow%'"
    )


@pytest.mark.parametrize(
    "encode", [lambda t: t.encode(), lambda t: t.encode("utf-8-sig"), lambda t: t.replace("\n", "\r\n").encode()]
)
@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.csv.gz"])
def test_plain_or_packed_with_or_without_bom(house: House, encode: object, name: str) -> None:
    house.drop(f"meetings/{name}", encode(meetings(meeting(1, "Визит"), meeting(2))))  # type: ignore[operator]
    (outcome,) = house.refresh().deliveries
    assert outcome.rows_accepted == 2
    assert house.ask("select title from landing.meetings order by _row_number") == [("Визит",), ("A visit",)]


def test_cells_land_with_their_types(house: House) -> None:
    house.drop(
        "trade_observations/a.csv",
        "\n".join(
            [
                TRADE,
                "d,Pakistan,Russia,export,1e9, 2024-09~ ,\u00a0money ,0.5,2024-09-18T10:00:00+05:00,NO",
                "d,iso3:PAK,NA,import,-1234.5,,,1,2024-09-18,",
                "d,cow:365,fips:RS,total,.5,,,0,2024-09-18 10:00:00.25Z,yes",
            ]
        ),
    )
    house.refresh()
    assert house.ask(
        "select reporter, partner, value, period, unit, confidence, recorded_at::varchar, retracted "
        "from landing.trade_observations order by _row_number"
    ) == [
        ("Pakistan", "Russia", 1e9, "2024-09~", "money", 0.5, "2024-09-18 05:00:00", False),
        ("iso3:PAK", "NA", -1234.5, None, None, 1.0, "2024-09-18 00:00:00", None),
        ("cow:365", "fips:RS", 0.5, None, None, 0.0, "2024-09-18 10:00:00.25", True),
    ]
    assert house.ask(
        "select edtf_text, earliest::varchar, latest::varchar, precision, is_approximate from reference.edtf"
    ) == [("2024-09~", "2024-09-01", "2024-09-30", "month", True)]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("value", "1,5"),
        ("value", "1_000"),
        ("value", "1 000"),
        ("value", "inf"),
        ("value", "nan"),
        ("value", "1e999"),
        ("value", "0x10"),
        ("value", ""),
        ("confidence", "1.01"),
        ("confidence", "-0.1"),
        ("recorded_at", "18.09.2024"),
        ("recorded_at", "2024-02-30"),
        ("recorded_at", "today"),
        ("retracted", "maybe"),
        ("period", "2024-02-30"),
        ("period", "2024/09"),
        ("direction", "Export"),
        ("reporter", "iso9:PAK"),
        ("reporter", "iso3:PAKI"),
        ("partner", "comtrade:USA"),
        ("document_id", "Doc 1"),
        ("document_id", "x" * 121),
    ],
)
def test_what_breaks_the_contract_is_quarantined(house: House, column: str, cell: str) -> None:
    good = dict(zip(TRADE.split(","), GOOD_TRADE.split(","), strict=True))
    row = ",".join(f'"{value}"' for value in (good | {column: cell}).values())
    house.drop("trade_observations/a.csv", f"{TRADE}\n{','.join(good.values())}\n{row}\n")
    house.refresh()
    assert rejected(house) == [(2, column, cell)]
    assert house.ask("select count(*) from landing.trade_observations") == [(1,)]


@pytest.mark.parametrize(
    "cell", ["Congo", "Narnia", "NA", "World", "Côte d'Ivoire", "Serbia: and Montenegro", "iso3:ZZZ"]
)
def test_a_country_that_is_unknown_or_ambiguous_is_no_broken_cell(house: House, cell: str) -> None:
    house.drop("trade_observations/a.csv", f'{TRADE}\nd,"{cell}",Russia,export,1,2024,money,1,,\n')
    house.refresh()
    assert house.ask("select reporter from landing.trade_observations") == [(cell,)]


def test_a_row_must_fill_one_of_a_group(house: House) -> None:
    house.drop("trade_observations/a.csv", f"{TRADE}\nd,,Russia,export,1,2024,money,1,,\n")
    house.refresh()
    assert rejected(house, "row_number, column_name, expected") == [(1, "reporter", "a value in reporter or country_a")]


def test_a_retraction_needs_only_its_key_and_its_document(house: House) -> None:
    house.drop(
        "meetings/a.csv",
        meetings(
            "doc-1,meeting-1,,,,true",
            "doc-1,,,,,true",
            ",meeting-3,,,,true",
            "doc-1,meeting-4,,,,false",
            "doc-1,meeting-5,,,not a date,true",
            header="document_id,meeting_id,kind,title,started,retracted",
        ),
    )
    house.refresh()
    assert house.ask("select meeting_id, retracted from landing.meetings") == [("meeting-1", True)]
    assert {(row, column) for row, column, _ in rejected(house)} == {
        (2, "meeting_id"),
        (3, "document_id"),
        (4, "kind"),
        (5, "started"),
    }


def test_a_file_of_retractions_may_lack_the_other_columns(house: House) -> None:
    house.drop("meetings/a.csv", "document_id,meeting_id,retracted\nd,m-1,true\nd,m-2,1\n")
    house.drop("meetings/b.csv", "document_id,meeting_id,retracted\nd,m-1,true\nd,m-2,false\n")
    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert outcomes["meetings/a.csv"].rows_accepted == 2
    assert outcomes["meetings/b.csv"].status is OutcomeStatus.REFUSED
    assert "kind" in outcomes["meetings/b.csv"].reason


def test_claims_that_differ_and_rows_that_are_the_same_are_all_kept(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1, "A"), meeting(1, "B"), meeting(1, "A")))
    house.refresh()
    assert house.ask("select count(*) from landing.meetings") == [(3,)]


def test_unknown_columns_are_kept_and_reported(house: House) -> None:
    house.drop(
        "meetings/a.csv",
        meetings(
            'doc-1,meeting-1,visit,T,2024,"x ""y""",',
            "doc-1,meeting-2,visit,T,2024,,",
            header='document_id,meeting_id,kind,title,started,it\'s "odd",titel2'.replace('"odd"', "odd"),
        ),
    )
    house.refresh()
    rows = house.ask("select _extra from landing.meetings order by _row_number")
    assert json.loads(rows[0][0]) == {"it's odd": 'x "y"'}
    assert rows[1] == (None,)
    assert house.ask("select column_name from ops.extra_columns order by 1") == [("it's odd",), ("titel2",)]
    assert "it's odd, titel2" in house.report("meetings/a.csv.report.txt")


def test_a_near_miss_of_an_optional_column_is_pointed_out(house: House) -> None:
    house.drop(
        "meetings/a.csv", meetings("d,m,visit,T,2024,x", header="document_id,meeting_id,kind,title,startd,modalty")
    )
    house.refresh()
    report = house.report("meetings/a.csv.report.txt")
    assert "did you mean started?" in report
    assert "did you mean modality?" in report


def test_a_missing_required_column_refuses_the_delivery_and_nothing_else(house: House) -> None:
    house.drop("meetings/a.csv", "document_id,meeting_id,titel\nd,m,t\n")
    house.drop("meetings/b.csv", meetings(meeting(1)))
    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert outcomes["meetings/a.csv"].status is OutcomeStatus.REFUSED
    assert outcomes["meetings/b.csv"].rows_accepted == 1
    assert house.ask(
        "select status, rows_read, rows_accepted, rows_rejected from ops.deliveries where status = 'refused'"
    ) == [("refused", 0, 0, 0)]
    assert "kind" in house.report("meetings/a.csv.report.txt")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (meetings(meeting(1)).replace(",", ";"), "semicolons"),
        (meetings(meeting(1)).encode("utf-16"), "UTF-16"),
        (meetings(meeting(1), meeting(2, "визит")).encode("cp1251"), "row 2 holds bytes that are not UTF-8"),
        (b"", "empty"),
        (b"PK\x03\x04", "Excel"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_advice(house: House, content: str | bytes, says: str) -> None:
    house.drop("meetings/a.csv", content)
    (outcome,) = house.refresh().deliveries
    assert outcome.status is OutcomeStatus.REFUSED
    assert says in outcome.reason
    assert says in house.report("meetings/a.csv.report.txt")
    assert house.ask("select status, reason from ops.deliveries") == [("refused", outcome.reason)]


def test_a_header_without_rows_is_a_delivery_without_rows(house: House) -> None:
    house.drop("meetings/a.csv", meetings())
    (outcome,) = house.refresh().deliveries
    assert (outcome.status, outcome.rows_read) == (OutcomeStatus.NEW, 0)
    assert "no rows in it" in house.report("meetings/a.csv.report.txt")


def test_the_report_says_what_to_do(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1), "doc-1,meeting-2,vist,B,2024"))
    house.refresh()
    (delivery_id,) = house.ask("select delivery_id from ops.deliveries")[0]
    report = house.report("meetings/a.csv.report.txt")
    assert report.splitlines()[:5] == [
        "meetings/a.csv",
        "Accepted: 1 of 2 rows. In quarantine: 1.",
        "",
        "In quarantine:",
        "  row 2, kind: found 'vist', expected one of visit, bilateral_talks, summit, courtesy_call, press_conference, "
        "ministerial, conference, call, other (required)",
    ]
    assert delivery_id in report
    assert "correct these rows and save the file" in report


def test_a_report_stays_short_however_much_is_broken(house: House) -> None:
    house.drop("meetings/a.csv", meetings(*(f"doc-1,meeting-{n},vist,B,2024" for n in range(500))))
    (outcome,) = house.refresh().deliveries
    report = house.report("meetings/a.csv.report.txt")
    assert outcome.rows_rejected == 500
    assert "and 450 more broken cells" in report
    assert len(report.splitlines()) < 70


def test_all_of_a_large_file_may_be_broken(house: House) -> None:
    """Of more rows than DuckDB has in a row group, which it writes on another way: none is lost, nothing is slow."""
    count = 130_000
    house.drop("meetings/a.csv", meetings(*(f"doc-1,meeting-{n},vist,B,year {n}" for n in range(1, count + 1))))
    (outcome,) = house.refresh().deliveries
    assert (outcome.status, outcome.rows_read, outcome.rows_rejected) == (OutcomeStatus.NEW, count, count), outcome
    assert house.ask(
        """
        select count(*), count(distinct row_number),
            count(*) filter (column_name = 'kind' and found = 'vist' and expected like 'one of visit, %'),
            count(*) filter (column_name = 'started' and found = 'year ' || row_number and expected like 'a date %: %'),
            count(*) filter (raw_row = format('doc-1,meeting-{0},vist,B,year {0}', row_number))
        from ops.rejected_rows
        """
    ) == [(2 * count, count, count, count, 2 * count)]
    assert house.ask("select column_name from ops.rejected_rows limit 4") == [("kind",), ("started",)] * 2


def test_a_large_file_keeps_the_order_of_its_rows(house: House) -> None:
    rows = [f"doc-1,meeting-{number},visit,T,2024" for number in range(1, 300_001)]
    rows[250_000] = "doc-1,M,visit,T,2024"
    house.drop("meetings/a.csv", meetings(*rows))
    (outcome,) = house.refresh().deliveries
    assert (outcome.rows_read, outcome.rows_rejected) == (300_000, 1)
    assert house.ask("select count(*) from landing.meetings where meeting_id <> 'meeting-' || _row_number") == [(0,)]
    assert rejected(house, "row_number, raw_row") == [(250_001, "doc-1,M,visit,T,2024")]


def test_a_count_that_does_not_add_up_loads_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1), "doc-1,meeting-2,vist,B,2024"))
    house.drop("meetings/b.csv", meetings(meeting(3)))
    monkeypatch.setattr("orchestration.ingestion.loading.write_rejected_rows", lambda *_: None)
    outcomes = {outcome.paths[0]: outcome for outcome in house.refresh().deliveries}
    assert outcomes["meetings/a.csv"].status is OutcomeStatus.REFUSED
    assert "2 rows were read, but 1 loaded and 0 quarantined" in outcomes["meetings/a.csv"].reason
    assert outcomes["meetings/b.csv"].rows_accepted == 1
    assert house.ask("select meeting_id from landing.meetings") == [("meeting-3",)]
