"""Write the site of a publication into its folder: what changed anew, the rest as links to the files before.

Belongs here: files, fingerprints, the environment of the templates. Does not belong here: what a page shows.

    site/index.html            where to begin
    site/dyads/PAK-RUS.html    two countries; countries/ and documents/ alike
    site/assets/               style and icon
    site/pages.json            the fingerprint of every page, for the next publication
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
import markupsafe

from orchestration.publication.store import DATABASE
from orchestration.readers import open_sandboxed
from orchestration.site import words
from orchestration.site.changes import compare
from orchestration.site.countries import country_pages
from orchestration.site.documents import document_pages
from orchestration.site.dyads import dyad_pages
from orchestration.site.page import Page
from orchestration.site.publications import publication_pages
from orchestration.site.reference import read_reference

FOLDER: Final = "site"
LIST: Final = "pages.json"
_HERE: Final = Path(__file__).resolve().parent
_ASSETS: Final = ("site.css", "icon.svg")
_BLANK: Final = re.compile(r"\n\s+")
_BATCH: Final = 500
"""How many dyads or documents are asked for at a time: their rows are held in memory together."""

FIRST: Final = "This is the first publication: there is none before to compare it with."
FORCED: Final = (
    "This publication was made anew on request (`rebuild`, `erase`), so it is not compared with the one before: what "
    "was erased must not come back as a change."
)


class SiteError(RuntimeError):
    """The site of a publication could not be written; the publication must not be shown."""


@dataclass(frozen=True, kw_only=True)
class WrittenSite:
    """What writing a site came to."""

    version: str
    page_count: int
    written: int
    """Pages that were rendered; the others are links to the same files of the publication before."""
    byte_count: int
    seconds: float


@cache
def site_version() -> str:
    """Return a hash of everything of this package that decides how a page looks or what it says."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _HERE.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".svg")):
        digest.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Site:
    """The site as publishing needs it: its version, and how to write it."""

    @property
    def version(self) -> str:
        """What decides how pages look: with another one, every page is written anew."""
        return site_version()

    def write(self, folder: Path, *, earlier: Path | None, is_forced: bool) -> WrittenSite:
        """Write the site of the publication in `folder`; see `write_site`."""
        return write_site(folder, earlier=earlier, is_forced=is_forced)


def write_site(folder: Path, *, earlier: Path | None, is_forced: bool = False) -> WrittenSite:
    """Write the site of the publication in `folder`, from its own database.

    `earlier` is the folder of the publication that readers see now: pages that are the same there are linked, and
    what differs is told. Where the publication is forced, nothing is taken from there.

    Raises:
        SiteError: a page could not be made; which one is said.
    """
    began = time.monotonic()
    earlier = None if is_forced else earlier
    why_not = FORCED if is_forced else FIRST
    site = folder / FOLDER
    site.mkdir()
    for name in ("assets", "countries", "documents", "dyads"):
        (site / name).mkdir()
    for name in _ASSETS:
        shutil.copyfile(_HERE / "assets" / name, site / "assets" / name)
    writer = _Writer(site, earlier / FOLDER if earlier else None)
    with open_sandboxed(folder / DATABASE, directories=[earlier] if earlier else []) as connection:
        reference = read_reference(connection)
        changes = compare(connection, reference, earlier=earlier, why_not=why_not)
        for page in publication_pages(connection, reference, changes):
            writer.write(page)
        for page in country_pages(connection, reference):
            writer.write(page)
        for batch in _batches(list(reference.dyads)):
            for page in dyad_pages(connection, reference, batch):
                writer.write(page)
        for batch in _batches(list(reference.documents)):
            for page in document_pages(connection, reference, batch):
                writer.write(page)
    (site / LIST).write_text(json.dumps({"version": site_version(), "pages": writer.pages}), encoding="utf-8")
    return WrittenSite(
        version=site_version(),
        page_count=len(writer.pages),
        written=writer.written,
        byte_count=writer.byte_count,
        seconds=round(time.monotonic() - began, 3),
    )


class _Writer:
    """Writes pages, or links the same file of the site before."""

    def __init__(self, site: Path, earlier: Path | None) -> None:
        self._site = site
        self._environment = _environment()
        self._earlier = earlier
        self._known = _pages_of(earlier) if earlier else {}
        self.pages: dict[str, str] = {}
        self.written = 0
        self.byte_count = 0

    def write(self, page: Page) -> None:
        path = self._site / page.path
        fingerprint = page.fingerprint
        if page.path in self.pages:
            raise SiteError(f"Two pages would be {page.path}.")
        self.pages[page.path] = fingerprint
        if self._earlier is not None and self._known.get(page.path) == fingerprint:
            _link(self._earlier / page.path, path)
        else:
            try:
                html = self._environment.get_template(page.template).render(
                    page.context, page=page, root="../" * page.path.count("/")
                )
            except (jinja2.TemplateError, TypeError, ValueError, KeyError) as error:
                raise SiteError(f"The page {page.path} could not be made: {error}") from error
            # a fifth of a page would be the indentation of its template
            path.write_text(_BLANK.sub("\n", html), encoding="utf-8")
            self.written += 1
        self.byte_count += path.stat().st_size


def _pages_of(site: Path) -> dict[str, str]:
    """Return the fingerprints of a site's pages; none where it has no site, or one of other templates."""
    try:
        known = json.loads((site / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return dict(known["pages"]) if known["version"] == site_version() else {}


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system cannot, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _batches(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), _BATCH):
        yield codes[start : start + _BATCH]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=50,
        bytecode_cache=_compiled_templates(),
    )
    # as it will stand in the page, since the policy holds the hash of it
    script = _BLANK.sub("\n", (_HERE / "assets" / "search.js").read_text(encoding="utf-8"))
    environment.globals |= {
        "certainties": words.CERTAINTIES,
        "counted": words.counted,
        "figure": words.figure_in_words,
        "spoken": words.spoken,
        # the one script stands in its page, whose policy holds its hash and allows no other
        "search_script": markupsafe.Markup(script),  # noqa: S704
        "search_script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    environment.filters["embedded_json"] = _embedded_json
    return environment


def _compiled_templates() -> jinja2.BytecodeCache | None:
    """Return where templates are kept compiled: beside their sources, as Python keeps modules, if that is possible."""
    folder = _HERE / "templates" / "__pycache__"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return jinja2.FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def _embedded_json(value: Any) -> markupsafe.Markup:
    """Return data for a script element: nothing in it can end the element."""
    return jinja2.utils.htmlsafe_json_dumps(value, ensure_ascii=False, separators=(",", ":"))
