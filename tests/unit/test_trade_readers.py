"""What replies of UN Comtrade and the names of published files say of themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.contracts import FEEDS, Mode
from orchestration.ingestion.published_names import release_of, require_classification
from orchestration.ingestion.readers import comtrade
from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source
from orchestration.ingestion.refusal import Refused
from tests.trade_files import figure, reply


def content_of(tmp_path: Path, text: str) -> FileContent:
    path = tmp_path / "reply.json"
    path.write_text(text, encoding="utf-8")
    return comtrade.read(Source(path=path, name="reply.json", contract=FEEDS["comtrade"], dataset_key="reply"))


def test_numbers_of_a_reply_stay_as_they_are_written(tmp_path: Path) -> None:
    text = reply(figure()).replace("1000.0", "6804128143.10")
    (row,) = content_of(tmp_path, text).rows
    assert not isinstance(row, BrokenRow)
    assert row.values["primaryValue"] == "6804128143.10"
    assert row.values["isReported"] == "true"
    assert row.values["netWgt"] is None
    assert json.loads(row.raw)["cmdCode"] == "TOTAL"


@pytest.mark.parametrize("count", [comtrade.PREVIEW_ROWS, comtrade.MOST_ROWS])
def test_a_reply_that_ends_where_replies_stop_may_be_cut_off(tmp_path: Path, count: int) -> None:
    assert f"exactly {count:,} rows" in content_of(tmp_path, reply(*([{}] * count))).cut_off


def test_a_reply_that_says_it_has_more_rows_may_be_cut_off(tmp_path: Path) -> None:
    assert "says that it has 7 rows, but has 1" in content_of(tmp_path, reply(figure(), count=7)).cut_off
    assert content_of(tmp_path, reply(figure())).cut_off == ""


def test_a_reply_of_nothing_has_no_rows(tmp_path: Path) -> None:
    assert list(content_of(tmp_path, reply()).rows) == []
    assert list(content_of(tmp_path, reply(data=None)).rows) == []


def test_something_else_among_the_rows_breaks_only_itself(tmp_path: Path) -> None:
    rows = list(content_of(tmp_path, reply(figure(), "?", figure())).rows)  # type: ignore[arg-type]
    assert [isinstance(row, BrokenRow) for row in rows] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body>Sign in</body></html>", "web page"),
        ("", "no reply of the API"),
        ("[]", "no reply of the API"),
        (reply(figure(), figure())[:-400], "cut off, after 1 rows"),
        (reply(error="Invalid period"), "error: Invalid period"),
        (reply(data=None, count=7), "without data"),
        ('{"statusCode": 429, "message": "Rate limit is exceeded"}', "without data: Rate limit is exceeded"),
        ("{" + '"data":[' + "[" * 100_000, "no reply of the API"),
    ],
)
def test_what_is_no_reply_with_data_is_refused_with_its_reason(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        list(content_of(tmp_path, text).rows)


def test_the_name_of_a_baci_file_says_which_release_it_is() -> None:
    release = release_of("baci", "baci/BACI_HS17_Y2020_V202202b.csv", None)
    assert (release.dataset_key, release.revision, release.mode) == ("HS17-2020", 2, Mode.REPLACE)
    # the vintage is a month; on its last day it was surely out
    assert release.as_of == datetime(2022, 2, 28, tzinfo=UTC)
    assert release_of("baci", "baci/BACI_HS17_Y2020_V202201_extract.csv", None).mode is Mode.EXTRACT
    assert release_of("baci", "baci/BACI_HS92_V202501.zip", None).dataset_key == "HS92"
    assert release_of("baci", "baci/BACI_HS17_Y2020_V202213.csv", None).dataset_key is None


def test_the_name_of_a_bulk_file_or_the_query_of_a_reply_says_what_is_whole() -> None:
    named = release_of("comtrade", "comtrade/COMTRADE-FINAL-CA504202001H5[2023-01-03].gz", None)
    assert named.dataset_key == "FINAL-C-A-504-202001-H5"
    assert (named.as_of, named.mode) == (datetime(2023, 1, 3, tzinfo=UTC), Mode.REPLACE)
    asked = release_of("comtrade", "comtrade/reply.json", {"query": {"period": "2020", "reporterCode": "352"}})
    assert (asked.dataset_key, asked.mode) == ('{"period": "2020", "reporterCode": "352"}', Mode.REPLACE)
    assert release_of("comtrade", "comtrade/reply.json", None).mode is None


def test_a_table_of_baci_that_says_its_classification_nowhere_is_refused() -> None:
    require_classification("baci", "HS17-2020")
    with pytest.raises(Refused, match="said nowhere"):
        require_classification("baci", "baci")
