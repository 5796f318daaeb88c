"""Who answers for the assets.

Belongs here: owners as Dagster shows them. Does not belong here: people's names.
"""

from __future__ import annotations

OWNERS = ["team:entente"]
