"""The dashboard in a real Superset and a real browser: `make test-bi`, which sets ENTENTE_TEST_BI.

`ENTENTE_TEST_BI=new` builds a warehouse out of the project's own dossier and made-up trade of two islands; any other
value is the ENTENTE_HOME of a warehouse built so before, which is copied.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import duckdb
import pytest

from orchestration.bi.superset import DASHBOARD, USER, Superset, free_port
from orchestration.publication.publishing import publish
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.builds import begin_build, end_build, latest_build
from orchestration.writer import writer_lock
from tests.gdelt_files import export, row
from tests.trade_files import trade_of_two_islands

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOME = os.environ.get("ENTENTE_TEST_BI", "")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IMAGES = PROJECT_ROOT / "docs" / "images"
PASSWORD = "for-this-test-only"  # noqa: S105
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 180_000

pytestmark = pytest.mark.skipif(not HOME, reason="Superset is tested by `make test-bi`")

BROKEN = "organization,member,event,occurred,document_id\nExample Union,a | b,entered,2001-05,register\n"
CODED = export(
    *[
        row(number, event_code=code, event_date=day, source_url=f"https://example.org/{number}")
        for number, (code, day) in enumerate(
            [("042", "20240918"), ("057", "20240918"), ("036", "20240917"), ("040", "20240919"), ("061", "20240917")], 1
        )
    ]
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published warehouse in a folder of its own."""
    folder = tmp_path_factory.mktemp("bi")
    raw, home = folder / "raw", folder / "home"
    if HOME != "new":
        before = Path(HOME)
        shutil.copytree(before / "serving", home / "serving", symlinks=True)
        (home / "warehouse").mkdir()
        shutil.copyfile(before / "warehouse" / "warehouse.duckdb", home / "warehouse" / "warehouse.duckdb")
        return Settings(raw=raw, home=home, settle_seconds=0.0)
    shutil.copytree(PROJECT_ROOT / "raw", raw, ignore=shutil.ignore_patterns("*report.txt"))
    files = trade_of_two_islands() | {
        "gdelt_events/20240918143000.export.CSV": CODED,
        "memberships/broken.csv": BROKEN,
    }
    for name, content in files.items():
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text(content)
    variables = os.environ | {"ENTENTE_RAW": str(raw), "ENTENTE_HOME": str(home), "ENTENTE_SETTLE_SECONDS": "0"}
    subprocess.run([sys.executable, "-m", "orchestration.cli", "warehouse"], env=variables, check=True)
    return Settings(raw=raw, home=home, settle_seconds=0.0)


