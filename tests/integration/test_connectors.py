from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb
import publisher as p
import pytest
from publisher import Publisher

from orchestration.connectors import history_at_state
from orchestration.connectors.baci import fetch_baci
from orchestration.connectors.comtrade import KEY_HEADER, Query, fetch_comtrade
from orchestration.connectors.desta import fetch_desta
from orchestration.connectors.errors import ConnectorError, RequestRefusedError, SourceUnavailableError
from orchestration.connectors.gdelt import fetch_gdelt
from orchestration.connectors.history_at_state import TRAVELS, VISITS, fetch_history
from orchestration.connectors.options import Options
from orchestration.connectors.outcome import FetchOutcome, FileStatus
from orchestration.connectors.session import Bounds, Session, session
from orchestration.ingestion import manifests
from orchestration.ingestion.discovery import discover
from orchestration.settings import PROJECT_ROOT, Settings

STAMPS = [f"202401{day:02}{hour:02}{minute:02}00" for day in (1, 2) for hour in (0, 12) for minute in (0, 15, 30, 45)]
KEY = "a-very-secret-key"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    yield publisher
    publisher.close()


class Connector:
    """Runs of connectors on one installation, against one publisher."""

    def __init__(self, settings: Settings, publisher: Publisher):
        self.settings = settings
        self.publisher = publisher

    def run(
        self,
        name: str,
        feed: str,
        work: Callable[[Session], None],
        *,
        most_files: int = 0,
        most_bytes: int = 0,
        **options: Any,
    ) -> FetchOutcome:
        with session(
            name,
            feed,
            settings=self.settings,
            options=self.publisher.options(**options),
            bounds=Bounds(most_files=most_files, most_bytes=most_bytes),
        ) as run:
            work(run)
        return run.outcome

    def gdelt(self, since: str = "", until: str = "", **bounds: Any) -> FetchOutcome:
        return self.run("gdelt", "gdelt_events", lambda run: fetch_gdelt(run, since=since, until=until), **bounds)

    def comtrade(self, query: Query | None = None, **bounds: Any) -> FetchOutcome:
        return self.run("comtrade", "comtrade", lambda run: fetch_comtrade(run, query or Query()), **bounds)

    def baci(self, *, vintage: str = "latest", **bounds: Any) -> FetchOutcome:
        return self.run("baci", "baci", lambda run: fetch_baci(run, vintage=vintage), **bounds)

    def desta(self, *, version: str = "") -> FetchOutcome:
        return self.run("desta", "desta", lambda run: fetch_desta(run, version=version))

    def visits(self, *, commit: str = "", since: str = "", until: str = "", **bounds: Any) -> FetchOutcome:
        return self.run(
            "state_visits",
            "state_visits",
            lambda run: fetch_history(run, VISITS, commit=commit, since=since, until=until),
            **bounds,
        )

    def names(self, feed: str) -> list[str]:
        """Return what lies in the feed's folder."""
        folder = self.settings.raw / feed
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def leftovers(self) -> list[str]:
        folder = self.settings.raw / ".incoming"
        return sorted(str(path) for path in folder.rglob("*") if not path.is_dir())


@pytest.fixture
def connector(settings: Settings, publisher: Publisher) -> Connector:
    return Connector(settings, publisher)


def counts(outcome: FetchOutcome) -> dict[str, int]:
    return {str(status): count for status, count in outcome.counts.items() if count}


# GDELT


def test_the_first_run_takes_the_newest_events_only(connector: Connector) -> None:
    files = p.publish_gdelt(connector.publisher, STAMPS)
    assert counts(connector.gdelt()) == {"fetched": 1}
    newest = f"{STAMPS[-1]}.export.CSV.zip"
    assert connector.names("gdelt_events") == [newest]
    assert (connector.settings.raw / "gdelt_events" / newest).read_bytes() == files[newest]
    assert connector.leftovers() == []


