"""Do what a page of the documentation says: write the files that it shows, and add the lines of its differences.

A file is a block of code below a line that holds only its path in backticks. A block `diff` below such a line, or
below another one of the same file, shows a place in a file and what is added there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orchestration.settings import PROJECT_ROOT

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


def scratch_copy(target: Path) -> Path:
    """Copy what a warehouse is built with, without data; the environment of this one is used."""
    left_out = shutil.ignore_patterns("__pycache__", "target", "logs", "*.report.txt", ".user.yml")
    for name in ("orchestration", "dbt_project", "raw", "docs"):
        shutil.copytree(PROJECT_ROOT / name, target / name, ignore=left_out)
    for name in ("pyproject.toml", "dagster.yaml", "workspace.yaml", "README.md"):
        shutil.copy(PROJECT_ROOT / name, target)
    for folder in (target / "raw").iterdir():
        for file in folder.iterdir() if folder.is_dir() else ():
            file.unlink()
    return target


def run(project: Path, *arguments: str) -> str:
    """Run a module of the copy, and return what it says."""
    paths = {"ENTENTE_RAW": str(project / "raw"), "ENTENTE_HOME": str(project), "ENTENTE_SETTLE_SECONDS": "0"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env=os.environ | paths | {"PYTHONPATH": str(project), "DO_NOT_TRACK": "1", "DAGSTER_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def main() -> None:
    """Follow a page from a copy of the project to a published warehouse, and ask what it asks."""
    page = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="entente-example-") as folder:
        project = scratch_copy(Path(folder) / "project")
        done = apply(page, project)
        sys.stdout.write(run(project, "orchestration.contracts"))
        for path in done:
            if path.startswith("raw/"):
                sys.stdout.write(run(project, "orchestration.cli", "check", path))
        sys.stdout.write(run(project, "orchestration.cli", "warehouse"))
        for query in queries(page):
            sys.stdout.write(run(project, "orchestration.cli", "query", query))


if __name__ == "__main__":
    main()
