"""The site of made publications: what stands on its pages, what is linked, what is left out, and what stops it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from orchestration.publication.publishing import publish, rollback, wait_for_afterwards
from orchestration.publication.store import PublicationStore
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.site import building
from orchestration.site.building import Site, SiteError, WrittenSite, write_site
from orchestration.site.page import file_name
from tests.made_star import HOSTILE_ADDRESS, MadeStar, islands
from tests.small_star import build

LATER = "2026-11-29 09:00:00"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication's folder with the site of two islands that disagree."""
    folder = tmp_path_factory.mktemp("publication")
    islands(folder / "warehouse.duckdb")
    write_site(folder, earlier=None)
    return folder


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def test_a_page_exists_where_there_are_facts_and_nowhere_else(first: Path) -> None:
    pages = {path.relative_to(first / "site").as_posix() for path in (first / "site").rglob("*.html")}
    assert pages == {
        "index.html", "reading.html", "quality.html", "changes.html", "documents/index.html",
        "documents/register.html", "documents/hostile.html",
        "countries/ISL.html", "countries/MLT.html", "countries/FJI.html",
        "dyads/ISL-MLT.html", "dyads/FJI-ISL.html", "dyads/FJI-MLT.html",
    }  # fmt: skip
    assert set(json.loads((first / "site" / "pages.json").read_text())["pages"]) == pages


def test_no_page_holds_anything_of_a_source_that_a_browser_would_run(first: Path) -> None:
    for path in (first / "site").rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert "<script>document" not in html
        assert "<img" not in html
        assert f'href="{HOSTILE_ADDRESS}' not in html
        assert "default-src 'none'" in html
        is_index = path == first / "site" / "index.html"
        assert ("script-src 'none'" in html) != is_index


def test_what_no_page_speaks_of_for_sure_is_marked_in_words(first: Path) -> None:
    text = text_of(first / "site" / "dyads" / "ISL-MLT.html")
    assert "1 concluded by inference only, 1 in force and 1 proposed as a possibility" in text
    assert "Says otherwise: occurred: 30 August 2024" in text
    assert "on a day not known, between 17 September 2024 and 19 September 2024" in text
    assert "It rose by more than 60 and at most 100 percentage points" in text
    assert "at least 9 million USD" in text, "a part of the goods is a lower bound"
    assert "the exporter reports nothing" in text


def test_a_page_that_says_the_same_is_the_same_file(first: Path, tmp_path: Path) -> None:
    islands(tmp_path / "warehouse.duckdb", publication_id="20261129T090000000Z-abcdef02", ferry="2024-10")
    written = write_site(tmp_path, earlier=first)
    same = {
        path.relative_to(tmp_path / "site").as_posix()
        for path in (tmp_path / "site").rglob("*.html")
        if path.samefile(first / "site" / path.relative_to(tmp_path / "site"))
    }
    assert "countries/FJI.html" in same
    assert "dyads/FJI-ISL.html" in same
    assert not {"dyads/ISL-MLT.html", "index.html", "changes.html", "quality.html"} & same
    assert written.written == written.page_count - len(same)
    assert "since October 2024" in text_of(tmp_path / "site" / "dyads" / "ISL-MLT.html")
    assert "occurred: September 2024, uncertain became October 2024" in text_of(tmp_path / "site" / "changes.html")


