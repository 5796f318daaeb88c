"""The ledger of builds: what the tables in the writer's database were built from, and whether their tests passed.

Belongs here: `ops.builds`. Does not belong here: running dbt. A build is noted before it begins, so that tables left
half new by a killed build are never taken for tested ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from orchestration.transformation.project import project_fingerprint

_DDL = """
    create schema if not exists ops;
    create table if not exists ops.builds (
        number BIGINT, run_id VARCHAR, fingerprint VARCHAR, inputs VARCHAR, is_whole BOOLEAN,
        started_at TIMESTAMP, finished_at TIMESTAMP, status VARCHAR, is_publishable BOOLEAN,
        models_built BIGINT, tests_passed BIGINT, failures VARCHAR
    );
    alter table ops.builds add column if not exists method VARCHAR
"""

WHOLE = "whole"
PART = "part"
UPDATE = "update"
"""How a build was made: of all tables, or of some; or as an update of what changed since the build before."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """One build as the ledger knows it."""

    number: int
    run_id: str
    fingerprint: str
    inputs: Mapping[str, str]
    """The fingerprint's parts: ledger, contracts, reference, dbt."""
    is_whole: bool
    """Every table is from these inputs: all were built, or those that the inputs' changes touch."""
    started_at: datetime
    status: str
    """started, passed, failed. A build that stays *started* was killed."""
    is_publishable: bool
    """Every table is from these inputs and every test passed."""
    failures: tuple[str, ...]
    """What failed, in words."""
    method: str = WHOLE


def inputs_of_build(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """Return a fingerprint of each thing that decides what a build gives, as it is now."""
    return {
        "ledger": _digest(
            connection.execute(
                """
                select delivery_id, status, revision, is_complete, rows_accepted, rows_rejected
                from ops.deliveries order by all
                """
            ).fetchall()
        ),
        "contracts": _digest(connection.execute("select fingerprint from ops.contracts order by all").fetchall()),
        "reference": _digest(
            connection.execute("select fingerprint from ops.reference_fingerprint order by all").fetchall()
        ),
        "dbt": project_fingerprint(),
    }


def fingerprint_of(inputs: Mapping[str, str]) -> str:
    """Return one fingerprint for all inputs."""
    return _digest(sorted(inputs.items()))


def latest_build(connection: duckdb.DuckDBPyConnection, *, publishable: bool = False) -> Build | None:
    """Return the last build that was begun, or None; or the last of those that readers may see.

    Nothing is bound, since DuckDB imports pandas with the first value that it is given: a fifth of a refresh with
    nothing new.
    """
    connection.execute(_DDL)
    builds = connection.table("ops.builds")
    row = (
        (builds.filter("is_publishable") if publishable else builds)
        .order("number desc")
        .limit(1)
        .select("number, run_id, fingerprint, inputs, is_whole, started_at, status, is_publishable, failures, method")
        .fetchone()
    )
    if row is None:
        return None
    return Build(
        number=row[0],
        run_id=row[1],
        fingerprint=row[2],
        inputs=json.loads(row[3]),
        is_whole=row[4],
        started_at=row[5].replace(tzinfo=UTC),
        status=row[6],
        is_publishable=row[7],
        failures=tuple(json.loads(row[8])),
        method=row[9] or (WHOLE if row[4] else PART),
    )


def begin_build(
    connection: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    inputs: Mapping[str, str],
    is_whole: bool,
    method: str | None = None,
) -> Build:
    """Note that a build begins; from here on the tables count as untested."""
    before = latest_build(connection)
    build = Build(
        number=before.number + 1 if before else 1,
        run_id=run_id,
        fingerprint=fingerprint_of(inputs),
        inputs=dict(inputs),
        is_whole=is_whole,
        started_at=datetime.now(UTC),
        status="started",
        is_publishable=False,
        failures=(),
        method=method or (WHOLE if is_whole else PART),
    )
    connection.execute(
        """
        insert into ops.builds
            (number, run_id, fingerprint, inputs, is_whole, started_at, status, is_publishable, failures, method)
        values (?, ?, ?, ?, ?, ?, 'started', false, '[]', ?)
        """,
        [
            build.number,
            build.run_id,
            build.fingerprint,
            json.dumps(build.inputs),
            build.is_whole,
            build.started_at.replace(tzinfo=None),
            build.method,
        ],
    )
    return build


def end_build(
    connection: duckdb.DuckDBPyConnection,
    build: Build,
    *,
    before: Build | None,
    failures: Sequence[str],
    models_built: int,
    tests_passed: int,
) -> Build:
    """Note how a build ended, and return it as it is now.

    A partial build keeps a publishable star publishable only if it was built from the same inputs as the rest.
    """
    passed = not failures
    rest_fits = before is not None and before.is_publishable and before.fingerprint == build.fingerprint
    is_publishable = passed and (build.is_whole or rest_fits)
    connection.execute(
        """
        update ops.builds set
            finished_at = ?, status = ?, is_publishable = ?, models_built = ?, tests_passed = ?, failures = ?
        where number = ?
        """,
        [
            datetime.now(UTC).replace(tzinfo=None),
            "passed" if passed else "failed",
            is_publishable,
            models_built,
            tests_passed,
            json.dumps(list(failures)),
            build.number,
        ],
    )
    return replace(
        build, status="passed" if passed else "failed", is_publishable=is_publishable, failures=tuple(failures)
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()
