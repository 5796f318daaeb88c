"""Eras of identity: at every moment of either clock ids stand as the decisions known then say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orchestration.identity.clusters import Likeness, Link, canonical_ids, clusters_of
from orchestration.identity.eras import BEGINNING, CLOCKS, FOREVER, TODAY, Decision, Era, eras_of

MATCH_FROM = 0.77
IDS = ("a", "b", "c", "d", "e")
RANKS = {"a": 1, "b": 0, "c": 0, "d": 1, "e": 0}


def day(number: int) -> datetime:
    return datetime(2024, 1, 1) + timedelta(days=number)  # noqa: DTZ001 - the warehouse keeps UTC without a zone


def decision(
    id_a: str,
    id_b: str,
    *,
    same: bool,
    decided: int,
    received: int | None = None,
    taken_back: int | None = None,
) -> Decision:
    end = FOREVER if taken_back is None else day(taken_back)
    began = day(decided if received is None else received)
    return Decision(
        id_a=id_a,
        id_b=id_b,
        is_same=same,
        decided_at=day(decided),
        stood={"published": (day(decided), max(end, day(decided))), "recorded": (began, max(end, began))},
    )


def eras(
    decisions: Sequence[Decision], *, links: Sequence[Link] = (), likenesses: Sequence[Likeness] = ()
) -> Sequence[Era]:
    return list(eras_of(links, likenesses, decisions, RANKS, match_from=MATCH_FROM))


def standing(found: Sequence[Era], clock: str, moment: datetime) -> dict[str, str]:
    """Return what each id that was ever moved stands for at a moment."""
    now = [era for era in found if era.times[clock][0] <= moment < era.times[clock][1]]
    members = [pair for era in now for pair in era.assignment]
    assert len(members) == len(dict(members)), "an id stands for two things at once"
    return dict(members)


def clustered(
    decisions: Sequence[Decision], links: Sequence[Link], likenesses: Sequence[Likeness], clock: str, moment: datetime
) -> Mapping[str, str]:
    """Return what each id stands for by the decisions known at a moment, reckoned over all ids at once."""
    known = [one for one in decisions if one.stood[clock][0] <= moment < one.stood[clock][1]]
    best: dict[tuple[str, str], Decision] = {}
    for one in sorted(known, key=lambda one: (one.decided_at, not one.is_same)):
        best[one.id_a, one.id_b] = one
    ordered = sorted(best.values(), key=lambda one: (-one.decided_at.timestamp(), one.is_same, one.id_a, one.id_b))
    stated = [
        Link(position=place - len(ordered), id_a=one.id_a, id_b=one.id_b, is_same=one.is_same)
        for place, one in enumerate(ordered)
    ]
    roots = {member: member for member in IDS}
    roots |= clusters_of([*stated, *links], likenesses, match_from=MATCH_FROM)
    return dict(canonical_ids(roots, RANKS))


pairs = st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True).map(lambda pair: tuple(sorted(pair)))
days = st.integers(0, 6)
decided = st.builds(
    lambda pair, same, decided, received, taken_back: decision(
        *pair, same=same, decided=decided, received=received, taken_back=taken_back
    ),
    pairs, st.booleans(), days, days, st.none() | st.integers(7, 9),
)  # fmt: skip
linked = st.lists(pairs, max_size=2, unique=True).map(
    lambda chosen: [Link(position=n, id_a=a, id_b=b, is_same=True) for n, (a, b) in enumerate(chosen, start=1)]
)
alike = st.lists(
    st.tuples(pairs, st.sampled_from([0.3, 0.6, 0.77, 0.9])), max_size=5, unique_by=lambda one: one[0]
).map(lambda chosen: [Likeness(id_a=a, id_b=b, score=score) for (a, b), score in chosen])


@given(decisions=st.lists(decided, max_size=5), links=linked, likenesses=alike)
def test_ids_stand_at_every_moment_as_the_decisions_known_then_say(
    decisions: list[Decision], links: list[Link], likenesses: list[Likeness]
) -> None:
    found = eras(decisions, links=links, likenesses=likenesses)
    for clock in CLOCKS:
        always = clustered(decisions, links, likenesses, clock, day(100))
        for moment in (BEGINNING, *(day(number) for number in range(12))):
            expected = clustered(decisions, links, likenesses, clock, moment)
            assert dict(always) | standing(found, clock, moment) == expected, (clock, moment)


@given(decisions=st.lists(decided, max_size=5), links=linked, likenesses=alike, order=st.randoms(use_true_random=False))
def test_no_order_of_decisions_links_and_likenesses_changes_anything(
    decisions: list[Decision], links: list[Link], likenesses: list[Likeness], order: object
) -> None:
    before = eras(decisions, links=links, likenesses=likenesses)
    for inputs in (decisions, links, likenesses):
        order.shuffle(inputs)  # type: ignore[attr-defined]
    assert eras(decisions, links=links, likenesses=likenesses) == before


@given(decisions=st.lists(decided, max_size=5), links=linked, likenesses=alike)
def test_the_era_of_today_lasts_for_ever_on_both_clocks_and_every_family_has_one(
    decisions: list[Decision], links: list[Link], likenesses: list[Likeness]
) -> None:
    found = eras(decisions, links=links, likenesses=likenesses)
    families = {era.family for era in found}
    today = [era for era in found if era.key == TODAY]
    assert sorted(era.family for era in today) == sorted(families)
    assert all(era.times[clock][1] == FOREVER for era in today for clock in CLOCKS)


def test_a_decision_that_confirms_what_is_one_anyway_makes_no_era() -> None:
    link = Link(position=1, id_a="a", id_b="b", is_same=True)
    assert eras([decision("a", "b", same=True, decided=3)], links=[link]) == []
    assert eras([decision("c", "d", same=False, decided=3)]) == []
    assert eras([]) == []


def test_a_merge_and_its_cut_leave_untouched_what_they_do_not_speak_of() -> None:
    link = Link(position=1, id_a="c", id_b="e", is_same=True)
    found = eras([decision("a", "b", same=True, decided=2), decision("a", "b", same=False, decided=5)], links=[link])
    assert {era.assignment for era in found} == {(("a", "a"), ("b", "b")), (("a", "b"), ("b", "b"))}
    assert [standing(found, "published", day(number)).get("a") for number in (1, 2, 4, 5)] == ["a", "b", "b", "a"]


def test_of_two_decisions_of_one_moment_the_one_that_keeps_apart_counts() -> None:
    for order in (1, -1):
        both = [decision("a", "b", same=True, decided=2), decision("a", "b", same=False, decided=2)][::order]
        assert eras(both) == []
        earlier = decision("a", "b", same=True, decided=1)
        assert [standing(eras([earlier, *both]), "published", day(number))["a"] for number in (1, 2)] == ["b", "a"]


def test_a_decision_that_is_taken_back_leaves_the_ids_as_they_were() -> None:
    found = eras([decision("a", "b", same=True, decided=2, taken_back=7)])
    assert [standing(found, "recorded", day(number))["a"] for number in (1, 2, 6, 7)] == ["a", "b", "b", "a"]


def test_before_a_cut_the_ids_are_joined_by_what_resembles_them() -> None:
    found = eras(
        [decision("a", "b", same=False, decided=4, received=6)],
        likenesses=[Likeness(id_a="a", id_b="b", score=0.9)],
    )
    assert [standing(found, "published", day(number))["a"] for number in (3, 4)] == ["b", "a"]
    assert [standing(found, "recorded", day(number))["a"] for number in (5, 6)] == ["b", "a"]
