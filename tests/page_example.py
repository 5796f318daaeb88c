"""Do what a page of the documentation says: write the files that it shows, and add the lines of its differences.

A file is a block of code below a line that holds only its path in backticks. A block `diff` below such a line, or
below another one of the same file, shows a place in a file and what is added there.
"""

from __future__ import annotations

import re
from pathlib import Path

_BLOCK = re.compile(
    r"(?:^`(?P<path>[\w./-]+)`\n\n)?^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL
)


def apply(page: Path, project: Path) -> list[str]:
    """Do it in the project, and return the paths of the files that were written or changed, in order."""
    done: list[str] = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        path, content = block["path"], block["content"]
        if block["language"] == "diff":
            target = project / (path or done[-1])
            target.write_text(_added(target.read_text(encoding="utf-8"), content), encoding="utf-8")
        elif path is not None:
            target = project / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        if path is not None:
            done.append(path)
    return done


def queries(page: Path) -> list[str]:
    """Return the questions in SQL that a page asks."""
    blocks = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [block["content"] for block in blocks if block["language"] == "sql" and block["path"] is None]


def _added(text: str, difference: str) -> str:
    lines = difference.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if not line.startswith("+"))
    after = "".join(line[1:] for line in lines)
    assert text.count(before) == 1, f"stands there {text.count(before)} times:\n{before}"
    return text.replace(before, after)
