"""The site of a publication in a real browser, opened from the disk as its readers may."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import some_pages
from playwright.sync_api import Browser, Page

LINKS = "() => [...document.querySelectorAll('a[href], link[href]')].map((one) => one.getAttribute('href'))"
TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"
OPEN = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def watch(page: Page) -> list[str]:
    """Note what the page complains of and what it asks for elsewhere."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: None if request.url.startswith("file:") else problems.append(f"request: {request.url}"),
    )
    return problems


def test_every_page_opens_without_a_complaint_and_asks_nobody_else(site: Path, page: Page) -> None:
    problems = watch(page)
    for path in some_pages(site):
        page.goto(path.as_uri())
        assert page.locator("h1").count() == 1, path
        assert page.title().endswith(" · Entente"), path
        # the style is really there
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none", path
    assert problems == []


def test_every_link_leads_to_a_page_and_a_place_that_is_there(site: Path, page: Page) -> None:
    anchors: dict[Path, set[str]] = {}

    def places(path: Path) -> set[str]:
        if path not in anchors:
            anchors[path] = set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
        return anchors[path]

    checked = 0
    for path in some_pages(site):
        page.goto(path.as_uri())
        for href in page.evaluate(LINKS):
            parts = urlsplit(href)
            if parts.scheme:
                assert parts.scheme in ("http", "https"), (path, href)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path, href)
            assert not parts.fragment or parts.fragment in places(target), (path, href)
            checked += 1
    assert checked > 50


def test_no_page_is_wider_than_a_phone(site: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    for path in some_pages(site):
        page.goto(path.as_uri())
        page.evaluate(OPEN)
        assert page.evaluate(TOO_WIDE) <= 0, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(site: Path, browser: Browser, scheme: Any) -> None:
    # axe is put into the page, which its own policy would forbid
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 1000, "height": 900})
    page = context.new_page()
    for path in some_pages(site, each=3):
        page.goto(path.as_uri())
        page.evaluate(OPEN)
        found = Axe().run(page).response["violations"]
        told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]
        assert told == [], path
    context.close()


