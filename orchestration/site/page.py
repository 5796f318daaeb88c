"""A page to be written, and the names that its files, anchors and questions have.

Belongs here: what every kind of page shares. Does not belong here: what any of them shows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.site.questions import Row


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page to be written: where, by which template, of what."""

    path: str
    template: str
    context: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        """What the page shows, as a hash: the same gives the same page."""
        text = json.dumps(self.context, default=_jsonable, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{self.template}\n{text}".encode()).hexdigest()


def _jsonable(value: object) -> object:
    return vars(value) if hasattr(value, "__dict__") else str(value)


def file_name(name: str) -> str:
    """Return a name for a file and an address; what is not plain gets a hash, so that no two share one.

    Case counts only as far as codes are all in capitals: file systems may ignore it.
    """
    if re.fullmatch(r"[a-z0-9-]{1,100}|[A-Z0-9-]{1,40}", name) and name != "index":
        return name
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", name)[:60].strip("-") or "x"
    return f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def anchor(kind: str, name: str) -> str:
    """Return the id of an item within its page."""
    return f"{kind}-{file_name(name).replace('.', '-')}"


def as_sql(text: str) -> str:
    """Return a text as SQL that a reader may copy; it is shown, never run here."""
    return "'" + text.replace("'", "''") + "'"


def left_out(rows: Sequence[Row], sql: str, value: str = "") -> dict[str, Any] | None:
    """Return how many rows a page leaves out, and the question that gives all of them, or None if it shows all.

    `{}` in the question stands for `value`, as SQL.
    """
    total = rows[0]["total"] if rows else 0
    if total <= len(rows):
        return None
    return {"count": total - len(rows), "total": total, "sql": sql.replace("{}", as_sql(value))}
