"""What every test may ask for: a scratch installation, and the real files of others where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from orchestration.settings import PROJECT_ROOT, Settings

# In continuous integration the same examples every time; elsewhere new ones, since that is how new mistakes are found.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


LONGEST_FIRST = ("integration", "faults", "dbt")
"""Folders whose files take longest: two processes that begin with these end together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, in the order of files otherwise."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(PROJECT_ROOT / "tests").parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(autouse=True, scope="session")
def _no_environment_of_the_caller() -> None:
    """Tests say where things live; what the caller's shell says must not reach them."""
    foreign = (
        "ENTENTE_HOME",
        "ENTENTE_RAW",
        "ENTENTE_POSTGRES",
        "ENTENTE_ALERT",
        "ENTENTE_KEEP",
        "DAGSTER_",
        "DBT_",
        "PG",
    )
    for name in [name for name in os.environ if name.startswith(foreign)]:
        del os.environ[name]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, with an empty `raw/`; files count as settled at once."""
    raw = tmp_path / "raw"
    raw.mkdir()
    return Settings(raw=raw, home=tmp_path / "home", settle_seconds=0.0)


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real files that others published; skips the test where it is absent."""
    folder = Path(os.environ.get("ENTENTE_REALDATA") or PROJECT_ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real files of others are not at {folder} (set ENTENTE_REALDATA)")
    return folder
