"""Log lines that a machine can read: one JSON object per event, with the run, the step, the feed and the delivery.

Belongs here: the form of a line, and the file of a day. Does not belong here: what is worth a line. `dagster.yaml`
names the handler, so that what Dagster itself says of a run is in the same file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from orchestration.settings import Settings

LONGEST = 8000
"""A line is written in one go, and a machine that reads it has bounds of its own."""
_SUFFIX = ".jsonl"
_TOLD = {"RUN_START", "RUN_SUCCESS", "RUN_CANCELED", "STEP_START", "STEP_SUCCESS", "STEP_SKIPPED"}
"""Dagster says these at the level DEBUG, with hundreds of others."""

_subject: ContextVar[Mapping[str, str]] = ContextVar("subject", default=MappingProxyType({}))


@contextmanager
def about(**subject: str | None) -> Iterator[None]:
    """Let what is said within be about this feed, delivery and the like."""
    token = _subject.set({**_subject.get(), **{name: value for name, value in subject.items() if value}})
    try:
        yield
    finally:
        _subject.reset(token)


class JsonFormatter(logging.Formatter):
    """Gives a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        meta = _meta(record)
        event = meta.get("dagster_event")
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "run_id": meta.get("run_id"),
            "job": meta.get("job_name"),
            "step": meta.get("step_key"),
            "event": _event_of(record),
            **_subject.get(),
            "message": str(meta.get("orig_message") or record.getMessage())[:LONGEST],
        }
        error = self._error(record, event)
        if error:
            line["error"] = error[:LONGEST]
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)

    def _error(self, record: logging.LogRecord, event: object) -> str:
        if record.exc_info:
            return self.formatException(record.exc_info)
        data = getattr(event, "event_specific_data", None)
        error = getattr(data, "error", None)
        return str(error) if error is not None else ""


def _meta(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "dagster_meta", None) or {}


def _event_of(record: logging.LogRecord) -> str | None:
    value = getattr(_meta(record).get("dagster_event"), "event_type_value", None)
    # the name that runs once had is still the one that is stored
    return value.replace("PIPELINE_", "RUN_") if value else None


class DailyFile(logging.Handler):
    """Appends each record to the file of its day (UTC) in `logs/` of the installation.

    The file is opened for each line, so that several processes write into it, and a day that ends is a file that is
    complete. What cannot be written is not worth a run.
    """

    def __init__(self, folder: str | Path | None = None):
        super().__init__()
        self._folder = Path(folder) if folder is not None else None
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; of the many events of Dagster, those that say how runs and steps begin and end."""
        if record.levelno < logging.INFO and _event_of(record) not in _TOLD:
            return
        try:
            folder = self._folder or folder_of(Settings.from_environment())
            folder.mkdir(parents=True, exist_ok=True)
            day = datetime.fromtimestamp(record.created, UTC).date()
            line = f"{self.format(record)}\n".encode("utf-8", "replace")
            target = os.open(folder / f"{day.isoformat()}{_SUFFIX}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(target, line)
            finally:
                os.close(target)
        except OSError:
            self.handleError(record)


def note(settings: Settings, logger: str, message: str) -> None:
    """Write an error line that belongs to no run, and say it to whoever listens to the logger."""
    record = logging.getLogger(logger).makeRecord(logger, logging.ERROR, "", 0, message, (), None)
    DailyFile(folder_of(settings)).handle(record)
    logging.getLogger(logger).handle(record)


def folder_of(settings: Settings) -> Path:
    """Return where the files of the days are."""
    return settings.home / "logs"


def remove_old(settings: Settings, *, today: date, keep: timedelta) -> int:
    """Remove the files of days longer ago, and return how many."""
    gone = 0
    for path in folder_of(settings).glob(f"*{_SUFFIX}"):
        try:
            day = date.fromisoformat(path.name.removesuffix(_SUFFIX))
        except ValueError:
            continue  # somebody else's
        if today - day > keep:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
