"""What is installed is what is locked, by its hashes, listed, and under licences that combine with Apache-2.0."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib import metadata

import pytest

from orchestration.settings import PROJECT_ROOT

LOCK = tomllib.loads((PROJECT_ROOT / "uv.lock").read_text(encoding="utf-8"))
UV = PROJECT_ROOT / ".uv" / "bin" / "uv"

PERMISSIVE = {
    "0bsd",
    "apache 2.0",
    "artistic-1.0-perl",
    "apache license 2.0",
    "apache license, version 2.0",
    "apache software license",
    "apache-2.0",
    "bsd 3-clause",
    "bsd license",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc0-1.0",
    "cnri-python",
    "isc",
    "isc license (iscl)",
    "isc license",
    "mit",
    "mit license",
    "mit-0",
    "mit-cmu",
    "psf-2.0",
    "python software foundation license",
    "the unlicense (unlicense)",
    "unlicense",
    "zlib",
    "zope public license",
}
"""Licences, as packages write them, that ask no more of a work than Apache-2.0 does."""
WEAK_COPYLEFT = {
    "lgpl-2.1-only",
    "lgpl-2.1-or-later",
    "lgpl-3.0-only",
    "lgplv2+",
    "gnu lesser general public license v2 or later (lgplv2+)",
    "gnu lesser general public license v2 (lgplv2)",
    "gnu library or lesser general public license (lgpl)",
    "gnu lesser general public license v3 (lgplv3)",
    "mpl-2.0",
    "mozilla public license 2.0 (mpl 2.0)",
}
"""Licences that bind changes of the package itself: it is used as it is, installed beside, and never copied in."""
KNOWN = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "axe-playwright-python": "MIT",  # beside the locked ones once the browser tests were set up
    "protobuf": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl",
    "tqdm": "MPL-2.0",
    "uritemplate": "BSD-3-Clause",
}
"""Packages whose metadata say it in words of their own, or leave the choice: the licence that is taken."""
TOOLS = {"yamllint"}
"""Under the GPL, and run as commands by those who develop: nothing of them is imported, and nothing depends on them."""


OTHERS = [package for package in LOCK["package"] if "registry" in package["source"]]
"""All packages but this project; one may be there in several versions, for several versions of Python."""
LOCKED = {(package["name"], package["version"]) for package in OTHERS}


def installed() -> list[metadata.Distribution]:
    return [found for found in metadata.distributions() if normal(found.metadata["Name"]) != "entente"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_is_locked_with_its_hashes_and_from_the_index() -> None:
    assert [package["name"] for package in LOCK["package"] if package not in OTHERS] == ["entente"]
    for package in OTHERS:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_nothing_else_is_installed_than_what_is_locked() -> None:
    found = {(normal(package.metadata["Name"]), package.version) for package in installed()}
    assert found - LOCKED == set()


def licences(package: metadata.Distribution) -> set[str]:
    """Return what a package says about its licence: an SPDX expression, else classifiers, else a short text."""
    about = package.metadata
    expression = about.get("License-Expression")
    if expression:
        return {part.strip("() ").lower() for part in re.split(r"\s+(?:AND|OR|WITH)\s+", expression)} - {
            "llvm-exception"
        }
    classified = {
        entry.rsplit("::", 1)[-1].strip().lower()
        for entry in about.get_all("Classifier") or []
        if entry.startswith("License ::")
    } - {"osi approved"}
    text = (about.get("License") or "").strip().lower()
    return classified or ({text.splitlines()[0]} if text else set())


def test_every_licence_combines_with_apache_2() -> None:
    wrong = {}
    for package in installed():
        name = normal(package.metadata["Name"])
        said = {KNOWN[name].lower()} if name in KNOWN else licences(package)
        if name not in TOOLS and (not said or not said <= PERMISSIVE | WEAK_COPYLEFT):
            wrong[name] = said
    assert wrong == {}


def test_a_tool_under_another_licence_is_a_command_and_nothing_else() -> None:
    needed = {entry["name"] for package in OTHERS for entry in package.get("dependencies", [])}
    (project,) = [package for package in LOCK["package"] if package["name"] == "entente"]
    needed |= {entry["name"] for entry in project["dependencies"]}
    assert not TOOLS & needed
    sources = [*(PROJECT_ROOT / "orchestration").rglob("*.py"), *(PROJECT_ROOT / "tests").rglob("*.py")]
    for tool in TOOLS:
        assert not any(re.search(rf"^\s*(import|from) {tool}\b", path.read_text(), re.MULTILINE) for path in sources)


def test_the_list_of_licences_that_were_looked_up_is_not_longer_than_needed() -> None:
    stale = {
        name
        for package in installed()
        for name in [normal(package.metadata["Name"])]
        if name in KNOWN and licences(package) and licences(package) <= PERMISSIVE | WEAK_COPYLEFT
    }
    assert stale == set()


def test_the_bill_of_materials_lists_every_locked_package_with_its_hashes() -> None:
    if not UV.exists():
        pytest.skip("uv is not in .uv: run the tests with make")
    written = subprocess.run(
        ["make", "-s", "sbom", "SBOM=/dev/stdout"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    bill = json.loads(written.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    listed = {(part["name"], part["version"]): part for part in bill["components"]}
    assert listed.keys() == LOCKED
    for part in listed.values():
        assert part["purl"].startswith("pkg:pypi/")
        assert all(reference["hashes"] for reference in part["externalReferences"])


def test_an_audit_that_could_not_ask_says_so_and_fails() -> None:
    if not UV.exists():
        pytest.skip("uv is not in .uv: run the tests with make")
    asked = subprocess.run(
        ["make", "-s", "audit", "AUDIT_URL=http://127.0.0.1:9"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "UV_HTTP_RETRIES": "0"},
    )
    assert asked.returncode != 0
    assert "could not be asked" in asked.stderr
