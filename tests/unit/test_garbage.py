"""Garbage is looked for again when definitions are made, and no longer among these."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from orchestration.garbage import collecting, making_what_stays


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_what_is_made_to_stay_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with making_what_stays():
        assert not gc.isenabled()
        made = [[number] for number in range(10_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)
    assert not any(one is made for one in gc.get_objects())


def test_what_cannot_be_made_leaves_python_as_it_was() -> None:
    before = gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), making_what_stays():
        1 / 0  # noqa: B018
    assert gc.isenabled()
    assert gc.get_freeze_count() == before


def test_garbage_is_looked_for_within_where_it_is_not_around() -> None:
    with collecting(False):
        with collecting(True):
            assert gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
