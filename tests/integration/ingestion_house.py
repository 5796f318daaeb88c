"""A scratch installation for tests of ingestion: drop files, refresh, ask the database."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration import ingestion
from orchestration.contracts import FEEDS, Contract
from orchestration.ingestion import IngestResult
from orchestration.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)

MEETINGS_HEADER = "document_id,meeting_id,kind,title,started"


@dataclass
class House:
    """An installation whose clock goes one minute further with every look at it."""

    settings: Settings
    registry: Mapping[str, Contract] = field(default_factory=lambda: FEEDS)
    log: list[str] = field(default_factory=list)
    looks: int = 0

    def clock(self) -> datetime:
        self.looks += 1
        return START + timedelta(minutes=self.looks)

    def drop(self, path: str, content: str | bytes) -> Path:
        """Write a file below `raw/`."""
        target = self.settings.raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        target.write_bytes(gzip.compress(data) if path.endswith(".gz") and not data.startswith(b"\x1f\x8b") else data)
        return target

    def refresh(
        self,
        *,
        feeds: Collection[str] | None = None,
        reread: bool = False,
        sleep: Callable[[float], None] | None = None,
    ) -> IngestResult:
        return ingestion.refresh(
            self.settings,
            feeds=feeds,
            reread=reread,
            log=self.log.append,
            clock=self.clock,
            sleep=sleep or (lambda _: None),
            registry=self.registry,
        )

    def rebuild(self) -> IngestResult:
        return ingestion.rebuild(self.settings, log=self.log.append, clock=self.clock, registry=self.registry)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    def report(self, path: str) -> str:
        return (self.settings.raw / path).read_text(encoding="utf-8")

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that a rebuild must reproduce: all but the time of loading."""
        everything = {
            contract.table: self.ask(f"from landing.{contract.table} select * exclude (_loaded_at) order by all")
            for contract in self.registry.values()
            if contract.columns
        }
        everything["deliveries"] = self.ask(
            "select * exclude (load_seconds, loaded_at) from ops.deliveries order by delivery_id"
        )
        for table in ("files", "rejected_rows", "extra_columns", "notes"):
            everything[table] = self.ask(f"from ops.{table} order by all")
        everything["dates"] = self.ask("select * from reference.edtf order by all")
        return everything


def meetings(*rows: str, header: str = MEETINGS_HEADER) -> str:
    """Return a CSV file of meetings."""
    return "\n".join([header, *rows]) + "\n"


def meeting(number: int = 1, title: str = "A visit") -> str:
    """Return one valid row of such a file."""
    return f"doc-1,meeting-{number},visit,{title},2024-09"


def parquet(**columns: Any) -> bytes:
    """Return a Parquet file of columns: lists, or arrays of Arrow with a type."""
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()
