"""What becomes of files: new, unchanged, edited, reverted, renamed, growing, killed half-way."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from ingestion_house import MEETINGS_HEADER, House, meeting, meetings, parquet

from orchestration import ingestion
from orchestration.ingestion import OutcomeStatus
from orchestration.ingestion.archive import Archive
from orchestration.ingestion.loading import Loader
from orchestration.row_groups import FULL as ROW_GROUP

NEW, UNCHANGED, REFUSED, WAITING = (
    OutcomeStatus.NEW,
    OutcomeStatus.UNCHANGED,
    OutcomeStatus.REFUSED,
    OutcomeStatus.WAITING,
)


def statuses(result: ingestion.IngestResult) -> list[OutcomeStatus]:
    return [outcome.status for outcome in result.deliveries]


def test_a_second_run_over_the_same_files_does_nothing_and_says_so(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(2)))
    house.drop("meetings/bad.csv", "document_id;meeting_id;kind\n")

    assert sorted(statuses(house.refresh())) == [NEW, NEW, REFUSED]
    before = house.facts()
    for reread in (False, True):
        again = house.refresh(reread=reread)
        assert statuses(again) == [UNCHANGED] * 3
        assert sorted(str(outcome.standing) for outcome in again.deliveries) == ["loaded", "loaded", "refused"]
        assert house.facts() == before


def test_an_edited_file_is_a_new_delivery_and_the_old_one_stays(house: House) -> None:
    path = "meetings/a.csv"
    house.drop(path, meetings(meeting(1, "First")))
    house.refresh()
    house.drop(path, meetings(meeting(1, "Second")))

    assert statuses(house.refresh()) == [NEW]
    assert house.ask("select title from landing.meetings order by _loaded_at") == [("First",), ("Second",)]
    assert house.ask("select count(distinct delivery_id), count(distinct dataset_key) from ops.deliveries") == [(2, 1)]


def test_a_file_that_returns_to_its_old_content_is_delivered_again(house: House) -> None:
    path = "meetings/a.csv"
    for title in ("First", "Second", "First"):
        house.drop(path, meetings(meeting(1, title)))
        assert statuses(house.refresh()) == [NEW]

    titles = house.ask(
        "select title from landing.meetings join ops.deliveries on _delivery_id = delivery_id order by as_of"
    )
    assert titles == [("First",), ("Second",), ("First",)]
    assert statuses(house.refresh()) == [UNCHANGED]


def test_a_dated_file_that_is_edited_and_reverted_gets_revisions(house: House) -> None:
    path = "meetings/2024-09-18.csv"
    for title in ("First", "Second", "First"):
        house.drop(path, meetings(meeting(1, title)))
        assert statuses(house.refresh()) == [NEW]
        assert statuses(house.refresh()) == [UNCHANGED]

    rows = house.ask(
        "select title, as_of::date::varchar, revision, is_as_of_stated from landing.meetings "
        "join ops.deliveries on _delivery_id = delivery_id order by revision"
    )
    assert rows == [(title, "2024-09-18", place, True) for place, title in enumerate(("First", "Second", "First"))]


def test_the_same_bytes_under_another_name_count_once(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    house.drop("meetings/copy.csv", meetings(meeting(1)))

    result = house.refresh()
    assert statuses(result) == [UNCHANGED]
    assert result.deliveries[0].paths == ("meetings/a.csv", "meetings/copy.csv")
    assert house.ask("select count(*) from landing.meetings") == [(1,)]
    assert "received as meetings/a.csv" in house.report("meetings/copy.csv.report.txt")


def test_the_same_bytes_in_two_feeds_are_two_deliveries(house: House) -> None:
    header = "document_id\n"
    house.drop("meetings/a.csv", header)
    house.drop("topics/a.csv", header)

    assert len(house.refresh().deliveries) == 2


def test_a_renamed_file_that_is_then_edited_is_new(house: House) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    path.rename(path.with_name("b.csv"))
    assert statuses(house.refresh()) == [UNCHANGED]
    house.drop("meetings/b.csv", meetings(meeting(1, "Edited")))
    assert statuses(house.refresh()) == [NEW]
    house.drop("meetings/b.csv", meetings(meeting(1)))
    assert statuses(house.refresh()) == [NEW]


def test_a_refused_edit_leaves_what_was_loaded_and_its_undoing_changes_nothing(house: House) -> None:
    path = "meetings/a.csv"
    house.drop(path, meetings(meeting(1)))
    house.refresh()
    house.drop(path, "document_id;meeting_id;kind\n")
    assert statuses(house.refresh()) == [REFUSED]
    assert "REFUSED" in house.report("meetings/a.csv.report.txt")
    house.drop(path, meetings(meeting(1)))
    assert statuses(house.refresh()) == [UNCHANGED]
    assert "Accepted: 1 of 1 row." in house.report("meetings/a.csv.report.txt")
    assert house.ask("select count(*) from landing.meetings") == [(1,)]


def test_a_deleted_file_takes_nothing_away(house: House) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    path.unlink()
    assert house.refresh().deliveries == ()
    house.rebuild()
    assert house.ask("select count(*) from landing.meetings") == [(1,)]


@pytest.mark.parametrize(
    "name", ["a[1].csv", "a*.csv", "what?.csv", 'it\'s "so".csv', "привет 🤝.csv", "{a,b}.csv", "-x.csv"]
)
def test_names_that_mean_something_to_a_shell_or_to_duckdb_are_only_names(house: House, name: str) -> None:
    house.drop("meetings/a1.csv", meetings(meeting(1)))
    house.drop(f"meetings/{name}", meetings(meeting(2, "Oddly named"), meeting(3, "Too")))

    assert statuses(house.refresh()) == [NEW, NEW]
    rows = house.ask(
        "select title, original_path from landing.meetings join ops.files on _delivery_id = delivery_id "
        "where meeting_id <> 'meeting-1' order by all"
    )
    assert rows == [("Oddly named", f"meetings/{name}"), ("Too", f"meetings/{name}")]
    assert house.report(f"meetings/{name}.report.txt").startswith(f"meetings/{name}\n")


def test_a_growing_file_waits(house: House) -> None:
    house.settings = type(house.settings)(raw=house.settings.raw, home=house.settings.home, settle_seconds=60)
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/still.csv", meetings(meeting(2)))

    def grow(seconds: float) -> None:
        assert 0 < seconds <= 60
        with path.open("a") as file:
            file.write(meeting(3) + "\n")

    result = house.refresh(sleep=grow)
    assert {outcome.paths[0]: outcome.status for outcome in result.deliveries} == {
        "meetings/a.csv": WAITING,
        "meetings/still.csv": NEW,
    }
    assert "being written" in next(o.reason for o in result.deliveries if o.status is WAITING)
    house.settings = type(house.settings)(raw=house.settings.raw, home=house.settings.home, settle_seconds=0)
    house.refresh()
    assert house.ask("select count(*) from landing.meetings") == [(3,)]


def test_a_file_that_changes_while_it_is_copied_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    opened = os.fdopen

    def open_and_grow(descriptor: int, mode: str) -> object:
        reader = opened(descriptor, mode)
        original = reader.read

        class Reader:
            def __enter__(self) -> Reader:
                return self

            def __exit__(self, *_: object) -> None:
                reader.close()

            def fileno(self) -> int:
                return reader.fileno()

            def read(self, size: int) -> bytes:
                data = original(size)
                if data:
                    with path.open("a") as file:
                        file.write("x")
                return data

        return Reader()

    monkeypatch.setattr("orchestration.ingestion.archive.os.fdopen", open_and_grow)
    assert statuses(house.refresh()) == [WAITING]
    monkeypatch.undo()
    assert house.ask("select count(*) from ops.deliveries") == [(0,)]


@pytest.mark.parametrize("name", ["b.csv.part", "b.csv.tmp", "b.csv.crdownload"])
def test_temporary_names_wait(house: House, name: str) -> None:
    house.drop(f"meetings/{name}", meetings(meeting(1)))
    assert statuses(house.refresh()) == [WAITING]


def test_what_is_no_plain_file_of_a_feed_is_listed_and_never_fatal(house: House, tmp_path: Path) -> None:
    raw = house.settings.raw
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text(meetings(meeting(9)))
    house.drop("meetings/good.csv", meetings(meeting(1)))
    (raw / "meetings" / "link.csv").symlink_to(elsewhere)
    (raw / "meetings" / "loop").symlink_to(raw)
    (raw / "meetings" / "folder.csv").mkdir()
    with socket.socket(socket.AF_UNIX) as plug:
        here = Path.cwd()
        os.chdir(raw / "meetings")
        plug.bind("plug.csv")
        os.chdir(here)
    os.mkfifo(raw / "meetings" / "pipe.csv")
    house.drop("meetings/sheet.ods", b"PK")
    house.drop("foo/bar.xls", b"x")
    house.drop("meeting/a.csv", meetings(meeting(2)))
    house.drop("stray.csv", "x")
    with open(os.fsencode(raw) + b"/meetings/\xff.csv", "wb") as file:  # noqa: PTH123 - no text can name it
        file.write(b"x")
    for silent in ("README.md", "_template.csv", ".hidden.csv", "~$a.csv", "dossier.schema.json", "old.csv.report.txt"):
        house.drop(f"meetings/{silent}", "x")

    result = house.refresh()
    assert statuses(result) == [NEW]
    reasons = {ignored.path: ignored.reason for ignored in result.ignored}
    assert set(reasons) == {
        "foo/bar.xls",
        "meeting/a.csv",
        "meetings/\\xff.csv",
        "meetings/folder.csv",
        "meetings/link.csv",
        "meetings/loop",
        "meetings/pipe.csv",
        "meetings/plug.csv",
        "meetings/sheet.ods",
        "stray.csv",
    }
    assert "did you mean meetings" in reasons["meeting/a.csv"]
    assert "Excel workbook (.xlsx)" in reasons["meetings/sheet.ods"]
    assert "link" in reasons["meetings/link.csv"]
    assert str(result.ignored[0]) == "foo/bar.xls: not read: no feed is called foo"
    assert str(result.ignored[0]) in house.log


def test_an_unreadable_file_stops_nothing_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    secret = house.drop("meetings/secret.csv", meetings(meeting(2)))
    opened = os.open

    def refuse(path: Path, flags: int, *rest: int, **keywords: int) -> int:
        if path == secret:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *rest, **keywords)

    monkeypatch.setattr("orchestration.ingestion.archive.os.open", refuse)
    result = house.refresh()
    assert statuses(result) == [NEW]
    assert [ignored.path for ignored in result.ignored] == ["meetings/secret.csv"]


def test_a_run_killed_between_archive_and_commit_is_completed_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1), "doc-1,meeting-2,nonsense,,"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Loader, "_load_together", die)
        with pytest.raises(KeyboardInterrupt):
            house.refresh()
    assert house.ask("select count(*) from ops.deliveries") == [(0,)]
    (house.settings.raw / "meetings" / "a.csv").unlink()

    result = house.refresh()
    assert statuses(result) == [NEW]
    assert house.ask("select rows_read, rows_accepted, rows_rejected from ops.deliveries") == [(2, 1, 1)]
    assert statuses(house.refresh()) == []


def test_a_run_killed_within_a_commit_leaves_nothing_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("orchestration.ingestion.loading.ledger.write", die)
        with pytest.raises(KeyboardInterrupt):
            house.refresh()
    assert house.ask("select count(*) from landing.meetings") == [(0,)]
    house.refresh()
    assert house.ask("select count(*) from landing.meetings") == [(1,)]


def test_the_archive_keeps_each_content_once_with_a_sidecar(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(1)))
    house.refresh()
    files = [path for path in (house.settings.archive / "files").rglob("*") if path.is_file()]
    content = next(path for path in files if path.suffix == "")
    assert content.read_text() == meetings(meeting(1))
    assert content.parent.name == content.name[:2]
    assert json.loads(content.with_name(f"{content.name}.json").read_text()) == {
        "original_path": "meetings/a.csv",
        "received_at": "2026-01-01T00:01:00.000000Z",
        "byte_count": len(meetings(meeting(1))),
    }
    assert len(files) == 2
    assert not list((house.settings.archive / "incoming").iterdir())


def test_a_rebuild_gives_the_same_facts(house: House) -> None:
    for number in range(3):
        house.drop("meetings/a.csv", meetings(meeting(1, f"Title {number}"), "doc-1,meeting-2,nonsense,,"))
        house.drop(
            f"topics/{number}.csv", f"document_id,subject_kind,subject_id,topic,odd\nd,meeting,m,trade,{number}\n"
        )
        house.drop("meetings/bad.csv", f"document_id;meeting_id;{number}\n")
        house.refresh()
    before = house.facts()
    assert len(before["deliveries"]) == 9

    house.rebuild()
    assert house.facts() == before
    house.settings.warehouse.unlink()
    house.refresh()
    assert house.facts() == before


def test_a_damaged_database_is_moved_aside_and_rebuilt(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    before = house.facts()
    house.settings.warehouse.write_bytes(b"no database" * 1000)

    house.refresh()
    assert house.facts() == before
    (aside,) = house.settings.warehouse.parent.glob("*.unreadable-*.duckdb")
    assert aside.read_bytes().startswith(b"no database")
    assert any("moved to" in line for line in house.log)


def test_a_changed_contract_rebuilds_by_itself(house: House) -> None:
    house.drop("meetings/a.csv", meetings("doc-1,meeting-1,visit,A,2024", "doc-1,meeting-2,jamboree,B,2024"))
    house.refresh()
    assert house.ask("select rows_accepted, rows_rejected from ops.deliveries") == [(1, 1)]

    from dataclasses import replace

    contract = house.registry["meetings"]
    columns = tuple(
        replace(column, allowed=(*column.allowed, "jamboree")) if column.name == "kind" else column
        for column in contract.columns
    )
    house.registry = {**house.registry, "meetings": replace(contract, columns=columns)}
    house.refresh()
    assert house.ask("select rows_accepted, rows_rejected from ops.deliveries") == [(2, 0)]


def test_a_damaged_archive_refuses_its_delivery_on_replay(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("meetings/b.csv", meetings(meeting(2)))
    house.refresh()
    (sha256,) = house.ask("select sha256 from ops.files where original_path = 'meetings/a.csv'")[0]
    content = Archive(house.settings.archive).path_of(sha256)
    content.chmod(0o644)
    content.write_text(meetings(meeting(1, "Forged")))

    result = house.rebuild()
    assert sorted(statuses(result)) == [NEW, REFUSED]
    assert any("damaged in the archive" in outcome.reason for outcome in result.deliveries)


def test_feeds_limit_what_is_looked_at(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.drop("topics/a.csv", "document_id,subject_kind,subject_id,topic\nd,meeting,m,trade\n")
    assert [outcome.feed for outcome in house.refresh(feeds={"topics"}).deliveries] == ["topics"]


def test_a_run_for_one_feed_still_rebuilds_all_of_them(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    house.settings.warehouse.unlink()
    house.refresh(feeds={"topics"})
    assert house.ask("select count(*) from landing.meetings") == [(1,)]


def test_the_cursor_changes_with_files_and_only_with_them(house: House) -> None:
    def cursor() -> str:
        return ingestion.scan(house.settings).cursor

    empty = cursor()
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    one = cursor()
    assert one != empty
    assert cursor() == one
    house.drop("meetings/README.md", "not a fact")
    house.refresh()
    assert cursor() == one, "a report is no file of a feed"
    house.drop("meetings/a.csv.manifest.json", "{}")
    assert cursor() != one
    (house.settings.raw / "meetings/a.csv.manifest.json").unlink()
    assert cursor() == one
    content = path.read_bytes()
    path.unlink()
    assert cursor() == empty
    path.write_bytes(content)
    assert cursor() != empty


def test_a_young_file_is_not_settled(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    slow = type(house.settings)(raw=house.settings.raw, home=house.settings.home, settle_seconds=3600)
    assert not ingestion.scan(slow).is_settled
    assert ingestion.scan(house.settings).is_settled


def test_received_at_never_goes_back_with_the_clock(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.looks = 1000
    house.refresh()
    house.looks = 0
    house.drop("meetings/a.csv", meetings(meeting(1, "Later")))
    house.refresh()
    assert house.ask(
        "select title from landing.meetings join ops.deliveries on _delivery_id = delivery_id order by received_at"
    ) == [("A visit",), ("Later",)]


def test_known_files_are_not_read_again_unless_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1)))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    house.refresh()
    read: list[str] = []
    original = ingestion.refreshing.hash_of

    def noted(path: Path) -> str:
        read.append(path.name)
        return original(path)

    monkeypatch.setattr("orchestration.ingestion.refreshing.hash_of", noted)
    monkeypatch.setattr(Archive, "take_in", None)
    house.refresh()
    assert read == []
    house.refresh(reread=True)
    assert read == ["a.csv"]


def test_an_edit_that_keeps_size_and_time_is_found_by_reading_again(house: House) -> None:
    path = house.drop("meetings/a.csv", meetings(meeting(1, "AAAA")))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    house.refresh()
    house.drop("meetings/a.csv", meetings(meeting(1, "BBBB")))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert statuses(house.refresh()) == [UNCHANGED]
    assert statuses(house.refresh(reread=True)) == [NEW]


def test_reports_are_not_rewritten_without_need_and_come_back_when_deleted(house: House) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))
    house.refresh()
    report = house.settings.raw / "meetings/a.csv.report.txt"
    before = report.stat().st_mtime_ns
    house.refresh()
    assert report.stat().st_mtime_ns == before
    report.unlink()
    house.refresh()
    assert report.exists()


def test_a_raw_folder_that_cannot_be_written_is_a_warning(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.drop("meetings/a.csv", meetings(meeting(1)))

    def refuse(path: Path, _: str) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("orchestration.ingestion.reports.write", refuse)
    result = house.refresh()
    assert statuses(result) == [NEW]
    assert result.warnings == ("no report could be written into meetings (Permission denied): 1 left out",)


def test_many_small_files_share_commits_and_keep_their_own_rows(house: House) -> None:
    for number in range(120):
        rows = [f"doc-1,meeting-{number}-{row},visit,T,2024" for row in range(number % 4)]
        rows += ["doc-1,broken,visit,T"] if number % 40 == 7 else []
        rows += ["doc-1,NOT AN ID,visit,T,2024"] if number % 40 == 9 else []
        house.drop(f"meetings/{number:03}.csv", meetings(*rows) + "\n" * (number % 3))
    # `\n` at the end of a file is content: files without rows would otherwise be the same bytes
    house.refresh()
    for path, read, accepted, rejected in house.ask(
        "select original_path, rows_read, rows_accepted, rows_rejected "
        "from ops.deliveries join ops.files using (delivery_id)"
    ):
        number = int(path[9:12])
        broken = number % 40 in (7, 9)
        assert (read, accepted, rejected) == (number % 4 + broken, number % 4, int(broken)), path
    wrong = house.ask(
        "select count(*) from landing.meetings join ops.files on _delivery_id = delivery_id "
        "where meeting_id not like 'meeting-' || original_path[10:12]::int || '-' || (_row_number - 1)"
    )
    assert wrong == [(0,)]


@pytest.mark.parametrize("folder", ["tmp", "warehouse.duckdb.tmp"])
def test_what_a_killed_process_left_of_temporary_files_goes(house: House, folder: str) -> None:
    """What was unpacked, and what DuckDB had put there while the star was built."""
    house.drop("meetings/a.csv", meetings(meeting()))
    house.refresh()
    left = house.settings.warehouse.parent / folder / "duckdb_temp_storage_DEFAULT-0.tmp"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"0" * 1000)
    house.refresh()
    assert not left.exists()


NOTHING = pa.array([], pa.string())
TAKEN_BACK = ("document_id", "meeting_id", "retracted")


def test_a_table_for_retractions_without_a_row_is_loaded_as_empty(house: House) -> None:
    house.drop("meetings/a.parquet", parquet(**dict.fromkeys(TAKEN_BACK, NOTHING)))
    assert [(one.status, one.rows_read) for one in house.refresh().deliveries] == [(NEW, 0)]


def test_a_large_file_keeps_its_rows_beside_one_without_any(house: House) -> None:
    """DuckDB may lose what is inserted after nothing, where it fills a row group (tests/unit/test_engine.py)."""
    rows = [meeting(number) for number in range(ROW_GROUP)]
    house.drop("meetings/a.csv", meetings(header=f"{MEETINGS_HEADER},one"))
    house.drop("meetings/b.csv", meetings(*(f"{row},1" for row in rows), header=f"{MEETINGS_HEADER},two"))
    house.drop("meetings/c.csv", meetings(*(f"{row},1,2" for row in rows), header=f"{MEETINGS_HEADER},three"))
    told = {one.paths: (one.rows_read, one.rows_accepted, one.rows_rejected) for one in house.refresh().deliveries}
    assert told == {
        ("meetings/a.csv",): (0, 0, 0),
        ("meetings/b.csv",): (len(rows), len(rows), 0),
        ("meetings/c.csv",): (len(rows), 0, len(rows)),
    }


def _odd_files() -> Mapping[str, str | bytes]:
    """Files of one feed, no two of which have to be read in the same way."""
    taken_back = {"document_id": "doc-1", "meeting_id": "m-1", "retracted": True}
    lines = {
        "taken-back": [taken_back],
        "lacking": [taken_back, {"document_id": "doc-1", "meeting_id": "m-1"}],
        "other-names": [{"document_id": "doc-1", "meeting_id": "m-2", "kind": "visit", "hosts": [1, "b"]}],
        "half": [{"document_id": "doc-1", "meeting_id": "m-3", "kind": "visit"}, "{"],
    }
    return {
        "plain.csv": meetings(meeting(1)),
        "as-plain.csv": meetings(meeting(2), meeting(3)),
        "wide.csv": meetings(meeting(4), f"{meeting(5)},one cell more"),
        "unclosed.csv": meetings(meeting(6), 'doc-1,meeting-7,visit,"A visit,2024-09'),
        "wrong.csv": meetings(meeting(8), "doc-1,meeting-9,party,A visit,soon"),
        "order.csv": meetings("meeting-10,doc-1,visit,2024-09?", header="meeting_id,document_id,kind,started"),
        "extra.csv": meetings(f'{meeting(11)},"a ""b"""', f"{meeting(12)},", header=f"{MEETINGS_HEADER},Hosted by"),
        "near.csv": meetings(f"{meeting(13)},1", header=f"{MEETINGS_HEADER},Ended"),
        "nameless.csv": meetings(f"{meeting(14)},1,x,party", header=f"{MEETINGS_HEADER},,"),
        "late-header.csv": "\n\n" + meetings(meeting(15)),
        "old-ends.csv": meetings(meeting(16), meeting(17)).replace("\n", "\r"),
        "latin.csv": meetings(meeting(18), meeting(19, "Besøk")).encode("latin-1"),
        "twice.csv": meetings(meeting(20), header=f"{MEETINGS_HEADER},title"),
        "lacking.csv": meetings("doc-1,visit", header="document_id,kind"),
        "taken-back.csv": meetings("doc-1,meeting-1,true", header="document_id,meeting_id,retracted"),
        "not-all-taken-back.csv": meetings(
            "doc-1,meeting-1,true", "doc-1,meeting-2,", header="document_id,meeting_id,retracted"
        ),
        "corrected.csv": meetings(f"{meeting(21)},{'0' * 64}:1", header=f"{MEETINGS_HEADER},_rejected_row"),
        "empty.csv": "",
        "header.csv": f"{MEETINGS_HEADER}\n",
        **{f"{name}.ndjson": "".join(f"{json.dumps(row)}\n" for row in rows) for name, rows in lines.items()},
        "latin.ndjson": b'{"document_id": "doc-1", "meeting_id": "\xe9"}\n',
        "list.json": json.dumps([{"document_id": "doc-1", "meeting_id": "m-4", "kind": "visit", "x": 1}]),
        "cut-off.json": '[{"document_id": "doc-1", "meeting_id": "m-5", "kind": "visit"}, {"document',
        "none-taken-back.parquet": parquet(**dict.fromkeys(TAKEN_BACK, NOTHING)),
        "page.xlsx": "<html>",
        "page.parquet": "<html>",
    }


