"""When Python looks for garbage: for cycles of objects that nothing else holds.

Belongs here: switching that off where many objects come to stay. Does not belong here: the objects.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting(is_wanted: bool) -> Iterator[None]:
    """Have Python look for garbage, or not, and go on as before."""
    before = gc.isenabled()
    (gc.enable if is_wanted else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if before else gc.disable)()


@contextmanager
def making_what_stays() -> Iterator[None]:
    """Look for no garbage while modules and definitions are made that stay to the end, and never again among these.

    Python looks with every 700 new objects, and now and then through all there are: the definitions of hundreds of
    tables are a million, and a sixth of the time in which the process of a run starts.
    """
    with collecting(False):
        yield
        gc.freeze()
