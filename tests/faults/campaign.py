"""Many kills and all other harm, counted, and the report about it.

    python -m tests.faults.campaign --kills 200 --report docs/faults.md

Belongs here: the order, the counts, the page. Does not belong here: any harm itself (`scenarios`).
"""

from __future__ import annotations

import argparse
import platform
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.faults import scenarios, whole
from tests.faults.points import UPDATE
from tests.faults.scenarios import Kit
from tests.faults.whole import WholeKit

MARKS = {
    "parts": ("<!-- report: begin -->", "<!-- report: end -->"),
    "whole": ("<!-- report of the whole: begin -->", "<!-- report of the whole: end -->"),
}
Harm = Callable[[], int]


@dataclass
class Tally:
    """What was done, and what came of it."""

    runs: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    was_ended: bool = False
    """By Ctrl-C: what was done until then is told."""

    def do(self, group: str, harm: Harm) -> None:
        """Do one harm, and note how it ended."""
        try:
            died = harm()
        except pytest.skip.Exception:
            self.skipped[group] += 1
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the other harm is done all the same
            self.failures.append(f"{group}: {type(error).__name__}: {str(error)[:500]}")
            died = 0
        self.runs[group] += 1
        self.deaths[group] += died

    def markdown(self) -> str:
        """Return the table."""
        lines = ["| harm | times | processes killed |", "|---|---:|---:|"]
        lines += [f"| {group} | {count:,} | {self.deaths[group]:,} |" for group, count in self.runs.items()]
        lines.append(f"| **all** | **{self.runs.total():,}** | **{self.deaths.total():,}** |")
        lines += [f"\nNot possible here: {group} ({count}).\n" for group, count in self.skipped.items()]
        if self.was_ended:
            lines += ["", "The run was ended before its end."]
        if self.failures:
            lines += ["", f"**{len(self.failures)} failed:**", *(f"- {words}" for words in self.failures)]
        else:
            lines += ["", "Nothing was lost, doubled or seen half built."]
        return "\n".join(lines)


def other_harm(kit: Kit) -> Iterator[tuple[str, Harm]]:
    """Give everything but kills of one process."""
    yield "every restart killed in turn", partial(scenarios.kill_ingestion_again_and_again, kit)
    yield "two refreshes at once", partial(scenarios.two_at_once, kit)
    for number in (signal.SIGINT, signal.SIGTERM):
        yield f"cancelled ({number.name})", partial(scenarios.cancel, kit, number)
    for words, damage in scenarios.CORRUPTIONS.items():
        yield words, partial(scenarios.corrupt, kit, damage)
    for most_bytes in (3_000, 20_000):
        yield f"no file may grow beyond {most_bytes:,} bytes", partial(scenarios.fill_the_disk, kit, most_bytes)
    yield "the volume is full", partial(scenarios.fill_a_volume, kit, 20_000)
    for words, (part, is_fatal) in scenarios.FORBIDDEN.items():
        yield words, partial(scenarios.take_permission, kit, part, is_fatal=is_fatal)
    for days, words in ((-3650.0, "the clock goes back ten years"), (36_500.0, "the clock runs a century ahead")):
        yield words, partial(scenarios.turn_the_clock, kit, days)


def kills(kit: Kit, chance: random.Random) -> Iterator[tuple[str, Harm]]:
    """Give every named point once, then random moments, named points and random moments again, without end."""
    seconds = {task: scenarios.seconds_of(kit, task) for task in ("ingest", "publish")}
    named = scenarios.named_kills()
    while True:
        for kill, point, call in named:
            task = "ingestion" if kill is scenarios.kill_ingestion else "publication"
            yield f"{task}: {point}", partial(kill, kit, point, call)
        for _ in range(30):
            yield (
                "ingestion: at random",
                partial(scenarios.kill_ingestion_at_random, kit, chance, most_seconds=seconds["ingest"]),
            )
            yield (
                "publication: at random",
                partial(scenarios.kill_publication_at_random, kit, chance, most_seconds=seconds["publish"]),
            )


