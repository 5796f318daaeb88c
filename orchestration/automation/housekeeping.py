"""Remove what would grow for ever and no fact needs: old runs, their logs, days of logs, notes about files long gone.

Belongs here: what is removed, and what never; that what many deliveries left apart is put together. Does not belong
here: publications (the store keeps the last ones) and ticks (`dagster.yaml`). The archive is never touched, nor any
delivery, claim or quarantined row.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import Field

from orchestration import logs
from orchestration.automation.runs import POOL, writing
from orchestration.ingestion.database import transaction
from orchestration.ingestion.landing import ROWS
from orchestration.row_groups import leave_row_groups, merge_small_row_groups
from orchestration.settings import Settings

NAME = "housekeeping"
KEPT_BUILDS = 200
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What one housekeeping removed."""

    runs: int = 0
    checks: int = 0
    log_files: int = 0
    databases: int = 0
    notes: int = 0
    row_groups: int = 0
    """Small ones, which became fewer."""

    @property
    def words(self) -> str:
        """Return one line for a person."""
        return (
            f"Removed {self.runs:,} runs, {self.checks:,} results of checks, {self.log_files:,} days of logs, "
            f"{self.databases:,} databases that were moved aside, {self.notes:,} notes of files and builds; "
            f"merged {self.row_groups:,} small row groups."
        )


def tidy(settings: Settings, instance: dg.DagsterInstance, *, keep: timedelta, now: datetime) -> Removed:
    """Remove what is older than `keep`; the caller holds the lock on the writer.

    Of every job the last run and the last that succeeded stay, and so do the runs that made the assets as they are.
    """
    kept = _needed_runs(instance)
    return Removed(
        runs=_remove_runs(instance, kept=kept, before=now - keep),
        checks=_remove_results_of_checks(instance, kept=kept, before=now - keep),
        log_files=logs.remove_old(settings, today=now.date(), keep=keep),
        databases=_remove_databases_moved_aside(settings, before=now - keep),
        notes=_remove_notes(settings),
        row_groups=_merge_row_groups(settings),
    )


def _remove_runs(instance: dg.DagsterInstance, *, kept: set[str], before: datetime) -> int:
    old = instance.get_runs(filters=dg.RunsFilter(statuses=list(ENDED), created_before=before))
    doomed = [run.run_id for run in old if run.run_id not in kept]
    for run_id in doomed:
        _remove_run(instance, run_id)
    return len(doomed)


def _needed_runs(instance: dg.DagsterInstance) -> set[str]:
    jobs = {run.job_name for run in instance.get_runs(filters=dg.RunsFilter(statuses=list(ENDED)))}
    needed = {
        record.asset_entry.last_materialization_record.run_id
        for record in instance.get_asset_records()
        if record.asset_entry.last_materialization_record is not None
    }
    for job_name in jobs:
        for statuses in ([dg.DagsterRunStatus.SUCCESS], None):
            last = instance.get_runs(filters=dg.RunsFilter(job_name=job_name, statuses=statuses), limit=1)
            needed |= {run.run_id for run in last}
    return needed


def _remove_run(instance: dg.DagsterInstance, run_id: str) -> None:
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    # Dagster empties the database of a run's events and leaves the file
    for path in _shards(instance, run_id):
        path.unlink(missing_ok=True)


def _shards(instance: dg.DagsterInstance, run_id: str) -> Iterator[Path]:
    folder = Path(instance.root_directory) / "history" / "runs"
    for suffix in ("", "-wal", "-shm", "-journal"):
        yield folder / f"{run_id}.db{suffix}"


