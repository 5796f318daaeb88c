"""Write files of BACI of the true format and any size.

    python -m benchmarks.baci_files HOME/raw/baci --years 2 --rows 10000000
    python -m benchmarks.baci_files HOME/raw/baci --years 2 --rows 10000000 --vintages 2

Everything follows from the number of a row and the seed, so that the same call writes the same rows on every machine.
No flow stands twice in a year. Of a later vintage one value in eight is another, and one flow in fifty is gone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from orchestration.countries.seeds import read_seed

FIRST_YEAR = 2017
FIRST_VINTAGE = 2022
PRODUCTS = 5_000
"""Codes of six digits in one year: some 5,000 to 5,400, by revision of the Harmonized System."""

_FILE = """
copy (
    with numbered as (
        -- a step that has no divisor in common with the number of all possible flows meets none of them twice
        select n, (n * 1000003) % (len($areas) * (len($areas) - 1) * $products) as flow, hash(n, $seed::bigint) as h
        from range($rows::bigint) as numbers (n)
    ),

    placed as (
        select
            n, h,
            (flow // ($products * (len($areas) - 1)))::integer as i,
            ((flow // $products) % (len($areas) - 1))::integer as other,
            (flow % $products)::integer as k
        from numbered
        where $vintage::bigint = 0 or hash(n, $vintage::bigint) % 50 <> 0
    )

    select
        $year::bigint as t,
        $areas[i + 1] as i,
        $areas[(i + 1 + other) % len($areas) + 1] as j,
        printf('%06d', 10121 + k * 197) as k,
        printf('%.3f', (1 + h % 999983 + if(hash(n, $vintage::bigint + 1) % 8 = 0, $vintage::bigint, 0)) / 100.0) as v,
        if(h % 20 = 0, '           NA', printf('%13.3f', (h % 7919) / 10.0)) as q
    from placed
    order by i, j, k
) to '{path}' (header, delimiter ',', quote '"')
"""


def areas() -> list[int]:
    """Return the codes of areas in the Comtrade scheme that are countries."""
    return sorted({int(row["code"]) for row in read_seed("codes/comtrade") if len(row["country_code"]) == 3})


def write(target: Path, *, years: int, rows: int, vintages: int, seed: int, classification: str = "HS17") -> None:
    """Write one file for each year and vintage."""
    target.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    for vintage in range(vintages):
        for year in range(FIRST_YEAR, FIRST_YEAR + years):
            path = target / f"BACI_{classification}_Y{year}_V{FIRST_VINTAGE + vintage}01.csv"
            con.execute(
                _FILE.format(path=str(path).replace("'", "''")),
                {
                    "areas": areas(),
                    "products": PRODUCTS,
                    "rows": rows,
                    "seed": seed + year,
                    "vintage": vintage,
                    "year": year,
                },
            )
            print(path, flush=True)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--rows", type=int, default=5_000_000, help="in each file")
    parser.add_argument("--vintages", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.target, years=given.years, rows=given.rows, vintages=given.vintages, seed=given.seed)


if __name__ == "__main__":
    main()
