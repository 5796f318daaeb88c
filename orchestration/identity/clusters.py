"""Fold links between ids into clusters.

Belongs here: the order-independent fold. Does not belong here: which two ids are linked and how strongly (dbt_project).
"""

from __future__ import annotations

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


def clusters_of(links: Iterable[Link]) -> Mapping[str, str]:
    """Return every linked id with one id that stands for its cluster (the smallest).

    The strongest link is obeyed first. One that says *apart* keeps the two clusters of its ids apart from then on; one
    that says *same* joins them. What contradicts stronger links has no effect.
    """
    forest = _Forest()
    for link in sorted(links):
        if link.is_same:
            forest.join(link.id_a, link.id_b)
        else:
            forest.keep_apart(link.id_a, link.id_b)
    return {member: forest.root(member) for member in forest.members}


def identity_table(links: pa.Table) -> pa.Table:
    """Return kind, reported_id, canonical_id of every id that is linked to another.

    Takes kind, position, id_a, id_b, is_same, rank_a, rank_b; an id has one rank, and the canonical id of a cluster is
    its smallest (rank, id).
    """
    by_kind: dict[str, list[Link]] = defaultdict(list)
    ranks: dict[tuple[str, str], int] = {}
    for row in links.to_pylist():
        by_kind[row["kind"]].append(
            Link(position=row["position"], id_a=row["id_a"], id_b=row["id_b"], is_same=row["is_same"])
        )
        ranks[row["kind"], row["id_a"]] = row["rank_a"]
        ranks[row["kind"], row["id_b"]] = row["rank_b"]
    rows = [
        {"kind": kind, "reported_id": member, "canonical_id": canonical}
        for kind, of_kind in sorted(by_kind.items())
        for member, canonical in _canonical(
            clusters_of(of_kind), {id_: rank for (k, id_), rank in ranks.items() if k == kind}
        )
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in _COLUMNS]))


_COLUMNS = ("kind", "reported_id", "canonical_id")


def _canonical(roots: Mapping[str, str], ranks: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield each id with the smallest (rank, id) of its cluster."""
    first: dict[str, str] = {}
    for member in sorted(roots, key=lambda member: (ranks[member], member)):
        yield member, first.setdefault(roots[member], member)


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

    def join(self, a: str, b: str) -> None:
        kept, gone = sorted((self.root(a), self.root(b)))
        if kept == gone or gone in self._apart[kept]:
            return
        self._parent[gone] = kept
        for other in self._apart.pop(gone, set()):
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
            self._apart[kept].add(other)
