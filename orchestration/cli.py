"""The command line: what `make` calls, and what a person reads.

Belongs here: words for a terminal, and starting the real jobs. Does not belong here: any second way of doing what a
job does. Dagster takes seconds to import: only the commands that need it do.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import socket
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import duckdb

from orchestration.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from orchestration.automation.journal import Journal

INSTANCE_CONFIG = "dagster.yaml"
FIRST_QUERY = (
    "select occurred_edtf, event, title from mart_dyad_timeline where dyad_code = 'PAK-RUS' order by occurred_earliest"
)
MOST_ROWS = 1000
SILENT_AFTER = timedelta(minutes=10)
LISTED = 8
"""How many deliveries the summary names before it only counts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    settings = Settings.from_environment()
    out = _private_stdout()
    command: Callable[[Settings, argparse.Namespace, TextIO], int] = options.command
    return command(settings, options, out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entente", description="A warehouse of the relations between states.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(
        name: str, command: Callable[[Settings, argparse.Namespace, TextIO], int], words: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=command)
        return added

    warehouse = add("warehouse", _warehouse, "load what is new in raw/, build the star, test it, publish it")
    warehouse.add_argument("--reread", action="store_true", help="read every byte in raw/ again")
    add("dev", _dev, "run the Dagster UI and daemon on 127.0.0.1")
    add("look", _look, "run a second Dagster UI on 127.0.0.1 in which nothing can be changed")
    check = add("check", _check, "say what would become of a file, and load nothing")
    check.add_argument("file", type=Path)
    rejects = add("rejects", _rejects, "write the open rows of quarantine of a feed, to be corrected and dropped back")
    rejects.add_argument("feed")
    rejects.add_argument("--out", type=Path, help="the file to write; default: rejects/<feed>.csv in ENTENTE_HOME")
    confirm = add("confirm", _confirm, "let a held delivery in at the next refresh")
    confirm.add_argument("delivery")
    add("rebuild", _rebuild, "load the whole archive into an empty database, build and publish")
    erase = add("erase", _erase, "take the content of a file out of archive, warehouse and publications")
    erase.add_argument("file", help="the path that it had below raw/, or its sha256")
    erase.add_argument("--reason", required=True, help="why; it stays in the archive with the time")
    add("alerts", _alerts, "say what stands wrong, and since when; the exit code is 1 where something does")
    add("publications", _publications, "list what is and was published")
    rollback = add("rollback", _rollback, "let readers see the publication before the current one")
    rollback.add_argument("--to", metavar="PUBLICATION", help="go to this one instead, also forward")
    housekeeping = add("housekeeping", _housekeeping, "remove old runs and logs; never a fact")
    housekeeping.add_argument("--days", type=int, default=None, help="how much history stays")
    query = add("query", _query, "ask the published warehouse")
    query.add_argument("sql")
    add("docs", _docs, "write the generated pages anew")
    template = add("template", _template, "write an empty workbook of a feed, or of a dossier, to begin from")
    template.add_argument("feed")
    return parser


# Commands that run jobs


def _warehouse(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    return _refresh(settings, out, run_config={"ops": {"landing": {"config": {"reread": options.reread}}}})


def _rebuild(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:
    from orchestration.ingestion import rebuild
    from orchestration.writer import writer_lock

    _show_progress(out)
    with writer_lock(settings, "make rebuild"):
        rebuild(settings)
    forced = {"config": {"force": True}}
    return _refresh(settings, out, run_config={"ops": {"star": forced, "publication": forced}})


def _erase(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.ingestion import NothingToEraseError, erase
    from orchestration.publication.store import PublicationStore
    from orchestration.writer import writer_lock

    _show_progress(out)
    lying = settings.raw / options.file.removeprefix("raw/")
    if lying.is_file():
        return _failed(out, [f"{lying} is still there: remove it first, so that nobody takes it for loaded."])
    try:
        with writer_lock(settings, "make erase"):
            erased = erase(settings, options.file, reason=options.reason)
    except NothingToEraseError as error:
        return _failed(out, [str(error)])
    forced = {"config": {"force": True}}
    code = _refresh(settings, out, run_config={"ops": {"star": forced, "publication": forced}})
    if code != 0:
        return _failed(out, ["The archive no longer holds it, the publications do: run `make erase` again."])
    store = PublicationStore(settings.serving)
    with store.exclusively():
        gone = store.remove_all_but_current()
    contents = _counted(len(erased), "content")
    _say(out, f"Erased {contents}, and {_counted(len(gone), 'publication')} that held it. Backups are yours to mind.")
    return 0


def _refresh(settings: Settings, out: TextIO, *, run_config: dict[str, object]) -> int:
    """Run the job `refresh_warehouse` in this process, in Dagster's persistent history, and say what came of it."""
    started = time.monotonic()
    _show_progress(out)
    _say(out, f"Entente: {settings.raw} → {settings.serving / 'warehouse.duckdb'}")
    prepare_dagster_home(settings)
    warnings.filterwarnings("ignore", category=UserWarning, module="dagster")

    from orchestration.transformation.project import DbtError, prepare_manifest

    try:
        prepare_manifest()
    except DbtError as error:
        return _failed(out, [str(error)])

    import dagster as dg

    from orchestration.automation.jobs import REFRESH
    from orchestration.automation.journal import Journal
    from orchestration.automation.runs import fail_lost_runs
    from orchestration.definitions import load_definitions

    journal = Journal()
    definitions = load_definitions(resources={"settings": settings, "journal": journal})
    with dg.DagsterInstance.get() as instance:
        fail_lost_runs(settings, instance)
        result = definitions.resolve_job_def(REFRESH).execute_in_process(
            instance=instance,
            raise_on_error=False,
            # what a person should read comes from the project's own loggers
            run_config={**run_config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            # the label by which the UI knows whose job a run is of
            tags={
                "entente/reason": "command line",
                ".dagster/repository": "__repository__@orchestration.definitions",
            },
        )
    problems = [
        _words_of_failure(event) for event in result.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE
    ]
    _say(out, "")
    _summarise(settings, journal, out)
    if not result.success:
        return _failed(out, problems or ["The run ended early; its log is in the Dagster UI (`make dev`, Runs)."])
    _say(out, f"Done in {time.monotonic() - started:.0f} s.")
    return 0


def _words_of_failure(event: object) -> str:
    data = event.step_failure_data  # type: ignore[attr-defined]
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return str(error.message).strip() if error is not None else str(event)


def _dev(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:
    from orchestration.automation.services import run_together
    from orchestration.transformation.project import prepare_manifest

    port = os.environ.get("DAGSTER_PORT") or "3000"
    if not _is_free(port):
        return _failed(out, [f"Port {port} is taken. Choose another: DAGSTER_PORT={int(port) + 1} make dev"])
    _show_progress(out)
    prepare_dagster_home(settings)
    prepare_manifest()
    _say(out, f"The Dagster UI: http://127.0.0.1:{port}. New files in {settings.raw} are loaded as they come.")
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--workspace",
        "workspace.yaml",
    ]
    return run_together(command, cwd=PROJECT_ROOT)


def _look(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:  # noqa: RET503 - execv never returns
    from orchestration.transformation.project import prepare_manifest

    port = os.environ.get("DAGSTER_LOOK_PORT") or "3001"
    if not _is_free(port):
        return _failed(out, [f"Port {port} is taken. Choose another: DAGSTER_LOOK_PORT={int(port) + 1} make look"])
    prepare_dagster_home(settings)
    prepare_manifest()
    _say(out, f"The Dagster UI, to look only: http://127.0.0.1:{port}")
    os.chdir(PROJECT_ROOT)
    server = str(Path(sys.executable).with_name("dagster-webserver"))
    command = [server, "--read-only", "--host", "127.0.0.1", "--port", port, "--workspace", "workspace.yaml"]
    os.execv(server, command)  # noqa: S606


def _is_free(port: str) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", int(port)))
        except OSError:
            return False
    return True


def prepare_dagster_home(settings: Settings) -> None:
    """Make DAGSTER_HOME, so that nobody need know it; Dagster's configuration there follows the checkout's.

    Where the caller chose the folder and configured it, their configuration stays.
    """
    home = settings.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    ours, theirs = PROJECT_ROOT / INSTANCE_CONFIG, home / INSTANCE_CONFIG
    is_default = home == (settings.home / ".dagster_home").resolve()
    if not theirs.exists() or (is_default and theirs.read_bytes() != ours.read_bytes()):
        shutil.copyfile(ours, theirs)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    # the daily log is configured in a way that Dagster may still change: nothing to tell at every run
    words = "Handling yaml-defined logging configuration"
    warnings.filterwarnings("ignore", message=words)
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), f"ignore:{words}"]))
    # hundreds of planned tables and checks go into the history at once
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "2000")
    os.environ["ENTENTE_HOME"] = str(settings.home)
    os.environ["ENTENTE_RAW"] = str(settings.raw)


# Commands that need no Dagster


def _check(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.ingestion import check

    if not options.file.exists():
        return _failed(out, [f"There is no file {options.file}."])
    _say(out, check(settings, options.file.resolve()))
    return 0


def _confirm(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.ingestion import UnknownDeliveryError, confirm

    try:
        confirm(settings, options.delivery)
    except UnknownDeliveryError as error:
        return _failed(out, [f"{error}. `make warehouse` lists held deliveries."])
    _say(out, f"Delivery {options.delivery} is confirmed; the next refresh loads it: make warehouse")
    return 0


def _alerts(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:
    from orchestration.alerts.book import read
    from orchestration.alerts.kinds import Kind

    book = read(settings)
    now = datetime.now(UTC)
    for entry in book.standing:
        _say(out, f"{Kind[entry.kind].value}, since {entry.since:%Y-%m-%d %H:%M} UTC: {entry.words}")
        _say(out, f"    what to do: {entry.runbook}")
    is_watched = book.looked_at is not None and now - book.looked_at < SILENT_AFTER
    if not is_watched:
        when = f"since {book.looked_at:%Y-%m-%d %H:%M} UTC" if book.looked_at else "yet"
        _say(out, f"{Kind.SILENCE.value}: nobody looked {when}; `make dev` does.")
        _say(out, f"    what to do: {Kind.SILENCE.runbook}")
    if is_watched and not book.standing:
        _say(out, f"Nothing stands wrong; looked {book.looked_at:%Y-%m-%d %H:%M:%S} UTC.")
    return 0 if is_watched and not book.standing else 1


def _rejects(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.publication.quarantine import NotRepairableError, export
    from orchestration.publication.store import NoPublicationError

    target = options.out or settings.home / "rejects" / f"{options.feed}.csv"
    if target.resolve().is_relative_to(settings.raw.resolve()):
        return _failed(out, [f"{target} lies in raw/, where it would be loaded uncorrected: write it elsewhere."])
    try:
        exported = export(settings, options.feed, target)
    except NotRepairableError as error:
        return _failed(out, [str(error)])
    except NoPublicationError:
        return _failed(out, ["Nothing is published yet; `make warehouse` publishes."])
    except duckdb.BinderException:
        return _failed(out, ["What is published was made by an earlier version: run `make warehouse` first."])
    except FileExistsError:
        return _failed(out, [f"{target} exists already: move it away, or say OUT=<another file>."])
    if exported.row_count:
        _say(out, f"{_counted(exported.row_count, 'row')} in {target}. What is broken stands in _reason.")
        _say(
            out,
            f"Correct them, keep the column _rejected_row, and copy the file into {settings.raw / options.feed}/ "
            "under a new name. Rows that you do not correct now: delete them there; they stay open.",
        )
    else:
        _say(out, f"No row of {options.feed} waits for a correction.")
    if exported.elsewhere:
        _say(out, "Other rows of this feed are broken in dossiers, to be corrected and saved there:")
        for path in exported.elsewhere:
            _say(out, f"  {path}")
    return 0


def _publications(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:
    from orchestration.publication.store import PublicationStore

    store = PublicationStore(settings.serving)
    kept = {publication.publication_id for publication in store.on_disk()}
    current = store.current()
    if not kept:
        _say(out, "Nothing is published yet; `make warehouse` publishes.")
    for publication in store.history():
        state = (
            "current"
            if publication == current
            else f"withdrawn {publication.withdrawn_at:%Y-%m-%d %H:%M} UTC"
            if publication.withdrawn_at
            else "kept"
            if publication.publication_id in kept
            else "removed"
        )
        _say(
            out,
            f"{publication.publication_id}  {publication.published_at:%Y-%m-%d %H:%M:%S} UTC  "
            f"{publication.table_count:>4} tables  {publication.row_count:>12,} rows  {state}",
        )
    return 0


def _rollback(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.publication.publishing import rollback
    from orchestration.publication.store import NoPublicationError

    try:
        left, current = rollback(settings, to=options.to)
    except NoPublicationError as error:
        return _failed(out, [str(error)])
    _say(out, f"Readers now see {current.publication_id}, published {current.published_at:%Y-%m-%d %H:%M:%S} UTC.")
    _say(
        out,
        f"{left.publication_id} is withdrawn: it is not published again by itself, only when facts or models change.\n"
        f"To return to it: .venv/bin/entente rollback --to {left.publication_id}",
    )
    return 0


def _housekeeping(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    prepare_dagster_home(settings)
    import dagster as dg

    from orchestration.automation.housekeeping import tidy
    from orchestration.writer import writer_lock

    days = settings.keep_history_days if options.days is None else options.days
    if days < 1:
        return _failed(out, ["A day of history stays at the least: --days 1"])
    _show_progress(out)
    with writer_lock(settings, "entente housekeeping"), dg.DagsterInstance.get() as instance:
        removed = tidy(settings, instance, keep=timedelta(days=days), now=datetime.now(UTC))
    _say(out, removed.words)
    return 0


def _query(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.publication.store import NoPublicationError
    from orchestration.readers import connect

    if not options.sql.strip():
        return _failed(out, ['Say what: make query SQL="select …"'])
    try:
        connection = connect(serving=settings.serving)
    except NoPublicationError:
        return _failed(out, ["Nothing is published yet; `make warehouse` publishes."])
    with connection:
        try:
            relation = connection.sql(options.sql)
        except duckdb.Error as error:
            return _failed(out, [str(error)])
        if relation is None:
            return _failed(out, ["That is no question: the published warehouse is read only."])
        _show_relation(relation, out)
    return 0


def _show_relation(relation: duckdb.DuckDBPyRelation, out: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*relation.columns, box=box.MARKDOWN)
    rows = relation.fetchmany(MOST_ROWS)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # a file or a pipe has no width to fit
    Console(file=out, width=None if out.isatty() else 10_000, highlight=False, markup=False).print(table)
    _say(out, f"{_counted(len(rows), 'row')}{' (there may be more)' if len(rows) == MOST_ROWS else ''}")


def _template(settings: Settings, options: argparse.Namespace, out: TextIO) -> int:
    from orchestration.contracts import NATIVE
    from orchestration.contracts.template_workbooks import DOSSIERS, write_template_workbook

    if options.feed not in (*NATIVE, DOSSIERS):
        out.write(f"No feed of tables is called {options.feed}. Write one of {', '.join((*NATIVE, DOSSIERS))}.\n")
        return 1
    path = write_template_workbook(options.feed, settings.raw)
    out.write(f"{path}\nSave it under another name: a name that begins with _ is never read as data.\n")
    return 0


def _docs(settings: Settings, _: argparse.Namespace, out: TextIO) -> int:
    from orchestration.contracts.generated import write_generated_files
    from orchestration.documentation.pages import generated_pages, write_pages
    from orchestration.documentation.site import write_site
    from orchestration.transformation.project import read_manifest

    # dbt can only read its project once it knows the feeds
    changed = write_generated_files(PROJECT_ROOT)
    changed += write_pages(generated_pages(read_manifest()), root=PROJECT_ROOT)
    for name in changed:
        _say(out, f"written: {name}")
    if not changed:
        _say(out, "Every generated page is up to date.")
    site = write_site(settings)
    _say(out, f"The site of the data: {site}")
    return 0


# Words


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _summarise(settings: Settings, journal: Journal, out: TextIO) -> None:
    """Say what the run did, as far as it came."""
    if journal.ingested is not None:
        _summarise_ingestion(settings, journal, out)
    if journal.built is not None:
        outcome = journal.built.outcome
        if outcome is None:
            _say(out, "Tables        as they were: nothing they are made of has changed")
        else:
            failed = len(outcome.at_fault)
            words = f"{outcome.models_built} built, {outcome.tests_passed} tests passed"
            _say(out, f"Tables        {words}{f', {failed} failed' if failed else ''}")
        _summarise_publication(settings, journal, out)


def _summarise_ingestion(settings: Settings, journal: Journal, out: TextIO) -> None:
    from orchestration.ingestion.outcome import OutcomeStatus

    result = journal.ingested
    assert result is not None  # noqa: S101
    counts = ", ".join(f"{result.count(status)} {status.value}" for status in OutcomeStatus)
    _say(out, f"Deliveries    {len(result.deliveries)} found: {counts}")
    notable = [
        delivery
        for delivery in result.deliveries
        if delivery.status is not OutcomeStatus.UNCHANGED or delivery.standing in ("held", "refused")
    ]
    for delivery in notable[:LISTED]:
        where = f"raw/{delivery.paths[0]}" if delivery.paths else f"{delivery.feed}: {delivery.dataset_key}"
        more = f" and {len(delivery.paths) - 1} more" if len(delivery.paths) > 1 else ""
        state = delivery.standing if delivery.status is OutcomeStatus.UNCHANGED else delivery.status.value
        what = _counted(delivery.rows_accepted, "row") if delivery.status is OutcomeStatus.NEW else delivery.reason
        _say(out, f"              {state:<8} {where}{more}: {what}")
        if state == "held":
            _say(out, f"                       if it is meant: make confirm DELIVERY={delivery.delivery_id}")
    if len(notable) > LISTED:
        _say(out, f"              and {len(notable) - LISTED} more")
    for ignored in result.ignored[:LISTED]:
        _say(out, f"              ignored  raw/{ignored.path}: {ignored.reason}")
    for warning in result.warnings[:LISTED]:
        _say(out, f"              note     {warning}")
    _say(out, f"Claims        {_counted(result.rows_accepted, 'new row')} accepted{_claims_in_all(settings)}")
    quarantined = f"Quarantine    {_counted(result.rows_rejected, 'new row')}"
    if result.rows_rejected:
        broken = [path for delivery in notable if delivery.rows_rejected for path in delivery.paths[:1]]
        quarantined += "; why is in the report beside each file:"
        _say(out, quarantined)
        for path in broken[:LISTED]:
            _say(out, f"              {_report_of(settings, path)}")
        _say(out, '              and for all: make query SQL="from evidence.rejected_rows"')
    else:
        _say(out, quarantined)


def _claims_in_all(settings: Settings) -> str:
    from orchestration.publication.store import PublicationStore

    database = PublicationStore(settings.serving).database
    if not database.exists():
        return ""
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            row = connection.execute("select count(*) from evidence.claims").fetchone()
        except duckdb.CatalogException:
            return ""
    return f"; {row[0]:,} claims published in all" if row else ""


def _report_of(settings: Settings, path: str) -> str:
    folder = settings.raw / Path(path).parent
    candidates = [settings.raw / f"{path}.report.txt", folder / "_report.txt"]
    return str(next((candidate for candidate in candidates if candidate.exists()), settings.raw / path))


def _summarise_publication(settings: Settings, journal: Journal, out: TextIO) -> None:
    from orchestration.publication.publishing import reason_to_stay
    from orchestration.publication.store import PublicationStore

    store = PublicationStore(settings.serving)
    current = store.current()
    if current is None:
        _say(out, "Published     nothing yet")
        return
    words = f"{current.publication_id}: {current.table_count} tables, {current.row_count:,} rows"
    if journal.published is None or not journal.published.is_new:
        reason = reason_to_stay(settings, journal.built.build) if journal.built else None
        words += f"\n              as before: {reason or 'this run published nothing'}"
    _say(out, f"Published     {words}")
    _say(out, f"              {store.database}")
    site = store.serving / "current" / "site" / "index.html"
    if site.exists():
        _say(out, f"              {site} (open it in a browser)")
    if journal.copied is not None:
        state = "" if journal.copied.is_new else " already"
        _say(out, f"PostgreSQL    has it{state}, in schema {journal.copied.schema}")
    _say(out, "")
    _say(out, "Try:")
    _say(out, f'  make query SQL="{FIRST_QUERY}"')


def _failed(out: TextIO, problems: Sequence[str]) -> int:
    out.flush()
    for problem in problems:
        sys.stderr.write(f"{textwrap.indent(problem.strip(), '  ').strip()}\n")
    sys.stderr.flush()
    return 1


def _say(out: TextIO, words: str) -> None:
    out.write(f"{words}\n")
    out.flush()


def _private_stdout() -> TextIO:
    """Return the terminal itself: Dagster sends what a step writes to standard output to a file, with a delay."""
    try:
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding=sys.stdout.encoding or "utf-8", errors="replace")
    except (OSError, ValueError):  # there is none, or a test has replaced it
        return sys.stdout


class _ProgressHandler(logging.Handler):
    """Shows what the project says while it works, with the seconds since the start."""

    def __init__(self, out: TextIO):
        super().__init__(logging.INFO)
        self._out = out
        self._started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        _say(self._out, f"{time.monotonic() - self._started:5.1f} s  {record.getMessage()}")


def _show_progress(out: TextIO) -> None:
    logger = logging.getLogger("orchestration")
    if not any(isinstance(handler, _ProgressHandler) for handler in logger.handlers):
        logger.addHandler(_ProgressHandler(out))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    # what Dagster remarks is in its history; without any handler Python would print it
    logging.getLogger().addHandler(logging.NullHandler())


if __name__ == "__main__":
    sys.exit(main())
