"""The Dagster code location: the module that `workspace.yaml` names.

Belongs here: having the definitions made, when somebody asks for them. Does not belong here: any of them
(`code_location`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import dagster as dg

from orchestration.garbage import making_what_stays


def load_definitions(*, resources: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Import and build all definitions; `resources` replace those of the environment."""
    with making_what_stays():
        from orchestration.code_location import build_definitions

        return build_definitions(resources=resources)


@cache
def made() -> dg.Definitions:
    """Return the definitions of this process and of those that are forked from it: made once."""
    return load_definitions()


@dg.definitions
def defs() -> dg.Definitions:
    """Return what Dagster shows; made when Dagster asks, not whenever somebody imports this module."""
    return made()
