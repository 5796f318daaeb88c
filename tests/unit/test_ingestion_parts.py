"""The smaller parts of ingestion: identity, archive, fingerprints, transactions, what is expected of a cell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts import FEEDS, Column, ColumnType, Contract
from orchestration.ingestion import clock, refresh, refreshing
from orchestration.ingestion.archive import Archive, DeliveredFile, Delivery, FileChangedError, delivery_id, hash_of
from orchestration.ingestion.database import connection, transaction
from orchestration.ingestion.fingerprint import fingerprint, meaning
from orchestration.ingestion.validation import Parameters, expected_of
from orchestration.settings import PROJECT_ROOT, Settings

DAY = datetime(2024, 9, 18, tzinfo=UTC)


def file(sha256: str, path: str = "a.csv") -> DeliveredFile:
    return DeliveredFile(sha256=sha256, original_path=path, byte_count=1)


def identity(
    *files: DeliveredFile, feed: str = "f", dataset_key: str = "d", as_of: datetime = DAY, revision: int = 0
) -> str:
    return delivery_id(feed=feed, dataset_key=dataset_key, as_of=as_of, revision=revision, files=files)


def test_identity_is_of_feed_dataset_day_and_content_and_of_no_path_or_order() -> None:
    one = identity(file("1"), file("2"))
    assert identity(file("2", "x"), file("1", "y")) == one
    others = {
        identity(file("1")),
        identity(file("1"), file("2"), feed="g"),
        identity(file("1"), file("2"), dataset_key="e"),
        identity(file("1"), file("2"), as_of=DAY + timedelta(microseconds=1)),
        identity(file("1"), file("2"), revision=1),
        identity(file("12")),
    }
    assert len(others | {one}) == 7


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_times_keep_their_value_and_sort_as_text(moment: datetime) -> None:
    text = clock.as_text(moment)
    assert len(text) == 27
    # in the hour that clocks turn back, Python holds a local time equal to no time elsewhere
    assert clock.from_text(text) == moment.astimezone(UTC)
    assert (text < clock.as_text(DAY)) == (moment < DAY)


def test_an_archive_returns_what_it_was_given(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x" * 3_000_000)
    archive = Archive(tmp_path / "archive")
    taken = archive.take_in(source, original_path="feed/a.csv", received_at=DAY)
    assert taken.sha256 == hash_of(source)
    assert archive.has(taken.sha256)
    assert archive.verify(taken.sha256)
    assert archive.path_of(taken.sha256).read_bytes() == source.read_bytes()
    assert not archive.path_of(taken.sha256).stat().st_mode & 0o222

    delivery = Delivery(
        delivery_id="id",
        feed="feed",
        dataset_key="a.csv",
        path="feed/a.csv",
        as_of=DAY,
        is_as_of_stated=True,
        revision=2,
        received_at=DAY,
        files=(taken,),
        manifest={"publisher": "Ministère"},
    )
    archive.record(delivery)
    assert archive.delivery_ids() == {"id"}
    assert archive.delivery("id") == delivery
    assert not archive.is_confirmed("id")
    archive.confirm("id", confirmed_at=DAY)
    assert archive.is_confirmed("id")
    assert archive.delivery_ids() == {"id"}


def test_an_archive_takes_no_link_and_no_file_that_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x")
    link = tmp_path / "b.csv"
    link.symlink_to(source)
    archive = Archive(tmp_path / "archive")
    with pytest.raises(OSError, match="symbolic links"):
        archive.take_in(link, original_path="b.csv", received_at=DAY)

    class Growing:
        def __init__(self) -> None:
            self._hash = ""

        def update(self, _: bytes) -> None:
            with source.open("ab") as growing:
                growing.write(b"y")

    monkeypatch.setattr("orchestration.ingestion.archive.hashlib.sha256", Growing)
    with pytest.raises(FileChangedError):
        archive.take_in(source, original_path="a.csv", received_at=DAY)
    assert not (tmp_path / "archive" / "files").exists()


def test_words_do_not_change_a_fingerprint_and_rules_do() -> None:
    before = fingerprint(FEEDS)
    contract = FEEDS["meetings"]
    reworded = replace(
        contract, grain="another sentence", columns=tuple(replace(c, description="x") for c in contract.columns)
    )
    assert fingerprint({**FEEDS, "meetings": reworded}) == before
    first, *rest = contract.columns
    for change in (
        replace(contract, columns=(replace(first, required=not first.required), *rest)),
        replace(contract, columns=(replace(first, pattern="x"), *rest)),
        replace(contract, columns=tuple(rest)),
        replace(contract, key=("kind",)),
        replace(contract, is_bulk=not contract.is_bulk),
    ):
        assert fingerprint({**FEEDS, "meetings": change}) != before


def test_comments_and_layout_are_no_meaning_of_code_and_everything_else_is() -> None:
    code = 'def read(cell, *, of=1):\n    """Words."""\n    if cell in {"a", "b", "c"}:\n        return (1, of)\n'
    code += "    return None\n"
    same = (
        f"# a comment\n\n{code}",
        code.replace('"""Words."""', '"""Other words."""  # and more\n'),
        code.replace('{"a", "b", "c"}', '{\n        "a",\n        "b", "c"\n    }'),
    )
    assert {meaning(one) for one in same} == {meaning(code)}
    others = (
        code.replace('"c"', '"d"'),
        code.replace("1, of", "1.0, of"),
        code.replace("1, of", "True, of"),
        code.replace("of=1", "of=2"),
        code.replace("*, ", ""),
        code.replace(" in ", " not in "),
        code.replace("return None", "raise ValueError"),
        code.replace("cell", "row"),
        code.replace("(1, of)", "[1, of]"),
        code + "class Row:\n    x = 1\n",
    )
    assert len({meaning(one) for one in (code, *others)}) == len(others) + 1


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    ask = "from orchestration.contracts import FEEDS; from orchestration.ingestion.fingerprint import fingerprint as f"
    told = {
        subprocess.run(
            [sys.executable, "-c", f"{ask}; print(f(FEEDS))"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert told == {fingerprint(FEEDS)}


def test_a_transaction_is_undone_by_any_exception() -> None:
    with duckdb.connect() as con:
        con.execute("create table t (x integer)")
        with pytest.raises(KeyboardInterrupt), transaction(con):
            _insert_and_die(con)
        assert con.execute("select count(*) from t").fetchone() == (0,)


def _insert_and_die(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into t values (1)")
    raise KeyboardInterrupt


def test_a_locked_database_is_not_taken_for_a_damaged_one(settings: Settings) -> None:
    settings.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create table t as select 1 as x")
    opened = duckdb.connect(str(settings.warehouse), read_only=True)
    with opened, pytest.raises(duckdb.Error), connection(settings, log=print, clock=clock.utc_now):
        pass
    assert [path.name for path in settings.warehouse.parent.glob("*.duckdb")] == ["warehouse.duckdb"]


def test_equal_values_share_a_parameter_and_others_do_not() -> None:
    parameters = Parameters()
    assert parameters.bind("a") == parameters.bind("a")
    assert len({parameters.bind(value) for value in ("a", 1, 1.0, True, ["a"])}) == 5


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column(name="c", type=ColumnType.ENUM, description="", allowed=("a", "b")), "one of a, b"),
        (
            Column(name="c", type=ColumnType.DECIMAL, description="", minimum=0, maximum=1),
            "a number such as 1234.5, with a point and without thousands separators, from 0 to 1",
        ),
        (
            Column(name="c", type=ColumnType.TEXT, description="", pattern="[A-Z]{3}", example="USD"),
            "a text of the form [A-Z]{3}, such as USD",
        ),
        (
            Column(name="c", type=ColumnType.INTEGER, description="", minimum=1),
            "a whole number such as 1234, 1 or more",
        ),
    ],
)
def test_what_is_expected_is_said_in_words(column: Column, words: str) -> None:
    assert expected_of(column) == words


def test_every_type_of_column_has_words() -> None:
    for kind in ColumnType:
        assert expected_of(Column(name="c", type=kind, description="", allowed=("x",)))


def test_the_fingerprint_is_made_again_only_where_what_it_is_made_of_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(raw=tmp_path / "raw", home=tmp_path / "home", settle_seconds=0.0)
    settings.raw.mkdir()
    made = []

    def fingerprint(registry: Mapping[str, Contract]) -> str:
        made.append(registry)
        return "the same"

    monkeypatch.setattr(refreshing, "fingerprint", fingerprint)
    for sources, count in (("a", 1), ("a", 1), ("b", 2), ("b", 2), ("a", 3)):
        monkeypatch.setattr(refreshing, "sources", lambda _, sources=sources: sources)
        refresh(settings, log=str)
        assert len(made) == count
