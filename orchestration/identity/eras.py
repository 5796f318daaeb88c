"""Clusters as they were while other decisions stood: the eras of identity.

Belongs here: at which times the standing decisions put ids into other clusters. Does not belong here: when a decision
stood (dbt_project), or how links become clusters (`clusters`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa

from orchestration.identity.clusters import Likeness, Link, canonical_ids, clusters_of

BEGINNING = datetime(1, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001
CLOCKS = ("published", "recorded")
TODAY = ""
"""The key of the era in which ids stand as they do today."""


KINDS_OF_TODAY = ("organization", "person")
"""What stands in every era as it does today: names and parties are resolved through it, before there are claims."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided on two ids, and from when until when that stood, by clock."""

    id_a: str
    id_b: str
    is_same: bool
    decided_at: datetime
    stood: Mapping[str, tuple[datetime, datetime]]

    def stands(self, clock: str, moment: datetime) -> bool:
        """Say whether it was known at a moment."""
        begin, end = self.stood[clock]
        return begin <= moment < end


Assignment = tuple[tuple[str, str], ...]
"""Ids with the canonical id of the cluster that each is in, in the order of the ids."""


@dataclass(frozen=True)
class _Span:
    begin: datetime
    end: datetime
    assignment: Assignment


@dataclass(frozen=True)
class Era:
    """A time, by clock, in which some ids stood in the same clusters; an empty time where it is none of that clock."""

    key: str
    family: str
    assignment: Assignment
    times: Mapping[str, tuple[datetime, datetime]]


def eras_of(
    links: Iterable[Link],
    likenesses: Iterable[Likeness],
    decisions: Iterable[Decision],
    ranks: Mapping[str, int],
    *,
    match_from: float,
) -> Iterator[Era]:
    """Yield the eras of all ids that decisions moved from one cluster to another; none where they moved nothing.

    `links` are those that say *same* and that no decision states. What the claims say of identity is that of today in
    every era. A family are the ids that were ever in one cluster with each other; each has eras of its own, which on
    one clock never overlap and leave no gap. The era with the key `TODAY` lasts for ever on both clocks.
    """
    decisions = list(decisions)
    if not decisions:
        return
    links, likenesses = list(links), list(likenesses)
    component = _components(links, likenesses, decisions, match_from)
    links_of: dict[str, list[Link]] = defaultdict(list)
    likenesses_of: dict[str, list[Likeness]] = defaultdict(list)
    decisions_of: dict[str, list[Decision]] = defaultdict(list)
    for link in links:
        links_of[component[link.id_a]].append(link)
    for likeness in likenesses:
        if likeness.id_a in component and component[likeness.id_a] == component.get(likeness.id_b):
            likenesses_of[component[likeness.id_a]].append(likeness)
    for decision in decisions:
        # what would never be one needs nobody to keep it apart
        if decision.id_a in component and component[decision.id_a] == component.get(decision.id_b):
            decisions_of[component[decision.id_a]].append(decision)
    for root in sorted(decisions_of):
        timelines = {
            clock: _timeline(
                clock, links_of[root], likenesses_of[root], decisions_of[root], ranks, match_from=match_from
            )
            for clock in CLOCKS
        }
        for family in _families(timelines):
            yield from _eras_of_family(family, timelines)


def era_table(links: pa.Table, ranks: pa.Table, decisions: pa.Table, *, match_from: float) -> pa.Table:
    """Return kind, reported_id, canonical_id, era_key and the time of the era on both clocks.

    Takes of links kind, position, id_a, id_b, is_same, is_scored, score and rule (the decisions among them are those of
    today, and left out); of ranks kind, id, rank; of decisions kind, id_a, id_b, is_same, decided_at and the times.
    """
    stated: dict[str, list[Link]] = defaultdict(list)
    scored: dict[str, list[Likeness]] = defaultdict(list)
    decided: dict[str, list[Decision]] = defaultdict(list)
    rank_of: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(lambda: _UNDELIVERED))
    for row in decisions.to_pylist():
        if row["kind"] not in KINDS_OF_TODAY:
            decided[row["kind"]].append(_decision(row))
    for row in links.to_pylist() if decided else ():
        if row["is_scored"]:
            scored[row["kind"]].append(Likeness(id_a=row["id_a"], id_b=row["id_b"], score=row["score"]))
        elif row["rule"] != "decision":
            stated[row["kind"]].append(
                Link(position=row["position"], id_a=row["id_a"], id_b=row["id_b"], is_same=row["is_same"])
            )
    for row in ranks.to_pylist() if decided else ():
        rank_of[row["kind"]][row["id"]] = row["rank"]
    rows = [
        {
            "kind": kind,
            "reported_id": member,
            "canonical_id": canonical,
            "family_id": era.family,
            "era_key": era.key and f"{kind}/{era.family}/{era.key}",
            **{f"{clock}_from": era.times[clock][0] for clock in CLOCKS},
            **{f"{clock}_to": era.times[clock][1] for clock in CLOCKS},
        }
        for kind in sorted(decided)
        for era in eras_of(stated[kind], scored[kind], decided[kind], rank_of[kind], match_from=match_from)
        for member, canonical in era.assignment
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


_UNDELIVERED = 3
"""The rank of an id that nothing delivered, as in `int_entity_link`."""

_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("kind", "reported_id", "canonical_id", "family_id", "era_key")]
    + [(f"{clock}_{end}", pa.timestamp("us")) for clock in CLOCKS for end in ("from", "to")]
)


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(
        id_a=row["id_a"],
        id_b=row["id_b"],
        is_same=row["is_same"],
        decided_at=row["decided_at"],
        stood={clock: (row[f"{clock}_from"], row[f"{clock}_to"]) for clock in CLOCKS},
    )


