"""How well agreements of several sources are recognised as one, on a file that says which are.

    python -m benchmarks.linkage LABELS.csv                        judge the rule as it stands
    python -m benchmarks.linkage LABELS.csv --cross-validate       judge the way its parameters are chosen
    python -m benchmarks.linkage LABELS.csv --fit                  choose parameters, and write them into the project
    python -m benchmarks.linkage LABELS.csv --feeds HOME/raw       write the rows as native feeds, a document per source
    python -m benchmarks.linkage LABELS.csv --published FILE       judge what a published warehouse made of them

LABELS has the columns source, source_id, title, signature, force (`2003-05-13`, `2003` or nothing) and cluster: rows
with one cluster are one agreement. Blocking, scoring and clustering are the warehouse's own (`orchestration.identity`).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from orchestration.countries import reference_tables
from orchestration.identity.agreements import names_from
from orchestration.identity.clusters import Likeness, clusters_of
from orchestration.identity.linkage import (
    EVERY,
    LEVELS,
    OTHER_SOURCE,
    PARAMETERS_FILE,
    SOURCES,
    Agreement,
    Parameters,
    Period,
    about,
    compared_pairs,
    frozen_parameters,
    parameters_from,
)
from orchestration.identity.titles import read_title

FITTED = ("title", "number", "mentions", "signed", "in_force", "document", "recurs", "repeated")
"""The aspects that labels of this form can teach; the weights of the others are set by hand."""
FITTED_PARAMETERS = (
    "intercept", "weights", "source_pairs", "recurring_titles", "overlaps", "known_sources", "word_weights",
    "unknown_word_weight",
)  # fmt: skip
_DATES_BEST_FIRST = ("same_day", "same_period", "within", "next_year", "two_years", "far")
ORDERED = {
    "title": tuple(level for level in LEVELS["title"] if level != "unknown"),
    "signed": _DATES_BEST_FIRST,
    "in_force": _DATES_BEST_FIRST,
}
"""Levels in which closer must not count less than farther, whatever a few mistaken labels say."""
RECURRING = "recurring"
"""The column of what it says that a title of this source recurs in other years."""
SET_APART_FROM = 0.05
"""The share of its lone rows that resemble another's, from which a source is said to set rows apart."""
FOLDS = 5
SEEDS = 3
"""How many ways to part the clusters into folds are tried."""
RIDGE = 1.0
"""How strongly weights are drawn to zero: about one pair's worth, so that a level that was hardly seen says little."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class LabelledRow:
    """One agreement as one source records it, and what it truly is."""

    id: str
    source: str
    title: str
    signature: str
    force: str
    cluster: str

    @property
    def agreement(self) -> Agreement:
        """What the warehouse would know of it."""
        return Agreement(
            id=self.id,
            titles=(self.title,),
            documents=frozenset([self.source.lower()]),
            signed=period(self.signature),
            in_force=period(self.force),
        )


def period(text: str) -> Period | None:
    """Read `2003-05-13`, `2003-05` or `2003`."""
    match [int(part) for part in text.split("-") if part]:
        case []:
            return None
        case [year]:
            return Period(date(year, 1, 1), date(year, 12, 31))
        case [year, month]:
            return Period(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - date.resolution)
        case [year, month, day]:
            return Period(date(year, month, day), date(year, month, day))
        case _:
            raise ValueError(f"{text!r} is no date: expected 2003-05-13, 2003-05, 2003 or nothing")


def labelled_rows(path: Path) -> list[LabelledRow]:
    """Return the rows of a file, each with an id of its own; a source may use one id twice."""
    seen: Counter[str] = Counter()
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            id_ = re.sub(r"[^a-z0-9]+", "-", f"{row['source']}-{row['source_id']}".lower()).strip("-")
            seen[id_] += 1
            id_ = id_ if seen[id_] == 1 else f"{id_}-row-{seen[id_]}"
            rows.append(LabelledRow(id_, row["source"], row["title"], row["signature"], row["force"], row["cluster"]))
    return rows


def true_pairs(rows: Iterable[LabelledRow]) -> set[Pair]:
    """Return the pairs of ids that are one agreement."""
    return _pairs_within({row.id: row.cluster for row in rows})


def clustered_pairs(scores: Mapping[Pair, float], parameters: Parameters) -> set[Pair]:
    """Return the pairs that the warehouse would make one agreement of."""
    kept = [Likeness(id_a=a, id_b=b, score=score) for (a, b), score in scores.items() if score >= parameters.kept_from]
    return _pairs_within(clusters_of([], kept, match_from=parameters.match_from))


def _pairs_within(cluster_of: Mapping[str, str]) -> set[Pair]:
    members: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(cluster_of):
        members[cluster_of[id_]].append(id_)
    return {pair for ids in members.values() for pair in itertools.combinations(ids, 2)}


def fit(
    levels: Sequence[Mapping[str, str]],
    is_same: Sequence[bool],
    parameters: Parameters,
    known_log_odds: Sequence[float] | None = None,
) -> Parameters:
    """Return `parameters` with the weights of the fitted aspects and the priors of sources: a logistic regression.

    A ridge draws every weight to zero: a source or a level that was hardly seen counts as an average one. What is known
    of a pair beforehand is `known_log_odds`.

    The levels that the labels never show keep the weight that they had; a pair of them is not scored by this.
    """
    columns = [(aspect, level) for aspect in FITTED for level in LEVELS[aspect]]
    columns += [(SOURCES, pair) for pair in sorted({each[SOURCES] for each in levels})]
    columns += [(RECURRING, source) for source in parameters.known_sources]
    place = {column: number for number, column in enumerate(columns)}
    seen = Counter(
        (tuple(each[aspect] for aspect in (*FITTED, SOURCES)), same, known)
        for each, same, known in zip(levels, is_same, known_log_odds or [0.0] * len(levels), strict=True)
    )
    design = np.zeros((len(seen), len(columns) + 1))
    design[:, -1] = 1
    answers, counts, offsets = np.zeros(len(seen)), np.zeros(len(seen)), np.zeros(len(seen))
    for row, ((combination, same, known), count) in enumerate(sorted(seen.items())):
        each = dict(zip((*FITTED, SOURCES), combination, strict=True))
        for aspect, level in each.items():
            design[row, place[aspect, level]] = 1
        if each["recurs"] == "yes":
            for source in {*each[SOURCES].split()} & {*parameters.known_sources}:
                design[row, place[RECURRING, source]] = 1
        answers[row], counts[row], offsets[row] = same, count, known
    weights = _regression(design, answers, counts, offsets)
    fitted = {
        aspect: {level: round(float(weights[place[aspect, level]]), 3) for level in LEVELS[aspect]} for aspect in FITTED
    }
    often = Counter((aspect, each[aspect]) for each in levels for aspect in ORDERED)
    for aspect, best_first in ORDERED.items():
        fitted[aspect] |= _in_order(
            [(level, fitted[aspect][level], often[aspect, level] + 1) for level in reversed(best_first)]
        )
    of_sources: dict[str, dict[str, float]] = {SOURCES: {}, RECURRING: {}}
    for (aspect, level), number in place.items():
        if aspect in of_sources and OTHER_SOURCE not in level.split():
            of_sources[aspect][level] = round(float(weights[number]), 3)
    return replace(
        parameters,
        intercept=round(float(weights[-1]), 3),
        weights={**parameters.weights, **fitted},
        source_pairs=of_sources[SOURCES],
        recurring_titles=of_sources[RECURRING],
    )


def _regression(design: np.ndarray, answers: np.ndarray, counts: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return the weights of a logistic regression with a ridge on all but the last, which is that of every row."""
    ridge = np.full(design.shape[1], RIDGE)
    ridge[-1] = 1e-6
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights - offsets))
        gradient = design.T @ (counts * (answers - chance)) - ridge * weights
        curvature = (design * (counts * chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def fit_with_overlaps(
    rows: Sequence[LabelledRow],
    compared: Mapping[Pair, Mapping[str, str]],
    names: Mapping[str, str],
    parameters: Parameters,
) -> Parameters:
    """Return `parameters` fitted on these rows and the pairs of them.

    The weights of a pair are fitted beside what overlaps say of it, by overlaps that never saw its rows' clusters: else
    they would explain what they know by heart.
    """
    cluster = {row.id: row.cluster for row in rows}
    pairs = [pair for pair in compared if cluster.keys() >= set(pair)]
    by_fold: dict[int, list[LabelledRow]] = defaultdict(list)
    for row in rows:
        by_fold[_fold(row, "within")].append(row)
    log_odds: dict[str, float] = {}
    for fold, held_out in by_fold.items():
        others = [row for other in by_fold if other != fold for row in by_fold[other]]
        known = replace(parameters, overlaps=overlaps(others, compared, names))
        log_odds |= {row.id: known.overlap(_about(row, names)) for row in held_out}
    return fit(
        [compared[pair] for pair in pairs],
        [cluster[a] == cluster[b] for a, b in pairs],
        replace(parameters, overlaps=overlaps(rows, compared, names)),
        [round(log_odds[a] + log_odds[b], 6) for a, b in pairs],
    )


def overlaps(
    rows: Sequence[LabelledRow], compared: Mapping[Pair, Mapping[str, str]], names: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Return of each source that sets rows apart how likely a row has company, by what it is about (log odds).

    Most lone rows are agreements that no other source has, which says nothing of rows that have their like elsewhere. A
    source sets rows apart where its lone rows do have their like. An average row of it has 0.
    """
    size = Counter(row.cluster for row in rows)
    ids = {row.id for row in rows}
    has_like = {id_ for pair, levels in compared.items() if ids.issuperset(pair) and _is_alike(levels) for id_ in pair}
    by_source: dict[str, list[LabelledRow]] = defaultdict(list)
    for row in rows:
        by_source[_source(row)].append(row)
    found = {}
    for source, of_source in sorted(by_source.items()):
        lone = [row for row in of_source if size[row.cluster] == 1]
        if sum(row.id in has_like for row in lone) <= SET_APART_FROM * len(lone):
            continue
        abouts = [_about(row, names) for row in of_source]
        # what every row has comes last, and no ridge draws it to zero
        columns = sorted(set().union(*abouts), key=lambda what: (what == f"{source}:{EVERY}", what))
        design = np.array([[float(what in of_row) for what in columns] for of_row in abouts])
        answers = np.array([float(size[row.cluster] > 1) for row in of_source])
        weights = _regression(design, answers, np.ones(len(answers)), np.zeros(len(answers)))
        weights[-1] = -np.mean(design[:, :-1] @ weights[:-1])
        found[source] = {
            what.partition(":")[2]: round(float(weight), 3) for what, weight in zip(columns, weights, strict=True)
        }
    return found


def _is_alike(levels: Mapping[str, str]) -> bool:
    return (
        levels["document"] == "other"
        and levels["title"] in ("same_text", "same_names")
        and levels["signed"] in ("same_day", "same_period", "within", "same_month", "day_and_month_exchanged")
    )


def _about(row: LabelledRow, names: Mapping[str, str]) -> frozenset[str]:
    return about(_source(row), read_title(row.title, names).mentions, period(row.signature))


def _source(row: LabelledRow) -> str:
    return str(re.findall(r"[a-z0-9]+", row.source.lower())[0])


def _fold(row: LabelledRow, seed: object) -> int:
    return int(hashlib.md5(f"{seed} {row.cluster}".encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def _in_order(rising: Sequence[tuple[str, float, int]]) -> dict[str, float]:
    """Return weights that never fall from a level to the next, by pooling those that do (isotonic regression)."""
    pools: list[tuple[list[str], float, int]] = []
    for level, weight, count in rising:
        pool = ([level], weight, count)
        while pools and pools[-1][1] > pool[1]:
            levels, other, others = pools.pop()
            pool = ([*levels, *pool[0]], (other * others + pool[1] * pool[2]) / (others + pool[2]), others + pool[2])
        pools.append(pool)
    return {level: round(weight, 3) for levels, weight, _ in pools for level in levels}


def held_out_scores(
    rows: Sequence[LabelledRow],
    compared: Mapping[Pair, Mapping[str, str]],
    names: Mapping[str, str],
    parameters: Parameters,
    *,
    seed: int = 0,
) -> dict[Pair, float]:
    """Return scores by weights that never saw a row of the clusters of either id (grouped cross-validation).

    Pairs across two folds are judged too, by weights that saw neither, so that a row meets as many others as it would.
    """
    fold = {row.id: _fold(row, seed) for row in rows}
    scores = {}
    for held_out in itertools.combinations_with_replacement(range(FOLDS), 2):
        known = [row for row in rows if fold[row.id] not in held_out]
        fitted = fit_with_overlaps(known, compared, names, parameters)
        for pair, levels in compared.items():
            if tuple(sorted((fold[pair[0]], fold[pair[1]]))) == held_out:
                scores[pair] = fitted.score(levels)
    return scores


def word_weights(
    rows: Iterable[LabelledRow], names: Mapping[str, str], common: Iterable[str]
) -> tuple[dict[str, float], float]:
    """Return the weight of each word (its inverse document frequency), and of a word that no title has."""
    titles = [set(read_title(row.title, names).meaning) for row in rows]
    frequency = Counter(word for title in titles for word in title)
    rarest = math.log(len(titles))
    weights = {
        word: round(math.log(len(titles) / count), 2)
        for word, count in sorted(frequency.items())
        if count > 2 and word[0] != "="
    }
    # what every other treaty is called, in other collections than this one
    return {**weights, **{word: min(weights.get(word, 1.0), 1.0) for word in common}}, round(rarest, 2)


@dataclass(frozen=True)
class Verdict:
    """What was found, what is true."""

    found: set[Pair]
    true: set[Pair]

    @property
    def precision(self) -> float:
        """The share of found pairs that are true."""
        return len(self.found & self.true) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were found."""
        return len(self.found & self.true) / len(self.true) if self.true else 1.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}  recall {self.recall:.4f}"
            f"  ({len(self.found & self.true)} right, {len(self.found - self.true)} false, {len(self.true)} true)"
        )


def report(rows: Sequence[LabelledRow], found: set[Pair], *, false_merges: bool = True) -> Iterator[str]:
    """Yield the verdict over all, by pair of sources, and every false merge."""
    row_of = {row.id: row for row in rows}
    true = true_pairs(rows)
    yield f"all pairs: {Verdict(found, true)}"
    by_sources: dict[str, tuple[set[Pair], set[Pair]]] = defaultdict(lambda: (set(), set()))
    for side, pairs in enumerate((found, true)):
        for a, b in pairs:
            by_sources[" ".join(sorted((row_of[a].source, row_of[b].source)))][side].add((a, b))
    for sources, (found_there, true_there) in sorted(by_sources.items()):
        yield f"  {sources:<14} {Verdict(found_there, true_there)}"
    if false_merges:
        yield "false merges:"
        for a, b in sorted(found - true):
            yield "  " + "  |  ".join(
                f"{row.id}: {row.title} ({row.signature or 'undated'}; {row.force or '-'})"
                for row in (row_of[a], row_of[b])
            )


def write_feeds(rows: Iterable[LabelledRow], raw: Path) -> None:
    """Write the rows as the native feeds `agreements` and `agreement_events`, a document and a file per source."""
    by_source: dict[str, list[LabelledRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source.lower()].append(row)
    for source, of_source in sorted(by_source.items()):
        agreements = [("document_id", "agreement_id", "title")]
        events = [("document_id", "agreement_id", "event", "occurred")]
        for row in of_source:
            agreements.append((source, row.id, row.title))
            for event, occurred in (("signed", row.signature), ("entered_into_force", row.force)):
                if occurred:
                    events.append((source, row.id, event, occurred))
        for feed, lines in (("agreements", agreements), ("agreement_events", events)):
            folder = raw / feed
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(lines)


def published_pairs(rows: Sequence[LabelledRow], warehouse: Path) -> set[Pair]:
    """Return the pairs of labelled rows that a publication has made one agreement of."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        canonical = dict(
            con.execute(
                "select reported_id, canonical_id from evidence.identity_member where kind = 'agreement'"
            ).fetchall()
        )
    return _pairs_within({row.id: canonical.get(row.id, row.id) for row in rows})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.linkage", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--published", type=Path)
    return parser.parse_args()


def main() -> None:
    """Judge, choose, or write what was asked for."""
    arguments = _arguments()
    rows = labelled_rows(arguments.labels)
    if arguments.feeds:
        write_feeds(rows, arguments.feeds)
        return
    if arguments.published:
        _say(report(rows, published_pairs(rows, arguments.published)))
        return
    names = names_from(reference_tables()["country_name"].to_pylist(), frozen_parameters().names)
    parameters = frozen_parameters()
    if arguments.fit or arguments.cross_validate:
        weights, unknown = word_weights(rows, names, parameters.common_words)
        sources = sorted({_source(row) for row in rows})
        parameters = replace(parameters, word_weights=weights, unknown_word_weight=unknown, known_sources=sources)
    compared = {(a, b): levels for a, b, levels in compared_pairs([row.agreement for row in rows], names, parameters)}
    true = true_pairs(rows)
    blocked = f"{len(compared)} candidate pairs with {len(true & compared.keys())} of {len(true)} true ones"
    _say([f"{len(rows)} rows, {blocked}"])
    if arguments.cross_validate:
        by_seed = [held_out_scores(rows, compared, names, parameters, seed=seed) for seed in range(SEEDS)]
        for match_from in sorted(
            {0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.91, 0.92, 0.94, 0.96, parameters.match_from}
        ):
            verdicts = [
                Verdict(clustered_pairs(scores, replace(parameters, match_from=match_from)), true) for scores in by_seed
            ]
            _say([f"match_from {match_from:.2f}: {_spread(verdicts)}"])
        _say(report(rows, clustered_pairs(by_seed[0], parameters)))
        return
    if arguments.fit:
        parameters = fit_with_overlaps(rows, compared, names, parameters)
        content = json.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))
        content |= {name: getattr(parameters, name) for name in FITTED_PARAMETERS}
        PARAMETERS_FILE.write_text(
            json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
        )
        parameters = parameters_from(content)
    scores = {pair: parameters.score(levels) for pair, levels in compared.items()}
    _say(report(rows, clustered_pairs(scores, parameters)))


def _spread(verdicts: Sequence[Verdict]) -> str:
    """Return the means over several ways to part the clusters into folds, with the standard deviations."""
    said = []
    for name in ("precision", "recall"):
        values = [getattr(verdict, name) for verdict in verdicts]
        said.append(f"{name} {np.mean(values):.4f} ± {np.std(values):.4f}")
    return "  ".join(said)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
