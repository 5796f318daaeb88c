"""The Dagster code location: the module that `workspace.yaml` names.

Belongs here: handing Dagster the definitions. Does not belong here: any of them (`code_location`).
"""

from __future__ import annotations

import dagster as dg

from orchestration.garbage import making_what_stays


@dg.definitions
def defs() -> dg.Definitions:
    """Return what Dagster shows; imported and built when Dagster asks, not whenever somebody imports this module."""
    with making_what_stays():
        from orchestration.code_location import build_definitions

        return build_definitions()
