from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration import cli
from orchestration.alerts.book import look
from orchestration.alerts.kinds import Kind, Problem
from orchestration.publication.publishing import publish
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.builds import begin_build, end_build, latest_build


@pytest.fixture(autouse=True)
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The scratch installation as the environment names it."""
    monkeypatch.setenv("ENTENTE_RAW", str(settings.raw))
    monkeypatch.setenv("ENTENTE_HOME", str(settings.home))
    monkeypatch.setenv("ENTENTE_SETTLE_SECONDS", "0")
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return settings


def publish_things(settings: Settings, *, rows: int) -> str:
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        before = latest_build(connection)
        build = begin_build(connection, run_id="a-run", inputs={"ledger": str(rows)}, is_whole=True)
        connection.execute("create or replace table main.fct_thing as select range as thing_id from range(?)", [rows])
        end_build(connection, build, before=before, failures=(), models_built=1, tests_passed=1)
    publication = publish(settings, run_id="a-run").publication
    assert publication is not None
    return publication.publication_id


def said(capfd: pytest.CaptureFixture[str]) -> tuple[str, str]:
    out, err = capfd.readouterr()
    return out, err


def test_a_question_is_answered_as_a_table(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    publish_things(home, rows=2)
    assert cli.main(["query", "select thing_id, null as nothing from fct_thing order by 1"]) == 0
    out, _ = said(capfd)
    assert "| thing_id | nothing |" in out
    assert "| 1        |         |" in out
    assert out.endswith("2 rows\n")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("", 'make query SQL="select …"'),
        ("drop table fct_thing", "read-only"),
        ("select * from read_csv('/etc/passwd')", "Permission"),
        ("copy fct_thing to '/tmp/things.csv'", "Permission"),
        ("set enable_external_access = true", "configuration"),
        ("selec", "syntax error"),
    ],
)
def test_a_question_reads_the_publication_and_nothing_else(
    home: Settings, capfd: pytest.CaptureFixture[str], sql: str, words: str
) -> None:
    publish_things(home, rows=2)
    assert cli.main(["query", sql]) == 1
    assert words in said(capfd)[1]


@pytest.mark.parametrize("command", [["query", "select 1"], ["rollback"]])
def test_before_the_first_publication_one_is_told_how_to_make_it(
    capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert cli.main(command) == 1
    assert "make warehouse" in said(capfd)[1]
    assert cli.main(["publications"]) == 0
    assert "make warehouse" in said(capfd)[0]


def test_a_rollback_says_where_readers_are_and_how_to_return(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    first, second = publish_things(home, rows=1), publish_things(home, rows=2)
    assert cli.main(["rollback"]) == 0
    out, _ = said(capfd)
    assert f"Readers now see {first}" in out
    assert f"rollback --to {second}" in out
    assert cli.main(["rollback"]) == 1
    assert "no publication before" in said(capfd)[1]
    assert cli.main(["rollback", "--to", second]) == 0
    said(capfd)
    assert cli.main(["publications"]) == 0
    lines = said(capfd)[0].splitlines()
    assert [line.split()[0] for line in lines] == [first, second]
    assert lines[0].endswith("withdrawn") is False
    assert lines[1].endswith("current")


def test_a_file_is_checked_without_being_loaded(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    path = home.raw / "memberships" / "union.csv"
    path.parent.mkdir()
    path.write_text("organization,member,event,occurred,document_id\nUnion,Norway,entered,2001,a-register\n")
    assert cli.main(["check", str(path)]) == 0
    out, _ = said(capfd)
    assert "entered" in out
    assert not home.warehouse.exists()
    assert not home.archive.exists()
    assert cli.main(["check", str(home.raw / "no-such-file.csv")]) == 1
    assert "There is no file" in said(capfd)[1]


def test_confirming_an_unknown_delivery_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["confirm", "no-such-delivery"]) == 1
    assert "no-such-delivery" in said(capfd)[1]


def test_a_taken_port_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("DAGSTER_PORT", str(taken.getsockname()[1]))
        assert cli.main(["dev"]) == 1
    assert "DAGSTER_PORT=" in said(capfd)[1]


def test_dagster_finds_its_home_and_follows_the_configuration_of_the_checkout(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = (PROJECT_ROOT / "dagster.yaml").read_text()
    config = home.home / ".dagster_home" / "dagster.yaml"
    with monkeypatch.context() as patch:
        patch.setenv("DAGSTER_HOME", "")
        cli.prepare_dagster_home(home)
        assert config.read_text() == ours
        config.write_text("# of an earlier version\n")
        patch.setenv("DAGSTER_HOME", "")
        cli.prepare_dagster_home(home)
        assert config.read_text() == ours


def test_a_dagster_home_of_the_callers_own_keeps_its_configuration(
    home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    with monkeypatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(theirs))
        cli.prepare_dagster_home(home)
        assert (theirs / "dagster.yaml").exists()
        (theirs / "dagster.yaml").write_text("# theirs\n")
        cli.prepare_dagster_home(home)
        assert (theirs / "dagster.yaml").read_text() == "# theirs\n"


def test_what_stands_wrong_is_listed_with_what_to_do(home: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts"]) == 1
    assert "Nobody is watching: nobody looked yet" in capfd.readouterr().out
    now = datetime.now(UTC)
    look(home, [], now=now, tell=lambda _: True)
    assert cli.main(["alerts"]) == 0
    assert "Nothing stands wrong" in capfd.readouterr().out
    problem = Problem(key="x", kind=Kind.DELIVERY_HELD, words="raw/x is held.")
    look(home, [problem], now=now - timedelta(minutes=11), tell=lambda _: True)
    assert cli.main(["alerts"]) == 1
    out = capfd.readouterr().out
    assert "A delivery waits for you" in out
    assert "raw/x is held." in out
    assert "what to do: docs/runbook.md#a-delivery-waits-for-you" in out
    assert "Nobody is watching: nobody looked since" in out
