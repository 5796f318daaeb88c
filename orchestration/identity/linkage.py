"""Score how likely two agreements, recorded under two ids, are one.

Belongs here: comparing, scoring with the parameters of `agreement_linkage.json`. Does not belong here: which pairs are
compared (`blocks`) or become one agreement (`clusters`), what a claim is (dbt_project), or choosing parameters
(`benchmarks.linkage`).

A pair is compared in a few aspects. In each it has one level, each level has a weight (log odds), and their sum is the
score. This is the form of Fellegi and Sunter (1969) with weights that were fitted together, and with a prior for each
pair of sources: they overlap, and repeat themselves, to different degrees, and some of them less in some countries or
decades than in others.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from orchestration.identity.blocks import pairs_that_share_a_block, reading_of
from orchestration.identity.titles import Title, read_title

SOURCES = "sources"
"""The aspect that says which two sources a pair is of; its levels are those of the parameters, and `other`."""
OTHER_SOURCE = "other"
OVERLAP = "overlap"
"""The aspect that says what two agreements are about and of when, for each with its source: `desta:PER desta:1990s`."""
EVERY = "every"
"""What every agreement of a source is about."""
_WORD = re.compile(r"[a-z0-9]+")
PARAMETERS_FILE = Path(__file__).parent / "agreement_linkage.json"


@dataclass(frozen=True)
class Period:
    """When something happened: both bounds belong to it."""

    earliest: date
    latest: date

    @cached_property
    def is_day(self) -> bool:
        """Whether the day is known. A first of January is mostly a year that somebody made a date of."""
        return self.earliest == self.latest and (self.earliest.month, self.earliest.day) != (1, 1)

    @property
    def years(self) -> range:
        """The years that it touches."""
        return range(self.earliest.year, self.latest.year + 1)

    def might_be(self, other: Period) -> bool:
        """Whether both may be one moment, a first of January standing for its year."""
        a, b = self._widened(), other._widened()
        return a.earliest <= b.latest and b.earliest <= a.latest

    def _widened(self) -> Period:
        if self.is_day or self.earliest != self.latest:
            return self
        return Period(self.earliest, date(self.earliest.year, 12, 31))


@dataclass(frozen=True)
class Agreement:
    """What is claimed of an agreement under one id."""

    id: str
    titles: tuple[str, ...] = ()
    documents: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    signed: Period | None = None
    in_force: Period | None = None
    instrument: str | None = None
    place: str | None = None
    parents: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Parameters:
    """Weights by aspect and level, and the scores from which a pair is matched, or kept as a near miss."""

    version: str
    intercept: float
    weights: Mapping[str, Mapping[str, float]]
    known_sources: Sequence[str]
    source_pairs: Mapping[str, float]
    recurring_titles: Mapping[str, float]
    overlaps: Mapping[str, Mapping[str, float]]
    match_from: float
    near_miss_from: float
    kept_from: float
    word_weights: Mapping[str, float]
    unknown_word_weight: float
    code_weight: float
    common_words: Sequence[str]
    names: Mapping[str, str]
    least_blocking_weight: float
    largest_block: Mapping[str, int]

    def score(self, levels: Mapping[str, str]) -> float:
        """Return the probability that a pair with these levels is one agreement."""
        log_odds = self.intercept
        for aspect, level in levels.items():
            if aspect == SOURCES:
                log_odds += self.prior(level, recurs=levels.get("recurs") == "yes")
            elif aspect == OVERLAP:
                log_odds += self.overlap(level.split())
            else:
                log_odds += self.weights[aspect][level]
        return 1 / (1 + math.exp(-log_odds))

    def prior(self, sources: str, *, recurs: bool) -> float:
        """Return what two sources say before anything is compared; one that is not known counts as an average one."""
        recurring = sum(self.recurring_titles.get(source, 0.0) for source in set(sources.split())) if recurs else 0.0
        return self.source_pairs.get(sources, 0.0) + recurring

    def overlap(self, about: Iterable[str]) -> float:
        """Return what it says that a source overlaps more or less with others there; nothing of most sources."""
        return math.fsum(
            self.overlaps.get(source, {}).get(what, 0.0)
            for source, _, what in (each.partition(":") for each in sorted(about))
        )

    def source(self, documents: Iterable[str]) -> str:
        """Return the known source whose documents these all are, by the first word of their ids, or `other`."""
        first_words = {next(iter(_WORD.findall(document.lower())), "") for document in documents}
        found = first_words & set(self.known_sources)
        return min(found) if len(first_words) == 1 and found else OTHER_SOURCE

    def rarest(self, words: Iterable[str]) -> Sequence[str]:
        """Return the two rarest of those words that are rare enough to look for."""
        weighed = sorted((-self.weight([word]), word) for word in words)
        return [word for negative, word in weighed if -negative >= self.least_blocking_weight][:2]

    def verdict(self, score: float) -> str:
        """Return match, near_miss (a person should look), or unlikely."""
        if score >= self.match_from:
            return "match"
        return "near_miss" if score >= self.near_miss_from else "unlikely"

    def weight(self, words: Iterable[str]) -> float:
        """Return how much words say together: the rarer, the more."""
        return math.fsum(
            self.code_weight if word.startswith("=") else self.word_weights.get(word, self.unknown_word_weight)
            for word in sorted(words)
        )


@dataclass(frozen=True)
class ScoredPair:
    """Two ids, id_a the smaller, with the level in every aspect and the score."""

    id_a: str
    id_b: str
    levels: Mapping[str, str] = field(hash=False)
    score: float


@cache
def frozen_parameters() -> Parameters:
    """Return the parameters that this version of the warehouse decides by."""
    return parameters_from(json.loads(PARAMETERS_FILE.read_text(encoding="utf-8")))


def parameters_from(content: Mapping[str, object]) -> Parameters:
    """Return the parameters in the content of a file."""
    return Parameters(**{name: content[name] for name in Parameters.__dataclass_fields__})  # type: ignore[arg-type]


def scored_pairs(
    agreements: Iterable[Agreement],
    names: Mapping[str, str],
    parameters: Parameters,
    *,
    pairs: Iterable[tuple[str, str]] | None = None,
) -> Iterator[ScoredPair]:
    """Yield the candidate pairs whose score is worth keeping, in the order of their ids, or in that of `pairs`.

    `pairs` are the candidates, of the ids of agreements that are there, where they are known. Else all that share a
    block are.
    """
    bounds = _Bounds(parameters)
    for id_a, id_b, levels in _compared(agreements, names, parameters, is_worth_it=bounds.might_be_kept, pairs=pairs):
        score = parameters.score(levels)
        if score >= parameters.kept_from:
            yield ScoredPair(id_a, id_b, levels, score)


def compared_pairs(
    agreements: Iterable[Agreement], names: Mapping[str, str], parameters: Parameters
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield the candidate pairs with their levels, in the order of their ids; nothing depends on the order given."""
    return _compared(agreements, names, parameters, is_worth_it=lambda _, __: True)


