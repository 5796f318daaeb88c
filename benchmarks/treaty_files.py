"""Write a collection of treaties as JSON, most records of which repeat others: the feed of docs/adding-a-feed.md.

    python -m benchmarks.treaty_files HOME/raw/treaties/collection-2024-05-01.ndjson --records 1000000

With the ending .json it is one list. Everything follows from the number of a record and the seed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry


def records(*, count: int, share_of_repeats: float, seed: int) -> Iterator[dict[str, Any]]:
    """Return records; a repeat differs from the first only in when it was retrieved."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    names = sorted(country.name for country in pycountry.countries)
    distinct = max(1, round(count * (1 - share_of_repeats)))
    for number in range(count):
        # the first of each comes early or late, its repeats anywhere
        treaty = number if number < distinct else draw.randrange(distinct)
        yield _record(treaty, seed, names) | {"retrieved": f"2024-04-{1 + number % 30:02}T{number % 24:02}:00:00Z"}


def _record(treaty: int, seed: int, names: list[str]) -> dict[str, Any]:
    draw = random.Random(seed * 1_000_003 + treaty)  # noqa: S311
    year = draw.randint(1945, 2023)
    parties = draw.sample(names, draw.randint(3, 10) if treaty % 3 else 2)
    return {
        "id": f"T-{treaty}/{'abc'[treaty % 3]}",
        "title": f"Agreement no. {treaty} on {draw.choice(('trade', 'transit', 'culture', 'visas', 'borders'))}",
        "type": "multilateral" if len(parties) > 2 else "bilateral",
        "signed": f"{year}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        "in_force": str(year + 1) if treaty % 4 else None,
        "parties": [
            {"name": name, "ratified": f"{year}-{draw.randint(1, 12):02}" if draw.random() < 0.5 else None}
            for name in parties
        ],
    }


def write(target: Path, *, count: int, share_of_repeats: float, seed: int) -> None:
    """Write a file; its ending says whether it is one list or a record in each line."""
    target.parent.mkdir(parents=True, exist_ok=True)
    is_list = target.suffix == ".json"
    with target.open("w", encoding="utf-8") as file:
        file.write("[\n" if is_list else "")
        for number, record in enumerate(records(count=count, share_of_repeats=share_of_repeats, seed=seed)):
            file.write((",\n" if is_list and number else "") + json.dumps(record) + ("" if is_list else "\n"))
        file.write("\n]\n" if is_list else "")


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=float, default=0.98, help="share of records that repeat another")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.target, count=given.records, share_of_repeats=given.repeats, seed=given.seed)


if __name__ == "__main__":
    main()
