"""The files that are made from the contracts, so that none of them can drift."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from orchestration.contracts.dbt_files import dbt_files
from orchestration.contracts.json_schema import dossier_schema
from orchestration.contracts.reference import feed_reference
from orchestration.contracts.templates import templates


def generated_files() -> Mapping[str, str]:
    """Return every generated file under its path in the project."""
    return {
        "docs/feeds.md": feed_reference(),
        "raw/dossiers/dossier.schema.json": json.dumps(dossier_schema(), indent=2, ensure_ascii=False) + "\n",
        **dbt_files(),
        **{f"raw/{path}": text for path, text in templates().items()},
    }


def write_generated_files(root: Path) -> tuple[str, ...]:
    """Write the files that differ from what is below `root`; return their paths."""
    changed = []
    for name, text in generated_files().items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return tuple(changed)
