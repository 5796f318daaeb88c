"""From links and likenesses to clusters: decisions win, nothing chains, and no order matters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.identity.clusters import Likeness, Link, clusters_of, identity_table

IDS = "abcdefg"
PAIRS = st.sampled_from(list(itertools.combinations(IDS, 2)))


def link(position: int, ids: str, *, same: bool) -> Link:
    return Link(position=position, id_a=ids[0], id_b=ids[1], is_same=same)


def like(ids: str, score: float) -> Likeness:
    return Likeness(id_a=ids[0], id_b=ids[1], score=score)


def groups(roots: object) -> set[str]:
    assert isinstance(roots, dict)
    return {"".join(sorted(member for member, root in roots.items() if root == each)) for each in set(roots.values())}


def test_three_ids_that_are_all_alike_become_one() -> None:
    alike = [like("ab", 0.9), like("ac", 0.9), like("bc", 0.9)]
    assert groups(clusters_of([], alike, match_from=0.8)) == {"abc"}


def test_one_id_that_resembles_two_things_does_not_bridge_them() -> None:
    alike = [like("ab", 0.95), like("bc", 0.9), like("cd", 0.95)]
    assert groups(clusters_of([], alike, match_from=0.8)) == {"ab", "cd"}


def test_a_decision_cuts_what_is_alike_and_what_is_alike_to_it() -> None:
    alike = [like("ab", 0.99), like("ac", 0.99), like("bc", 0.99)]
    found = groups(clusters_of([link(1, "ac", same=False)], alike, match_from=0.8))
    assert found in ({"ab", "c"}, {"bc", "a"})


def test_a_decision_joins_what_is_not_alike_and_the_others_follow_the_mean() -> None:
    alike = [like("ac", 0.9), like("bc", 0.1)]
    assert groups(clusters_of([link(1, "ab", same=True)], alike, match_from=0.8)) == {"ab", "c"}


def test_the_stronger_of_two_contradicting_links_is_obeyed() -> None:
    stated = [link(1, "ab", same=True), link(2, "bc", same=True), link(3, "ac", same=False)]
    assert groups(clusters_of(stated)) == {"abc"}
    assert groups(clusters_of([link(0, "ac", same=False), *stated])) == {"ab", "c"}


@settings(deadline=None)
@given(
    stated=st.lists(st.tuples(PAIRS, st.booleans()), max_size=4, unique_by=lambda each: each[0]),
    scored=st.dictionaries(PAIRS, st.sampled_from([0.1, 0.5, 0.79, 0.8, 0.9, 1.0]), max_size=15),
    random=st.randoms(use_true_random=False),
)
def test_no_order_matters_and_what_was_decided_apart_stays_apart(
    stated: Sequence[tuple[tuple[str, str], bool]], scored: dict[tuple[str, str], float], random: object
) -> None:
    links = [Link(position=n, id_a=a, id_b=b, is_same=same) for n, ((a, b), same) in enumerate(stated)]
    alike = [Likeness(id_a=a, id_b=b, score=score) for (a, b), score in scored.items()]
    before = clusters_of(links, alike, match_from=0.8)
    random.shuffle(links)  # type: ignore[attr-defined]
    random.shuffle(alike)  # type: ignore[attr-defined]
    assert clusters_of(links, alike, match_from=0.8) == before
    decided = clusters_of(links)
    for a, b in itertools.combinations(decided, 2):
        if decided[a] == decided[b]:
            assert before[a] == before[b]
    for n, ((a, b), same) in enumerate(stated):
        earlier = clusters_of([each for each in links if each.position < n])
        if not same and (a not in earlier or earlier[a] != earlier.get(b)):
            assert before[a] != before[b]


def test_the_canonical_id_is_the_smallest_of_the_best_rank() -> None:
    rows = [
        {"kind": "agreement", "position": 1, "id_a": "b", "id_b": "c", "is_same": True, "is_scored": True,
         "score": 0.9, "rank_a": 1, "rank_b": 0},
        {"kind": "agreement", "position": 2, "id_a": "a", "id_b": "b", "is_same": True, "is_scored": False,
         "score": None, "rank_a": 1, "rank_b": 1},
        {"kind": "agreement", "position": 3, "id_a": "a", "id_b": "c", "is_same": True, "is_scored": True,
         "score": 0.8, "rank_a": 1, "rank_b": 0},
    ]  # fmt: skip
    table = identity_table(pa.Table.from_pylist(rows), match_from=0.8)
    assert {row["canonical_id"] for row in table.to_pylist()} == {"c"}
    assert identity_table(pa.Table.from_pylist(rows[::-1]), match_from=0.8).equals(table)