@pytest.fixture(scope="module")
def superset(built: Settings) -> Iterator[Superset]:
    one = Superset(built, free_port())
    assert one.set_up(password=PASSWORD) == PASSWORD
    command, variables = one.command()
    with (built.home / "superset.log").open("wb") as log:
        server = subprocess.Popen(command, env=dict(variables), cwd=one.home, stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(180):
            try:
                with urllib.request.urlopen(f"{one.url}/health", timeout=5) as answer:  # noqa: S310
                    assert answer.read() == b"OK"
                break
            except OSError:
                assert server.poll() is None, (built.home / "superset.log").read_text()[-2000:]
                time.sleep(1)
        yield one
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    """The hosts that were asked, and what the browser complained of."""
    return {"hosts": set(), "errors": set()}


@pytest.fixture(scope="module")
def page(superset: Superset, seen: dict[str, set[str]]) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1500, "height": 1100})
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: message.type == "error" and seen["errors"].add(message.text))
        # what the policy of the page blocks is announced, and gets no answer
        page.on("response", lambda response: seen["hosts"].add(urlsplit(response.url).netloc))
        page.goto(f"{superset.url}/login/", timeout=PATIENCE)
        page.fill("input[name=username], input[id=username]", USER)
        page.fill("input[type=password]", PASSWORD)
        page.click("button[type=submit], input[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        yield page
        browser.close()


def open_dashboard(page: Page, superset: Superset, dyad: str) -> None:
    chosen = (
        f"(NATIVE_FILTER-dyad:(__cache:(),extraFormData:(filters:!((col:dyad_code,op:IN,val:!({dyad})))),"
        f"filterState:(label:{dyad},validateStatus:!f,value:!({dyad})),id:NATIVE_FILTER-dyad,ownState:()))"
    )
    page.goto(f"{superset.url}{DASHBOARD}?native_filters={quote(chosen, safe='(),:!-_')}", timeout=PATIENCE)
    page.wait_for_selector(".dashboard-component-chart-holder")


def charts_of(page: Page, tab: str) -> dict[str, dict[str, Any]]:
    """Open a tab, wait until nothing loads, and return what each chart shows."""
    page.locator(".ant-tabs-tab", has_text=tab).first.click()
    page.wait_for_function(
        """() => {
            const shown = [...document.querySelectorAll('[data-test-chart-id]')].filter(one => one.offsetParent);
            return shown.length > 1 && !document.body.innerText.includes('Waiting on')
                && !document.querySelector('[data-test="loading-indicator"]');
        }"""
    )
    page.wait_for_timeout(2500)  # charts grow into their places
    found: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll('[data-test-chart-id]')].filter(one => one.offsetParent).map(one => ({
            name: (one.querySelector('.header-title') || one).innerText.split('\\n')[0],
            text: one.innerText,
            number: (one.querySelector('.header-line') || {}).innerText || '',
            rows: one.querySelectorAll('tbody tr').length,
            canvas: [...one.querySelectorAll('canvas')].some(canvas => {
                const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                const colours = new Set();
                for (let i = 0; i < data.length; i += 4 * 97)
                    if (data[i + 3] > 200) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
                return colours.size > 2;
            }),
        }))"""
    )
    return {one["name"]: one for one in found}


def assert_all_have_data(charts: dict[str, dict[str, Any]], names: set[str]) -> None:
    assert names <= set(charts)
    for name in names:
        text = charts[name]["text"]
        assert not re.search(r"No results were returned|Data error|Unexpected error|Error:", text), (name, text)
        assert charts[name]["canvas"] or charts[name]["rows"] or charts[name]["number"], (name, text)


RELATIONS = {
    "In force",
    "Signed",
    "Met",
    "Said",
    "In dispute",
    "Not asserted",
    "When: every date from its first to its last possible day",
    "What happened, by year",
    "Timeline",
    "Agreements and projects by stage",
    "The items of the pipeline",
    "Meetings by office",
    "Who was there",
    "Memberships of the two",
    "Positions taken",
}
FIGURES = {"Share settled in national currencies, per cent", "Figures with their bounds"}
TRADE = {
    "Trade with both sides, US dollars",
    "Both sides, goods by goods",
    "Balance as each country sees it",
    "What is claimed, and what statistics say",
}
QUALITY = {
    "Rows by feed",
    "What leads nowhere yet",
    "How current each source is",
    "In quarantine",
    "Documents and their licences",
}
CODED_CHARTS = {"Machine-coded events by day", "Machine-coded events"}


def test_every_chart_has_data_and_none_an_error(page: Page, superset: Superset, seen: dict[str, set[str]]) -> None:
    IMAGES.mkdir(exist_ok=True)
    open_dashboard(page, superset, "PAK-RUS")
    relations = charts_of(page, "Relations")
    assert set(relations) == RELATIONS
    assert_all_have_data(relations, RELATIONS)
    page.screenshot(path=IMAGES / "superset-relations.png", animations="disabled")
    assert_all_have_data(charts_of(page, "Trade and figures"), FIGURES)
    assert set(charts_of(page, "Data quality")) == QUALITY
    assert_all_have_data(charts_of(page, "Data quality"), QUALITY)
    assert_all_have_data(charts_of(page, "Machine-coded"), CODED_CHARTS)

    open_dashboard(page, superset, "ISL-MLT")
    trade = charts_of(page, "Trade and figures")
    assert set(trade) == TRADE | FIGURES
    assert_all_have_data(trade, TRADE)
    page.screenshot(path=IMAGES / "superset-trade.png", animations="disabled")

    assert seen["hosts"] == {urlsplit(superset.url).netloc}
    # the pixel that Superset's pages carry, kept in by the policy of the page
    assert {error for error in seen["errors"] if "scarf.sh" not in error} == set()


def test_a_publication_is_seen_without_a_restart(page: Page, superset: Superset, built: Settings) -> None:
    open_dashboard(page, superset, "PAK-RUS")
    before = int(charts_of(page, "Relations")["Said"]["number"])
    with writer_lock(built, "a test"), duckdb.connect(str(built.warehouse)) as connection:
        latest = latest_build(connection)
        build = begin_build(connection, run_id="one-more", inputs={"ledger": "one more statement"}, is_whole=True)
        connection.execute(
            """
            insert into main.fct_statement by name
            select * replace ('one-more' as statement_id)
            from main.fct_statement where statement_id = 'overchuk-supports-pakistan-in-brics-2024-09'
            """
        )
        end_build(connection, build, before=latest, failures=(), models_built=1, tests_passed=1)
    with writer_lock(built, "a test"):
        assert publish(built, run_id="one-more").publication is not None
    open_dashboard(page, superset, "PAK-RUS")
    after = int(charts_of(page, "Relations")["Said"]["number"])
    assert after == before + 1


def test_sql_lab_reads_no_files_and_writes_nothing(page: Page) -> None:
    token = page.evaluate("async () => (await (await fetch('/api/v1/security/csrf_token/')).json()).result")

    def ask(sql: str) -> dict[str, Any]:
        answer: dict[str, Any] = page.evaluate(
            """async ([sql, token]) => {
                const answer = await fetch('/api/v1/sqllab/execute/', {method: 'POST',
                    headers: {'Content-Type': 'application/json', 'X-CSRFToken': token},
                    body: JSON.stringify({database_id: 1, sql, runAsync: false, schema: 'main', tab: 'test',
                        client_id: Math.random().toString(36).slice(2, 12), queryLimit: 10})});
                return {status: answer.status, body: await answer.text()};
            }""",
            [sql, token],
        )
        return answer

    assert "PAK-RUS" in ask("select dyad_code from mart_dyad_timeline where dyad_code = 'PAK-RUS' limit 1")["body"]
    assert "disabled by configuration" in ask("select * from read_text('/etc/hostname')")["body"]
    assert ask("delete from mart_dyad_timeline")["status"] >= 400


def test_superset_listens_on_this_machine_only_and_keeps_its_secrets_to_itself(superset: Superset) -> None:
    command, _ = superset.command()
    assert command[command.index("--bind") + 1] == f"127.0.0.1:{superset.port}"
    for name in ("secret_key", "superset.db"):
        assert (superset.home.stat().st_mode & 0o077) == 0, name
    assert PASSWORD not in (superset.home / "setup.log").read_text()
