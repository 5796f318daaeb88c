"""Write GDELT exports of the true format and any size.

    python -m benchmarks.gdelt_files HOME/raw/gdelt_events --files 10000 --rows 1000

Everything follows from the number of a row and the seed, so that the same call writes the same rows on every machine.
About an eighth of them is between two countries and of cooperation, as in a real export, and five tell of one article.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb

FIRST_RELEASE = datetime(2024, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
_ACTORS = "USA RUS CHN GBR FRA DEU IND PAK TUR IRN ISR SAU JPN KOR UKR BRA ZAF NGA EGY MEX EUR AFR"
_PLACES = "US RS CH UK FR GM IN PK TU IR IS SA JA KS UP BR SF NI EG MX AU AS"
_CODES = "010 020 030 0311 036 040 042 043 044 046 050 051 057 060 061 062 070 080 090 111 120 141 173 190"
_CHUNK_ROWS = 100_000


def lines(*, first: int = 0, files: int, rows: int, seed: int) -> Iterator[str]:
    """Return the rows of all files from the number of a first one on, one after the other."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    end = (first + files) * rows
    for start in range(first * rows, end, _CHUNK_ROWS):
        for (line,) in con.execute(
            _LINES,
            {
                "first": start,
                "last": min(start + _CHUNK_ROWS, end),
                "rows": rows,
                "seed": seed,
                "start": FIRST_RELEASE.replace(tzinfo=None),
                "actors": _ACTORS.split(),
                "places": _PLACES.split(),
                "codes": _CODES.split(),
            },
        ).fetchall():
            yield line


def write(target: Path, *, first: int = 0, files: int, rows: int, seed: int) -> None:
    """Write zip files, each of one quarter of an hour."""
    target.mkdir(parents=True, exist_ok=True)
    written = lines(first=first, files=files, rows=rows, seed=seed)
    for number in range(first, first + files):
        name = f"{FIRST_RELEASE + number * QUARTER:%Y%m%d%H%M%S}.export.CSV"
        with zipfile.ZipFile(target / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(zipfile.ZipInfo(name), "\n".join(islice(written, rows)) + "\n", zipfile.ZIP_DEFLATED)


_PLACE = """
    '1', 'A place', place, place || '00', '', '12.5', '-33.25', place
"""
_LINES = f"""
with numbered as (
    select
        i, hash(i, $seed::bigint) as h1, hash(i, $seed::bigint + 1) as h2, hash(i, $seed::bigint + 2) as h3,
        $start::timestamp + to_minutes(15 * (i // $rows::bigint)) as added_at
    from range($first::bigint, $last::bigint) as numbers (i)
),

drawn as (
    select
        *,
        case when h1 % 10 < 6 then $actors[(1 + (h1 // 16) % len($actors))::integer] end as actor1,
        case when h2 % 10 < 5 then $actors[(1 + (h2 // 16) % len($actors))::integer] end as actor2,
        $places[(1 + (h3 // 16) % len($places))::integer] as place,
        $codes[(1 + (h3 // 1024) % len($codes))::integer] as code,
        case when h3 % 40 = 0 then added_at - interval 1 year else added_at end as happened_at
    from numbered
)

select array_to_string([
    (900000000 + i)::varchar, strftime(happened_at, '%Y%m%d'), strftime(happened_at, '%Y%m'),
    strftime(happened_at, '%Y'), strftime(happened_at, '%Y') || '.5',
    coalesce(actor1, ''), coalesce(actor1, ''), coalesce(actor1, ''), '', '', '', '', 'GOV', '', '',
    coalesce(actor2, ''), coalesce(actor2, ''), coalesce(actor2, ''), '', '', '', '', '', '', '',
    (h1 % 2)::varchar, code, left(code, 3), left(code, 2), '1', '2.5',
    (1 + h2 % 20)::varchar, '1', (1 + h2 % 20)::varchar, ((h1 % 2000)::integer / 100.0 - 10)::varchar,
    {_PLACE}, {_PLACE}, {_PLACE},
    strftime(added_at, '%Y%m%d%H%M%S'),
    'https://example.org/news/' || md5((i // 5)::varchar) || '/an-article-of-some-length'
], chr(9))
from drawn
order by i
"""  # noqa: S608 - constants of this module


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=1_000, help="in each file")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.target, files=given.files, rows=given.rows, seed=given.seed)


if __name__ == "__main__":
    main()