def readings(
    agreements: Iterable[Agreement], names: Mapping[str, str], parameters: Parameters
) -> Iterator[dict[str, object]]:
    """Yield what the titles of each agreement mean and the blocks that it is in: rows of `blocks.SCHEMA`."""
    for agreement in agreements:
        yield _reading(_read(agreement, names, parameters), parameters)


def _compared(
    agreements: Iterable[Agreement],
    names: Mapping[str, str],
    parameters: Parameters,
    *,
    is_worth_it: Callable[[_Read, _Read], bool],
    pairs: Iterable[tuple[str, str]] | None = None,
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    # in order: neighbours in memory are asked one after the other
    in_order = sorted(agreements, key=lambda agreement: agreement.id)
    read = {agreement.id: _read(agreement, names, parameters) for agreement in in_order}
    crowd = _Crowd(read.values())
    if pairs is None:
        pairs = pairs_that_share_a_block((_reading(one, parameters) for one in read.values()), parameters.largest_block)
    for a, b in pairs:
        if is_worth_it(read[a], read[b]):
            yield a, b, compare(read[a], read[b], crowd, parameters)


@dataclass(frozen=True)
class _Read:
    """An agreement with what is asked of it again and again, in every pair."""

    agreement: Agreement
    titles: tuple[Title, ...]
    source: str
    """The known source of its documents, or `other`."""
    about: frozenset[str]
    overlap: float
    """What it says that its source overlaps more or less with others there."""

    @cached_property
    def meanings(self) -> frozenset[tuple[str, ...]]:
        return frozenset(title.meaning for title in self.titles)

    @cached_property
    def wordings(self) -> frozenset[tuple[str, ...]]:
        """The words of each title, sorted."""
        return frozenset(tuple(sorted(title.words)) for title in self.titles)

    @cached_property
    def has_meaning(self) -> bool:
        """Whether it has titles, and each of them says something."""
        return bool(self.titles) and all(self.meanings)

    @property
    def years(self) -> set[int]:
        return {year for period in (self.agreement.signed, self.agreement.in_force) if period for year in period.years}

    @cached_property
    def in_force(self) -> Period | None:
        """Since when it is in force; a year that only repeats that of the signature is not known."""
        is_repeated = self.agreement.in_force == self.agreement.signed
        return (
            None
            if self.agreement.in_force and is_repeated and not self.agreement.in_force.is_day
            else self.agreement.in_force
        )


def _read(agreement: Agreement, names: Mapping[str, str], parameters: Parameters) -> _Read:
    titles = tuple(dict.fromkeys(read_title(text, names) for text in sorted(agreement.titles)))
    source = parameters.source(agreement.documents)
    mentions = {code for title in titles for code in title.mentions}
    is_about = about(source, mentions, agreement.signed)
    return _Read(agreement, titles, source, is_about, parameters.overlap(is_about))


def _reading(one: _Read, parameters: Parameters) -> dict[str, object]:
    return reading_of(one.agreement.id, one.titles, one.agreement.parties, one.years, parameters.rarest)


_ROUNDING = 1e-6
"""Sums of the same weights in another order may differ by less than this."""


class _Bounds:
    """What a pair might score at the most, from what is soon compared: most pairs of a block are far below any use."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._weights = parameters.weights
        self._least = math.log(parameters.kept_from / (1 - parameters.kept_from)) - _ROUNDING
        most = {aspect: max(weights.values()) for aspect, weights in parameters.weights.items()}
        self._same_title = most["title"]
        self._other_title = max(parameters.weights["title"][level] for level in _OTHER_TITLES)
        self._number, self._parties = most["number"], most["parties"]
        self._mentions = most["mentions"]
        looked_at = ("title", "number", "mentions", "parties", "signed", "in_force", "instrument", "place", "document")
        self._rest = parameters.intercept + math.fsum(
            weight for aspect, weight in most.items() if aspect not in looked_at
        )
        self._priors: dict[tuple[str, str], float] = {}

    def might_be_kept(self, a: _Read, b: _Read) -> bool:
        """Return whether the score of a pair may be worth keeping; where it is not, it is not."""
        prior = self._priors.get((a.source, b.source))
        if prior is None:
            sources = " ".join(sorted((a.source, b.source)))
            prior = max(self._parameters.prior(sources, recurs=recurs) for recurs in (False, True))
            self._priors[a.source, b.source] = prior
        weights = self._weights
        parties = _set_level(a.agreement.parties, b.agreement.parties)
        signed = date_level(a.agreement.signed, b.agreement.signed)
        is_open = signed in _ONE_DATE and parties not in ("none", "unknown")
        most = (
            self._rest
            + a.overlap
            + b.overlap
            + prior
            + weights["signed"][signed]
            + weights["in_force"][date_level(a.in_force, b.in_force)]
            + (self._parties if is_open else weights["parties"][parties])
            + weights["instrument"][_text_level(a.agreement.instrument, b.agreement.instrument)]
            + weights["place"][_text_level(a.agreement.place, b.agreement.place)]
            + weights["document"][_document_level(a, b)]
        )
        if most + self._same_title + self._number + self._mentions < self._least:
            return False
        return most + self._title(a, b) + self._said_in_titles(a, b) >= self._least

    def _title(self, a: _Read, b: _Read) -> float:
        is_other = (
            a.has_meaning and b.has_meaning and a.meanings.isdisjoint(b.meanings) and a.wordings.isdisjoint(b.wordings)
        )
        return self._other_title if is_other else self._same_title

    def _said_in_titles(self, a: _Read, b: _Read) -> float:
        if len(a.titles) != 1 or len(b.titles) != 1:  # which two are compared is not known yet
            return self._number + self._mentions
        (one,), (other,) = a.titles, b.titles
        return (
            self._weights["number"][_number_level(one, other)]
            + self._weights["mentions"][_set_level(one.mentions, other.mentions)]
        )


def about(source: str, mentions: Iterable[str], signed: Period | None) -> frozenset[str]:
    """Return what an agreement of a source is about: the countries and organisations of its titles, its decade."""
    decade = [f"{signed.earliest.year // 10}0s"] if signed else []
    return frozenset(f"{source}:{what}" for what in (EVERY, *mentions, *decade))


class _Crowd:
    """How many agreements have one title: where two states conclude one after another, the same words recur."""

    def __init__(self, read: Iterable[_Read]) -> None:
        self._years: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._of_document: Counter[tuple[tuple[str, ...], int, str]] = Counter()
        for one in read:
            if one.agreement.signed is None:
                continue
            year = one.agreement.signed.earliest.year
            for meaning in one.meanings:
                self._years[meaning].add(year)
                for document in one.agreement.documents:
                    self._of_document[meaning, year, document] += 1

    def recurs(self, one: _Read, other: _Read) -> bool:
        """Whether agreements of other years have the title of one of both."""
        own = {each.agreement.signed.earliest.year for each in (one, other) if each.agreement.signed}
        return any(self._years.get(meaning, set()) - own for meaning in one.meanings | other.meanings)

    def is_repeated(self, one: _Read, other: _Read) -> bool:
        """Whether a document of one of both has another agreement of the same title and year."""
        return any(
            self._of_document[meaning, each.agreement.signed.earliest.year, document] > 1
            for each in (one, other)
            if each.agreement.signed
            for meaning in each.meanings
            for document in each.agreement.documents
        )


def compare(a: _Read, b: _Read, crowd: _Crowd, parameters: Parameters) -> Mapping[str, str]:
    """Return the level of a pair in every aspect."""
    title_a, title_b, title = max(
        ((x, y, _title_level(x, y, parameters)) for x in a.titles for y in b.titles),
        key=lambda compared: (-_TITLE_LEVELS.index(compared[2]), compared[0].words, compared[1].words),
        default=(None, None, "unknown"),
    )
    return {
        "title": title,
        "number": _number_level(title_a, title_b),
        "mentions": _set_level(
            title_a.mentions if title_a else frozenset(), title_b.mentions if title_b else frozenset()
        ),
        "parties": _parties_level(a, b, title_a, title_b, parameters),
        "signed": date_level(a.agreement.signed, b.agreement.signed),
        "in_force": date_level(a.in_force, b.in_force),
        "instrument": _text_level(a.agreement.instrument, b.agreement.instrument),
        "place": _text_level(a.agreement.place, b.agreement.place),
        "document": _document_level(a, b),
        "lineage": (
            "parent" if a.agreement.id in b.agreement.parents or b.agreement.id in a.agreement.parents else "none"
        ),
        "recurs": "yes" if crowd.recurs(a, b) else "no",
        "repeated": "yes" if crowd.is_repeated(a, b) else "no",
        SOURCES: " ".join(sorted((a.source, b.source))),
        OVERLAP: " ".join(sorted(itertools.chain(a.about, b.about))),
    }


_TITLE_LEVELS = (
    "same_text", "same_names", "same_words", "same_meaning",
    "alike_90", "alike_75", "alike_60", "alike_40", "unlike", "unknown",
)  # fmt: skip
_OTHER_TITLES = ("alike_90", "alike_75", "alike_60", "alike_40", "unlike")
"""Those of titles that share neither their meaning nor their words."""
_LEAST_ALIKE = (("alike_90", 0.9), ("alike_75", 0.75), ("alike_60", 0.6), ("alike_40", 0.4))


def _title_level(a: Title, b: Title, parameters: Parameters) -> str:
    if not a.meaning or not b.meaning:
        return "unknown"
    if a.words == b.words:
        return "same_text"
    if a.says_the_same(b, parameters.common_words):
        return "same_names"
    if sorted(a.words) == sorted(b.words):
        return "same_words"
    if a.meaning == b.meaning:
        return "same_meaning"
    words_a, words_b = set(a.meaning), set(b.meaning)
    alike = parameters.weight(words_a & words_b) / (parameters.weight(words_a | words_b) or 1)
    return next((level for level, least in _LEAST_ALIKE if alike >= least), "unlike")


def _number_level(a: Title | None, b: Title | None) -> str:
    if a is None or b is None:
        return "same"
    if a.numbers != b.numbers:
        return "other"
    return "same" if a.is_glued_to_year == b.is_glued_to_year else "glued_to_year"


def _set_level(a: frozenset[str], b: frozenset[str]) -> str:
    if not a or not b:
        return "unknown"
    if a == b:
        return "same"
    if a < b or b < a:
        return "part"
    return "some" if a & b else "none"


def _parties_level(a: _Read, b: _Read, title_a: Title | None, title_b: Title | None, parameters: Parameters) -> str:
    level = _set_level(a.agreement.parties, b.agreement.parties)
    if level in ("unknown", "none") or title_a is None or title_b is None:
        return level
    # two states conclude much with each other, and a register that gives two numbers means two: it takes more
    dates = date_level(a.agreement.signed, b.agreement.signed)
    if dates not in _ONE_DATE or a.agreement.documents & b.agreement.documents:
        return level
    is_one_subject = title_a.subject(parameters.common_words) == title_b.subject(parameters.common_words)
    return f"{'same' if level == 'same' else 'some'}_{'and_subject' if is_one_subject else 'other_subject'}"


_ONE_DATE = ("same_day", "same_period", "within")
"""How dates agree that may be one."""


def _document_level(a: _Read, b: _Read) -> str:
    return "other" if a.agreement.documents.isdisjoint(b.agreement.documents) else "same"


def _text_level(a: str | None, b: str | None) -> str:
    if a is None or b is None:
        return "unknown"
    return "same" if a == b else "other"


def date_level(a: Period | None, b: Period | None) -> str:
    """Return how two dates agree, within their precision."""
    if a is None or b is None:
        return "unknown" if a is None and b is None else "one_unknown"
    if a.is_day and b.is_day:
        return _day_level(a.earliest, b.earliest)
    if a.might_be(b):
        return "within" if a.is_day or b.is_day else "same_period"
    apart = min(abs(year - other) for year in (a.years[0], a.years[-1]) for other in (b.years[0], b.years[-1]))
    return "same_year" if apart == 0 else _years_apart(apart)


def _day_level(a: date, b: date) -> str:
    if a == b:
        return "same_day"
    if a.year != b.year:
        return _years_apart(abs(a.year - b.year))
    if (a.month, a.day) == (b.day, b.month):
        return "day_and_month_exchanged"
    return "same_month" if a.month == b.month else "same_year"


def _years_apart(years: int) -> str:
    return {1: "next_year", 2: "two_years"}.get(years, "far")


LEVELS: Mapping[str, Sequence[str]] = {
    "title": _TITLE_LEVELS,
    "number": ("same", "glued_to_year", "other"),
    "mentions": ("same", "part", "some", "none", "unknown"),
    "parties": (
        "same_and_subject", "same_other_subject", "some_and_subject", "some_other_subject", "same", "part", "some",
        "none", "unknown",
    ),
    "signed": (
        "same_day", "day_and_month_exchanged", "same_month", "same_year", "within", "same_period", "next_year",
        "two_years", "far", "one_unknown", "unknown",
    ),
    "in_force": (
        "same_day", "day_and_month_exchanged", "same_month", "same_year", "within", "same_period", "next_year",
        "two_years", "far", "one_unknown", "unknown",
    ),
    "instrument": ("same", "other", "unknown"),
    "place": ("same", "other", "unknown"),
    "document": ("same", "other"),
    "lineage": ("parent", "none"),
    "recurs": ("yes", "no"),
    "repeated": ("yes", "no"),
}  # fmt: skip
"""Every aspect with its levels, but for the sources and what they overlap in."""
