"""Publications follow what changed in a large table: their Parquet files hold its rows, and are mostly those before."""

from __future__ import annotations

import errno
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import readers
from orchestration.publication import copying, parquet, publishing, store
from orchestration.publication.publishing import publish, wait_for_afterwards
from orchestration.publication.store import AHEAD
from orchestration.settings import Settings
from orchestration.transformation.builds import UPDATE, begin_build, end_build, latest_build
from orchestration.transformation.changed_keys import forget_keys, note_keys
from orchestration.transformation.updating import contents_by_name

FLOWS = ("main", "fct_flow")
ROW = """
    select
        'flow ' || n as fact_id, make_date(2015 + n % 3, 1 + n % 12, 1) as period_earliest, 'baci' as source,
        if(n % 7 = 0, null, 'A-' || n % 5) as dyad_code, null::varchar as locator, n::bigint as row_number,
        n / 4.0 as value, n % 2 = 0 as is_total, timestamp '2024-01-01 12:30' + n * interval 1 second as recorded_from
    from range($1, $2) as numbers (n)
"""


class House:
    """A warehouse with one large table, in which rows come, change and go, and its publications."""

    key: tuple[str, ...] = ("fact_id", "period_earliest")

    days = ("period_earliest",)

    def __init__(self, settings: Settings):
        self._settings = settings
        settings.warehouse.parent.mkdir(parents=True)
        self._connection = duckdb.connect(str(settings.warehouse))
        self._connection.execute(f"create table main.fct_flow as {ROW}", [0, 300])
        self._connection.execute("create table main.dim_small as select 1 as small_id")
        self._number = 0
        self._published: list[list[Any]] = []
        """The rows of all publications."""
        self.whole()

    def close(self) -> None:
        self._connection.close()

    def whole(self, *, with_lists: bool = False) -> None:
        """Build everything anew, in another order."""
        columns = "*, null::varchar[] as names" if with_lists else "*"
        self._connection.execute(
            f"create or replace table main.fct_flow as select {columns} from main.fct_flow order by hash(fact_id)"  # noqa: S608
        )
        forget_keys(self._connection)
        self._build(method=None)

    def deliver(self, sql: str, parameters: object = None) -> None:
        """Change some rows, and note their keys."""
        was = self._content
        self._connection.execute("create or replace temp table before as from main.fct_flow")
        self._connection.execute(sql, parameters)
        days = [day for day in self.days if day not in self.key]
        self._connection.execute(
            f"""
            create or replace temp table keys as select distinct {", ".join((*self.key, *days))} from (
                (from temp.before except from main.fct_flow) union all (from main.fct_flow except from temp.before)
            )
            """  # noqa: S608 - two names
        )
        self._build(
            method=UPDATE,
            note=lambda number: note_keys(
                self._connection,
                table=FLOWS,
                build_number=number,
                contents=(was, self._content),
                columns=self.key,
                keys="temp.keys",
                days=days,
            ),
        )

    @property
    def _content(self) -> str:
        return f"content {self._number} 0"

    def _build(self, *, method: str | None, note: Callable[[int], None] = lambda _: None) -> None:
        before = latest_build(self._connection)
        self._number += 1
        build = begin_build(
            self._connection,
            run_id="a-run",
            inputs={"ledger": str(self._number), "dbt": "models"},
            is_whole=True,
            method=method,
        )
        note(build.number)
        contents_by_name(self._connection, build_number=build.number)  # makes its table
        self._connection.execute("delete from ops.built_tables")
        for table, content in (("fct_flow", f"content {self._number}"), ("dim_small", "small")):
            self._connection.execute(
                "insert into ops.built_tables values ($1, 'main', $1, $2, 0, $3)", [table, content, build.number]
            )
        end_build(self._connection, build, before=before, failures=(), models_built=1, tests_passed=1)

    def publish(self, *, waits: bool = True) -> Path:
        """Publish, and return the folder of the large table, whose rows are those of the warehouse.

        Before all of it is written, its files are those of a publication before, or all its own.
        """
        self._connection.close()
        try:
            publish(self._settings, run_id="a-run")
        finally:
            self._connection = duckdb.connect(str(self._settings.warehouse))
        serving = (self._settings.serving / "current").resolve()
        now = self._connection.table("main.fct_flow").order("all").fetchall()
        with duckdb.connect() as reader:
            reader.execute(f"attach '{serving / 'warehouse.duckdb'}' as published (read_only)")
            published = reader.table("published.main.fct_flow")
            assert published.order("all").fetchall() == now
            types = dict(zip(published.columns, map(str, published.types), strict=True))
        shown = (serving / "parquet").resolve()
        self._published.append(now)
        assert _read(shown / "main.fct_flow.parquet")[0] in self._published
        if not waits:
            return shown / "main.fct_flow.parquet"
        wait_for_afterwards()
        folder = (serving / "parquet").resolve() / "main.fct_flow.parquet"
        assert folder.is_relative_to(serving)
        assert _read(folder) == (now, types)
        everything = [path for path in folder.parent.rglob("*") if path.is_file()]
        assert {path.suffix for path in everything} == {".parquet"}
        assert not any(path.stat().st_mode & 0o222 for path in everything)
        return folder


