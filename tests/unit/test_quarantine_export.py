"""Open rows of quarantine as a table for a spreadsheet: their cells as they stood, and nothing that calculates."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.archive import Archive
from orchestration.publication.quarantine import Exported, NotRepairableError, export
from orchestration.settings import Settings

Rejected = tuple[str, str, int, str, str, str, str, str | None, str]
"""Delivery, file, row, column, found, expected, original row, the row that it corrects, resolution."""


def publish(settings: Settings, files: Sequence[tuple[str, str, str, str]], rejected: Sequence[Rejected]) -> None:
    """Publish the tables that an export reads; a file is a delivery of a feed at a path with a content."""
    archive = Archive(settings.archive)
    with duckdb.connect(str(_folder(settings.serving) / "warehouse.duckdb")) as con:
        con.execute("create schema evidence")
        con.execute("create table evidence.files (delivery_id varchar, sha256 varchar, original_path varchar)")
        con.execute("create table evidence.deliveries (delivery_id varchar, feed varchar, received_at timestamp)")
        con.execute(
            "create table evidence.rejected_rows (delivery_id varchar, feed varchar, file_sha256 varchar, "
            "row_number bigint, column_name varchar, found varchar, expected varchar, raw_row varchar, "
            "rejected_row_id varchar, corrects_row_id varchar, resolution varchar)"
        )
        for number, (delivery, feed, path, content) in enumerate(files):
            con.execute("insert into evidence.files values (?, ?, ?)", [delivery, _sha256(content), path])
            con.execute(
                "insert into evidence.deliveries values (?, ?, timestamp '2026-01-01' + to_days(?))",
                [delivery, feed, number],
            )
            target = archive.path_of(_sha256(content))
            _folder(target.parent)
            target.write_text(content, encoding="utf-8")
        for delivery, content, row, column, found, expected, raw, corrects, resolution in rejected:
            con.execute(
                "insert into evidence.rejected_rows values (?, 'meetings', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [delivery, _sha256(content), row, column or None, found, expected, raw, f"r-{delivery}-{row}", corrects,
                 resolution],
            )  # fmt: skip


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def exported(settings: Settings, path: Path) -> tuple[Exported, list[dict[str, str]]]:
    outcome = export(settings, "meetings", path)
    return outcome, list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


A = 'document_id,meeting_id,kind,title,remark\nd,m-1,feast,"=1+1, ""x""",-5\nd,m-2,visit\n'
WHY = "one of visit"


def test_a_row_is_written_as_it_stood_and_calculates_nothing(settings: Settings, tmp_path: Path) -> None:
    first: Rejected = ("d1", A, 1, "kind", "feast", WHY, 'd,m-1,feast,"=1+1, ""x""",-5', None, "open")
    short: Rejected = ("d1", A, 2, "", "3 cells", "5 cells", "d,m-2,visit", None, "open")
    done: Rejected = ("d1", A, 3, "kind", "x", WHY, "d,m-3,x,,", None, "corrected")
    publish(settings, [("d1", "meetings", "meetings/a.csv", A)], [first, short, done])
    outcome, (row, cut) = exported(settings, tmp_path / "out.csv")
    assert outcome == Exported(row_count=2, elsewhere=())
    assert (row["title"], row["remark"], row["kind"]) == ('\'=1+1, "x"', "-5", "feast")
    assert row["_reason"] == "kind: found feast, expected one of visit"
    assert (row["_file"], row["_row"], row["_original_row"]) == ("meetings/a.csv", "1", "")
    assert (cut["meeting_id"], cut["_original_row"], cut["_rejected_row"]) == ("m-2", "d,m-2,visit", "r-d1-2")


def test_the_last_attempt_is_shown_under_the_row_that_it_was_to_correct(settings: Settings, tmp_path: Path) -> None:
    again = "document_id,meeting_id,kind,title,_rejected_row\nd,m-1,party,'=1+1,r-d1-1\n"
    publish(
        settings,
        [("d1", "meetings", "meetings/a.csv", A), ("d2", "meetings", "meetings/again.csv", again)],
        [
            ("d1", A, 1, "kind", "feast", WHY, "d,m-1,feast,=1+1,", None, "open"),
            ("d2", again, 1, "kind", "party", WHY, "d,m-1,party,'=1+1,r-d1-1", "r-d1-1", "attempt"),
        ],
    )
    outcome, (row,) = exported(settings, tmp_path / "out.csv")
    assert outcome.row_count == 1
    assert (row["kind"], row["title"], row["_rejected_row"]) == ("party", "'=1+1", "r-d1-1")
    assert row["_file"] == "meetings/a.csv"


def test_records_become_cells_and_what_cannot_be_split_stays_whole(settings: Settings, tmp_path: Path) -> None:
    lines = "no matter\n"
    publish(
        settings,
        [("d1", "meetings", "meetings/a.ndjson", lines)],
        [
            ("d1", lines, 1, "kind", "feast", WHY, '{"kind":"feast","title":"@x","n":1.50,"a":null}', None, "open"),
            ("d1", lines, 2, "", "half", "a record", '{"kind":', None, "open"),
        ],
    )
    _, (row, half) = exported(settings, tmp_path / "out.csv")
    assert (row["kind"], row["title"], row["n"]) == ("feast", "'@x", "1.50")
    assert (half["kind"], half["_original_row"]) == ("", '{"kind":')


def test_rows_of_dossiers_are_corrected_where_they_stand(settings: Settings, tmp_path: Path) -> None:
    publish(
        settings,
        [("d1", "dossiers", "dossiers/a.yaml", "document: {id: a}\n")],
        [("d1", "document: {id: a}\n", 1, "kind", "feast", WHY, "{kind: feast}", None, "open")],
    )
    assert export(settings, "meetings", tmp_path / "out.csv") == Exported(row_count=0, elsewhere=("dossiers/a.yaml",))
    assert not (tmp_path / "out.csv").exists()


def test_a_table_that_somebody_may_be_at_work_on_is_not_overwritten(settings: Settings, tmp_path: Path) -> None:
    row: Rejected = ("d1", A, 1, "kind", "feast", WHY, "d,m-1,feast,x,", None, "open")
    publish(settings, [("d1", "meetings", "meetings/a.csv", A)], [row])
    exported(settings, tmp_path / "out.csv")
    with pytest.raises(FileExistsError):
        export(settings, "meetings", tmp_path / "out.csv")


@pytest.mark.parametrize(("feed", "words"), [
    ("state_visits", "next release"), ("gdelt_events", "next release"), ("dossiers", "own file"), ("x", "No feed"),
])  # fmt: skip
def test_what_does_not_come_back_as_a_table_says_how_it_does(
    settings: Settings, tmp_path: Path, feed: str, words: str
) -> None:
    with pytest.raises(NotRepairableError, match=words):
        export(settings, feed, tmp_path / "out.csv")
