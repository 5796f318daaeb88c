"""What is measured: each function does one piece of work and, in the same run, what it is held against.

Belongs here: the work and its peer. Does not belong here: the table, and which sizes; services, archive and the first
use are measured beside. Every function gets a scratch folder of its own and gives rows of the table.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.made_files import (
    write_baci,
    write_baci_addition,
    write_baci_extract,
    write_broken_memberships,
    write_claims,
    write_comtrade,
    write_events,
    write_late_claims,
    write_many_of_comtrade,
    write_memberships,
    write_memberships_as_parquet,
    write_memberships_with_columns,
    write_observations,
    write_pages,
    write_replies_of_comtrade,
)
from benchmarks.scans import scans
from benchmarks.work import (
    BUILD,
    QUIET,
    REFRESH,
    Row,
    Size,
    cli,
    environment,
    forget,
    in_a_process,
    seconds_of,
    settings_in,
)
from orchestration.automation.sensors import Cursor, decide
from orchestration.ingestion import refresh, scan
from orchestration.publication.publishing import publish, wait_for_afterwards
from orchestration.publication.store import PublicationStore
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.star import refresh_star

BACI_COLUMNS = "{'t': 'INTEGER', 'i': 'INTEGER', 'j': 'INTEGER', 'k': 'VARCHAR', 'v': 'DOUBLE', 'q': 'DOUBLE'}"
BARE = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
started, worked = time.monotonic(), time.process_time()
connection.execute("set enable_progress_bar = false")
has_header = "export" not in sys.argv[2]
connection.execute(f"create table bare as from read_csv({sys.argv[2:]}, header = {has_header}, ignore_errors = true)")
print("seconds", time.monotonic() - started)
print("cpu", time.process_time() - worked)
"""
"""Reads files of one kind as anyone would, but for rows that it cannot read; those of GDELT have no header."""
ASKED_ROWS = 100_000_000
"""Beside so many rows a publication is held against a copy: a copy of a small file takes less than what it writes."""
DELIVERIES_OF_A_KIND = 3
"""The middle of so many counts: a disk is now and then busy, and the first of a kind finds little in memory."""
COPIES = 3
WITHOUT_PARQUET = "of BACI, which replace others, without Parquet"
DLT = "dlt[duckdb,filesystem]==1.31.*"


def ingestion(scratch: Path, size: Size) -> Iterator[Row]:
    """BACI, from the file being seen to its commit, against DuckDB's own typed reading of the file."""
    settings = settings_in(scratch)
    paths = write_baci(settings.raw / "baci", rows=size.rows)
    bare = in_a_process(
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]);"
        f'c.execute("create table baci as from read_csv({[str(path) for path in paths]},'
        f" header = true, columns = {BACI_COLUMNS}, nullstr = ['NA', '          NA'], auto_detect = false)\")",
        scratch / "bare.duckdb",
    )
    loaded = in_a_process(REFRESH, settings.raw, settings.home)
    yield Row(
        work=f"load {size.rows:,} rows of BACI, from seen to committed",
        against="DuckDB's typed `create table as from read_csv`",
        measured=loaded.since_seen,
        unit="s",
        peer=bare.seconds,
        reach=2.0,
        note=f"{loaded.seconds:.1f} s with a new database before it; "
        f"peak {loaded.peak_mb:,.0f} MB, DuckDB alone {bare.peak_mb:,.0f} MB; "
        f"CPU {loaded.cpu:.1f} s, DuckDB alone {bare.cpu:.1f} s",
    )
    disk = settings.warehouse.stat().st_size
    yield Row(
        work="database after loading", against="–", measured=disk / size.rows, unit="bytes a row", note="landing alone"
    )


