"""One writer at a time: the operating-system lock on the writer's database, and who holds it.

Belongs here: taking the lock, waiting for it in words, and connecting under it. Does not belong here: what is
written. The lock is the system's, so a killed holder frees it; the note beside it only says for whom one waits.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock

from orchestration.settings import Settings

POLL_SECONDS = 0.1
REMIND_SECONDS = 30.0

_logger = logging.getLogger(__name__)


class WriterBusyError(RuntimeError):
    """Somebody else kept the writer's database for longer than the caller would wait."""


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, as noted beside it."""

    purpose: str
    pid: int
    host: str
    since: str

    @classmethod
    def me(cls, purpose: str) -> Holder:
        """Describe the calling process."""
        return cls(
            purpose=purpose,
            pid=os.getpid(),
            host=socket.gethostname(),
            since=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} (process {self.pid} on {self.host}, since {self.since})"


def holder(settings: Settings) -> Holder | None:
    """Return who the note names, or None where there is none or it is unreadable.

    The note of a killed process stays behind: it is only worth reading while the lock is taken.
    """
    try:
        return Holder(**json.loads(_note(settings).read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


@contextmanager
def writer_lock(
    settings: Settings,
    purpose: str,
    *,
    log: Callable[[str], None] = _logger.info,
    timeout: float | None = None,
) -> Iterator[None]:
    """Hold the writer's database for `purpose`; wait for whoever holds it, and say for whom.

    Not re-entrant: a caller that holds it and asks again waits for itself.

    Raises:
        WriterBusyError: `timeout` seconds passed; without a timeout it waits for ever.
    """
    settings.writer_lock.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(settings.writer_lock)
    _wait(lock, settings, log=log, timeout=timeout)
    note = _note(settings)
    try:
        _write_whole(note, json.dumps(asdict(Holder.me(purpose))))
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _wait(
    lock: filelock.BaseFileLock, settings: Settings, *, log: Callable[[str], None], timeout: float | None
) -> None:
    started = time.monotonic()
    said: tuple[Holder | None, float] | None = None
    while True:
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            pass
        else:
            if said is not None:
                log(f"The warehouse is free after {time.monotonic() - started:.0f} s.")
            return
        now, current = time.monotonic(), holder(settings)
        whom = str(current) if current else "another process"
        if timeout is not None and now - started >= timeout:
            raise WriterBusyError(f"The warehouse is still being written by {whom} after {timeout:g} s.")
        if said is None or current not in (said[0], None) or now - said[1] >= REMIND_SECONDS:
            log(f"Waiting for {whom}, which writes the warehouse.")
            said = (current, now)
        time.sleep(POLL_SECONDS)


def _note(settings: Settings) -> Path:
    return settings.writer_lock.with_suffix(".holder.json")


def _write_whole(path: Path, text: str) -> None:
    """Write so that a reader sees the old text or the new one, never half."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