def _remove_results_of_checks(instance: dg.DagsterInstance, *, kept: set[str], before: datetime) -> int:
    """Remove old results of runs that are gone but the last of each check; Dagster itself keeps all for ever."""
    index = Path(instance.root_directory) / "history" / "runs" / "index.db"
    if not index.is_file():
        return 0  # another storage has its own ways
    with closing(sqlite3.connect(index, timeout=30.0)) as connection:
        try:
            with connection:
                gone = connection.execute(
                    """
                    delete from asset_check_executions
                    where create_timestamp < ? and run_id not in (select value from json_each(?))
                        and id not in (select max(id) from asset_check_executions group by asset_key, check_name)
                    """,
                    [before.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), json.dumps(sorted(kept))],
                ).rowcount
            connection.execute("vacuum")
        except sqlite3.OperationalError as error:
            # busy, or a version of Dagster that keeps them elsewhere: there is a next time
            _logger.info("Old results of checks stay for now: %s", error)
            return 0
    return gone


def _remove_databases_moved_aside(settings: Settings, *, before: datetime) -> int:
    gone = 0
    for path in settings.warehouse.parent.glob(f"{settings.warehouse.stem}.unreadable-*"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            path.unlink()
            gone += 1
    return gone


def _remove_notes(settings: Settings) -> int:
    """Remove what the ledger remembers of files that lie nowhere any more, and builds long superseded."""
    if not settings.warehouse.exists():
        return 0
    with duckdb.connect(str(settings.warehouse)) as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'ops'"
            ).fetchall()
        }
        gone = 0
        if "seen_files" in tables:
            lost = _not_lying(settings, connection.execute("select path from ops.seen_files").fetchall())
            connection.execute("delete from ops.seen_files where path in (select unnest($paths::varchar[]))", lost)
            gone += len(lost["paths"])
        if "seen_deliveries" in tables:
            lost = _not_lying(settings, connection.execute("select path from ops.seen_deliveries").fetchall())
            connection.execute("delete from ops.seen_deliveries where path in (select unnest($paths::varchar[]))", lost)
            gone += len(lost["paths"])
        if "builds" in tables:
            counted = connection.execute(
                "delete from ops.builds where number <= (select max(number) from ops.builds) - $kept",
                {"kept": KEPT_BUILDS},
            ).fetchone()
            gone += counted[0] if counted else 0
    return gone


def _merge_row_groups(settings: Settings) -> int:
    """Put together what deliveries left apart in landing and ledger; the daily build writes all other tables anew."""
    if not settings.warehouse.exists():
        return 0
    with duckdb.connect(str(settings.warehouse)) as connection:
        leave_row_groups(connection)
        tables = connection.execute(
            """
            select schema_name, table_name from duckdb_tables()
            where database_name = current_database() and schema_name in ('landing', $rows, 'ops')
            order by all
            """,
            {"rows": ROWS},
        ).fetchall()
        merged = 0
        for schema, table in tables:
            with transaction(connection):
                merged += merge_small_row_groups(connection, schema, table)
        return merged


def _not_lying(settings: Settings, rows: list[tuple[str]]) -> dict[str, list[str]]:
    return {"paths": [path for (path,) in rows if not os.path.lexists(settings.raw / path)]}


class HousekeepingConfig(dg.Config):
    """How long history is kept."""

    days: int = Field(0, ge=0, description="Days of history to keep. 0: ENTENTE_KEEP_HISTORY_DAYS.")


def build_housekeeping_job() -> dg.JobDefinition:
    """Return the job."""

    @dg.op(name="tidy", pool=POOL, description="Remove old runs, logs and notes; never what the archive holds.")
    def tidy_up(
        context: dg.OpExecutionContext, config: HousekeepingConfig, settings: dg.ResourceParam[Settings]
    ) -> None:
        keep = timedelta(days=config.days or settings.keep_history_days)
        with writing(settings, run_id=context.run.run_id, purpose="housekeeping"):
            removed = tidy(settings, context.instance, keep=keep, now=datetime.now(UTC))
        context.log.info(removed.words)

    @dg.job(
        name=NAME,
        description="Remove history older than ENTENTE_KEEP_HISTORY_DAYS: runs, their logs, days of logs, notes. "
        "Facts, archive and publications stay.",
        executor_def=dg.in_process_executor,
    )
    def housekeeping() -> None:
        tidy_up()

    return housekeeping