def shapes(scratch: Path, size: Size) -> Iterator[Row]:
    """The same in other shapes: small, zipped, of other publishers and of people, with rows that are broken."""

    def small(folder: Path) -> list[Path]:
        return write_baci(folder / "baci", rows=size.rows // 100)

    def zipped(folder: Path) -> list[Path]:
        paths = write_baci(scratch / "loose", rows=size.rows)
        (folder / "baci").mkdir(parents=True)
        with zipfile.ZipFile(
            folder / "baci" / "BACI_HS17_V202401.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as packed:
            for path in paths:
                packed.write(path, path.name)
        return paths

    def tabs(folder: Path) -> list[Path]:
        return [write_comtrade(folder / "comtrade", rows=size.dlt_rows)]

    def broken(folder: Path) -> list[Path]:
        path = write_baci(folder / "baci", rows=size.dlt_rows)[0]
        with path.open("a") as file:
            file.write("2017,  4,  8,010000,  many,   1.000\n")
        return [path]

    def figures(folder: Path, *, is_half_broken: bool = False) -> list[Path]:
        path = folder / "trade_observations" / "figures.csv"
        write_observations(path, rows=size.dlt_rows, is_half_broken=is_half_broken)
        return [path]

    def half_broken(folder: Path) -> list[Path]:
        return figures(folder, is_half_broken=True)

    def members(folder: Path) -> list[Path]:
        write_memberships(folder / "memberships", files=1, rows=size.dlt_rows)
        return list((folder / "memberships").iterdir())

    def events(folder: Path) -> list[Path]:
        write_events(folder / "gdelt_events", first=0, files=1, rows=size.dlt_rows)
        (packed,) = (folder / "gdelt_events").iterdir()
        with zipfile.ZipFile(packed) as file:
            return [Path(file.extract(name, scratch / "loose")) for name in file.namelist()]

    for name, rows, write in (
        ("BACI, a small file", size.rows // 100, small),
        ("BACI, all years in a zip file", size.rows, zipped),
        ("a bulk file of Comtrade, 26 columns", size.dlt_rows, tabs),
        ("BACI with one broken row", size.dlt_rows, broken),
        ("trade figures that people recorded", size.dlt_rows, figures),
        ("the same, two cells of every other row broken", size.dlt_rows, half_broken),
        ("memberships", size.dlt_rows, members),
        ("GDELT, zipped, 61 columns", size.dlt_rows, events),
    ):
        settings = settings_in(scratch / write.__name__)
        paths = write(settings.raw)
        bare = in_a_process(BARE, scratch / write.__name__ / "bare.duckdb", *paths)
        loaded = in_a_process(REFRESH, settings.raw, settings.home)
        yield Row(
            work=f"load {rows:,} rows: {name}",
            against="DuckDB's `create table as from read_csv`, unpacked, types found out, what is broken left out",
            measured=loaded.since_seen,
            unit="s",
            peer=bare.seconds,
            note=f"{loaded.seconds:.1f} s with a new database before it; CPU {loaded.cpu:.1f} s, DuckDB alone"
            f" {bare.cpu:.1f} s; peak {loaded.peak_mb:,.0f} MB",
        )


def dlt(scratch: Path, size: Size) -> Iterator[Row]:
    """The same rows, held against dlt in an environment of its own. What takes a second is the middle one of three."""
    raw = scratch / "raw"
    (path,) = write_baci(raw / "baci", rows=size.dlt_rows)[:1]
    runs = [in_a_process(REFRESH, raw, scratch / f"home-{number}") for number in range(3)]
    loaded = sorted(runs, key=lambda run: run.since_seen)[1]
    for reader, words, reach, times in (
        ("duckdb", "its DuckDB/Arrow reader", 1 / 3, 3),
        ("default", "its defaults", 1 / 60, 1),
    ):
        answers = [_dlt(scratch / f"{reader}-{number}", path, reader) for number in range(times)]
        broken = next((answer for answer in answers if isinstance(answer, str)), None)
        if broken is not None:
            yield Row(work="dlt", against=words, measured=0.0, unit="s", note=f"could not be run: {broken}")
            continue
        yield Row(
            work=f"load {size.dlt_rows:,} rows of BACI, from seen to committed",
            against=f"dlt with {words}",
            measured=loaded.since_seen,
            unit="s",
            peer=statistics.median(answer for answer in answers if isinstance(answer, float)),
            reach=reach,
            note=f"{loaded.seconds:.2f} s with a new database before it",
        )


def _dlt(folder: Path, path: Path, reader: str) -> float | str:
    """Return the seconds that dlt takes to load a file, or why it could not be run."""
    folder.mkdir()
    uv = PROJECT_ROOT / ".uv" / "bin" / "uv"
    command = [uv, "run", "--no-project", "--isolated", "--quiet", "--python", sys.executable]
    command += ["--with", DLT, "--with", "pyarrow", "--with", "pandas"]
    command += ["python", Path(__file__).parent / "dlt_peer.py", path, folder / "peer.duckdb", reader]
    answer = subprocess.run(  # noqa: S603
        [*map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": str(folder / "state")},
    )
    found = re.search(r"^seconds ([\d.]+)", answer.stdout, re.MULTILINE)
    if found is None:
        return (answer.stderr.strip().splitlines() or ["no answer"])[-1][:200]
    return float(found[1])


def many_files(scratch: Path, size: Size) -> Iterator[Row]:
    """Many small native files at once, then one more; and a tick of the sensor."""
    settings = settings_in(scratch)
    write_memberships(settings.raw / "memberships", files=size.files, rows=3)
    bare = in_a_process(
        "import duckdb, sys; duckdb.connect(sys.argv[1]).execute("
        f'"create table made as from read_csv({str(settings.raw / "memberships" / "*.csv")!r}, all_varchar = true)")',
        scratch / "bare.duckdb",
    )
    loaded = in_a_process(REFRESH, settings.raw, settings.home)
    yield Row(
        work=f"load {size.files:,} small native files",
        against="one list read by DuckDB, for comparison",
        measured=1000 * loaded.seconds / size.files,
        unit="ms a file",
        reach=5.0,
        note=f"CPU {1000 * loaded.cpu / size.files:.2f} ms a file; DuckDB alone "
        f"{1000 * bare.seconds / size.files:.2f} ms a file, CPU {1000 * bare.cpu / size.files:.2f}; "
        f"peak {loaded.peak_mb:,.0f} MB",
    )
    write_memberships(settings.raw / "memberships", files=1, rows=3, first=size.files)
    seconds = seconds_of(lambda: decide(Cursor(), scan(settings), run_in_progress=None, now=time.time()))
    yield Row(work=f"a tick of the sensor, {size.files:,} files", against="–", measured=seconds, unit="s", reach=1.0)
    one = in_a_process(REFRESH, settings.raw, settings.home)
    known = in_a_process(REFRESH, settings.raw, settings.home)
    bare_house = settings_in(scratch / "empty")
    for _ in range(2):
        empty = in_a_process(REFRESH, bare_house.raw, bare_house.home)
    yield Row(
        work=f"look at {size.files:,} known files",
        against="–",
        measured=1000 * max(known.seconds - empty.seconds, 0) / size.files,
        unit="ms a file",
        reach=0.1,
        note=f"beyond {empty.seconds:.2f} s for none; with one new file {one.seconds:.2f} s in all",
    )
    few = size.files // 10
    for name, feed, write in (
        ("a column of its own in each", "memberships", partial(write_memberships_with_columns, files=few, rows=3)),
        ("a row too long in each", "memberships", partial(write_broken_memberships, files=few, rows=3)),
        ("no tables", "memberships", partial(write_pages, files=few)),
        ("3 rows as Parquet", "memberships", partial(write_memberships_as_parquet, files=few, rows=3)),
        ("replies of Comtrade, 4 rows", "comtrade", partial(write_replies_of_comtrade, files=few, rows=4)),
        ("bulk files of Comtrade, 1,000 rows", "comtrade", partial(write_many_of_comtrade, files=few, rows=1000)),
        ("exports of GDELT, 1,000 rows, zipped", "gdelt_events", partial(write_events, first=0, files=few)),
    ):
        apart = settings_in(scratch / write.func.__name__)
        write(apart.raw / feed)
        loaded = in_a_process(REFRESH, apart.raw, apart.home)
        yield Row(
            work=f"load {few:,} small files: {name}",
            against="–",
            measured=1000 * loaded.since_seen / few,
            unit="ms a file",
            note=f"CPU {1000 * loaded.cpu / few:.2f} ms a file; peak {loaded.peak_mb:,.0f} MB",
        )


def refreshes(scratch: Path, _: Size) -> Iterator[Row]:
    """A refresh of everything against plain dbt; of one file; of nothing. Work alone, after start-up."""
    settings = settings_in(scratch)
    shutil.copytree(PROJECT_ROOT / "raw", settings.raw, ignore=shutil.ignore_patterns("*report.txt"))
    cli(settings, "warehouse")
    dagster = _in_dagster(settings, {"star": {"config": {"force": True}}})
    environment = {**os.environ, "ENTENTE_HOME": str(settings.home), "DO_NOT_TRACK": "1"}
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--exclude-resource-type", "unit_test"]
    command += ["--profiles-dir", ".", "--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]

    def plain() -> None:
        subprocess.run(  # noqa: S603
            command, cwd=PROJECT_ROOT / "dbt_project", env=environment, check=True, capture_output=True
        )

    plain()  # parses
    peer = seconds_of(plain)
    yield Row(
        work="`refresh_warehouse` through Dagster, all models and tests, forced: by dbt",
        against="plain `dbt build` of the same, parsed",
        measured=dagster["work"],
        unit="s",
        peer=peer,
        reach=1.3,
        note=f"start-up {dagster['start']:.1f} s apart; dbt's own start-up is in its time",
    )
    anew = settings_in(scratch / "anew")
    shutil.copytree(PROJECT_ROOT / "raw", anew.raw, ignore=shutil.ignore_patterns("*report.txt"), dirs_exist_ok=True)
    yield Row(
        work="`refresh_warehouse` through Dagster from nothing: loaded, built, tested, published",
        against="plain `dbt build` of the same, parsed",
        measured=_in_dagster(anew)["work"],
        unit="s",
        peer=peer,
        reach=1.3,
        note="by what dbt compiled before",
    )
    nothing = statistics.median(_in_dagster(settings)["work"] for _ in range(3))
    yield Row(work="a refresh with nothing new", against="–", measured=nothing, unit="s", reach=1.0, note="work alone")
    times = []
    for number in range(3):
        write_memberships(settings.raw / "memberships", files=1, rows=20, first=number)
        times.append(_in_dagster(settings)["work"])
    yield Row(work="a refresh of one native file", against="–", measured=statistics.median(times), unit="s")
    dossier = (settings.raw / "dossiers" / "2024-09-pakistan-russia.yaml").read_text()
    (settings.raw / "dossiers" / "2024-09-pakistan-russia.yaml").write_text(dossier.replace("Islamabad", "Lahore"))
    yield Row(work="a refresh of a dossier", against="–", measured=_in_dagster(settings)["work"], unit="s")


def small_into_large(scratch: Path, size: Size) -> Iterator[Row]:
    """Deliveries of 1,000 rows into a warehouse of many rows, and of a hundredth of them."""
    seconds: dict[int, dict[str, list[dict[str, float]]]] = {}
    copies: dict[int, float] = {}
    for rows in (size.large // 100, size.large):
        settings = settings_in(scratch / str(rows))
        tables = write_baci(settings.raw / "baci", rows=rows)
        write_events(settings.raw / "gdelt_events", first=0, files=rows // 10_000)
        write_observations(settings.raw / "trade_observations" / "first.csv", rows=10)
        built = in_a_process(BUILD, settings.raw, settings.home)
        times = [_delivered(settings, tables[0], number) for number in range(DELIVERIES_OF_A_KIND)]
        seconds[rows] = {kind: [each[kind] for each in times] for kind in times[0]}
        # last: what is published with Parquet files after it has to write all of them
        seconds[rows][WITHOUT_PARQUET] = [
            deliver_and_publish(
                replace(settings, has_parquet=False),
                lambda: write_baci_extract(tables[0], rows=1000, vintage=f"V2025{number + 1:02d}"),  # noqa: B023
            )
            for number in range(DELIVERIES_OF_A_KIND)
        ]
        copies[rows] = plain_copy(settings)
        folder = PublicationStore(settings.serving).current_folder()
        assert folder is not None
        yield Row(
            work=f"build and publish {rows:,} rows of BACI and {rows // 10:,} of GDELT from nothing",
            against="–",
            measured=built.seconds / rows * 1e7,
            unit="s for 10 million",
            note=f"{built.seconds:.0f} s in all; peak {built.peak_mb:,.0f} MB; "
            f"database {settings.warehouse.stat().st_size / 1e6:,.0f} MB,"
            f" publication {sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:,.0f} MB",
        )
        if rows == size.large:
            yield from questions(settings)
            yield from held_against_a_sorted_table(settings, scratch)
        shutil.rmtree(scratch / str(rows))
    for kind, large in seconds[size.large].items():
        small = seconds[size.large // 100][kind]
        yield Row(
            work=f"transformation and tests of 1,000 new rows {kind} beside {size.large:,}",
            against=f"the same beside {size.large // 100:,}",
            measured=_middle(large, "update"),
            unit="s",
            peer=_middle(small, "update"),
            reach=1.5,
            note=f"{_in_turn(large, 'update')} s against {_in_turn(small, 'update')} s",
        )
        yield Row(
            work=f"publication after 1,000 new rows {kind}",
            against="a plain copy of the file",
            measured=_middle(large, "publish"),
            unit="s",
            peer=copies[size.large],
            reach=1.2 if size.large >= ASKED_ROWS else None,
            note=f"{_in_turn(large, 'publish')} s; {_in_turn(large, 'afterwards')} s more once readers see it, for the"
            f" copy that the next one begins from and large Parquet files;"
            f" beside {size.large // 100:,} rows {_in_turn(small, 'publish')} s",
        )


def _middle(times: Sequence[Mapping[str, float]], stage: str) -> float:
    return statistics.median(each[stage] for each in times)


def _in_turn(times: Sequence[Mapping[str, float]], stage: str) -> str:
    """Return the seconds of a stage, of one delivery after the other."""
    return ", ".join(f"{each[stage]:.2f}" for each in times)


def _delivered(settings: Settings, table: Path, number: int) -> dict[str, dict[str, float]]:
    """Deliver 1,000 rows of each kind that no other number has, and publish after each; return the seconds by kind."""
    replacing, adding = (f"V2024{2 * number + month:02d}" for month in (2, 3))
    files = len(list((settings.raw / "gdelt_events").iterdir()))
    return {
        "of another feed": deliver_and_publish(
            settings, lambda: write_memberships(settings.raw / "memberships", files=1, rows=1000, first=number)
        ),
        "of GDELT": deliver_and_publish(
            settings, lambda: write_events(settings.raw / "gdelt_events", first=files, files=1)
        ),
        "of BACI, which replace others": deliver_and_publish(
            settings, lambda: write_baci_extract(table, rows=1000, vintage=replacing)
        ),
        "of BACI, which were not there": deliver_and_publish(
            settings, lambda: write_baci_addition(table, rows=1000, vintage=adding, first=1000 * number)
        ),
    }


def many_deliveries(scratch: Path, size: Size) -> Iterator[Row]:
    """Deliveries of GDELT one after the other, without the build of everything that there is once a day."""
    settings = settings_in(scratch)
    write_baci(settings.raw / "baci", rows=1_000_000)
    write_events(settings.raw / "gdelt_events", first=0, files=100)
    in_a_process(BUILD, settings.raw, settings.home)
    bytes_before, seconds = settings.warehouse.stat().st_size, list[float]()
    for number in range(size.deliveries):
        write_events(settings.raw / "gdelt_events", first=100 + number, files=1)
        seconds.append(_update(settings))
    tenth = max(5, size.deliveries // 10)
    yield Row(
        work=f"transformation and tests of 1,000 new rows of GDELT, the last {tenth} of {size.deliveries} times",
        against=f"the first {tenth}",
        measured=statistics.median(seconds[-tenth:]),
        unit="s",
        peer=statistics.median(seconds[:tenth]),
        note=f"beside 1,000,000 rows of BACI and 100,000 of GDELT; database {bytes_before / 1e6:,.0f} MB before,"
        f" {settings.warehouse.stat().st_size / 1e6:,.0f} MB after",
    )


def deliver_and_publish(settings: Settings, deliver: Callable[[], object]) -> dict[str, float]:
    """Return the seconds of an update, of the publication after it, and of what that leaves for later.

    What was written before is on the disk. What is published is nowhere in memory: what the machine happens to keep of
    it would decide the comparison.
    """
    deliver()
    os.sync()
    update = _update(settings)
    for database in settings.serving.glob("publications/*/warehouse.duckdb"):
        forget(database)
    published = seconds_of(lambda: publish(settings, run_id="small", log=QUIET))
    return {"update": update, "publish": published, "afterwards": seconds_of(wait_for_afterwards)}


def plain_copy(settings: Settings) -> float:
    """Return the seconds of a plain copy of what is published, from the disk, the middle of several.

    It is taken when all else is measured: a large one puts the writer's database out of memory, as nothing that a
    warehouse does of itself.
    """
    database, target = settings.serving / "warehouse.duckdb", settings.home / "copy"
    seconds = list[float]()
    for _ in range(COPIES):
        forget(database)
        seconds.append(seconds_of(lambda: shutil.copyfile(database, target)))
        target.unlink()
    return statistics.median(seconds)


def _update(settings: Settings) -> float:
    """Load what was delivered, and return the seconds in which it is transformed and tested."""
    refresh(settings, log=QUIET)
    return seconds_of(lambda: refresh_star(settings, run_id="small", log=QUIET))


def questions(settings: Settings) -> Iterator[Row]:
    """The questions of the cookbook, asked of a publication; and single facts, as they were known."""
    text = (PROJECT_ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    times: dict[str, float] = {}
    with duckdb.connect(str(settings.serving / "warehouse.duckdb"), read_only=True) as connection:
        for title, sql in re.findall(r"^\*\*(.+?)\*\*.*?```sql\n(.*?)```", text, re.MULTILINE | re.DOTALL):
            times[title] = seconds_of(lambda sql=sql: connection.execute(sql).fetchall())  # type: ignore[misc]
        single = list(of_single_facts(connection, kind="trade", table="fct_trade_flow", among="all of these"))
    slowest = max(times, key=times.__getitem__)
    yield Row(
        work=f"{len(times)} questions of the cookbook, the slowest",
        against="–",
        measured=times[slowest],
        unit="s",
        reach=1.0,
        note=f"{slowest}; median {statistics.median(times.values()):.3f} s",
    )
    yield from single


def of_single_facts(connection: duckdb.DuckDBPyConnection, *, kind: str, table: str, among: str) -> Iterator[Row]:
    """What is asked of one fact of a kind, out of its table, and of one dyad."""
    for name, sql, one in (
        (
            "explain",
            "from explain($1, $2)",
            f"select '{kind}', fact_id from {table} limit 1",  # noqa: S608 - a name of the callers
        ),
        (
            "timeline_as_known_on",
            "from timeline_as_known_on('2100-01-01') where dyad_code = $1",
            "select dyad_code from mart_dyad_timeline limit 1",
        ),
    ):
        given = connection.execute(one).fetchall()[0]
        seconds = seconds_of(lambda sql=sql, given=given: connection.execute(sql, given).fetchall())  # type: ignore[misc]
        yield Row(work=f"`{name}` of one fact or dyad, {among}", against="–", measured=seconds, unit="s", reach=1.0)


def held_against_a_sorted_table(settings: Settings, scratch: Path) -> Iterator[Row]:
    """Questions that read all rows, of the published file and of a table that holds and sorts what they need."""
    found = list(scans(settings.serving / "warehouse.duckdb", scratch))
    worst = max(found, key=lambda scan: scan.star / scan.by_hand)
    yield Row(
        work=f"{len(found)} questions that read all rows",
        against="the same of a single table sorted by hand",
        measured=sum(scan.star for scan in found),
        unit="s",
        peer=sum(scan.by_hand for scan in found),
        reach=1.5,
        note="; ".join(f"{scan.question} {scan.star:.2f} / {scan.by_hand:.2f}" for scan in found),
    )
    yield Row(
        work=f"the worst of these: {worst.question}",
        against="the same",
        measured=worst.star,
        unit="s",
        peer=worst.by_hand,
        reach=1.5,
    )


def small_into_claims(scratch: Path, size: Size) -> Iterator[Row]:
    """Deliveries of 1,000 rows into a warehouse of what people recorded, and of a hundredth of that."""
    feeds = ("memberships", "trade_observations", "meetings", "meeting_participants", "agreement_events")
    seconds: dict[int, dict[str, float]] = {}
    for rows in (size.claims // 100, size.claims):
        settings = settings_in(scratch / str(rows))
        write_claims(settings.raw, rows=rows)
        in_a_process(BUILD, settings.raw, settings.home)
        seconds[rows] = {}
        for feed in feeds:
            write_late_claims(settings.raw, feed, rows=1000)
            seconds[rows][feed] = _update(settings)
        shutil.rmtree(scratch / str(rows))
    for feed, measured in seconds[size.claims].items():
        yield Row(
            work=f"transformation and tests of 1,000 new rows of `{feed}` beside {size.claims:,} claims",
            against=f"the same beside {size.claims // 100:,}",
            measured=measured,
            unit="s",
            peer=seconds[size.claims // 100][feed],
        )


def claims(scratch: Path, size: Size) -> Iterator[Row]:
    """What people recorded: building it, its place on disk, and what is asked of single facts."""
    settings = settings_in(scratch)
    write_claims(settings.raw, rows=size.claims)
    files = sum(path.stat().st_size for path in settings.raw.rglob("*.csv"))
    built = in_a_process(BUILD, settings.raw, settings.home, watched=settings.home)
    published = settings.serving / "warehouse.duckdb"
    disk = settings.warehouse.stat().st_size, published.resolve().stat().st_size
    yield Row(
        work=f"load, build and publish {size.claims:,} claims from nothing",
        against="–",
        measured=built.seconds / size.claims * 1e6,
        unit="s a million",
        note=f"peak {built.peak_mb:,.0f} MB",
    )
    yield Row(
        work="database after that",
        against="–",
        measured=disk[0] / size.claims,
        unit="MB a million claims",
        note=f"the published file {disk[1] / size.claims:,.0f}, the CSV files {files / size.claims:,.0f};"
        f" all files at their peak {built.peak_disk_mb / size.claims * 1e6:,.0f}",
    )
    with duckdb.connect(str(published), read_only=True) as connection:
        yield from of_single_facts(
            connection, kind="agreement", table="fct_agreement_lifecycle", among=f"{size.claims:,} claims"
        )


_DAGSTER = """
import json, time
started = time.monotonic()
import dagster as dg
from orchestration.automation.jobs import REFRESH
from orchestration.cli import prepare_dagster_home
from orchestration.definitions import load_definitions
from orchestration.settings import Settings
import sys
settings = Settings.from_environment()
prepare_dagster_home(settings)
job = load_definitions(resources={"settings": settings}).resolve_job_def(REFRESH)
with dg.DagsterInstance.get() as instance:
    began = time.monotonic()
    config = {"ops": json.loads(sys.argv[1]), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    assert job.execute_in_process(instance=instance, run_config=config).success
    print("\\nmeasured " + json.dumps({"start": began - started, "work": time.monotonic() - began}))
"""


def _in_dagster(settings: Settings, ops: dict[str, object] | None = None) -> dict[str, float]:
    answer = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _DAGSTER, json.dumps(ops or {})],
        cwd=PROJECT_ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^measured (.+)$", answer.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(answer.stderr[-2000:])
    measured: dict[str, float] = json.loads(found[1])
    return measured
