"""Write files in the true formats and of any size: BACI tables, exports of GDELT, and native feeds.

Everything follows from the number of a row, so that the same call writes the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from benchmarks import gdelt_files
from orchestration.sql_text import literal

COUNTRIES = (
    "4 8 12 24 31 32 36 40 50 51 56 68 70 76 100 104 112 116 120 124 144 152 156 170 188 191 192 196 203 204 208 218"
    " 222 231 233 246 251 268 275 276 288 300 320 332 340 344 348 352 360 364 368 372 376 380 388 392 398 400 404 410"
)
"""Codes of countries as BACI writes them."""

PRODUCTS = 5_000
YEARS = 8


def write_baci(folder: Path, *, rows: int, year: int = 2017, vintage: str = "V202401") -> list[Path]:
    """Write tables of BACI, one for each year, of `rows` rows in all; right-aligned, `NA` for some quantities."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    years = min(YEARS, max(1, rows // 1_000_000))
    for number in range(years):
        share = rows // years + (rows % years if number == 0 else 0)
        path = folder / f"BACI_HS17_Y{year + number}_{vintage}.csv"
        with duckdb.connect() as connection:
            # one row for each exporter, importer and product: sorted, as the publisher sorts it
            connection.execute(
                f"""
                copy (
                    with countries as (select list(code::integer) as codes from unnest(?) as given (code)),
                    numbered as (
                        select
                            range // {PRODUCTS} as pair,
                            range % {PRODUCTS} as product
                        from range({share})
                    ),
                    placed as (
                        select
                            codes[1 + (pair // (len(codes) - 1)) % len(codes)] as exporter,
                            pair % (len(codes) - 1) as nth,
                            codes,
                            product,
                            pair
                        from numbered, countries
                    )
                    select
                        {year + number} as t,
                        lpad(exporter::varchar, 3, ' ') as i,
                        lpad(list_filter(codes, lambda code: code <> exporter)[1 + nth]::varchar, 3, ' ') as j,
                        lpad((10000 + product * 17)::varchar, 6, '0') as k,
                        lpad(printf('%.3f', (hash(pair, product) % 10000000) / 1000.0), 15, ' ') as v,
                        if(hash(product, pair) % 11 = 0, lpad('NA', 12, ' '), lpad(printf('%.3f',
                            (hash(product, pair) % 1000000) / 1000.0), 12, ' ')) as q
                    from placed
                ) to {literal(path)} (header, delimiter ',', quote '')
                """,  # noqa: S608 - numbers of this module
                [COUNTRIES.split()],
            )
        paths.append(path)
    return paths


def write_baci_extract(of: Path, *, rows: int, vintage: str) -> Path:
    """Write a part of a table of BACI beside it, of a later vintage: rows from all of it, with other values.

    Each vintage has other rows.
    """
    target = of.with_name(of.name.replace(of.stem.rpartition("_")[2], f"{vintage}_extract"))
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select t, i, j, k, v * 2 as v, q
                from read_csv({literal(of)}, header = true, types = {{'k': 'varchar', 'q': 'varchar'}})
                using sample reservoir({rows:d} rows) repeatable ({int(vintage.removeprefix("V")):d})
            ) to {literal(target)} (header, delimiter ',', quote '')
            """  # noqa: S608 - numbers and paths of this module
        )
    return target


def write_baci_addition(of: Path, *, rows: int, vintage: str, first: int = 0) -> Path:
    """Write rows that a table of BACI does not have beside it, of a later vintage: exports of a country of its own.

    They are numbered, and begin with the `first`.
    """
    target = of.with_name(of.name.replace(of.stem.rpartition("_")[2], f"{vintage}_extract"))
    *importers, exporter = COUNTRIES.split()
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select
                    (select any_value(t) from (select t from read_csv({literal(of)}, header = true) limit 1)) as t,
                    $exporter as i, ($importers)[1 + range % len($importers)] as j,
                    lpad((10000 + range // len($importers) % {PRODUCTS} * 17)::varchar, 6, '0') as k,
                    printf('%.3f', 1 + range / 8) as v, '          NA' as q
                from range({first:d}, {first + rows:d})
            ) to {literal(target)} (header, delimiter ',', quote '')
            """,  # noqa: S608 - numbers and paths of this module
            {"exporter": exporter, "importers": importers},
        )
    return target


def write_memberships(folder: Path, *, files: int, rows: int, first: int = 0) -> None:
    """Write small native files, each of `rows` steps of memberships that no other file has."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(first, first + files):
        lines = [_MEMBERSHIP, *_memberships(file, rows)]
        text = "".join(f"{','.join(line)}\n" for line in lines)
        (folder / f"made-{file:06d}.csv").write_text(text, encoding="utf-8")


def write_memberships_with_columns(folder: Path, *, files: int, rows: int) -> None:
    """Write what `write_memberships` does, each file with a column of its own that no contract knows."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(files):
        lines = [(*_MEMBERSHIP, f"remark {file}"), *((*row, "x") for row in _memberships(file, rows))]
        text = "".join(f"{','.join(line)}\n" for line in lines)
        (folder / f"made-{file:06d}.csv").write_text(text, encoding="utf-8")


