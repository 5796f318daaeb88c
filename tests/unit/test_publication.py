from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from filelock import FileLock

from orchestration.publication import copying, publishing
from orchestration.publication.copying import share_or_copy
from orchestration.publication.publishing import AuditFailedError, publish, rollback, wait_for_afterwards
from orchestration.publication.rollback_job import NAME, build_rollback_job
from orchestration.publication.store import AHEAD, UNFINISHED, NoPublicationError, PublicationStore
from orchestration.readers import parquet
from orchestration.settings import Settings
from orchestration.transformation.builds import UPDATE, begin_build, end_build, latest_build
from orchestration.transformation.updating import contents_by_name

Edit = Callable[..., None]


@pytest.fixture
def build_star(settings: Settings) -> Edit:
    """Pretend that dbt built a star of `rows` rows from the inputs called `inputs`."""

    def edit(
        rows: int,
        *,
        inputs: str,
        failures: tuple[str, ...] = (),
        is_whole: bool = True,
        is_killed: bool = False,
        method: str | None = None,
    ) -> None:
        settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(settings.warehouse)) as connection:
            before = latest_build(connection)
            build = begin_build(
                connection,
                run_id="a-run",
                inputs={"ledger": inputs, "dbt": "models"},
                is_whole=is_whole,
                method=method,
            )
            connection.execute("create schema if not exists evidence")
            connection.execute("create schema if not exists staging")
            connection.execute(
                "create or replace table main.fct_thing as select range as thing_id from range(?)", [rows]
            )
            connection.execute("comment on table main.fct_thing is 'Grain: one row per thing; it''s quoted'")
            connection.execute("comment on column main.fct_thing.thing_id is 'The thing.'")
            connection.execute("create or replace view staging.private as select * from main.fct_thing")
            connection.execute(
                "create or replace view evidence.claims as select thing_id as fact_id from main.fct_thing"
            )
            connection.execute("comment on view evidence.claims is 'Grain: one row per claim'")
            connection.execute("comment on column evidence.claims.fact_id is 'The fact.'")
            connection.execute(
                "create or replace macro main.things_from(first, last := 1) as table "
                "select * from main.fct_thing where thing_id between first and last"
            )
            connection.execute("comment on macro table main.things_from is 'The things from the first to the last'")
            if not is_killed:
                end_build(connection, build, before=before, failures=failures, models_built=1, tests_passed=1)

    return edit


