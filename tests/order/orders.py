"""Load the deliveries of a world in some order, build the star, and compare two stars row for row.

Belongs here: ways to load, and what two ways may differ in. A different order of *receipt* is another history of the
archive: then only what tells of receipts may differ (the clock `recorded`, the ledger's times). The same archive loaded
in another order must give the same in every column but the time of loading.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb

from orchestration import ingestion
from orchestration.ingestion import IngestResult
from orchestration.ingestion.outcome import OutcomeStatus
from orchestration.publication.copying import SCHEMAS
from orchestration.settings import Settings
from orchestration.sql_text import literal, quoted
from orchestration.transformation.plan import Plan
from orchestration.transformation.project import invoke_dbt, prepare_manifest, run_folder
from orchestration.transformation.whole import build_whole
from tests.order.histories import World

RECEIPTS_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OF_LOADING = ("loaded_at", "load_seconds", "_loaded_at")
OF_RECEIPT = (
    "received_at", "last_received_at", "recorded_from", "recorded_to", "recorded_at",
    # the id of a delivery that does not say its day is made of when it was received
    "delivery_id", "resolved_by_delivery_id", "resolved_at", "rejected_row_id",
)  # fmt: skip
LARGEST_REPORT = 3


class Installation:
    """A scratch installation whose clock goes on by a minute with every look at it."""

    def __init__(self, folder: Path, *, like: Path | None = None):
        """Begin empty, or with the tables of reference of a warehouse that has nothing else."""
        (folder / "raw").mkdir(parents=True)
        self.settings = Settings(raw=folder / "raw", home=folder / "home", settle_seconds=0.0)
        self._looks = 0
        if like is None:
            self._refresh()
        else:
            self.settings.warehouse.parent.mkdir(parents=True)
            shutil.copy(like, self.settings.warehouse)

    def load(self, world: World, paths: Sequence[str]) -> None:
        """Drop some deliveries and load them; what is held for its size is meant."""
        for path in paths:
            target = self.settings.raw / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(world.files[path])
        self._refresh()

    def rebuild(self) -> IngestResult:
        """Load everything from the archive again."""
        return ingestion.rebuild(self.settings, log=_silent, clock=self._clock)

    def restore(self, archive: Path, seed: str, *, parts: int) -> None:
        """Copy an archive here piece by piece, in any order, and load what each piece brings."""
        (self.settings.home).mkdir(parents=True, exist_ok=True)
        everything = [path for path in archive.rglob("*") if path.is_file()]
        sidecars = [path for path in everything if path.relative_to(archive).parts[0] == "deliveries"]
        for path in everything:
            if path not in sidecars:
                self._copy(path, archive)
        Random(seed).shuffle(sidecars)  # noqa: S311 - examples, not secrets
        for part in range(parts):
            for path in sidecars[part::parts]:
                self._copy(path, archive)
            self._refresh()

    def landed(self) -> dict[str, list[tuple[object, ...]]]:
        """Return everything that was loaded, but when."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            tables = connection.execute(
                """
                select table_schema, table_name from information_schema.tables
                where table_schema = 'landing'
                    or (table_schema = 'reference' and table_name = 'edtf')
                    or (table_schema = 'ops' and table_name in ('deliveries', 'files', 'rejected_rows'))
                order by all
                """
            ).fetchall()
            kept = "columns(name -> not list_contains($apart, name))"
            return {
                table: connection.execute(
                    f"select {kept} from {quoted(schema)}.{quoted(table)} order by all",  # noqa: S608 - of the catalog
                    {"apart": list(OF_LOADING)},
                ).fetchall()
                for schema, table in tables
            }

    def build(self) -> None:
        """Build every table; the tests of the models are run elsewhere."""
        prepare_manifest(log=_silent)
        result = invoke_dbt(
            ["build", "--no-write-json", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
            home=self.settings.home,
            target=run_folder(self.settings),
            is_parsed=True,
        )
        assert result.success, result.exception or [
            (run.node.name, run.message) for run in getattr(result.result, "results", []) if run.status == "error"
        ]

    def build_from(self, plan: Plan) -> None:
        """Build every table by what dbt compiled, without dbt, which takes longer than the SQL does."""
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            build_whole(connection, replace(plan, tests=()), log=_silent)

    def _copy(self, path: Path, archive: Path) -> None:
        target = self.settings.archive / path.relative_to(archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)

    def _clock(self) -> datetime:
        self._looks += 1
        return RECEIPTS_BEGIN + timedelta(minutes=self._looks)

    def _refresh(self) -> None:
        result = ingestion.refresh(self.settings, log=_silent, clock=self._clock, sleep=lambda _: None)
        held = [delivery for delivery in result.deliveries if delivery.status is OutcomeStatus.HELD]
        for delivery in held:
            assert delivery.delivery_id is not None
            ingestion.confirm(self.settings, delivery.delivery_id, clock=self._clock)
        if held:
            self._refresh()


def batches(world: World, seed: str, *, least: int) -> list[list[str]]:
    """Return the deliveries in a random order, in about so many batches; one by one where there are no more."""
    random = Random(seed)  # noqa: S311 - examples, not secrets
    deliveries = world.deliveries()
    random.shuffle(deliveries)
    found: list[list[str]] = []
    for delivery in deliveries:
        if found and random.random() > least / len(deliveries):
            found[-1] += delivery
        else:
            found.append(list(delivery))
    return found


def differences(one: Settings, other: Settings, *, same_receipts: bool) -> list[str]:
    """Return in words where the stars of two installations differ; none where every row is in both."""
    apart = OF_LOADING if same_receipts else OF_LOADING + OF_RECEIPT
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(one.warehouse)} as one (read_only)")
        connection.execute(f"attach {literal(other.warehouse)} as other (read_only)")
        columns = connection.execute(
            """
            select table_schema, table_name, list(column_name order by ordinal_position)
            from information_schema.columns
            inner join information_schema.tables using (table_catalog, table_schema, table_name)
            where table_catalog = 'one' and list_contains(?, table_schema) and table_type = 'BASE TABLE'
            group by all order by all
            """,
            [list(SCHEMAS)],
        ).fetchall()
        assert len(columns) > 50, "no star was built"
        for schema, table, names in columns:
            kept = ", ".join(
                # a delivery that does not say its day is of the day of its receipt
                "if(is_as_of_stated, as_of, null) as as_of" if name == "as_of" and not same_receipts else quoted(name)
                for name in names
                if name not in apart
            )
            where = ""
            if not same_receipts and "clock" in names:
                where = " where clock = 'published'"
            elif not same_receipts and "is_moved" in names:
                # what was another fact's before a decision came: the versions tell it, by clock
                where = " where not is_moved"
            sides = [
                f"select {kept} from {side}.{quoted(schema)}.{quoted(table)}{where}"  # noqa: S608 - of the catalog
                for side in ("one", "other")
            ]
            for here, there, side in ((*sides, "one"), (*reversed(sides), "other")):
                only = connection.execute(f"({here}) except all ({there}) limit {LARGEST_REPORT}")
                names_kept = [column[0] for column in only.description or ()]
                for row in only.fetchall():
                    told = {name: value for name, value in zip(names_kept, row, strict=True) if value is not None}
                    found.append(f"{schema}.{table}, only in {side}: {told}")
    return found


def row_counts(settings: Settings) -> dict[str, int]:
    """Return how many rows the tables of the star have."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables() where list_contains(?, schema_name)",
            [list(SCHEMAS)],
        ).fetchall()
    return {f"{schema}.{table}": size for schema, table, size in tables}


def _silent(_: str) -> None:
    """Say nothing."""