def write_broken_memberships(folder: Path, *, files: int, rows: int) -> None:
    """Write what `write_memberships` does, with a row too long at the end of each file."""
    write_memberships(folder, files=files, rows=rows)
    for path in folder.iterdir():
        with path.open("a", encoding="utf-8") as file:
            file.write("Union,Norway,joined,1990,register,one cell more\n")


def write_pages(folder: Path, *, files: int) -> None:
    """Write files that are called tables and are none, every other one as lines of JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(files):
        ending = "ndjson" if file % 2 else "csv"
        (folder / f"made-{file:06d}.{ending}").write_text(f"<html>{file}</html>\n" * 3, encoding="utf-8")


def write_memberships_as_parquet(folder: Path, *, files: int, rows: int) -> None:
    """Write what `write_memberships` does, as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in range(files):
        table = pa.Table.from_pylist([dict(zip(_MEMBERSHIP, row, strict=True)) for row in _memberships(file, rows)])
        parquet.write_table(table, folder / f"made-{file:06d}.parquet")


def _memberships(file: int, rows: int) -> Iterator[tuple[str, ...]]:
    for number in range(file * rows, (file + 1) * rows):
        occurred = f"{1950 + number % 70}-{1 + number % 12:02d}"
        yield f"Union {number // 7}", _MEMBERS[number % 7], "joined", occurred, f"register-{file}"


