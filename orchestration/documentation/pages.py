"""Which pages are generated, and writing them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from orchestration.bi.datasets import dataset_files
from orchestration.contracts.generated import generated_files
from orchestration.documentation.bus_matrix import bus_matrix
from orchestration.documentation.data_dictionary import data_dictionary
from orchestration.documentation.published import described_table
from orchestration.publication.copying import PUBLICATIONS_COLUMNS, PUBLICATIONS_COMMENT
from orchestration.settings import PROJECT_ROOT

MANIFEST: Final = PROJECT_ROOT / "dbt_project" / "target" / "manifest.json"


def read_manifest(path: Path) -> Mapping[str, Any]:
    """Read the manifest that `dbt parse` wrote.

    Raises:
        FileNotFoundError: dbt has not parsed the project yet.
    """
    manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def generated_pages(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Return every generated file under its path in the project: from the manifest, and from the contracts."""
    publications = described_table(
        "publications",
        schema="evidence",
        subject="evidence",
        description=PUBLICATIONS_COMMENT,
        columns=PUBLICATIONS_COLUMNS,
    )
    return {
        "docs/data-dictionary.md": data_dictionary(manifest, beside=[publications]),
        "docs/bus-matrix.md": bus_matrix(manifest),
        **dataset_files(manifest),
        **generated_files(),
    }


def write_pages(pages: Mapping[str, str], *, root: Path) -> tuple[str, ...]:
    """Write the pages that differ from what is below `root`; return their paths."""
    changed = []
    for name, text in pages.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return tuple(changed)