def _components(
    links: Iterable[Link], likenesses: Iterable[Likeness], decisions: Iterable[Decision], match_from: float
) -> Mapping[str, str]:
    """Return ids with one id for all that can ever be in one cluster: each component is clustered by itself.

    Two clusters are joined by the mean of their likenesses, so never where not one of these reaches the threshold; a
    hair below it stands for what adding up loses.
    """
    pairs = [(link.id_a, link.id_b) for link in links if link.is_same]
    pairs += [(decision.id_a, decision.id_b) for decision in decisions if decision.is_same]
    pairs += [(alike.id_a, alike.id_b) for alike in likenesses if alike.score >= match_from - 1e-9]
    return clusters_of(
        Link(position=position, id_a=a, id_b=b, is_same=True) for position, (a, b) in enumerate(sorted(pairs))
    )


def _timeline(
    clock: str,
    links: Sequence[Link],
    likenesses: Sequence[Likeness],
    decisions: Sequence[Decision],
    ranks: Mapping[str, int],
    *,
    match_from: float,
) -> Sequence[_Span]:
    """Return the clusters of one component through time."""
    known: dict[tuple[tuple[str, str, bool], ...], Assignment] = {}
    moments = {moment for decision in decisions for moment in decision.stood[clock]}
    spans = []
    for begin, end in pairwise(sorted(moments | {BEGINNING, FOREVER})):
        obeyed = _obeyed([decision for decision in decisions if decision.stands(clock, begin)])
        key = tuple((decision.id_a, decision.id_b, decision.is_same) for decision in obeyed)
        if key not in known:
            known[key] = _clustered(links, likenesses, decisions, obeyed, ranks, match_from=match_from)
        spans.append(_Span(begin, end, known[key]))
    return _joined(spans)


def _obeyed(standing: Iterable[Decision]) -> Sequence[Decision]:
    """Return of each two ids the decision that counts, the strongest first: the later one; on one day, apart."""
    by_weight = sorted(standing, key=lambda decision: (decision.is_same, decision.id_a, decision.id_b))
    by_weight.sort(key=lambda decision: decision.decided_at, reverse=True)
    first: dict[tuple[str, str], Decision] = {}
    for decision in by_weight:
        first.setdefault((decision.id_a, decision.id_b), decision)
    return list(first.values())


def _clustered(
    links: Iterable[Link],
    likenesses: Iterable[Likeness],
    decisions: Iterable[Decision],
    obeyed: Sequence[Decision],
    ranks: Mapping[str, int],
    *,
    match_from: float,
) -> Assignment:
    # decisions come before every other link
    stated = [
        Link(position=place - len(obeyed), id_a=decision.id_a, id_b=decision.id_b, is_same=decision.is_same)
        for place, decision in enumerate(obeyed)
    ]
    roots = dict(clusters_of([*stated, *links], likenesses, match_from=match_from))
    # what no decision speaks of at the time stands alone
    for decision in decisions:
        roots.setdefault(decision.id_a, decision.id_a)
        roots.setdefault(decision.id_b, decision.id_b)
    return tuple(sorted(canonical_ids(roots, ranks)))


def _joined(spans: Iterable[_Span]) -> Sequence[_Span]:
    """Return the spans with neighbours that say the same as one."""
    joined: list[_Span] = []
    for span in spans:
        if joined and joined[-1].assignment == span.assignment:
            joined[-1] = _Span(joined[-1].begin, span.end, span.assignment)
        else:
            joined.append(span)
    return joined


def _families(timelines: Mapping[str, Sequence[_Span]]) -> Iterable[Collection[str]]:
    """Return the sets of ids that were ever in one cluster with each other and not always in the same."""
    spans = [span for timeline in timelines.values() for span in timeline]
    roots = clusters_of(
        Link(position=0, id_a=member, id_b=canonical, is_same=True)
        for span in spans
        for member, canonical in span.assignment
    )
    families: dict[str, set[str]] = defaultdict(set)
    for member, root in roots.items():
        families[root].add(member)
    return [
        family
        for _, family in sorted(families.items())
        if len({_within(family, span.assignment) for span in spans}) > 1
    ]


def _within(family: Collection[str], assignment: Assignment) -> Assignment:
    return tuple(pair for pair in assignment if pair[0] in family)


def _eras_of_family(family: Collection[str], timelines: Mapping[str, Sequence[_Span]]) -> Iterator[Era]:
    """Yield the eras of a family: the same clusters for the n-th time, from today back, are one on both clocks."""
    times: dict[tuple[Assignment, int], dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
    for clock, timeline in timelines.items():
        counted: Counter[Assignment] = Counter()
        spans = _joined(_Span(span.begin, span.end, _within(family, span.assignment)) for span in timeline)
        for span in reversed(spans):
            times[span.assignment, counted[span.assignment]][clock] = (span.begin, span.end)
            counted[span.assignment] += 1
    for (assignment, number), by_clock in sorted(times.items(), key=lambda item: item[0]):
        is_today = by_clock.get("recorded", (BEGINNING, BEGINNING))[1] == FOREVER
        yield Era(
            # of what it is, not of when it was received: the same claim has one id in every archive
            key=TODAY if is_today else f"{_digest(assignment)}-{number}",
            family=min(family),
            assignment=assignment,
            times={clock: by_clock.get(clock, (FOREVER, FOREVER)) for clock in CLOCKS},
        )


def _digest(assignment: Assignment) -> str:
    return hashlib.sha256(json.dumps(assignment).encode()).hexdigest()[:16]