def write_observations(path: Path, *, rows: int, is_half_broken: bool = False) -> None:
    """Write trade figures that people recorded; of every other row a day that is none, and no number, where asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["country_a,country_b,direction,commodity,period,value,unit,currency,document_id"]
    for number in range(rows):
        a, b = _MEMBERS[number % 7], _MEMBERS[(number + 1 + number // 7 % 6) % 7]
        period, value = f"{1900 + number // 42 % 8000}", f"{1000 + number}"
        if is_half_broken and number % 2:
            period, value = f"{period}-02-30", f"{value} or so"
        lines.append(f"{a},{b},total,TOTAL,{period},{value},money,USD,made-register")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_late_claims(folder: Path, feed: str, *, rows: int) -> None:
    """Write a file of one feed that comes after those of `write_claims`: of things there, or of new ones."""
    columns, line = _LATE[feed]
    (folder / feed).mkdir(parents=True, exist_ok=True)
    with (folder / feed / "late.csv").open("w", encoding="utf-8") as file:
        file.write(f"{columns},document_id\n")
        for number in range(rows):
            one, other = _MEMBERS[number % 7], _MEMBERS[(number + 1 + number // 7 % 6) % 7]
            file.write(line.format(n=number, one=one, other=other, month=f"{1950 + number % 70}-{1 + number % 12:02d}"))
            file.write(",late-register\n")


_LATE = {
    "memberships": ("organization,member,event,occurred", "Late union {n},{one},joined,{month}"),
    "trade_observations": (
        "country_a,country_b,direction,commodity,period,value,unit,currency",
        "{one},{other},total,TOTAL,{month},{n},money,USD",
    ),
    "meetings": ("meeting_id,kind,started,place", "late-meeting-{n},bilateral_talks,{month},Geneva"),
    "meeting_participants": ("meeting_id,represents,role", "meeting-{n},{one},guest"),
    "agreement_events": ("agreement_id,event,occurred", "agreement-{n},terminated,2020-01"),
}
"""Columns and a row of each feed: steps and guests are of agreements and meetings that are there, all else is new."""


def write_events(folder: Path, *, first: int, files: int, rows: int = 1000) -> None:
    """Write files of GDELT of so many rows, from a first one on."""
    gdelt_files.write(folder, first=first, files=files, rows=rows, seed=1)


_MEMBERSHIP = ("organization", "member", "event", "occurred", "document_id")
_MEMBERS = ("Norway", "Sweden", "Pakistan", "Russia", "Iceland", "Malta", "Japan")


def write_claims(folder: Path, *, rows: int) -> None:
    """Write what people recorded, some `rows` claims in all, into the folders of their feeds.

    Of ten claims five are of an agreement with two parties, signed and in force, two of a meeting with one who was
    there, two are trade figures and one is a step of a membership.
    """
    things = rows // 10
    feeds = {
        "agreements": ("'agreement-' || n as agreement_id, 'Agreement ' || n as title, 'treaty' as instrument_type", 1),
        "agreement_parties": ("'agreement-' || n // 2 as agreement_id, members[1 + n % 2] as party", 2),
        "agreement_events": (
            "'agreement-' || n // 2 as agreement_id, if(n % 2 = 0, 'signed', 'entered_into_force') as event,"
            " day + (n % 2)::integer * 90 as occurred",
            2,
        ),
        "meetings": ("'meeting-' || n as meeting_id, 'bilateral_talks' as kind, day as started, 'Geneva' as place", 1),
        "meeting_participants": ("'meeting-' || n as meeting_id, members[1] as represents, 'host' as role", 1),
        "trade_observations": (
            "members[1] as country_a, members[2] as country_b, 'total' as direction,"
            " if(n % 2 = 0, 'TOTAL', '270900') as commodity, case when n % 2 = 1 then 'HS17' end as classification,"
            " strftime(day, '%Y-%m') as period, 1000 + n as value, 'money' as unit, 'USD' as currency",
            2,
        ),
        "memberships": (
            "'Union ' || n // 50 as organization, members[1] as member, 'joined' as event, day as occurred",
            1,
        ),
    }
    for feed, (columns, each) in feeds.items():
        (folder / feed).mkdir(parents=True, exist_ok=True)
        for number, first in enumerate(range(0, things * each, _ROWS_OF_A_FILE)):
            path = folder / feed / f"made-{number:04d}.csv"
            last = min(first + _ROWS_OF_A_FILE, things * each)
            with duckdb.connect() as connection:
                connection.execute(
                    f"""
                    copy (
                        with pairs as (
                            select
                                range as n, range // {each} as thing,
                                date '1950-01-01' + (thing % 27000)::integer as day,
                                thing % len(codes) as one, (one + 1 + thing // len(codes) % 40) % len(codes) as other,
                                [codes[1 + one], codes[1 + other]] as members
                            from range({first}, {last}), (select ?::varchar[] as codes)
                        )
                        select {columns}, 'register-' || n // 1000 as document_id from pairs
                    ) to {literal(path)} (header, delimiter ',')
                    """,  # noqa: S608 - numbers and names of this module
                    [_CODES.split()],
                )


_ROWS_OF_A_FILE = 100_000
_CODES = (
    "AFG ALB AGO AZE ARG AUS AUT BHS BGD ARM BRB BOL BRA BLZ BGR BLR KHM CAN LKA CHL CHN COL HRV CUB CYP CZE BEN DNK"
    " DOM ECU EST FIN FRA DEU GRC HUN ISL IND IDN IRN IRQ IRL ISR ITA JPN KAZ JOR KEN NOR PAK RUS SWE MLT MEX NGA PER"
    " POL"
)


def write_comtrade(folder: Path, *, rows: int) -> Path:
    """Write a bulk file of Comtrade, separated by tabs: what one country reports of `rows` flows."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "COMTRADE-FINAL-CA352202001H5[2024-01-03].txt"
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select
                    'C' as "typeCode", 'A' as "freqCode", 20200101 as "refPeriodId", 2020 as "refYear",
                    52 as "refMonth",
                    '2020' as period, 352 as "reporterCode", 'ISL' as "reporterISO",
                    ['X', 'M'][1 + range % 2] as "flowCode", 4 + range // 2 % 240 as "partnerCode",
                    0 as "partner2Code", 'H5' as "classificationCode",
                    lpad((10121 + range // 480 % {PRODUCTS})::varchar, 6, '0') as "cmdCode",
                    6 as "aggrLevel", 'C00' as "customsCode", '0' as "mosCode",
                    range // 480 // {PRODUCTS} as "motCode", 8 as "qtyUnitCode", 'kg' as "qtyUnitAbbr",
                    range % 977 / 2 as qty, 'False' as "isQtyEstimated",
                    if(range % 3 = 0, null, range * 31 % 99991 / 4) as "netWgt",
                    range * 37 % 999983 / 8 as "primaryValue",
                    0 as "legacyEstimationFlag", 'True' as "isReported", 'False' as "isAggregate"
                from range({rows})
            ) to {literal(path)} (header, delimiter '\t', quote '')
            """  # noqa: S608
        )
    return path


def write_many_of_comtrade(folder: Path, *, files: int, rows: int) -> None:
    """Write bulk files of Comtrade, each of what one country reports of one year."""
    made = write_comtrade(folder, rows=rows)
    header, *lines = made.read_text(encoding="utf-8").splitlines(keepends=True)
    made.unlink()
    for number in range(files):
        year, reporter = _year_and_reporter(number)
        head = f"C\tA\t{year}0101\t{year}\t52\t{year}\t{reporter}\t"
        text = header + "".join(head + line.split("\t", 7)[-1] for line in lines)
        name = f"COMTRADE-FINAL-CA{reporter:03d}{year}01H5[2024-01-03].txt"
        (folder / name).write_text(text, encoding="utf-8")


def write_replies_of_comtrade(folder: Path, *, files: int, rows: int) -> None:
    """Write replies of the API of Comtrade, each of what one country reports of one year."""
    made = write_comtrade(folder, rows=rows)
    names, *lines = (line.split("\t") for line in made.read_text(encoding="utf-8").splitlines())
    made.unlink()
    for number in range(files):
        year, reporter = _year_and_reporter(number)
        of_file = {"refPeriodId": f"{year}0101", "refYear": year, "period": f"{year}", "reporterCode": reporter}
        data = [dict(zip(names, line, strict=True)) | of_file for line in lines]
        reply = {"elapsedTime": "0.21 secs", "count": rows, "data": data, "error": ""}
        (folder / f"reply-{number:06d}.json").write_text(json.dumps(reply), encoding="utf-8")


def _year_and_reporter(number: int) -> tuple[int, int]:
    return 1962 + number % 60, int(COUNTRIES.split()[number // 60])