def test_text_is_all_there_without_javascript(made: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((made / "index.html").as_uri())
    assert page.locator("#search").is_hidden()
    page.get_by_role("link", name="Iceland and Malta").first.click()
    assert page.locator("h1").inner_text() == "Iceland and Malta"
    text = page.locator("main").inner_text()
    for words in (
        "Treaty on a ferry",
        "September 2024, uncertain",
        "about 12 million USD",
        "over 80 %",
        "Union of Islands",
    ):
        assert words in text
    page.locator("details.evidence summary").first.click()
    assert page.locator("details.evidence").first.locator("li").first.is_visible()
    context.close()


def test_charts_have_their_marks(made: Path, page: Page) -> None:
    page.goto((made / "dyads" / "ISL-MLT.html").as_uri())
    assert page.locator("svg.timeline .mark").count() == 7
    assert page.locator("svg.sides circle.exporter").count() == 10, "one year lacks the exporter's figure"
    assert page.locator("svg.sides rect.importer").count() == 12
    assert page.locator("svg.sides path.reconciled").count() == 12
    assert page.locator("svg.sides line.gap").count() == 10
    bounds = page.locator("svg.bounds")
    assert bounds.locator("rect.stretch").count() == 3, "under 20 %, over 80 %, at least 12 million"
    assert bounds.locator("circle.mark.about").count() == 1
    # marks are in sight: none is drawn outside its chart, and none has no size
    for mark in page.locator("svg .mark").all():
        box, chart = mark.bounding_box(), mark.locator("xpath=ancestor::*[local-name()='svg']").first.bounding_box()
        assert box is not None
        assert chart is not None
        assert box["width"] >= 4
        assert box["height"] >= 4
        assert chart["x"] - 6 <= box["x"] <= chart["x"] + chart["width"] + 6


def test_each_degree_of_certainty_looks_and_reads_differently(made: Path, page: Page) -> None:
    page.goto((made / "dyads" / "ISL-MLT.html").as_uri())
    looks = {}
    for modality, word in (("asserted", "stated"), ("inferred", "inferred"), ("hypothetical", "possible")):
        badge = page.locator(f"#agreements ~ article.{modality} .certainty.{modality}").first
        assert badge.inner_text() == word
        looks[modality] = badge.evaluate("(one) => getComputedStyle(one).borderStyle + getComputedStyle(one).color")
    assert len(set(looks.values())) == 3
    disagreeing = page.locator("article#agreement-ferry")
    assert "sources disagree" in disagreeing.inner_text()
    disagreeing.locator("summary").click()
    assert "Says otherwise: occurred: 30 August 2024" in disagreeing.inner_text()


def test_machine_coded_events_are_shown_on_request_only(made: Path, page: Page) -> None:
    page.goto((made / "dyads" / "ISL-MLT.html").as_uri())
    table = page.locator("details.coded table")
    assert not table.is_visible()
    page.locator("details.coded summary").click()
    assert table.is_visible()


def test_two_countries_are_found_by_keyboard_alone(made: Path, page: Page) -> None:
    problems = watch(page)
    page.goto((made / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search-for"
    page.keyboard.type("malt ice")
    assert page.locator("#search-results a").all_inner_texts() == ["Iceland and Malta"]
    assert page.locator("#search-status").inner_text() == "1 found."
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Iceland and Malta"
    page.keyboard.press("Escape")
    assert page.locator("#search-for").input_value() == ""
    page.keyboard.type("MLT")
    assert page.locator("#search-results a").first.inner_text() == "Malta"
    page.keyboard.press("Enter")
    page.wait_for_url("**/countries/MLT.html")
    page.go_back()
    page.locator("#search-for").fill("atlantis")
    assert page.locator("#search-status").inner_text() == "Nothing is recorded under these words."
    assert problems == []


def test_a_hostile_title_does_nothing(made: Path, page: Page) -> None:
    problems = watch(page)
    for path in some_pages(made):
        page.goto(path.as_uri())
        page.evaluate(OPEN)
        assert page.title() != "owned", path
        assert page.locator("img, iframe, object, embed, form").count() == 0, path
        assert page.locator("script").count() == (2 if path.name == "index.html" and path.parent == made else 0), path
        assert page.locator("[style], [onclick], [onerror], [onload]").count() == 0, path
    page.goto((made / "documents" / "hostile.html").as_uri())
    assert "<script>document.title='owned'</script>" in page.locator("h1").inner_text()
    assert "not a web address, so no link" in page.locator("main").inner_text()
    assert problems == []


def test_the_policy_of_a_page_stops_a_script_that_got_in(made: Path, page: Page) -> None:
    page_text = (made / "dyads" / "ISL-MLT.html").read_text(encoding="utf-8")
    hurt = made / "dyads" / "hurt.html"
    hurt.write_text(page_text.replace("</main>", "<script>document.title='owned'</script></main>"), encoding="utf-8")
    problems = watch(page)
    page.goto(hurt.as_uri())
    hurt.unlink()
    assert page.title() != "owned"
    assert any("Content Security Policy" in problem for problem in problems)


def test_what_changed_is_told(made: Path, page: Page) -> None:
    page.goto((made / "changes.html").as_uri())
    text = page.locator("main").inner_text()
    assert "Changed: 1" in text
    assert "occurred: 2024 became September 2024, uncertain" in text


def test_the_pictures_of_the_readme(request: pytest.FixtureRequest, browser: Browser, site: Path) -> None:
    """Not a test: draws the pictures where it is asked to, of the shipped dossier."""
    if not request.config.getoption("--screenshots"):
        pytest.skip("pictures are drawn with ARGS=--screenshots")
    if not (site / "dyads" / "PAK-RUS.html").exists():
        pytest.skip("the pictures are of the published site")
    folder = Path(__file__).resolve().parents[2] / "docs" / "images"
    folder.mkdir(exist_ok=True)
    for name, address, width, height, scheme in (
        ("site-relation.png", "dyads/PAK-RUS.html", 1000, 860, "light"),
        ("site-agreements.png", "dyads/PAK-RUS.html#agreements", 1000, 900, "light"),
        ("site-figures.png", "dyads/PAK-RUS.html#trade", 1000, 900, "light"),
        ("site-phone.png", "dyads/PAK-RUS.html#agreements", 390, 800, "dark"),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{address}")
        if "#agreements" in address:
            page.locator("#agreements ~ article details.evidence summary").first.click()
            page.evaluate("document.getElementById('agreements').scrollIntoView()")
        page.screenshot(path=str(folder / name))
        context.close()