def harm_to_the_whole(kit: WholeKit) -> Iterator[tuple[str, Harm]]:
    """Give what befalls a whole installation: its builds, Dagster's daemon and webserver."""
    for point, calls in (
        ("a build is noted, nothing is built", (1,)),
        ("everything is being built", (1, 150, 300)),
        ("everything is being tested", (1,)),
        ("all is built and tested, and nobody noted it", (1,)),
        ("a build is noted, dbt not begun", (1,)),
        ("dbt writes", (60, 350, 800)),
        ("dbt is done, and nobody noted it", (1,)),
        ("the build is noted, not published", (1,)),
        ("between the renames", (1,)),
    ):
        for call in calls:
            yield f"whole refresh: {point}", partial(whole.kill_the_build, kit, point, call)
    for point, update in UPDATE.items():
        for call in sorted({1, update.most}):
            yield f"refresh of what changed: {point}", partial(whole.kill_the_build, kit, point, call)
    yield "models of another version", partial(whole.change_the_models, kit)
    for seed in (1, 2):
        yield "noise in what only the build reads", partial(whole.damage_what_the_build_reads, kit, seed)
    for whom in ("run", "daemon", "webserver"):
        yield f"make dev: the {whom} is killed", partial(whole.kill_a_service, kit, whom)
    yield "make dev: a run is cancelled in the UI", partial(whole.cancel_a_run, kit)
    for whom in ("nobody", "run, cancelled", "daemon", "webserver"):
        yield f"make dev, while a run waits: {whom}", partial(whole.harm_while_a_run_waits, kit, whom)
    for number in (signal.SIGTERM, signal.SIGINT):
        yield f"make dev: ended by {number.name} during a run", partial(whole.end_while_a_run_works, kit, number)
    yield "make dev twice", partial(whole.two_daemons, kit)
    yield "make dev and make warehouse", partial(whole.by_hand_beside_the_daemon, kit)


def run_whole(kit: WholeKit, *, wanted: str) -> Tally:
    """Do everything that befalls a whole installation, or what has some words in its name."""
    tally = Tally()
    try:
        for group, harm in harm_to_the_whole(kit):
            if wanted in group:
                tally.do(group, harm)
                _say(group, tally)
    except KeyboardInterrupt:
        tally.was_ended = True
    return tally


def run(kit: Kit, *, least_kills: int, seed: int) -> Tally:
    """Kill until so many processes died, and do all other harm once."""
    tally = Tally()
    try:
        for group, harm in other_harm(kit):
            tally.do(group, harm)
            _say(group, tally)
        for group, harm in kills(kit, random.Random(seed)):  # noqa: S311
            if tally.deaths.total() >= least_kills or len(tally.failures) > 10:
                break
            tally.do(group, harm)
            _say(group, tally)
    except KeyboardInterrupt:
        tally.was_ended = True
    return tally


def _say(group: str, tally: Tally) -> None:
    sys.stderr.write(f"{tally.deaths.total():>5} killed, {len(tally.failures)} failed; {group}\n")


def _replace_report(page: Path, part: str, report: str) -> None:
    begin, end = MARKS[part]
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{report}\n{end}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign and write its report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how many processes are to die at the least")
    parser.add_argument("--seed", type=int, default=1, help="decides the random moments")
    parser.add_argument("--report", type=Path, help="a page with the two marks between which the report goes")
    parser.add_argument("--part", choices=MARKS, action="append", help="ingestion and publication, or the whole")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="of the whole: the harm with these words in its name"
    )
    options = parser.parse_args(arguments)
    failed = False
    for part in options.part or MARKS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="entente-faults-") as folder:
            if part == "parts":
                tally = run(Kit.prepare(Path(folder)), least_kills=options.kills, seed=options.seed)
            else:
                tally = run_whole(WholeKit.prepare(Path(folder)), wanted=options.only)
        about = (
            f"Seed {options.seed}, Python {platform.python_version()}, DuckDB {version('duckdb')}, "
            f"{platform.system()}, {(time.monotonic() - started) / 60:.0f} minutes."
        )
        report = f"{about}\n\n{tally.markdown()}"
        sys.stdout.write(f"{report}\n")
        if options.report:
            _replace_report(options.report, part, report)
        failed = failed or bool(tally.failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