def test_a_run_that_finds_nothing_new_asks_once_and_takes_nothing(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    connector.gdelt()
    connector.publisher.asked.clear()
    outcome = connector.gdelt()
    assert counts(outcome) == {}
    assert "not modified" in outcome.notes[0]
    assert connector.publisher.paths() == ["/gdeltv2/lastupdate.txt"]


def test_what_was_published_while_nobody_asked_is_fetched_by_the_next_run(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS[:3])
    connector.gdelt()
    p.publish_gdelt(connector.publisher, STAMPS)
    assert counts(connector.gdelt()) == {"fetched": len(STAMPS) - 3}
    assert connector.names("gdelt_events") == [f"{stamp}.export.CSV.zip" for stamp in STAMPS[2:]]


def test_a_long_list_that_lags_behind_loses_nothing(connector: Connector) -> None:
    stamps = [f"202401010{hour}{minute:02}00" for hour in (0, 1) for minute in (0, 15, 30, 45)]
    p.publish_gdelt(connector.publisher, stamps[:1])
    connector.gdelt()
    p.publish_gdelt(connector.publisher, stamps[:4])
    lagging = connector.publisher.files["/gdeltv2/masterfilelist.txt"]
    p.publish_gdelt(connector.publisher, stamps[:7])
    connector.publisher.files["/gdeltv2/masterfilelist.txt"] = lagging
    connector.gdelt()
    assert len(connector.names("gdelt_events")) == 5
    p.publish_gdelt(connector.publisher, stamps)
    connector.gdelt()
    assert connector.names("gdelt_events") == [f"{stamp}.export.CSV.zip" for stamp in stamps]


def test_a_window_counts_its_last_day_whole(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    assert counts(connector.gdelt("2024-01-01", "2024-01-01")) == {"fetched": 8}
    assert counts(connector.gdelt("2024-01-01T12:15", "20240102001500")) == {"fetched": 2, "unchanged": 3}


def test_a_window_in_the_past_does_not_fetch_the_long_list_twice(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    connector.gdelt("2024-01-01", "2024-01-01")
    connector.publisher.asked.clear()
    connector.gdelt("2024-01-01", "2024-01-02T00:00")
    assert connector.publisher.paths() == [f"/gdeltv2/{STAMPS[8]}.export.CSV.zip"]


def test_a_backfill_goes_on_where_its_bounds_stopped_it(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    outcome = connector.gdelt("2024-01-01", "2024-01-02", most_files=6)
    assert counts(outcome) == {"fetched": 6, "remaining": 10}
    assert "10 files remain" in outcome.markdown()
    connector.publisher.asked.clear()
    assert counts(connector.gdelt("2024-01-01", "2024-01-02", most_bytes=1)) == {
        "unchanged": 6,
        "fetched": 1,
        "remaining": 9,
    }
    assert counts(connector.gdelt("2024-01-01", "2024-01-02")) == {"unchanged": 7, "fetched": 9}
    asked = [path for path in connector.publisher.paths() if path.endswith(".zip")]
    assert len(asked) == len(set(asked)) == 10, "nothing is fetched twice"


def test_what_remains_of_the_news_is_fetched_by_the_next_run(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS[:1])
    connector.gdelt()
    p.publish_gdelt(connector.publisher, STAMPS)
    assert counts(connector.gdelt(most_files=5)) == {"fetched": 5, "remaining": 10}
    assert counts(connector.gdelt(most_files=5)) == {"fetched": 5, "remaining": 5}
    assert counts(connector.gdelt()) == {"fetched": 5}
    assert len(connector.names("gdelt_events")) == len(STAMPS)


def test_a_file_that_was_dropped_by_hand_is_not_fetched(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    folder = connector.settings.raw / "gdelt_events"
    folder.mkdir()
    (folder / f"{STAMPS[0]}.export.CSV").write_text("unpacked by hand")
    (folder / f"{STAMPS[1]}.export.CSV.zip").write_bytes(b"as it was")
    assert counts(connector.gdelt("2024-01-01", "2024-01-01")) == {"unchanged": 2, "fetched": 6}
    assert (folder / f"{STAMPS[1]}.export.CSV.zip").read_bytes() == b"as it was"


def test_what_the_published_ledger_holds_is_not_fetched_though_it_has_gone_from_raw(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    connector.settings.serving.mkdir(parents=True)
    with duckdb.connect(str(connector.settings.serving / "warehouse.duckdb")) as connection:
        connection.execute(
            """
            create schema evidence;
            create table evidence.deliveries (delivery_id varchar, feed varchar, status varchar);
            create table evidence.files (delivery_id varchar, original_path varchar);
            """
        )
        for number, status in ((0, "loaded"), (1, "refused")):
            connection.execute("insert into evidence.deliveries values (?, 'gdelt_events', ?)", [str(number), status])
            connection.execute(
                "insert into evidence.files values (?, ?)",
                [str(number), f"gdelt_events/{STAMPS[number]}.export.CSV.zip"],
            )
    assert counts(connector.gdelt("2024-01-01", "2024-01-01")) == {"unchanged": 1, "fetched": 7}


DAMAGES: dict[str, tuple[Callable[[bytes], p.Misbehaviour], str]] = {
    "wrong checksum": (lambda content: p.instead(content[:-1] + bytes([content[-1] ^ 1])), "its md5 is"),
    "truncated": (lambda content: p.instead(content[: len(content) // 2]), "bytes where the list says"),
    "a page": (lambda _: p.instead(b"<!DOCTYPE html><html>Please log in</html>"), "a web page"),
    "not there": (lambda _: p.status(404), "not there"),
    "forbidden": (lambda _: p.status(403), "403"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_never_gets_its_name_and_is_asked_for_again(connector: Connector, damage: str) -> None:
    files = p.publish_gdelt(connector.publisher, STAMPS)
    name = f"{STAMPS[-1]}.export.CSV.zip"
    misbehave, words = DAMAGES[damage]
    connector.publisher.wrong[f"/gdeltv2/{name}"] = [misbehave(files[name])]
    outcome = connector.gdelt()
    assert counts(outcome) == {"refused": 1}
    assert words in outcome.of(FileStatus.REFUSED)[0].words
    assert connector.names("gdelt_events") == []
    assert connector.leftovers() == []
    assert counts(connector.gdelt()) == {"fetched": 1}, "the list has not changed, and yet it is asked for again"


def test_one_damaged_file_does_not_keep_the_others_back(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    connector.publisher.wrong[f"/gdeltv2/{STAMPS[3]}.export.CSV.zip"] = [p.status(404)]
    assert counts(connector.gdelt("2024-01-01", "2024-01-01")) == {"fetched": 7, "refused": 1}


def test_a_source_that_sends_only_pages_is_left_alone(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)
    for stamp in STAMPS:
        connector.publisher.wrong[f"/gdeltv2/{stamp}.export.CSV.zip"] = [p.instead(b"<html>down</html>")]
    outcome = connector.gdelt("2024-01-01", "2024-01-02")
    assert counts(outcome) == {"refused": 5}
    assert "5 files in a row were refused" in outcome.stopped


def test_a_zip_that_holds_something_else_is_refused(connector: Connector) -> None:
    stamp = STAMPS[0]
    content = p.zipped({f"{stamp}.export.CSV": "x", "../evil.csv": "y"})
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    connector.publisher.files[f"/gdeltv2/{stamp}.export.CSV.zip"] = content
    line = f"{len(content)} {digest} http://data.gdeltproject.org/gdeltv2/{stamp}.export.CSV.zip\n"
    connector.publisher.files["/gdeltv2/lastupdate.txt"] = line.encode()
    outcome = connector.gdelt()
    assert "members" in outcome.of(FileStatus.REFUSED)[0].words
    assert connector.names("gdelt_events") == []


def test_lists_that_are_none_stop_the_run(connector: Connector) -> None:
    connector.publisher.files["/gdeltv2/lastupdate.txt"] = b"<html>sign in</html>"
    assert "web page" in connector.gdelt().stopped
    connector.publisher.files["/gdeltv2/lastupdate.txt"] = b"1 2 3\n"
    assert "names no export file" in connector.gdelt().stopped


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "2024-01-01T25:00", "20241301000000"])
def test_a_window_that_is_none_is_refused_before_anything_is_asked(connector: Connector, text: str) -> None:
    with pytest.raises(RequestRefusedError, match="write 2019-10-24"):
        connector.gdelt(text)
    assert connector.publisher.asked == []


KILLED = """
    import sys
    from pathlib import Path
    from orchestration.connectors.gdelt import fetch_gdelt
    from orchestration.connectors.options import Options
    from orchestration.connectors.session import Bounds, session
    from orchestration.settings import Settings

    raw, home, url = sys.argv[1:]
    options = Options(gdelt_url=f"{url}/gdeltv2", allow_loopback=True, pause_seconds=0)
    settings = Settings(raw=Path(raw), home=Path(home))
    with session("gdelt", "gdelt_events", settings=settings, options=options, bounds=Bounds()) as run:
        fetch_gdelt(run, since="2024-01-01", until="2024-01-01")
"""


def test_a_killed_backfill_goes_on_with_the_rest_of_the_file_it_was_at(connector: Connector) -> None:
    publisher = connector.publisher
    p.publish_gdelt(publisher, STAMPS)
    name = f"{STAMPS[2]}.export.CSV.zip"
    # stored, not deflated: large enough to be killed in the middle
    members = {name.removesuffix(".zip"): os.urandom(4_000_000)}
    content = p.zipped(members)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    master = publisher.files["/gdeltv2/masterfilelist.txt"].decode().splitlines()
    lines = [f"{len(content)} {digest} http://x/{name}" if name in line else line for line in master]
    publisher.files["/gdeltv2/masterfilelist.txt"] = "\n".join(lines).encode()
    publisher.files[f"/gdeltv2/{name}"] = content
    half_sent, go_on = threading.Event(), threading.Event()

    def half(request: p.Request, whole: bytes) -> None:
        etag = f'"{hashlib.md5(whole, usedforsecurity=False).hexdigest()}"'
        request.begin(len(whole), {"ETag": etag})
        request.wfile.write(whole[:2_000_000])
        request.wfile.flush()
        half_sent.set()
        go_on.wait(30)

    publisher.wrong[f"/gdeltv2/{name}"] = [half]
    arguments = [str(connector.settings.raw), str(connector.settings.home), publisher.url]
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), *arguments], cwd=PROJECT_ROOT) as process:
        assert half_sent.wait(60)
        part = connector.settings.raw / ".incoming" / "gdelt" / f"{name}.part"
        while not part.exists() or not part.stat().st_size:
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    go_on.set()
    assert connector.names("gdelt_events") == [f"{stamp}.export.CSV.zip" for stamp in STAMPS[:2]]
    kept = part.stat().st_size
    publisher.asked.clear()
    assert counts(connector.gdelt("2024-01-01", "2024-01-01")) == {"unchanged": 2, "fetched": 6}
    resumed = next(asked for asked in publisher.asked if asked.path.endswith(name))
    assert resumed.headers["Range"] == f"bytes={kept}-"
    assert (connector.settings.raw / "gdelt_events" / name).read_bytes() == content
    assert connector.leftovers() == []


def test_two_processes_do_not_fetch_the_same_source_at_once(connector: Connector) -> None:
    p.publish_gdelt(connector.publisher, STAMPS)

    def meanwhile(_: Session) -> None:
        with pytest.raises(SourceUnavailableError, match="another process fetches gdelt"):
            connector.gdelt()

    connector.run("gdelt", "gdelt_events", meanwhile)


def test_leftovers_that_lead_nowhere_are_removed(connector: Connector) -> None:
    folder = connector.settings.raw / ".incoming" / "gdelt"
    (folder / "unpacked.part.folder").mkdir(parents=True)
    (folder / "unpacked.part.folder" / "1990.xml").write_text("half")
    (folder / "without-sidecar.part").write_text("half")
    (folder / "without-part.part.json").write_text("{}")
    (folder / "resumable.part").write_text("half")
    (folder / "resumable.part.json").write_text("{}")
    connector.run("gdelt", "gdelt_events", lambda _: None)
    assert sorted(path.name for path in folder.iterdir()) == ["resumable.part", "resumable.part.json"]


def test_what_is_arriving_is_no_delivery(connector: Connector) -> None:
    connector.run("gdelt", "gdelt_events", lambda _: None)
    folder = connector.settings.raw / ".incoming" / "state_visits"
    folder.mkdir(parents=True)
    (folder / "2024-01-01.part").write_text("half")
    findings = discover(connector.settings.raw)
    assert findings.deliveries == ()
    assert findings.ignored == ()


# UN Comtrade


def test_what_was_released_is_fetched_with_the_key_in_a_header_and_nowhere_else(
    connector: Connector, caplog: pytest.LogCaptureFixture
) -> None:
    p.publish_comtrade(connector.publisher)
    with caplog.at_level("DEBUG"):
        outcome = connector.comtrade(comtrade_key=KEY)
    assert counts(outcome) == {"fetched": 4}
    assert all(KEY not in asked.path for asked in connector.publisher.asked)
    assert [asked.headers.get(KEY_HEADER) for asked in connector.publisher.asked] == [None, *[KEY] * 4]
    written = [path for root in (connector.settings.raw, connector.settings.home) for path in root.rglob("*.json")]
    assert written
    assert all(KEY not in path.read_text() for path in written)
    assert KEY not in caplog.text + outcome.markdown() + repr(connector.publisher.options(comtrade_key=KEY))


def test_a_reply_is_kept_as_published_and_its_manifest_says_what_was_asked(connector: Connector) -> None:
    p.publish_comtrade(connector.publisher)
    connector.comtrade(comtrade_key=KEY)
    folder = connector.settings.raw / "comtrade"
    name = "C_A_HS_586_2023_TOTAL_M+X+RM+RX_20240506T070809.json"
    assert json.loads((folder / name).read_bytes())["count"] == 3
    data = (folder / f"{name}.manifest.json").read_bytes()
    content = manifests.merged([(f"{name}.manifest.json", data)])
    assert content is not None
    stated = manifests.from_content(content)
    assert f"{stated.as_of:%Y-%m-%d %H:%M:%S}" == "2024-05-06 07:08:09"
    assert stated.is_complete is True
    assert stated.mode == "replace"
    assert stated.dataset_key == "C/A/HS/586/2023/TOTAL_M+X+RM+RX"
    assert content["query"] == {
        "typeCode": "C",
        "freqCode": "A",
        "clCode": "HS",
        "reporterCode": "586",
        "period": "2023",
        "cmdCode": "TOTAL",
        "flowCode": "M,X,RM,RX",
        "partner2Code": "0",
        "customsCode": "C00",
        "motCode": "0",
    }


def test_only_what_was_released_anew_is_fetched_again(connector: Connector) -> None:
    p.publish_comtrade(connector.publisher)
    connector.comtrade(comtrade_key=KEY, most_files=3)
    assert counts(connector.comtrade(comtrade_key=KEY)) == {"unchanged": 3, "fetched": 1}
    p.publish_comtrade(connector.publisher, released="2025-01-01T00:00:00", rows=4)
    assert counts(connector.comtrade(comtrade_key=KEY)) == {"fetched": 4}
    assert len(connector.names("comtrade")) == 16, "each release with its manifest stays"


def test_without_a_key_the_preview_is_asked_and_never_counts_as_complete(connector: Connector) -> None:
    p.publish_comtrade(connector.publisher)
    outcome = connector.comtrade()
    assert counts(outcome) == {"fetched": 4}
    assert "No key is set" in outcome.notes[0]
    (first, *_) = (connector.settings.raw / "comtrade").glob("*_preview.json.manifest.json")
    stated = json.loads(first.read_bytes())
    assert (stated["mode"], stated["completeness"]) == ("extract", "partial")
    assert "query" not in stated, "an extract that answers a query would be complete for it"


def test_a_question_about_many_goods_has_a_name_that_a_file_may_have(connector: Connector) -> None:
    p.publish_comtrade(connector.publisher)
    commodities = tuple(f"{number:06}" for number in range(60))
    for reply in list(connector.publisher.files):
        if reply.startswith("/data"):
            asked = reply.replace("cmdCode=TOTAL", f"cmdCode={','.join(commodities)}")
            connector.publisher.files[asked] = connector.publisher.files[reply]
    assert counts(connector.comtrade(Query(commodities=commodities), comtrade_key=KEY)) == {"fetched": 4}
    assert all(len(name) < 100 for name in connector.names("comtrade"))


@pytest.mark.parametrize(("key", "rows", "words"), [(None, 500, "the preview is cut"), (KEY, 700, "a reply is cut")])
def test_a_reply_that_was_cut_is_refused(connector: Connector, key: str | None, rows: int, words: str) -> None:
    p.publish_comtrade(connector.publisher, rows=rows)
    query = Query(most_rows=700)
    for path, content in list(connector.publisher.files.items()):
        connector.publisher.files[path.replace("maxRecords=100000", "maxRecords=700")] = content
    outcome = connector.comtrade(query, comtrade_key=key)
    assert counts(outcome) == {"refused": 4}
    assert words in outcome.of(FileStatus.REFUSED)[0].words
    assert connector.names("comtrade") == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b'{"count": 2, "data": [], "error": ""}', "counts 2 rows and holds 0"),
        (b'{"count": 0, "data": [], "error": "quota"}', "Comtrade says: quota"),
        (b'{"count": 1, "data": [{"repo', "not JSON, or was cut"),
        (b"<html>maintenance</html>", "web page"),
        (b"[]", "has no data"),
        (b"{}", "has no data"),
        (b"[" * 100_000, "not JSON"),
        (p.comtrade_reply([p.comtrade_row(842, "2023", 1)]), "another reporter or period"),
    ],
)
def test_a_reply_that_is_none_is_refused(connector: Connector, reply: bytes, words: str) -> None:
    p.publish_comtrade(connector.publisher)
    connector.publisher.wrong["/data/v1/get/C/A/HS"] = [p.instead(reply)]
    outcome = connector.comtrade(comtrade_key=KEY)
    assert words in outcome.of(FileStatus.REFUSED)[0].words
    assert counts(outcome) == {"refused": 1, "fetched": 3}


@pytest.mark.parametrize("code", [401, 403])
def test_a_key_that_is_refused_ends_the_run(connector: Connector, code: int) -> None:
    p.publish_comtrade(connector.publisher)
    connector.publisher.wrong["/data/v1/get/C/A/HS"] = [p.status(code)]
    outcome = connector.comtrade(comtrade_key=KEY)
    assert "is the key right" in outcome.stopped
    assert KEY not in outcome.stopped


def test_codes_of_comtrade_are_checked_before_anything_is_asked(connector: Connector) -> None:
    for query in (Query(commodities=("TOTAL&x=1",)), Query(classification="../x"), Query(flows=("M,X",))):
        with pytest.raises(RequestRefusedError):
            connector.comtrade(query)
    assert connector.publisher.asked == []


# CEPII BACI


def test_the_latest_vintage_of_the_page_is_fetched(connector: Connector) -> None:
    p.publish_baci(connector.publisher)
    assert counts(connector.baci(baci_revisions=("HS17", "HS22"))) == {"fetched": 2}
    assert connector.names("baci") == ["BACI_HS17_V202501.zip", "BACI_HS22_V202501.zip"]
    assert counts(connector.baci(baci_revisions=("HS17", "HS22"))) == {"unchanged": 2}


def test_an_older_vintage_can_be_named(connector: Connector) -> None:
    p.publish_baci(connector.publisher)
    assert counts(connector.baci(vintage="202401b")) == {"fetched": 1}
    assert connector.names("baci") == ["BACI_HS22_V202401b.zip"]


def test_a_truncated_archive_and_one_of_other_files_are_refused(connector: Connector) -> None:
    p.publish_baci(connector.publisher)
    path = "/baci/data/BACI_HS22_V202501.zip"
    whole = connector.publisher.files[path]
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    for content, words in (
        (whole[:-30], "not whole"),
        (bytes(damaged), "not whole"),
        (p.zipped({"BACI_HS22_Y2022_V202401.csv": "t"}), "holds no file"),
    ):
        connector.publisher.wrong[path] = [p.instead(content)]
        outcome = connector.baci()
        assert words in outcome.of(FileStatus.REFUSED)[0].words
        assert connector.names("baci") == []


def test_a_page_without_archives_and_a_revision_it_does_not_name_are_told(connector: Connector) -> None:
    connector.publisher.files["/baci.asp"] = b"<html>moved</html>"
    assert "names no archive" in connector.baci().stopped
    p.publish_baci(connector.publisher)
    assert "no archive of HS92" in connector.baci(baci_revisions=("HS92",)).notes[0]


# DESTA


def test_the_newest_list_of_treaties_is_fetched_with_the_day_it_is_of(connector: Connector) -> None:
    p.publish_desta(connector.publisher)
    assert counts(connector.desta()) == {"fetched": 1}
    name = "desta_list_of_treaties_02_03.csv"
    assert connector.names("desta") == [name, f"{name}.manifest.json"]
    stated = json.loads((connector.settings.raw / "desta" / f"{name}.manifest.json").read_bytes())
    assert manifests.from_content(stated).as_of is not None
    assert (stated["as_of"], stated["revision"]) == ("2023-11-14T22:13:20Z", "203")
    assert counts(connector.desta()) == {"unchanged": 1}
    assert counts(connector.desta(version="02.02")) == {"fetched": 1}


def test_a_page_in_place_of_treaties_and_a_version_that_is_not_there_are_told(connector: Connector) -> None:
    p.publish_desta(connector.publisher)
    (path,) = [path for path in connector.publisher.files if path.endswith("treaties_02_03.csv")]
    for content, words in ((b"<!doctype HTML>", "web page"), (b"country1,country2\n", "does not begin with")):
        connector.publisher.wrong[path] = [p.instead(content)]
        assert words in connector.desta().of(FileStatus.REFUSED)[0].words
    assert "no version 09_09" in connector.desta(version="09_09").stopped
    connector.publisher.files["/downloads/"] = b"<html></html>"
    assert "by hand" in connector.desta().stopped


# The Office of the Historian

COMMITS = {
    1: "2018-03-12T09:00:00Z",
    2: "2021-02-25T08:00:00Z",
    3: "2021-02-25T23:30:00-05:00",
    4: "2025-04-24T10:00:00Z",
}


def test_the_newest_release_becomes_a_folder_called_after_its_day(connector: Connector) -> None:
    p.publish_history(connector.publisher, "visits", COMMITS)
    assert counts(connector.visits()) == {"fetched": 1}
    assert connector.names("state_visits") == ["2025-04-24"]
    folder = connector.settings.raw / "state_visits" / "2025-04-24"
    assert sorted(path.name for path in folder.iterdir()) == ["1990.xml", "_manifest.yml", "data-4.xml"]
    stated = manifests.merged([("_manifest.yml", (folder / "_manifest.yml").read_bytes())])
    assert stated is not None
    assert stated["query"] == f"HistoryAtState/visits@{p.commit_id(4)}"
    assert f"{manifests.from_content(stated).as_of}" == "2025-04-24 10:00:00+00:00"
    assert connector.leftovers() == []
    assert counts(connector.visits()) == {"unchanged": 1}


def test_of_a_window_the_last_release_of_every_day_is_fetched(connector: Connector) -> None:
    p.publish_history(connector.publisher, "visits", COMMITS)
    assert counts(connector.visits(since="2018-01-01", until="2025-12-31", most_files=2)) == {
        "fetched": 2,
        "remaining": 2,
    }
    assert counts(connector.visits(since="2018-01-01", until="2025-12-31")) == {"unchanged": 2, "fetched": 2}
    # the third commit was made on the next day by the clock of Greenwich
    assert connector.names("state_visits") == ["2018-03-12", "2021-02-25", "2021-02-26", "2025-04-24"]


def test_travels_come_from_two_folders(connector: Connector) -> None:
    p.publish_history(connector.publisher, "travels", COMMITS)
    outcome = connector.run("state_travels", "state_travels", lambda run: fetch_history(run, TRAVELS))
    assert counts(outcome) == {"fetched": 1}
    folder = connector.settings.raw / "state_travels" / "2025-04-24"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.xml")} == {
        "president-travels/president-travels-4.xml",
        "president-travels/1990.xml",
        "secretary-travels/secretary-travels-4.xml",
        "secretary-travels/1990.xml",
    }


def test_a_second_release_of_a_day_gets_a_folder_of_its_own(connector: Connector) -> None:
    p.publish_history(connector.publisher, "visits", {1: "2025-04-24T08:00:00Z"})
    connector.visits()
    p.publish_history(connector.publisher, "visits", {1: "2025-04-24T08:00:00Z", 2: "2025-04-24T18:00:00Z"})
    assert counts(connector.visits()) == {"fetched": 1}
    assert connector.names("state_visits") == ["2025-04-24", f"2025-04-24-{p.commit_id(2)[:12]}"]
    assert counts(connector.visits()) == {"unchanged": 1}


def test_a_folder_that_was_put_there_by_hand_is_left_as_it_is(connector: Connector) -> None:
    p.publish_history(connector.publisher, "visits", COMMITS)
    folder = connector.settings.raw / "state_visits" / "2025-04-24"
    folder.mkdir(parents=True)
    (folder / "1870.xml").write_text("<visits/>")
    assert counts(connector.visits()) == {"unchanged": 1}
    assert [path.name for path in folder.iterdir()] == ["1870.xml"]


def hostile(*members: tuple[str, bytes], link: str = "") -> bytes:
    """Return a zip as an honest tool would not write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
        if link:
            entry = zipfile.ZipInfo("visits-1/data/1990.xml")
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, link)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hostile(("visits-1/data/../../../../evil.xml", b"x")), "holds no XML"),
        (hostile(("/visits-1/data/evil.xml", b"x")), "holds no XML"),
        (hostile(link="/etc/passwd"), "holds no XML"),
        (hostile(("visits-1/data/a.xml", b"x"), ("other/data/a.xml", b"y")), "two files data/a.xml"),
        (hostile(("visits-1/data/a.xml", b"\0" * 5_000_000)), "unpacks to"),
        (p.zipped({"visits-1/data/a.xml": "<x/>"}, comment="f" * 40), "is of commit"),
        (b"PK\x03\x04 and then nothing", "not whole"),
        (b"<html>rate limited</html>", "web page"),
    ],
    ids=["above", "absolute", "link", "twice", "bomb", "other commit", "truncated", "page"],
)
def test_a_hostile_archive_is_refused_and_writes_nothing(
    connector: Connector, content: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_at_state, "_MOST_UNPACKED_BYTES", 4_000_000)
    p.publish_history(connector.publisher, "visits", {1: "2025-04-24T08:00:00Z"})
    connector.publisher.files[f"/codeload/HistoryAtState/visits/zip/{p.commit_id(1)}"] = content
    outcome = connector.visits()
    assert words in outcome.of(FileStatus.REFUSED)[0].words
    assert connector.names("state_visits") == []
    connector.visits()
    assert not list(connector.settings.raw.parent.rglob("evil.xml"))


@pytest.mark.parametrize(
    "answer",
    [b"{}", b"[{}]", b"not json", b'[{"sha": "../x", "commit": {"committer": {"date": "2025-01-01T00:00:00Z"}}}]'],
)
def test_an_answer_that_lists_no_commits_stops_the_run(connector: Connector, answer: bytes) -> None:
    connector.publisher.files["/api/repos/HistoryAtState/visits/commits"] = answer
    outcome = connector.visits()
    assert outcome.stopped or outcome.notes
    assert connector.names("state_visits") == []


def test_a_commit_that_is_none_is_not_asked_for(connector: Connector) -> None:
    with pytest.raises(ConnectorError):
        connector.visits(commit="../../other/repo")
    assert connector.publisher.asked == []


# What an installation may set


def test_settings_are_read_from_the_environment() -> None:
    options = Options.from_environment(
        {
            "ENTENTE_GDELT_URL": "https://mirror.example.org/gdelt/",
            "ENTENTE_COMTRADE_KEY": KEY,
            "ENTENTE_BACI_REVISIONS": "HS92, HS17",
            "ENTENTE_HTTP_ATTEMPTS": "9",
            "ENTENTE_CONNECTORS_ALLOW_LOOPBACK": "no",
        }
    )
    assert options.gdelt_url == "https://mirror.example.org/gdelt"
    assert options.comtrade_key == KEY
    assert options.baci_revisions == ("HS92", "HS17")
    assert options.attempts == 9
    assert options.allow_loopback is False
    assert KEY not in repr(options)
    with pytest.raises(ValueError, match="ENTENTE_HTTP_PAUSE_SECONDS"):
        Options.from_environment({"ENTENTE_HTTP_PAUSE_SECONDS": "short"})


def test_every_source_is_asked_over_tls_unless_somebody_says_otherwise() -> None:
    options = Options.from_environment({})
    urls = [value for name, value in vars(options).items() if name.endswith("_url")]
    assert len(urls) == 7
    assert all(url.startswith("https://") for url in urls)
    assert replace(options, contact="desk@example.org").user_agent.endswith("; desk@example.org)")
