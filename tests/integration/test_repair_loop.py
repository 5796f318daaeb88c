"""What was put into quarantine comes back corrected: the ledger's half of the loop."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingestion_house import House, meeting, meetings

from orchestration.ingestion.readers.columns import OF_REJECTS
from tests.workbooks import workbook

HEADER = (
    "document_id",
    "meeting_id",
    "kind",
    "title",
    "started",
    "_reason",
    "_file",
    "_row",
    "_original_row",
    "_rejected_row",
)


def rejects(*rows: tuple[str, ...]) -> str:
    """Return a table as `make rejects` writes it, corrected."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(HEADER)
    table.writerows(rows)
    return "\ufeff" + text.getvalue()


def row(number: int, *, title: str = "A visit", started: str = "2024-09", names: str = "r-1") -> tuple[str, ...]:
    why = ("started: found 2024-09-31", "meetings/a.csv", "1", "")
    return ("doc-1", f"meeting-{number}", "visit", title, started, *why, names)


def test_a_corrected_row_is_an_ordinary_row_that_says_what_it_corrects(house: House) -> None:
    house.drop("meetings/corrected.csv", rejects(row(1), row(2, names="r-2")))
    (outcome,) = house.refresh().deliveries
    assert (outcome.rows_read, outcome.rows_accepted) == (2, 2)
    assert house.ask("select row_number, rejected_row_id from ops.corrections order by all") == [(1, "r-1"), (2, "r-2")]
    assert house.ask("select distinct _extra from landing.meetings") == [(None,)]
    assert house.ask("select column_name from ops.extra_columns") == []


def test_a_row_that_is_still_broken_says_so_again_and_the_others_come_in(house: House) -> None:
    house.drop("meetings/corrected.csv", rejects(row(1), row(2, started="2024-09-31", names="r-2")))
    (outcome,) = house.refresh().deliveries
    assert (outcome.rows_accepted, outcome.rows_rejected) == (1, 1)
    assert house.ask("select row_number, column_name from ops.rejected_rows") == [(2, "started")]
    assert house.ask("select rejected_row_id from ops.corrections where row_number = 2") == [("r-2",)]


def test_what_kept_a_spreadsheet_from_calculating_is_taken_back_and_only_there(house: House) -> None:
    house.drop("meetings/corrected.csv", rejects(row(1, title="'=1+1"), row(2, title="'s-Hertogenbosch")))
    house.drop("meetings/plain.csv", meetings(meeting(3, title="'=1+1")))
    house.refresh()
    assert house.ask("select meeting_id, title from landing.meetings order by all") == [
        ("meeting-1", "=1+1"),
        ("meeting-2", "'s-Hertogenbosch"),
        ("meeting-3", "'=1+1"),
    ]


def test_other_formats_may_carry_the_correction(house: House) -> None:
    house.drop(
        "meetings/corrected.ndjson",
        '{"document_id":"doc-1","meeting_id":"meeting-1","kind":"visit","title":"\'@x",'
        '"_rejected_row":"r-1","_reason":"no matter"}\n',
    )
    house.refresh()
    assert house.ask("select title, _extra from landing.meetings") == [("@x", None)]
    assert house.ask("select rejected_row_id from ops.corrections") == [("r-1",)]
    assert house.ask("select column_name from ops.extra_columns") == []


@pytest.mark.parametrize("name", ["corrected.xlsx", "corrected.parquet"])
def test_tables_with_types_may_carry_the_correction(house: House, name: str) -> None:
    rows = [row(1, title="'=1+1"), row(2, started="2024-09-31", names="r-2")]
    if name.endswith(".xlsx"):
        content, numbers = workbook({"meetings": [HEADER, *rows]}), (2, 3)
    else:
        data = io.BytesIO()
        pq.write_table(pa.table(dict(zip(HEADER, map(list, zip(*rows, strict=True)), strict=True))), data)
        content, numbers = data.getvalue(), (1, 2)
    house.drop(f"meetings/{name}", content)
    (outcome,) = house.refresh().deliveries
    assert (outcome.rows_accepted, outcome.rows_rejected) == (1, 1)
    assert house.ask("select title, _extra from landing.meetings") == [("=1+1", None)]
    assert house.ask("select row_number, rejected_row_id from ops.corrections order by all") == [
        (numbers[0], "r-1"),
        (numbers[1], "r-2"),
    ]
    assert house.ask("select column_name from ops.extra_columns") == []


def test_a_rebuild_keeps_what_corrects_what(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1), "doc-1,meeting-4,visit,No such day,2024-09-31"))
    house.drop("meetings/corrected.csv", rejects(row(4), row(5, started="never", names="r-2")))
    house.refresh()
    before = house.facts(), house.ask("from ops.corrections order by all")
    house.rebuild()
    assert (house.facts(), house.ask("from ops.corrections order by all")) == before
    assert len(before[1]) == 2


def test_the_columns_of_rejects_are_no_data_even_where_the_link_was_deleted(house: House) -> None:
    house.drop(
        "meetings/corrected.csv",
        "document_id,meeting_id,kind,title,_reason,_file,_row\ndoc-1,meeting-1,visit,A visit,x,y,1\n",
    )
    house.refresh()
    assert house.ask("select _extra from landing.meetings") == [(None,)]
    assert set(OF_REJECTS) == {name for name in HEADER if name.startswith("_")}
