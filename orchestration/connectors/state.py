"""What a connector remembers between runs: a small JSON file of its own.

Belongs here: reading it, and writing it whole or not at all. Does not belong here: what is loaded; the ledger knows
that. A state that is lost costs requests, never facts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orchestration.whole_files import write_whole


class State:
    """The file `connectors/<name>.json` of one installation."""

    def __init__(self, path: Path):
        self._path = path
        self._content = _read(path)

    def get(self, name: str) -> Any:
        """Return what was remembered under a name, or None."""
        return self._content.get(name)

    def put(self, name: str, value: Any) -> None:
        """Remember something JSON can hold, at once and durably; None forgets it."""
        if self._content.get(name) == value:
            return
        if value is None:
            del self._content[name]
        else:
            self._content[name] = value
        write_whole(self._path, json.dumps(self._content, indent=1, sort_keys=True))


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}
