"""A browser, and the sites that are opened in it: one made of nasty rows, and the one that this installation published.

The browser is Debian's (`apt-get install chromium`), never a download of Playwright's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from orchestration.settings import Settings
from orchestration.site.building import write_site
from tests.made_star import islands

# before the environment of the caller is taken away from the tests
PUBLISHED = Settings.from_environment().serving / "current" / "site"

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the pictures of the README to docs/images/")


def _browser_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = os.environ.get("ENTENTE_BROWSER") or shutil.which(name)
        if path:
            return path
    pytest.exit("There is no browser: `apt-get install chromium`, or set ENTENTE_BROWSER to the path of one.", 1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_browser_path(), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of two islands that disagree, written after one that knew less."""
    folder = tmp_path_factory.mktemp("made")
    for name, ferry in (("before", "2024"), ("now", "2024-09?")):
        islands(folder / name / "warehouse.duckdb", ferry=ferry)
        write_site(folder / name, earlier=folder / "before" if name == "now" else None)
    return folder / "now" / "site"


@pytest.fixture(scope="session", params=["made", "published"])
def site(request: pytest.FixtureRequest, made: Path) -> Path:
    """Each of the sites."""
    if request.param == "made":
        return made
    if not (PUBLISHED / "index.html").exists():
        pytest.skip(f"nothing with a site is published in {PUBLISHED.parent.parent}: run `make warehouse` first")
    return PUBLISHED.resolve()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab that remembers in `problems` what went wrong in it, and lets nothing leave the machine."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    yield page
    context.close()


def some_pages(site: Path, *, each: int = 12) -> list[Path]:
    """Return every page of a small site; of a large one, the largest of each kind and the first ones."""
    found = []
    for folder in (site, site / "countries", site / "documents", site / "dyads"):
        pages = sorted(folder.glob("*.html"))
        largest = sorted(pages, key=lambda path: -path.stat().st_size)[: each // 2]
        found += list(dict.fromkeys([*largest, *pages]))[:each]
    return found
