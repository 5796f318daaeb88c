"""The site that documents the data: dbt's own, in one file that needs no server.

Belongs here: building it. Does not belong here: what it says (the YAML beside the models).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.project import DbtError, invoke_dbt, prepare_manifest
from orchestration.writer import writer_lock

SITE: Final = PROJECT_ROOT / "docs-site" / "index.html"


def write_site(settings: Settings, *, site: Path = SITE) -> Path:
    """Write the site and return its path; with the tables' sizes and types where a warehouse is built.

    Raises:
        DbtError: dbt could not generate it; the site stays as it was.
    """
    prepare_manifest()
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "target"
        if settings.warehouse.exists():
            with writer_lock(settings, "documenting the tables"):
                _generate(["docs", "generate", "--static"], home=settings.home, target=target)
        else:
            (Path(scratch) / "warehouse").mkdir()
            _generate(["docs", "generate", "--static", "--empty-catalog"], home=Path(scratch), target=target)
        site.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target / "static_index.html", site)
    return site


def _generate(arguments: list[str], *, home: Path, target: Path) -> None:
    result = invoke_dbt(arguments, home=home, target=target, is_parsed=True)
    if not result.success:
        raise DbtError(f"dbt could not generate its site: {result.exception}")