def _read(folder: Path) -> tuple[list[Any], dict[str, str]]:
    """Return the rows of a table of Parquet files, and the types of its columns."""
    with duckdb.connect() as reader:
        files = reader.read_parquet(str(folder / "*.parquet") if folder.is_dir() else str(folder))
        types = dict(zip(files.columns, map(str, files.types), strict=True))
        return files.order("all").fetchall(), types


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(parquet, "PARTED_ROWS", 10)
    monkeypatch.setattr(parquet, "MOST_FILES", 4)
    monkeypatch.setattr(store, "GRACE", timedelta(hours=1))  # publications before are looked at
    monkeypatch.setattr(publishing, "GROWTH", 1000)  # of a file of a few blocks each one more is much
    built = House(settings)
    yield built
    built.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def same(one: Path, other: Path) -> set[str]:
    """Return the names of files that are the very same in two folders."""
    return {name for name in names(one) & names(other) if (one / name).samefile(other / name)}


@pytest.mark.parametrize("seed", range(4))
def test_the_files_hold_the_rows_of_the_table_whatever_is_delivered(
    house: House, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed == 0:  # now and then it is large
        monkeypatch.setattr(parquet, "PARTED_ROWS", 310)
    if seed == 2:  # many rows come at once
        monkeypatch.setattr(copying, "HELD_ROWS", 2)
    if seed == 1:  # the key does not say in which year
        house.key = ("fact_id",)
    if seed == 3:  # gaps are few in some files, many in others
        monkeypatch.setattr(parquet, "FEW_GAPS", 6)
    if seed > 3:  # most files are so large that they are written when readers see the publication
        monkeypatch.setattr(parquet, "LATE_ROWS", 20)
    is_killed = False

    def finish(rest: publishing._Rest, late: parquet.ParquetFiles) -> None:
        if not is_killed:
            finishing(rest, late)

    finishing = publishing._Rest._finish
    monkeypatch.setattr(publishing._Rest, "_finish", finish)
    followed = []
    follow = parquet.ParquetFiles.follow

    def counting(*given: Any, **named: Any) -> bool:
        followed.append(follow(*given, **named))
        return followed[-1]

    monkeypatch.setattr(parquet.ParquetFiles, "follow", counting)
    chance = random.Random(seed)  # noqa: S311
    house.publish()
    first = 1_000
    for _ in range(12):
        for _ in range(chance.choice((1, 1, 2))):  # a publication may follow several builds
            what = chance.choice(("add", "add", "add", "correct", "undate", "drop", "both"))
            some = [chance.randrange(7), chance.choice((7, 40))]
            if what in ("add", "both"):
                rows = chance.choice((1, 3, 40))
                house.deliver(f"insert into main.fct_flow {ROW}", [first, first + rows])
                first += rows
            if what in ("correct", "both"):
                house.deliver("update main.fct_flow set value = 9, source = 'b' where row_number % $2 = $1", some)
            if what == "undate":
                house.deliver("update main.fct_flow set period_earliest = null where row_number % (3 * $2) = $1", some)
            if what == "drop":
                house.deliver("delete from main.fct_flow where row_number % $2 = $1", some)
        if chance.random() < 0.1:
            house.whole()
        is_killed = seed == 5 and chance.random() < 0.5
        house.publish(waits=not is_killed)
        wait_for_afterwards()
    is_killed = False
    house.publish()
    assert sum(followed) > 5


def test_rows_that_came_to_a_year_leave_its_file_as_it_is(house: House) -> None:
    before = house.publish()
    # as publications lay before files of a year could be several
    assert names(before) == {"2015.parquet", "2016.parquet", "2017.parquet"}
    house.deliver(f"insert into main.fct_flow {ROW}", [3000, 3004])
    after = house.publish()
    assert names(after) == names(before) | {"2015-2.parquet", "2016-2.parquet", "2017-2.parquet"}
    assert same(before, after) == names(before)
    assert pq.read_metadata(after / "2015-2.parquet").num_rows == 2


def test_a_row_that_is_another_has_only_the_file_written_that_held_it(house: House) -> None:
    house.publish()
    house.deliver(f"insert into main.fct_flow {ROW}", [3000, 3004])
    before = house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 3001")
    after = house.publish()
    assert names(after) == names(before)
    assert same(before, after) == names(before) - {"2016-2.parquet"}
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    last = house.publish()
    assert names(last) == names(after) - {"2016-2.parquet"}, "where the first file is written, it takes up the others"
    assert same(after, last) == names(last) - {"2016.parquet"}


def test_a_row_that_moves_to_another_year_moves_to_another_file(house: House) -> None:
    before = house.publish()
    house.deliver("update main.fct_flow set period_earliest = '2030-01-01' where row_number = 1")
    after = house.publish()
    assert names(after) == names(before) | {"2030.parquet"}
    assert same(before, after) == names(before) - {"2016.parquet"}


def test_a_year_without_rows_has_no_file(house: House) -> None:
    house.publish()
    house.deliver("delete from main.fct_flow where year(period_earliest) = 2016")
    assert names(house.publish()) == {"2015.parquet", "2017.parquet"}


def test_many_small_files_of_a_year_become_one_and_much_becomes_part_of_the_first(house: House) -> None:
    before = house.publish()
    sizes = []
    for number in range(12):
        house.deliver(f"insert into main.fct_flow {ROW}", [3000 + 3 * number, 3001 + 3 * number])
        after = house.publish()
        sizes.append(len([name for name in names(after) if name.startswith("2015")]))
        assert ((after / "2015.parquet").samefile(before / "2015.parquet")) == (number < 10), "up to a tenth is beside"
    assert sizes == [2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 1, 2]


def test_merged_files_have_the_types_of_those_that_duckdb_writes(house: House) -> None:
    before = house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    merged, written = (pq.ParquetFile(folder / "2016.parquet") for folder in (house.publish(), before))
    assert (merged.metadata.created_by == written.metadata.created_by) is False
    assert merged.schema_arrow.equals(written.schema_arrow)
    assert merged.schema_arrow.field("source").type == pa.string()
    # a whole number says of itself that it is one, or does not
    kinds = [
        [
            (column.physical_type, str(column.logical_type).replace("Int(bitWidth=64, isSigned=true)", "None"))
            for column in map(file.schema.column, range(len(file.schema)))
        ]
        for file in (merged, written)
    ]
    assert kinds[0] == kinds[1]
    frame = pd.read_parquet(house.publish().parent / "main.fct_flow.parquet")
    assert not any(isinstance(kind, pd.CategoricalDtype) for kind in frame.dtypes)


def test_other_types_than_plain_ones_are_written_by_duckdb(house: House) -> None:
    house.whole(with_lists=True)
    house.publish()
    house.deliver("update main.fct_flow set names = ['a', null] where row_number = 1")
    created = pq.ParquetFile(house.publish() / "2016.parquet").metadata.created_by
    assert "DuckDB" in created


@pytest.mark.parametrize("how", ["noise", "other rows", "gone", "of nobody"])
def test_files_before_that_are_not_what_they_should_be_are_written_anew(house: House, how: str) -> None:
    folder = house.publish()
    file = folder / "2016.parquet"
    content = bytearray(file.read_bytes())
    file.unlink()
    if how == "noise":  # in the pages, not in the footer
        content[4:-2500] = random.Random(1).randbytes(len(content) - 2504)  # noqa: S311
        file.write_bytes(content)
    elif how == "other rows":
        shutil.copyfile(folder / "2015.parquet", file)
    elif how == "of nobody":
        file.write_bytes(content)
        (folder / "notes.parquet").write_bytes(content)
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    assert names(house.publish()) == {"2015.parquet", "2016.parquet", "2017.parquet"}


def test_a_disk_that_is_full_while_files_are_merged_leaves_readers_where_they_are(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.publish()
    current = (settings.serving / "current").resolve()
    house.deliver("update main.fct_flow set value = 9 where row_number < 3")
    merge = parquet._merge

    def full(sources: Any, target: Path) -> None:
        merge(sources, target)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(parquet, "_merge", full)
    with pytest.raises(OSError, match="No space left"):
        house.publish()
    assert (settings.serving / "current").resolve() == current
    assert pq.read_table(before).num_rows == 300
    monkeypatch.setattr(parquet, "_merge", merge)
    house.publish()
    wait_for_afterwards()
    names = [path.name for path in (settings.serving / "publications").iterdir()]
    assert len([name for name in names if not name.endswith(AHEAD)]) == 2


@pytest.fixture
def merging(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Two events: files are being merged, and they may be; all of them are large."""
    began, may_end = threading.Event(), threading.Event()
    merge = parquet._merge

    def slowly(sources: Any, target: Path) -> None:
        began.set()
        may_end.wait(timeout=60)
        merge(sources, target)

    monkeypatch.setattr(parquet, "LATE_ROWS", 20)
    monkeypatch.setattr(parquet, "_merge", slowly)
    return began, may_end


def test_large_files_are_written_when_readers_see_the_publication(
    house: House, settings: Settings, merging: tuple[threading.Event, threading.Event]
) -> None:
    before = house.publish()
    began, may_end = merging
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    shown = house.publish(waits=False)
    began.wait(timeout=60)
    assert shown == before, "the database is new, the files are not yet"
    assert readers.parquet(serving=settings.serving) == before.parent
    # nobody sweeps or repeats what is at work
    assert not publish(settings, run_id="a-run").is_new
    may_end.set()
    wait_for_afterwards()
    after = house.publish()
    assert readers.parquet(serving=settings.serving) == after.parent
    assert after.parent.parent == (settings.serving / "current").resolve()
    assert same(before, after) == names(before) - {"2016.parquet"}
    assert not list((settings.serving / "publications").glob("*.tmp"))


def test_the_next_publication_waits_for_large_files(
    house: House, merging: tuple[threading.Event, threading.Event]
) -> None:
    house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    house.publish(waits=False)
    house.deliver("update main.fct_flow set value = 9 where row_number = 2")
    merging[1].set()
    assert same(house.publish(), house.publish()) == {"2015.parquet", "2016.parquet", "2017.parquet"}


@pytest.mark.parametrize("comes_more", [False, True])
def test_large_files_of_a_process_that_was_killed_are_written_by_the_next_refresh(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch, comes_more: bool
) -> None:
    monkeypatch.setattr(parquet, "LATE_ROWS", 20)
    monkeypatch.setattr(store, "GRACE", timedelta(0))
    monkeypatch.setattr(store, "KEPT", 1)
    before = house.publish()
    with monkeypatch.context() as killed:
        killed.setattr(publishing._Rest, "_finish", lambda *_: None)
        for number in (1, 4):
            house.deliver("update main.fct_flow set value = 9 where row_number = $1", [number])
            assert house.publish(waits=False) == before
            wait_for_afterwards()
            assert names(before) == {"2015.parquet", "2016.parquet", "2017.parquet"}, "who lends them stays"
    if comes_more:
        house.deliver("update main.fct_flow set value = 9 where row_number = 2")
    inodes = {path.name: path.stat().st_ino for path in before.iterdir()}
    after = house.publish()
    changed = {"2016.parquet", "2017.parquet"} if comes_more else {"2016.parquet"}
    assert {name for name in names(after) if (after / name).stat().st_ino != inodes[name]} == changed
    assert not publish(settings, run_id="a-run").is_new
    house.deliver("update main.fct_flow set value = 9 where row_number = 3")
    house.publish()
    assert not before.exists(), "and goes with the next one"


def test_a_disk_that_is_full_while_large_files_are_merged_leaves_those_before(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(parquet, "LATE_ROWS", 20)
    before = house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")

    def full(_: Any, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as filled:
        filled.setattr(parquet, "_merge", full)
        assert house.publish(waits=False) == before
        wait_for_afterwards()
    assert "could not be written: [Errno 28] No space left on device" in caplog.text
    assert not list((settings.serving / "publications").glob("*.tmp"))
    assert readers.parquet(serving=settings.serving) == before.parent
    house.publish()


def test_large_files_that_cannot_be_merged_are_written_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "LATE_ROWS", 20)
    house.publish()

    def fail(sources: Any, _: Path) -> None:
        raise parquet.UnreadableFilesError(f"{sources[0][0]}: noise")

    monkeypatch.setattr(parquet, "_merge", fail)
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    created = pq.ParquetFile(house.publish() / "2016.parquet").metadata.created_by
    assert "DuckDB" in created


def test_parquet_files_follow_where_the_database_is_written_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.publish()
    monkeypatch.setattr(publishing, "GROWTH", 0)
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    assert same(before, house.publish()) == {"2015.parquet", "2017.parquet"}


def test_large_files_of_others_do_not_stay_where_others_must_not_be_seen(
    house: House, settings: Settings, merging: tuple[threading.Event, threading.Event]
) -> None:
    house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    house.publish(waits=False)
    merging[0].wait(timeout=60)
    publications = store.PublicationStore(settings.serving)
    published = publications.current()
    assert published is not None
    for _ in range(600):  # the copy for the next one is made meanwhile
        if (publications.folder / f"{published.publication_id}{AHEAD}").exists():
            break
        time.sleep(0.1)
    publishing.rollback(settings)
    publications.remove_all_but_current()
    assert not list(publications.folder.glob(f"{published.publication_id}*"))
    merging[1].set()
    wait_for_afterwards()
    current = publications.current_folder()
    assert current is not None
    assert {path.name.removesuffix(AHEAD) for path in publications.folder.iterdir()} == {current.name}


def test_files_of_a_publication_that_fails_are_not_written_to_the_end(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.publish()
    current = (settings.serving / "current").resolve()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    is_following, has_failed = threading.Event(), threading.Event()
    copies, written = list[copying.StarCopy](), []

    def fail(copy: copying.StarCopy, *_: object) -> None:
        is_following.wait(timeout=60)
        copies.append(copy)
        has_failed.set()
        raise OSError(errno.ENOSPC, "No space left on device")

    def follow(*_: object, **__: object) -> bool:
        is_following.set()
        has_failed.wait(timeout=60)
        copies[0]._is_given_up.wait(timeout=10)
        return False

    with monkeypatch.context() as failing:
        failing.setattr(copying.StarCopy, "write_publications", fail)
        failing.setattr(parquet.ParquetFiles, "follow", follow)
        failing.setattr(parquet.ParquetFiles, "write", lambda *given, **_: written.append(given))
        with pytest.raises(OSError, match="No space left"):
            house.publish()
    assert not written
    assert (settings.serving / "current").resolve() == current
    assert pq.read_table(before).num_rows == 300
    house.publish()


def test_a_process_that_ends_right_after_publishing_writes_large_files_before(house: House, settings: Settings) -> None:
    before = house.publish()
    house.deliver("update main.fct_flow set value = 9 where row_number = 1")
    house.close()
    subprocess.run([sys.executable, "-c", PUBLISH_AND_END, settings.raw, settings.home], check=True, timeout=60)
    after = readers.parquet(serving=settings.serving) / "main.fct_flow.parquet"
    assert after.parent.parent == (settings.serving / "current").resolve()
    assert same(before, after) == names(before) - {"2016.parquet"}


PUBLISH_AND_END = """
import sys, time
from pathlib import Path
from orchestration.publication import parquet, publishing
from orchestration.settings import Settings
parquet.PARTED_ROWS, parquet.LATE_ROWS = 10, 20
publishing.GROWTH = 1000
copy = publishing.copy_for_later
publishing.copy_for_later = lambda *paths: (time.sleep(1), copy(*paths))  # until then all else has ended
publishing.publish(Settings(raw=Path(sys.argv[1]), home=Path(sys.argv[2])), run_id="a-run")
"""