def test_other_templates_write_every_page_anew(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    islands(tmp_path / "warehouse.duckdb")
    monkeypatch.setattr(building, "site_version", lambda: "another")
    written = write_site(tmp_path, earlier=first)
    assert written.written == written.page_count


def test_what_is_made_anew_on_request_neither_links_nor_tells_what_is_gone(first: Path, tmp_path: Path) -> None:
    with MadeStar(tmp_path / "warehouse.duckdb") as star:
        star.publish("20261129T090000000Z-abcdef02", LATER)
    written = write_site(tmp_path, earlier=first, is_forced=True)
    assert written.written == written.page_count
    text = text_of(tmp_path / "site" / "changes.html")
    assert "made anew on request" in text
    assert "ferry" not in text


def test_a_publication_without_facts_has_a_site_that_says_so(tmp_path: Path) -> None:
    with MadeStar(tmp_path / "warehouse.duckdb") as star:
        star.publish("20261129T090000000Z-abcdef02", LATER)
    write_site(tmp_path, earlier=None)
    assert "Nothing is recorded yet." in text_of(tmp_path / "site" / "index.html")


def test_a_page_is_bounded_and_tells_how_to_get_the_rest(tmp_path: Path) -> None:
    with MadeStar(tmp_path / "warehouse.duckdb") as star:
        star.publish("20261129T090000000Z-abcdef02", LATER)
        star.country("ISL", "Iceland")
        star.country("MLT", "Malta")
        star.dyad("ISL", "Iceland", "MLT", "Malta")
        star.connection.execute(
            """
            insert into mart_dyad_timeline by name
            select 'ISL-MLT' as dyad_code, 'meeting' as fact_kind, 'm' || range as fact_id, 'meeting' as subject,
                'call' as event, 'A call' as title, 'm' || range as subject_id, 'asserted' as modality,
                1 as claim_count, false as has_conflict, 'curated' as evidence_class, '2024' as occurred_edtf,
                date '2024-01-01' as occurred_earliest, date '2024-12-31' as occurred_latest,
                false as occurred_is_approximate, false as occurred_is_uncertain
            from range(1000)
            """
        )
    write_site(tmp_path, earlier=None)
    page = tmp_path / "site" / "dyads" / "ISL-MLT.html"
    text = text_of(page)
    assert "900 more entries of 1,000, by SQL: from mart_dyad_timeline where dyad_code = 'ISL-MLT'" in text.replace(
        "&#39;", "'"
    )
    assert page.stat().st_size < 100_000


@pytest.mark.parametrize("name", ["x'y", "../../etc/passwd", "Ünïcode", "a" * 300, "CON con", "index"])
def test_any_id_makes_a_plain_file_name_of_its_own(name: str) -> None:
    made = file_name(name)
    assert re.fullmatch(r"[A-Za-z0-9-]{1,60}\.[0-9a-f]{8}", made)
    assert file_name("press-2024-09-overchuk") == "press-2024-09-overchuk"
    assert file_name("PAK-RUS") == "PAK-RUS"


class IslandSite(Site):
    """A site of the islands, whatever is published; counts how often it is written, and fails where it is told to."""

    def __init__(self, *, version: str = "1", fails: bool = False) -> None:
        self._version, self.fails, self.asked = version, fails, 0

    @property
    def version(self) -> str:
        return self._version

    def write(self, folder: Path, *, earlier: Path | None, is_forced: bool) -> WrittenSite:
        self.asked += 1
        assert earlier is None or (earlier / "site" / "index.html").exists()
        (folder / "site").mkdir()
        (folder / "site" / "index.html").write_text(f"{self._version} {is_forced}")
        if self.fails:
            raise SiteError("The page index.html could not be made.")
        return WrittenSite(version=self._version, page_count=1, written=1, byte_count=1, seconds=0.1)


def test_readers_stay_where_they_are_when_the_site_cannot_be_written(settings: Settings) -> None:
    build(settings, 1)
    site = IslandSite()
    before = publish(settings, run_id="a-run", site=site).publication
    build(settings, 2)
    site.fails = True
    with pytest.raises(SiteError):
        publish(settings, run_id="a-run", site=site)
    store = PublicationStore(settings.serving)
    assert store.current() == before
    assert store.on_disk() == (before,)
    site.fails = False
    assert publish(settings, run_id="a-run", site=site).is_new
    wait_for_afterwards()
    assert [path.name for path in store.folder.glob("*.tmp")] == [], "what the failure left behind is gone"


def test_the_site_is_a_protected_part_of_its_publication_and_goes_back_with_it(settings: Settings) -> None:
    current = settings.serving / "current" / "site" / "index.html"
    for number in (1, 2):
        build(settings, number)
        publish(settings, run_id="a-run", site=IslandSite(version=str(number)))
    assert current.read_text() == "2 False"
    assert not current.stat().st_mode & 0o222
    rollback(settings)
    assert current.read_text() == "1 False"


def test_other_templates_are_worth_a_publication_and_the_same_are_not(settings: Settings) -> None:
    build(settings, 1)
    assert publish(settings, run_id="a-run", site=IslandSite(version="1")).is_new
    assert not publish(settings, run_id="a-run", site=IslandSite(version="1")).is_new
    assert not publish(settings, run_id="a-run").is_new, "without a site there is nothing to be newer"
    assert publish(settings, run_id="a-run", site=IslandSite(version="2")).is_new
    rollback(settings)
    assert not publish(settings, run_id="a-run", site=IslandSite(version="2")).is_new, "what was taken back stays away"
    build(settings, 2)
    assert publish(settings, run_id="a-run", site=IslandSite(version="2")).is_new


def test_an_installation_may_do_without(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.has_site
    monkeypatch.setenv("ENTENTE_SITE", "no")
    assert not Settings.from_environment().has_site
    assert not replace(settings, has_site=False).has_site


def test_the_exposure_names_what_the_site_reads() -> None:
    models = PROJECT_ROOT / "dbt_project" / "models"
    tables = {path.stem for path in models.rglob("*.sql") if "functions" not in path.parts}
    read = {
        name
        for source in Path(building.__file__).parent.glob("*.py")
        for name in re.findall(r"(?:from|join) (?:evidence\.)?(\w+)", source.read_text(encoding="utf-8"))
    }
    exposures = yaml.safe_load((models / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    declared = next(one["depends_on"] for one in exposures if one["name"] == "site")
    assert {re.sub(r"ref\('(\w+)'\)", r"\1", one) for one in declared} == read & tables
