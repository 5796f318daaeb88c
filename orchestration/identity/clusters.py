"""Fold links between ids into clusters.

Belongs here: the order-independent fold. Does not belong here: which two ids are linked and how strongly (dbt_project).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, order=True, kw_only=True)
class Link:
    """That two ids are the same, or are not; links are ordered by `position`, the strongest first."""

    position: int
    id_a: str
    id_b: str
    is_same: bool


@dataclass(frozen=True, order=True, kw_only=True)
class Likeness:
    """How likely two ids are the same, from 0 to 1."""

    id_a: str
    id_b: str
    score: float


def clusters_of(
    links: Iterable[Link], likenesses: Iterable[Likeness] = (), *, match_from: float = 1.0
) -> Mapping[str, str]:
    """Return every linked id with one id that stands for its cluster (the smallest).

    The strongest link is obeyed first. One that says *apart* keeps the two clusters of its ids apart from then on; one
    that says *same* joins them. What contradicts stronger links has no effect.

    Then the two clusters that are most alike are joined, again and again, as long as the mean likeness of their members
    reaches `match_from`: one id that resembles two things joins at most one of them, and never bridges them.
    """
    forest = _Forest()
    for link in sorted(links):
        if link.is_same:
            forest.join(link.id_a, link.id_b)
        else:
            forest.keep_apart(link.id_a, link.id_b)
    _join_alike(forest, sorted(likenesses), match_from)
    return {member: forest.root(member) for member in forest.members}


def identity_table(links: pa.Table, *, match_from: float = 1.0) -> pa.Table:
    """Return kind, reported_id, canonical_id of every id that is linked to another.

    Takes kind, position, id_a, id_b, is_same, is_scored, score, rank_a, rank_b; an id has one rank, and the canonical
    id of a cluster is its smallest (rank, id). What is scored is weighed with all else that resembles it; what is not,
    is obeyed.
    """
    stated: dict[str, list[Link]] = defaultdict(list)
    scored: dict[str, list[Likeness]] = defaultdict(list)
    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for row in links.to_pylist():
        kind, id_a, id_b = row["kind"], row["id_a"], row["id_b"]
        if row["is_scored"]:
            scored[kind].append(Likeness(id_a=id_a, id_b=id_b, score=row["score"]))
        else:
            stated[kind].append(Link(position=row["position"], id_a=id_a, id_b=id_b, is_same=row["is_same"]))
        ranks[kind] |= {id_a: row["rank_a"], id_b: row["rank_b"]}
    rows = [
        {"kind": kind, "reported_id": member, "canonical_id": canonical}
        for kind in sorted(ranks)
        for member, canonical in canonical_ids(
            clusters_of(stated[kind], scored[kind], match_from=match_from), ranks[kind]
        )
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in _COLUMNS]))


_COLUMNS = ("kind", "reported_id", "canonical_id")


def canonical_ids(roots: Mapping[str, str], ranks: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield each id with the smallest (rank, id) of its cluster."""
    first: dict[str, str] = {}
    for member in sorted(roots, key=lambda member: (ranks[member], member)):
        yield member, first.setdefault(roots[member], member)


def _join_alike(forest: _Forest, likenesses: Iterable[Likeness], match_from: float) -> None:
    """Join clusters by the mean likeness of their members (average linkage); a pair without a likeness counts as 0."""
    sizes: dict[str, int] = defaultdict(int)
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    likenesses = list(likenesses)
    for likeness in likenesses:
        forest.root(likeness.id_a)
        forest.root(likeness.id_b)
    for member in forest.members:
        sizes[forest.root(member)] += 1
    for likeness in likenesses:
        a, b = forest.root(likeness.id_a), forest.root(likeness.id_b)
        if a != b:
            sums[a][b] += likeness.score
            sums[b][a] += likeness.score

    def mean(a: str, b: str) -> float:
        return sums[a][b] / (sizes[a] * sizes[b])

    queue = [(-mean(a, b), a, b) for a in sums for b in sums[a] if a < b and mean(a, b) >= match_from]
    heapq.heapify(queue)
    while queue:
        negative, a, b = heapq.heappop(queue)
        # what was queued before one of both grew is out of date; the newer entry follows
        is_current = a in sums and b in sums[a] and mean(a, b) == -negative
        if not is_current or not forest.join(a, b):
            continue
        kept, gone = sorted((a, b))
        sizes[kept] += sizes.pop(gone)
        for other, likeness_sum in sums.pop(gone).items():
            del sums[other][gone]
            if other != kept:
                sums[kept][other] += likeness_sum
                sums[other][kept] = sums[kept][other]
        for other in sums[kept]:
            if mean(kept, other) >= match_from:
                first, second = sorted((kept, other))
                heapq.heappush(queue, (-mean(kept, other), first, second))


class _Forest:
    """Disjoint sets of ids, of which some must stay apart."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)

    @property
    def members(self) -> Iterable[str]:
        return sorted(self._parent)

    def root(self, member: str) -> str:
        root = self._parent.setdefault(member, member)
        while root != self._parent[root]:
            root = self._parent[root]
        while member != root:
            self._parent[member], member = root, self._parent[member]
        return root

    def keep_apart(self, a: str, b: str) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self._apart[a].add(b)
            self._apart[b].add(a)

    def join(self, a: str, b: str) -> bool:
        """Join the clusters of two ids and say whether that was allowed."""
        kept, gone = sorted((self.root(a), self.root(b)))
        if kept == gone or gone in self._apart[kept]:
            return kept == gone
        self._parent[gone] = kept
        for other in self._apart.pop(gone, set()):
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
            self._apart[kept].add(other)
        return True
