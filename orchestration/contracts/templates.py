"""An empty file per feed with its header, to begin a table from."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from orchestration.contracts import NATIVE, Contract

TEMPLATE_NAME = "_template.csv"
"""Files whose name begins with `_` are never read as data."""


def template(contract: Contract) -> str:
    """Return the header line of a CSV file of the feed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(contract.columns_by_name)
    return text.getvalue()


def templates() -> Mapping[str, str]:
    """Return the template of every native feed under its path below `raw/`."""
    return {f"{feed}/{TEMPLATE_NAME}": template(contract) for feed, contract in NATIVE.items()}