def read(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.serving / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def thing_count(settings: Settings) -> object:
    return read(settings, "select count(*) from fct_thing")[0][0]


def test_readers_get_the_star_and_its_lineage_and_nothing_private(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    outcome = publish(settings, run_id="a-run")
    assert outcome.is_new
    relations = read(settings, "select schema_name, table_name from duckdb_tables() order by all")
    assert relations == [("evidence", "claims"), ("evidence", "publications"), ("main", "fct_thing")]
    assert read(settings, "select count(*) from duckdb_views() where not internal") == [(0,)]


def test_comments_and_macros_with_their_defaults_are_in_the_published_file(
    settings: Settings, build_star: Edit
) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    assert read(
        settings, "select comment from duckdb_tables() where table_name in ('fct_thing', 'claims') order by 1"
    ) == [
        ("Grain: one row per claim",),
        ("Grain: one row per thing; it's quoted",),
    ]
    assert read(settings, "select count(*) from duckdb_columns() where not internal and comment is null") == [(0,)]
    assert read(settings, "select thing_id from things_from(0) order by 1") == [(0,), (1,)]
    assert read(settings, "select comment from duckdb_functions() where function_name = 'things_from'") == [
        ("The things from the first to the last",)
    ]


def test_older_drivers_can_read_the_published_file(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    versions = read(
        settings, "select tags['storage_version'] from duckdb_databases() where database_name = 'warehouse'"
    )
    assert str(versions[0][0]).startswith("v1.2")


def test_every_table_is_there_as_parquet_too(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    parquet = settings.serving / "current" / "parquet"
    assert {path.name for path in parquet.iterdir()} == {
        "evidence.claims.parquet",
        "evidence.publications.parquet",
        "main.fct_thing.parquet",
    }
    assert duckdb.read_parquet(str(parquet / "main.fct_thing.parquet")).fetchall() == [(0,), (1,), (2,)]


def test_without_parquet_there_are_no_such_files_until_they_are_wanted_again(
    settings: Settings, build_star: Edit
) -> None:
    without = replace(settings, has_parquet=False)
    build_star(3, inputs="a")
    _note_contents(settings, {"fct_thing": "three"})
    publish(without, run_id="a-run")
    assert not (settings.serving / "current" / "parquet").exists()
    with pytest.raises(NoPublicationError, match="without Parquet files"):
        parquet(serving=settings.serving)
    build_star(3, inputs="b", method=UPDATE)
    _note_contents(settings, {"fct_thing": "three"})
    publish(without, run_id="a-run")
    assert not (settings.serving / "current" / "parquet").exists()
    build_star(3, inputs="c", method=UPDATE)
    _note_contents(settings, {"fct_thing": "three"})
    publish(settings, run_id="a-run")
    written = parquet(serving=settings.serving)
    assert duckdb.read_parquet(str(written / "main.fct_thing.parquet")).fetchall() == [(0,), (1,), (2,)]
    assert len(list(written.iterdir())) == 3


def test_an_update_takes_over_what_it_did_not_change(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    _note_contents(settings, {"fct_thing": "three", "claims": "three"})
    publish(settings, run_id="a-run")
    before = parquet(serving=settings.serving)
    build_star(4, inputs="b", method=UPDATE)
    # as if only the view held other rows
    _note_contents(settings, {"fct_thing": "three", "claims": "four"})
    publish(settings, run_id="a-run")
    after = parquet(serving=settings.serving)
    assert (after / "main.fct_thing.parquet").samefile(before / "main.fct_thing.parquet")
    assert read(settings, "select count(*) from fct_thing") == [(3,)]
    assert read(settings, "select count(*) from evidence.claims") == [(4,)]
    assert len(duckdb.read_parquet(str(after / "evidence.claims.parquet")).fetchall()) == 4
    build_star(5, inputs="c", method=UPDATE)
    _note_contents(settings, {"fct_thing": "five", "claims": "four"})
    publish(settings, run_id="a-run")
    assert read(settings, "select count(*) from fct_thing") == [(5,)]
    now = parquet(serving=settings.serving)
    assert len(duckdb.read_parquet(str(now / "main.fct_thing.parquet")).fetchall()) == 5
    assert read(settings, "select comment from duckdb_tables() where table_name = 'fct_thing'") == [
        ("Grain: one row per thing; it's quoted",)
    ]


def _note_contents(settings: Settings, contents: Mapping[str, str]) -> None:
    """Note what tables and views held after the last build."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        build = latest_build(connection)
        assert build is not None
        contents_by_name(connection, build_number=build.number)  # makes its table
        connection.execute("delete from ops.built_tables")
        for name, content in contents.items():
            schema = "main" if name.startswith("fct") else "evidence"
            connection.execute(
                "insert into ops.built_tables values (?, ?, ?, ?, 0, ?)", [name, schema, name, content, build.number]
            )


@pytest.mark.parametrize("copy", [share_or_copy, copying.copy_for_later])
@pytest.mark.parametrize("portion", [copying.PORTION_BYTES, 30_000, 50_000])
def test_a_file_that_shares_its_blocks_or_is_copied_holds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, portion: int, copy: Callable[[Path, Path], None]
) -> None:
    monkeypatch.setattr(copying, "PORTION_BYTES", portion)
    (tmp_path / "a").write_bytes(os.urandom(100_000))
    copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    with (tmp_path / "b").open("r+b") as file:
        file.write(b"other")
    assert not (tmp_path / "a").read_bytes().startswith(b"other")
    with pytest.raises(FileNotFoundError):
        copy(tmp_path / "none", tmp_path / "c")


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSPC])
@pytest.mark.skipif(sys.platform != "linux", reason="other systems copy on their own")
def test_a_file_system_that_does_not_hand_data_on_is_read_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    (tmp_path / "a").write_bytes(os.urandom(100_000))
    monkeypatch.setattr("fcntl.ioctl", refuse)
    monkeypatch.setattr(os, "sendfile", refuse)
    if number == errno.ENOSPC:
        with pytest.raises(OSError, match="No space left"):
            share_or_copy(tmp_path / "a", tmp_path / "b")
        return
    share_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems copy on their own")
def test_a_file_that_becomes_shorter_while_it_is_copied_is_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no shared blocks")

    def shortened(written: int, read: int, offset: int, count: int) -> int:
        (tmp_path / "a").write_bytes(b"")
        return sent(written, read, offset, count)

    (tmp_path / "a").write_bytes(os.urandom(100_000))
    sent = os.sendfile
    monkeypatch.setattr("fcntl.ioctl", refuse)
    monkeypatch.setattr(os, "sendfile", shortened)
    with pytest.raises(OSError, match="became shorter"):
        share_or_copy(tmp_path / "a", tmp_path / "b")


def test_nobody_may_write_into_a_publication(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    files = [path for path in (settings.serving / "current").resolve().rglob("*") if path.is_file()]
    assert len(files) == 5
    assert not any(path.stat().st_mode & 0o222 for path in files)


def test_the_list_of_publications_counts_itself_and_keeps_those_that_are_gone(
    settings: Settings, build_star: Edit
) -> None:
    for number in range(5):
        build_star(number, inputs=str(number))
        publish(settings, run_id=f"run-{number}")
    rows = read(settings, "select run_id, table_count, row_count from evidence.publications order by published_at")
    assert rows == [(f"run-{number}", 3, 2 * number + number + 1) for number in range(5)]
    total = read(
        settings,
        """
        select (select count(*) from fct_thing) + (select count(*) from evidence.claims)
            + (select count(*) from evidence.publications)
        """,
    )
    assert rows[-1][2] == total[0][0]


def test_the_last_three_are_kept(settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.publication.store.GRACE", timedelta(0))
    made = []
    for number in range(5):
        build_star(number, inputs=str(number))
        made.append(publish(settings, run_id="a-run").publication)
        wait_for_afterwards()
    assert list(PublicationStore(settings.serving).on_disk()) == made[-3:]
    ids = [publication.publication_id for publication in made[-3:] if publication]
    assert {path.name for path in (settings.serving / "publications").iterdir()} == {*ids, f"{ids[-1]}{AHEAD}"}


def test_a_path_that_a_reader_has_just_resolved_stays(settings: Settings, build_star: Edit) -> None:
    build_star(0, inputs="0")
    publish(settings, run_id="a-run")
    resolved = parquet(serving=settings.serving) / "main.fct_thing.parquet"
    for number in range(1, 6):
        build_star(number, inputs=str(number))
        publish(settings, run_id="a-run")
    wait_for_afterwards()
    assert duckdb.read_parquet(str(resolved)).fetchall() == []
    store = PublicationStore(settings.serving)
    gone = store.prune(now=datetime.now(UTC) + timedelta(minutes=1))
    assert len(gone) == 3
    assert not resolved.exists()
    store.remove_doomed()
    assert not list(store.folder.glob(f"*{UNFINISHED}"))
    assert len(store.on_disk()) == 3


def test_what_was_rolled_back_stays_as_long_as_any_other(settings: Settings, build_star: Edit) -> None:
    for number in (1, 2):
        build_star(number, inputs=str(number))
        publish(settings, run_id="a-run")
    withdrawn, _ = rollback(settings)
    store = PublicationStore(settings.serving)
    assert store.prune() == ()
    assert store.prune(now=datetime.now(UTC) + timedelta(minutes=1)) == (withdrawn.publication_id,)


def _ahead(settings: Settings) -> Path:
    """Where the copy lies that the next publication begins from."""
    current = (settings.serving / "current").resolve()
    return current.with_name(f"{current.name}{AHEAD}") / "warehouse.duckdb"


def test_the_next_publication_begins_from_a_copy_made_ahead(
    settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_star(3, inputs="a", method=UPDATE)
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    current, ahead = settings.serving / "warehouse.duckdb", _ahead(settings)
    assert ahead.read_bytes() == current.read_bytes()
    number = ahead.stat().st_ino
    copied = []
    monkeypatch.setattr(copying, "_copy_to_disk", lambda *paths, **_: copied.append(paths))
    build_star(4, inputs="b", method=UPDATE)
    publish(settings, run_id="a-run")
    assert settings.serving.joinpath("warehouse.duckdb").stat().st_ino == number
    assert thing_count(settings) == 4
    wait_for_afterwards()
    # of the one before nothing is left, and of this one a copy was asked for
    assert [path.name for path in (settings.serving / "publications").glob(f"*{AHEAD}*")] == [
        _ahead(settings).parent.name
    ]
    assert [source for source, _ in copied] == [(settings.serving / "current").resolve() / "warehouse.duckdb"]


def test_a_publication_of_which_no_copy_was_made_is_copied(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a", method=UPDATE)
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    _ahead(settings).unlink()
    build_star(4, inputs="b", method=UPDATE)
    publish(settings, run_id="a-run")
    assert thing_count(settings) == 4


def test_what_a_rollback_leaves_is_not_what_the_next_publication_begins_from(
    settings: Settings, build_star: Edit
) -> None:
    for number in (1, 2):
        build_star(number, inputs=str(number), method=UPDATE)
        publish(settings, run_id="a-run")
    wait_for_afterwards()
    left = _ahead(settings)
    rollback(settings)
    build_star(3, inputs="3", method=UPDATE)
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    assert not left.parent.exists()
    assert _ahead(settings).exists()
    assert thing_count(settings) == 3


def test_a_disk_that_is_nearly_full_is_not_filled_by_a_copy(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    publish(replace(settings, keep_free_bytes=1 << 60), run_id="a-run")
    wait_for_afterwards()
    assert not _ahead(settings).parent.exists()
    assert thing_count(settings) == 3


def test_a_copy_that_fails_half_way_leaves_nothing(
    settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Path, destination: Path, **__: object) -> None:
        destination.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(copying, "share_or_copy", fail)
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    assert "could not be copied ahead" in caplog.text
    assert not list((settings.serving / "publications").glob(f"*{AHEAD}*"))


def test_a_copy_that_was_killed_is_swept_and_one_that_is_being_made_is_not(
    settings: Settings, build_star: Edit
) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    store = PublicationStore(settings.serving)
    left = store.folder / f"another{AHEAD}{UNFINISHED}"
    left.mkdir()
    with FileLock(settings.serving / ".afterwards.lock"):
        assert store.sweep_unfinished() == 0
    assert store.sweep_unfinished() == 1
    assert not left.exists()


def test_a_publication_waits_for_the_copy_that_is_being_made(
    settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_end = threading.Event(), threading.Event()
    copy = publishing.copy_for_later

    def slowly(source: Path, destination: Path) -> None:
        began.set()
        may_end.wait()
        copy(source, destination)

    monkeypatch.setattr(publishing, "copy_for_later", slowly)
    build_star(3, inputs="a", method=UPDATE)
    publish(settings, run_id="a-run")
    began.wait()
    ahead = _ahead(settings)
    build_star(4, inputs="b", method=UPDATE)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(publish, settings, run_id="a-run")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        may_end.set()
        assert waiting.result().is_new
    assert not ahead.exists(), "it was taken"
    assert thing_count(settings) == 4


def test_a_publication_does_not_wait_for_ever(
    settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PATIENCE", 0.1)
    build_star(3, inputs="a", method=UPDATE)
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    build_star(4, inputs="b", method=UPDATE)
    with FileLock(settings.serving / ".afterwards.lock"):
        assert publish(settings, run_id="a-run").is_new
        wait_for_afterwards()
    assert not _ahead(settings).exists(), "another is at it"
    assert thing_count(settings) == 4


def test_nothing_but_the_current_publication_stays_where_others_must_not_be_seen(
    settings: Settings, build_star: Edit
) -> None:
    build_star(3, inputs="a")
    publish(settings, run_id="a-run")
    wait_for_afterwards()
    before = _ahead(settings).parent
    shutil.copytree(before, before.with_name(f"older{AHEAD}"))
    shutil.copytree(before, before.with_name(f"oldest{AHEAD}{UNFINISHED}"))
    store = PublicationStore(settings.serving)
    store.remove_all_but_current()
    assert sorted(path.name for path in store.folder.iterdir()) == [before.name.removesuffix(AHEAD), before.name]


def test_the_same_build_is_published_once(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a")
    first = publish(settings, run_id="a-run").publication
    build_star(3, inputs="a")
    again = publish(settings, run_id="another-run")
    assert (again.publication, again.is_new) == (first, False)
    assert publish(settings, run_id="another-run", force=True).is_new


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"failures": ("test unique_thing found 2 rows at fault",)}, "test unique_thing found 2 rows at fault"),
        ({"is_killed": True}, "was never finished"),
        ({"is_whole": False}, "only a part of it was built"),
    ],
)
def test_a_failed_audit_leaves_readers_where_they_are_and_says_why(
    settings: Settings, build_star: Edit, how: dict[str, object], why: str
) -> None:
    build_star(3, inputs="a")
    before = publish(settings, run_id="a-run").publication
    assert before is not None
    build_star(9, inputs="b", **how)
    with pytest.raises(AuditFailedError, match=why) as failure:
        publish(settings, run_id="a-run")
    assert f"Readers stay on {before.publication_id}" in str(failure.value)
    assert thing_count(settings) == 3
    build_star(9, inputs="b")
    publish(settings, run_id="a-run")
    assert thing_count(settings) == 9


def test_a_part_built_again_from_the_same_inputs_leaves_the_star_publishable(
    settings: Settings, build_star: Edit
) -> None:
    build_star(3, inputs="a")
    build_star(3, inputs="a", is_whole=False)
    assert publish(settings, run_id="a-run").is_new


def test_a_part_built_again_does_not_hide_a_failed_build(settings: Settings, build_star: Edit) -> None:
    build_star(3, inputs="a", failures=("a test",))
    build_star(3, inputs="a", is_whole=False)
    with pytest.raises(AuditFailedError, match="only a part of it"):
        publish(settings, run_id="a-run")


def test_nothing_is_published_before_anything_is_built(settings: Settings) -> None:
    with pytest.raises(AuditFailedError, match="make warehouse"):
        publish(settings, run_id="a-run")


def test_a_rollback_goes_back_one_and_the_next_publication_goes_forward(settings: Settings, build_star: Edit) -> None:
    for rows in (1, 2, 3):
        build_star(rows, inputs=str(rows))
        publish(settings, run_id="a-run")
    came_from, went_to = rollback(settings)
    assert thing_count(settings) == 2
    assert came_from.published_at > went_to.published_at
    rollback(settings)
    assert thing_count(settings) == 1
    with pytest.raises(NoPublicationError, match="no publication before"):
        rollback(settings)
    assert thing_count(settings) == 1
    build_star(4, inputs="4")
    publish(settings, run_id="a-run")
    assert thing_count(settings) == 4
    rollback(settings)
    assert thing_count(settings) == 1, "what was withdrawn is skipped"


def test_what_was_rolled_back_is_not_published_again_by_itself(settings: Settings, build_star: Edit) -> None:
    for rows in (1, 2):
        build_star(rows, inputs=str(rows))
        publish(settings, run_id="a-run")
    withdrawn, standing = rollback(settings)
    again = publish(settings, run_id="a-run")
    assert (again.is_new, again.publication) == (False, standing)
    assert f"rollback --to {withdrawn.publication_id}" in again.reason
    assert thing_count(settings) == 1
    rollback(settings, to=withdrawn.publication_id)
    assert thing_count(settings) == 2
    assert not publish(settings, run_id="a-run").is_new


def test_a_publication_tells_what_was_withdrawn_before_it(settings: Settings, build_star: Edit) -> None:
    for rows in (1, 2):
        build_star(rows, inputs=str(rows))
        publish(settings, run_id="a-run")
    rollback(settings)
    build_star(3, inputs="3")
    publish(settings, run_id="a-run")
    assert read(settings, "select withdrawn_at is not null from evidence.publications order by published_at") == [
        (False,),
        (True,),
        (False,),
    ]


def test_one_cannot_roll_back_to_what_is_not_kept(settings: Settings, build_star: Edit) -> None:
    with pytest.raises(NoPublicationError, match="Nothing is published yet"):
        rollback(settings)
    build_star(1, inputs="1")
    publish(settings, run_id="a-run")
    with pytest.raises(NoPublicationError, match="no other publication no-such-one"):
        rollback(settings, to="no-such-one")


def test_the_leftovers_of_a_killed_publication_are_swept_and_never_seen(settings: Settings, build_star: Edit) -> None:
    build_star(1, inputs="1")
    publish(settings, run_id="a-run")
    store = PublicationStore(settings.serving)
    half = store.unfinished_folder("99990101T000000000Z-00000000")
    (half / "publication.json").write_text("{")
    assert len(store.on_disk()) == 1
    build_star(2, inputs="2")
    publish(settings, run_id="a-run")
    assert not half.exists()
    assert thing_count(settings) == 2


def test_what_a_publication_cannot_keep_in_memory_goes_where_leftovers_are_swept(
    settings: Settings, build_star: Edit
) -> None:
    build_star(1, inputs="1")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create view evidence.spill as select current_setting('temp_directory') as place")
    publish(settings, run_id="a-run")
    ((place,),) = read(settings, "select place from evidence.spill")
    folder = Path(str(place)).parent
    assert folder.parent == PublicationStore(settings.serving).folder
    assert folder.name.endswith(UNFINISHED)
    assert not folder.exists()


def test_what_does_not_fit_into_memory_is_gone_with_the_connection(tmp_path: Path) -> None:
    with copying.in_memory(tmp_path) as connection:
        connection.execute("set memory_limit = '20MB'")
        connection.execute("create temp table numbers as select hash(range) as number from range(5_000_000)")
        assert any((tmp_path / copying.SPILL).iterdir())
    assert not any(tmp_path.iterdir())


def test_publications_keep_their_order_when_the_clock_goes_back(
    settings: Settings, build_star: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rows, year in ((1, 2030), (2, 2020)):
        monkeypatch.setattr(
            "orchestration.publication.publishing.utc_now", lambda year=year: datetime(year, 1, 1, tzinfo=UTC)
        )
        build_star(rows, inputs=str(rows))
        publish(settings, run_id="a-run")
    assert thing_count(settings) == 2
    rollback(settings)
    assert thing_count(settings) == 1


def test_a_reader_never_finds_half_a_publication(settings: Settings, build_star: Edit) -> None:
    build_star(0, inputs="0")
    publish(settings, run_id="a-run")
    seen: list[object] = []
    broken: list[Exception] = []
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            try:
                counts = read(
                    settings, "select (select count(*) from fct_thing), (select count(*) from evidence.claims)"
                )
            except duckdb.Error as error:
                broken.append(error)
                return
            things, claims = counts[0]
            assert things == claims
            seen.append(things)

    reader = threading.Thread(target=keep_reading)
    reader.start()
    for number in range(1, 8):
        build_star(number, inputs=str(number))
        publish(settings, run_id="a-run")
    done.set()
    reader.join()
    assert broken == []
    assert seen == sorted(seen, key=str)
    assert thing_count(settings) == 7


def test_a_reader_that_stays_keeps_what_it_opened(settings: Settings, build_star: Edit) -> None:
    build_star(1, inputs="1")
    publish(settings, run_id="a-run")
    with duckdb.connect(str(settings.serving / "warehouse.duckdb"), read_only=True) as connection:
        for rows in (2, 3, 4, 5):
            build_star(rows, inputs=str(rows))
            publish(settings, run_id="a-run")
        assert connection.execute("select count(*) from fct_thing").fetchall() == [(1,)]


def test_a_publication_records_what_it_was_built_from(settings: Settings, build_star: Edit) -> None:
    build_star(1, inputs="the ledger")
    publish(settings, run_id="a-run")
    record = json.loads((settings.serving / "current" / "publication.json").read_text())
    assert record["built_from"] == {"ledger": "the ledger", "dbt": "models"}
    assert record["versions"]["duckdb"] == duckdb.__version__
    assert {table["name"] for table in record["tables"]} == {"fct_thing", "claims", "publications"}


def test_serving_may_be_moved_as_a_whole(settings: Settings, build_star: Edit, tmp_path: Path) -> None:
    build_star(1, inputs="1")
    publish(settings, run_id="a-run")
    elsewhere = settings.serving.rename(tmp_path / "elsewhere")
    with duckdb.connect(str(elsewhere / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_thing").fetchall() == [(1,)]


def test_the_job_of_the_ui_goes_back_and_says_why_it_cannot(settings: Settings, build_star: Edit) -> None:
    for rows in (1, 2):
        build_star(rows, inputs=str(rows))
        publish(settings, run_id="a-run")
    job = dg.Definitions(
        jobs=[build_rollback_job()], resources={"settings": dg.ResourceDefinition.hardcoded_resource(settings)}
    ).resolve_job_def(NAME)
    assert job.execute_in_process().success
    assert thing_count(settings) == 1
    failed = job.execute_in_process(raise_on_error=False)
    assert not failed.success
    failures = [event for event in failed.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    assert "no publication before" in str(failures[0].step_failure_data.user_failure_data)
    assert thing_count(settings) == 1
