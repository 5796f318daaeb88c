"""The dbt project: where it is, its fingerprint, a manifest that is never older than its files, and calls of dbt.

Belongs here: parsing, and running a dbt command in this process. Does not belong here: what a build's results mean.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock

from orchestration.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
TARGET = DBT_PROJECT / "target"
MANIFEST = TARGET / "manifest.json"
"""The manifest as JSON, for everybody else than dbt."""

PARSED = TARGET / "parsed.msgpack"
"""The manifest as dbt itself keeps it: the JSON lacks the arguments of tests and the columns of contracts."""

PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests", "analyses", "snapshots")
"""What below the project decides what dbt builds."""

IMPORTED = ("identity",)
"""The packages of ours that models in Python import."""

_logger = logging.getLogger(__name__)


class DbtError(RuntimeError):
    """dbt could not parse the project, or did not get as far as running anything; the message is dbt's own."""


def run_folder(settings: Settings) -> Path:
    """Return where dbt writes what belongs to one installation: compiled SQL, run results, logs."""
    return settings.warehouse.parent / "dbt"


def project_fingerprint(project: Path = DBT_PROJECT) -> str:
    """Return the sha256 over the names and contents of the project's files and the versions of what reads them."""
    digest = hashlib.sha256()
    for package in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(json.dumps([package, version(package)]).encode())
    for folder, parts in ((project, PARTS), (PROJECT_ROOT / "orchestration", IMPORTED)):
        for path in sorted(path for part in parts for path in _files(folder / part)):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(json.dumps([path.relative_to(folder).as_posix(), content]).encode())
    return digest.hexdigest()


def prepare_manifest(*, log: Callable[[str], None] = _logger.info) -> Path:
    """Return the path of the manifest of the project as it is now, parsing where there is none or it is stale.

    Safe to call from several processes at once: they wait for the one that parses, and none reads half a manifest.

    Raises:
        DbtError: the project does not parse.
    """
    fingerprint = project_fingerprint()
    if _parsed_fingerprint() == fingerprint:
        return MANIFEST
    TARGET.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(TARGET / ".parse.lock"):
        if _parsed_fingerprint() == fingerprint:
            return MANIFEST
        log("Reading the models: they changed, or this is the first time.")
        parsing = TARGET / "parsing"
        result = invoke_dbt(["parse"], home=PROJECT_ROOT, target=parsing)
        if not result.success:
            raise DbtError(f"The dbt project in {DBT_PROJECT} does not parse:\n{result.exception}")
        _replace(parsing / "partial_parse.msgpack", PARSED)
        _replace(parsing / "manifest.json", MANIFEST)
        stamp = parsing / "fingerprint.txt"
        stamp.write_text(fingerprint, encoding="utf-8")
        _replace(stamp, TARGET / stamp.name)
    return MANIFEST


def read_manifest() -> Mapping[str, Any]:
    """Return the manifest as JSON, prepared where needed."""
    manifest: Mapping[str, Any] = json.loads(prepare_manifest().read_text(encoding="utf-8"))
    return manifest


def invoke_dbt(
    arguments: Sequence[str],
    *,
    home: Path,
    target: Path,
    is_parsed: bool = False,
    on_event: Callable[[EventMsg], None] | None = None,
) -> dbtRunnerResult:
    """Run one dbt command in this process, silently, and let go of the database after it.

    After `prepare_manifest`, with `is_parsed`, dbt does not parse again. The caller's `DBT_*` variables and
    working folder do not matter.
    """
    # dbt takes seconds to import: only who runs it pays
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    parsed = None
    if is_parsed:
        parsed = Manifest.from_msgpack(PARSED.read_bytes(), decoder=extended_mashumuro_decoder)
        parsed.build_flat_graph()  # type: ignore[no-untyped-call]
    options = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--profile": "entente",
        "--target": "local",
        "--target-path": target,
        "--log-path": target / "logs",
        "--log-level": "none",
        "--log-level-file": "info",
    }
    command = [*arguments, *(str(part) for option in options.items() for part in option)]
    with _environment_of_dbt(home):
        try:
            result = dbtRunner(manifest=parsed, callbacks=[on_event] if on_event else []).invoke(command)
        finally:
            # dbt keeps the database open after a run in process, and with it the lock on the file
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None and not isinstance(result.exception, Exception):
        # somebody interrupted this process: that is no failure of dbt, and Dagster tries such a run again
        raise result.exception
    return result


@contextmanager
def _environment_of_dbt(home: Path) -> Iterator[None]:
    """Give dbt the folder of the installation, and none of the caller's `DBT_` variables."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        del os.environ[name]
    os.environ.update({"ENTENTE_HOME": str(home), "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (found for found in path.rglob("*") if found.is_file() and "__pycache__" not in found.parts)


def _parsed_fingerprint() -> str | None:
    try:
        stamp = (TARGET / "fingerprint.txt").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return stamp if MANIFEST.exists() and PARSED.exists() else None


def _replace(source: Path, destination: Path) -> None:
    """Copy beside the destination and rename: a reader sees the old file or the new one."""
    temporary = destination.with_name(f".{destination.name}.{os.getpid()}")
    shutil.copyfile(source, temporary)
    temporary.replace(destination)
