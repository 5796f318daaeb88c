"""Over a thousand damaged files at once: each row is accepted or quarantined, or the file refused with a reason."""

from __future__ import annotations

import os
import resource
import socket
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from orchestration import ingestion
from orchestration.contracts import FEEDS, NATIVE
from orchestration.ingestion import IngestResult
from orchestration.settings import Settings
from tests.faults.damage import DamagedFile, as_csv, bomb, damaged_files, valid_files
from tests.faults.installation import Installation

pytestmark = pytest.mark.slow

LONGEST_REASON = 2_000


def _drop(settings: Settings, path: str, content: bytes) -> None:
    target = settings.raw / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


@pytest.fixture(scope="module")
def damaged() -> list[DamagedFile]:
    return list(damaged_files())


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("damaged")
    return Settings(raw=folder / "raw", home=folder / "home", settle_seconds=0.0)


@pytest.fixture(scope="module")
def result(settings: Settings, damaged: list[DamagedFile]) -> IngestResult:
    for file in damaged:
        _drop(settings, file.path, file.content)
    for path, content, _ in valid_files():
        if not path.endswith(".gz") and "gz" not in path:
            _drop(settings, path.format("1990-01-01" if path.count("/") > 1 else "valid"), content)
    return ingestion.refresh(settings)


def test_there_are_more_than_a_thousand(damaged: list[DamagedFile]) -> None:
    assert len(damaged) > 1_000
    assert {file.path.partition("/")[0] for file in damaged} == set(FEEDS)


def test_every_file_is_accounted_for_once(result: IngestResult, damaged: list[DamagedFile]) -> None:
    told = Counter(path for outcome in result.deliveries for path in outcome.paths)
    told.update(ignored.path for ignored in result.ignored)
    assert [file.path for file in damaged if told[file.path] != 1] == []


def test_rows_are_accepted_or_quarantined_or_their_delivery_is_refused_with_a_reason(result: IngestResult) -> None:
    for outcome in result.deliveries:
        assert outcome.rows_accepted + outcome.rows_rejected == outcome.rows_read, outcome.paths
        if outcome.status != "new":
            assert outcome.reason, outcome.paths
            assert len(outcome.reason) < LONGEST_REASON, outcome.paths
            assert "Traceback" not in outcome.reason
    assert all(ignored.reason for ignored in result.ignored)


def test_what_the_ledger_counts_lies_in_landing_and_quarantine(result: IngestResult, settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        landed = sum(
            con.sql(f"from landing.{contract.table}").count("*").fetchall()[0][0]
            for contract in FEEDS.values()
            if contract.columns
        )
        rejected = con.execute(
            "select count(*) from (select distinct delivery_id, feed, file_sha256, row_number from ops.rejected_rows)"
        ).fetchall()[0][0]
        reasonless = con.execute("select count(*) from ops.rejected_rows where expected is null").fetchall()[0][0]
    assert (landed, rejected) == (result.rows_accepted, result.rows_rejected)
    assert reasonless == 0


def test_the_valid_files_among_them_load_whole(result: IngestResult) -> None:
    loaded = {path: outcome for outcome in result.deliveries for path in outcome.paths}
    for feed in NATIVE:
        for ending in ("csv", "ndjson"):
            outcome = loaded[f"{feed}/valid.{ending}"]
            assert (outcome.rows_read, outcome.rows_rejected) == (4, 0), outcome


def test_what_is_no_file_and_what_has_a_strange_name_stops_nothing(tmp_path: Path) -> None:
    settings = Settings(raw=tmp_path / "r", home=tmp_path / "h", settle_seconds=0.0)
    path, content, _ = next(files for files in valid_files() if files[0].startswith("meetings/") and "csv" in files[0])
    folder = settings.raw / "meetings"
    strange = [
        "with spaces",
        "it's",
        'a "quote"',
        "a[1]",
        "a*",
        "?",
        "{b}",
        "%s",
        "\N{FIRE}",
        "x" * 251,
        "a;b",
        "$(id)",
        "-rf",
        "line\nend",
        "tab\tand\x01control",
        "\N{RIGHT-TO-LEFT OVERRIDE}vsc",
        "é",
        "e\N{COMBINING ACUTE ACCENT}",
        "\N{FIRE}" * 62,
    ]
    for number, name in enumerate(strange):
        _drop(settings, path.format(name), content.replace(b"p1", f"p{number}-1".encode()))
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "dangling.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s.csv"))
        result = ingestion.refresh(settings)
    loaded = {path for outcome in result.deliveries if outcome.status == "new" for path in outcome.paths}
    assert loaded == {path.format(name) for name in strange}
    assert {"meetings/link.csv", "meetings/dangling.csv", "meetings/pipe.csv", "meetings/s.csv"} <= {
        ignored.path for ignored in result.ignored
    }
    assert result.rows_rejected == 0


def test_a_name_that_is_no_text_is_told_and_stops_nothing(tmp_path: Path) -> None:
    settings = Settings(raw=tmp_path / "r", home=tmp_path / "h", settle_seconds=0.0)
    path, content, _ = next(files for files in valid_files() if files[0].startswith("meetings/") and "csv" in files[0])
    _drop(settings, path.format("good"), content)
    name = os.fsdecode(b"latin-\xfc.csv")
    (settings.raw / "meetings" / name).write_bytes(content.replace(b"p1", b"p9"))
    result = ingestion.refresh(settings)
    told = [outcome.paths for outcome in result.deliveries if outcome.status == "new"]
    assert ("meetings/good.csv",) in told
    assert len(told) + len(result.ignored) == 2


@pytest.mark.parametrize(
    ("path", "packed"),
    [
        ("meetings/bomb.csv.gz", 48 * bomb(64 << 20)),
        ("gdelt_events/20200101000000.export.CSV.gz", 48 * bomb(64 << 20)),
    ],
)
def test_three_gigabytes_in_three_megabytes_cost_neither_memory_nor_disk(
    path: str, packed: bytes, tmp_path: Path
) -> None:
    installation = Installation(tmp_path)
    _drop(installation.settings, path, packed)
    _drop(installation.settings, "meetings/good.csv", as_csv(NATIVE["meetings"]))
    most_bytes = 256 << 20
    process = installation.start("ingest", preexec_fn=lambda: _bound(most_bytes))
    assert process.stdout is not None
    words = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    assert usage.ru_maxrss * 1024 < 1 << 30
    assert "unpacks to more than" in (installation.settings.raw / f"{path}.report.txt").read_text()
    assert installation.leftovers() == []


def _bound(most_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