ODDITIES = {
    "rows": "original_path, landed.* exclude (_loaded_at, _delivery_id) from landing.meetings as landed "
    "join ops.files on _delivery_id = files.delivery_id",
    "quarantine": "original_path, rejected.* exclude (delivery_id) from ops.rejected_rows as rejected "
    "join ops.files using (delivery_id)",
    "corrections": "original_path, corrections.* exclude (delivery_id) from ops.corrections "
    "join ops.files using (delivery_id)",
    "columns": "original_path, column_name from ops.extra_columns join ops.files using (delivery_id)",
    "notes": "original_path, note from ops.notes join ops.files using (delivery_id)",
    "ledger": "path, status, reason, rows_read, rows_accepted, rows_rejected from ops.deliveries",
    "dates": "* from reference.edtf",
}


def test_files_of_many_shapes_stand_alike_together_and_one_by_one(
    house: House, other_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _odd_files()
    for name, content in files.items():
        house.drop(f"meetings/{name}", content)
        other_house.drop(f"meetings/{name}", content)
        other_house.refresh()
    commits = []
    commit = Loader._commit
    monkeypatch.setattr(Loader, "_commit", lambda self, batch: commits.append(batch) or commit(self, batch))
    result = house.refresh()

    assert {path for one in result.deliveries for path in one.paths} == {f"meetings/{name}" for name in files}
    for what, question in ODDITIES.items():
        told = house.ask(f"select {question} order by all")
        assert told, what
        assert told == other_house.ask(f"select {question} order by all"), what
    assert len(commits) < len(files) / 3
