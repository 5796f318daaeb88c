"""Eight readers, each a process of its own, query without pause while the warehouse is published over and over.

    python -m benchmarks.readers --publications 50                    a star of two small tables
    python -m benchmarks.readers --publications 50 --home HOME        the star of an installation, copied first

Every publication carries one number in two tables and in the list of publications. A reader that finds two numbers
in one answer has seen half a publication; one that connects after a publication and finds an older number has not
seen the newest; one that holds on and finds another number has lost its own. Any of these, and any error, fails.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
import duckdb
import sqlalchemy as sa

from orchestration.publication.publishing import publish
from orchestration.publication.store import PublicationStore
from orchestration.readers import connect, parquet
from orchestration.settings import Settings
from orchestration.transformation.builds import begin_build, end_build, latest_build
from orchestration.writer import writer_lock

QUESTION = """
    select
        (select min(number) from main.dim_number) as one,
        (select max(number) from main.dim_number) as the_same,
        (select max(number) from evidence.number) as in_the_other_table,
        (select max(run_id::bigint) from evidence.publications) as in_the_list
"""
Answer = tuple[int, ...]
Ask = Callable[[], Answer]
HELD_FOR = 20
"""Questions that a reader asks of one connection before it takes another."""
PATIENCE_SECONDS = 900
"""How long to wait for readers to start or to end: a machine may be busy, and what is measured is not this."""


@dataclass(frozen=True)
class Reading:
    """What one reader saw."""

    kind: str
    answers: int
    publications_seen: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Publishing:
    """What the publications cost."""

    seconds: tuple[float, ...]
    bytes_of_one: int
    peak_bytes: int
    kept: int


@contextmanager
def _fresh(serving: Path) -> Iterator[Ask]:
    def ask() -> Answer:
        with duckdb.connect(str(serving / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(QUESTION).fetchall()[0]

    yield ask


@contextmanager
def _sandboxed(serving: Path) -> Iterator[Ask]:
    def ask() -> Answer:
        with connect(serving=serving) as connection:
            return connection.execute(QUESTION).fetchall()[0]

    yield ask


@contextmanager
def _held(serving: Path) -> Iterator[Ask]:
    with duckdb.connect(str(serving / "warehouse.duckdb"), read_only=True) as connection:
        yield lambda: connection.execute(QUESTION).fetchall()[0]


@contextmanager
def _sqlalchemy(serving: Path, pool: type[sa.Pool] | None) -> Iterator[Ask]:
    engine = sa.create_engine(
        f"duckdb:///{serving / 'warehouse.duckdb'}", connect_args={"read_only": True}, poolclass=pool
    )

    def ask() -> Answer:
        with engine.connect() as connection:
            return tuple(connection.execute(sa.text(QUESTION)).one())

    try:
        yield ask
    finally:
        engine.dispose()


@contextmanager
def _adbc(serving: Path) -> Iterator[Ask]:
    def ask() -> Answer:
        with (
            adbc_driver_manager.dbapi.connect(
                driver=adbc_driver_duckdb.driver_path(),
                entrypoint="duckdb_adbc_init",
                db_kwargs={"path": str(serving / "warehouse.duckdb"), "access_mode": "READ_ONLY"},
                autocommit=True,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(QUESTION)
            answer: Answer = tuple(cursor.fetchall()[0])
            return answer

    yield ask


@contextmanager
def _parquet(serving: Path) -> Iterator[Ask]:
    def ask() -> Answer:
        folder = parquet(serving=serving)
        question = QUESTION
        for table in ("main.dim_number", "evidence.number", "evidence.publications"):
            question = question.replace(f"from {table}", f"from '{folder}/{table}.parquet'")
        with duckdb.connect() as connection:
            return connection.execute(question).fetchall()[0]

    yield ask


@dataclass(frozen=True)
class Kind:
    """One way of reading."""

    name: str
    opening: Callable[[Path], object]
    """Gives a context manager of a function that asks."""
    asks_of_one: int | None = 1
    """How many questions go to one opening; None: all of them."""
    is_fresh: bool = True
    """Every question connects anew, so that it must see the newest."""


KINDS = (
    Kind("fresh connections", _fresh),
    Kind("fresh sandboxed connections", _sandboxed),
    Kind("fresh ADBC connections", _adbc),
    Kind("SQLAlchemy, null pool", functools.partial(_sqlalchemy, pool=sa.NullPool)),
    Kind("SQLAlchemy, default pool", functools.partial(_sqlalchemy, pool=None), HELD_FOR, is_fresh=False),
    Kind("connections held for a while", _held, HELD_FOR, is_fresh=False),
    Kind("one connection held throughout", _held, None, is_fresh=False),
    Kind("Parquet files", _parquet),
)


def read(
    index: int,
    serving: Path,
    newest: Synchronized[int],
    done: Event,
    ready: multiprocessing.Queue[int],
    results: multiprocessing.Queue[Reading],
) -> None:
    """Ask without pause until `done`, and put what was seen into `results`."""
    kind = KINDS[index]
    answers, seen, faults = 0, set[int](), list[str]()
    while not done.is_set() and not faults:
        try:
            with kind.opening(serving) as ask:  # type: ignore[attr-defined]
                first: int | None = None
                asked = 0
                while not done.is_set() and not faults and (kind.asks_of_one is None or asked < kind.asks_of_one):
                    published = newest.value
                    answer = ask()
                    asked += 1
                    faults += _faults(kind, answer, published=published, first=first)
                    first = answer[0]
                    seen.add(answer[0])
                    if answers + asked == 1:
                        ready.put(index)
                answers += asked
        except Exception as error:  # noqa: BLE001  (whatever a client raises is what is looked for)
            faults.append(f"{type(error).__name__}: {error}")
    if answers == 0:
        ready.put(index)
    results.put(Reading(kind.name, answers, len(seen), tuple(faults)))


def _faults(kind: Kind, answer: Answer, *, published: int, first: int | None) -> Iterator[str]:
    if len(set(answer)) != 1:
        yield f"half a publication: {answer}"
    elif kind.is_fresh and answer[0] < published:
        yield f"a new connection saw {answer[0]} after {published} was published"
    elif not kind.is_fresh and first is not None and answer[0] != first:
        yield f"a connection that was held saw {answer[0]} after {first}"


def measure(settings: Settings, *, publications: int, pause: float = 0.0) -> tuple[Sequence[Reading], Publishing]:
    """Publish the star of `settings` so many times under eight readers; it is changed, so give a scratch one.

    `pause` seconds pass between two publications.
    """
    _publish(settings, 0)
    context = multiprocessing.get_context("spawn")
    newest, done = context.Value("q", 0), context.Event()
    ready: multiprocessing.Queue[int] = context.Queue()
    results: multiprocessing.Queue[Reading] = context.Queue()
    readers = [
        context.Process(target=read, args=(index, settings.serving, newest, done, ready, results))
        for index in range(len(KINDS))
    ]
    for reader in readers:
        reader.start()
    try:
        for _ in readers:
            ready.get(timeout=PATIENCE_SECONDS)
        seconds = []
        with _peak_of(settings.serving) as peak:
            for number in range(1, publications + 1):
                seconds.append(_publish(settings, number))
                newest.value = number
                time.sleep(pause)
    finally:
        done.set()
    readings = [results.get(timeout=PATIENCE_SECONDS) for _ in readers]
    for reader in readers:
        reader.join(timeout=60)
    kept = PublicationStore(settings.serving).on_disk()
    newest_folder = settings.serving / "publications" / kept[-1].publication_id
    return sorted(readings, key=lambda reading: reading.kind), Publishing(
        seconds=tuple(seconds), bytes_of_one=_size(newest_folder), peak_bytes=max(peak), kept=len(kept)
    )


def _publish(settings: Settings, number: int) -> float:
    """Give the star another number, as a tested build does, and return the seconds that publishing it takes."""
    with writer_lock(settings, f"publication {number}"):
        with duckdb.connect(str(settings.warehouse)) as connection:
            before = latest_build(connection)
            build = begin_build(connection, run_id=str(number), inputs={"ledger": f"number {number}"}, is_whole=True)
            connection.execute("create schema if not exists evidence")
            for table in ("main.dim_number", "evidence.number"):
                connection.execute(
                    f"create or replace table {table} as select $1::bigint as number from range(1000)",  # noqa: S608
                    [number],
                )
            end_build(connection, build, before=before, failures=(), models_built=2, tests_passed=1)
        started = time.monotonic()
        publish(settings, run_id=str(number))
        return time.monotonic() - started


@contextmanager
def _peak_of(folder: Path) -> Iterator[list[int]]:
    """Look at the size of a folder every twentieth of a second."""
    sizes, done = [_size(folder)], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            sizes.append(_size(folder))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def _size(folder: Path) -> int:
    total = 0
    for within, _, names in os.walk(folder):  # passes over folders that are removed or renamed while it walks
        for path in (Path(within) / name for name in names):
            try:
                total += 0 if path.is_symlink() else path.lstat().st_size
            except FileNotFoundError:  # pruned while it was looked at
                continue
    return total


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and return 1 where a reader found fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__.splitlines()[0])
    parser.add_argument("--publications", type=int, default=50)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two publications")
    parser.add_argument("--home", type=Path, help="the ENTENTE_HOME of a built warehouse; it is copied")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="entente-readers-") as scratch:
        settings = Settings(raw=Path(scratch) / "raw", home=Path(scratch) / "home")
        if options.home:
            built = Settings(raw=options.home, home=options.home.resolve())
            settings.warehouse.parent.mkdir(parents=True)
            with writer_lock(built, "copying it for a measurement"):
                shutil.copyfile(built.warehouse, settings.warehouse)
            with duckdb.connect(str(settings.warehouse)) as connection:
                connection.execute("drop view if exists evidence.publications")
        readings, publishing = measure(settings, publications=options.publications, pause=options.pause)
    for reading in readings:
        print(f"{reading.kind:<32} {reading.answers:>7,} answers, {reading.publications_seen:>3} publications seen")
        for fault in reading.faults:
            print(f"{'':<32} {fault}")
    print(
        f"{len(publishing.seconds)} publications of {publishing.bytes_of_one / 1e6:.1f} MB: "
        f"{statistics.median(publishing.seconds):.2f} s each (median; at most {max(publishing.seconds):.2f} s); "
        f"{publishing.kept} kept at the end, {publishing.peak_bytes / 1e6:.1f} MB on disk at the peak"
    )
    return 1 if any(reading.faults for reading in readings) else 0


if __name__ == "__main__":
    sys.exit(main())
