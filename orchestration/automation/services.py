"""Run Dagster's own services as one: none of them outlives the command that started them.

Belongs here: starting and ending processes. Does not belong here: what Dagster does. `dagster dev` ends its webserver,
daemon and code server on Ctrl-C alone: a SIGTERM, as service managers send it, or a SIGKILL would leave them running.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PATIENCE_SECONDS = 20.0
"""How long the services may take to end in order; a run that is killed then is completed by the next one."""
_LAST_WORDS_SECONDS = 3.0
_PR_SET_PDEATHSIG = 1


def run_together(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run a command in a process group of its own until it ends, or until SIGTERM, SIGINT or SIGHUP; return its code.

    Whatever is left of the group then is ended too.
    """
    process = subprocess.Popen(  # noqa: S603
        command, cwd=cwd, env=environment, start_new_session=True, preexec_fn=_begin
    )
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        # once is enough: a second Ctrl-C is one of somebody who waits
        if not asked and process.poll() is None:
            process.send_signal(signal.SIGINT)
        asked.append(number)

    with _handling((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), ask):
        since: float | None = None
        while process.poll() is None:
            time.sleep(0.1)
            if asked and since is None:
                since = time.monotonic()
            if since is not None and time.monotonic() - since > PATIENCE_SECONDS:
                break
        _end_group(process)
        process.wait()
    return 0 if asked else process.returncode


@contextmanager
def _handling(numbers: Sequence[int], handler: object) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End every process of the group that one leads, and those that do not listen by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        is_alive = _signal(process.pid, number)
        while is_alive and time.monotonic() < deadline:
            time.sleep(0.1)
            # until somebody takes note of its end, a leader counts as alive
            process.poll()
            is_alive = _signal(process.pid, 0)
        if not is_alive:
            return


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _begin() -> None:
    """Ask the system to interrupt this process when its parent dies, however that came about; Linux alone can.

    What a shell starts in the background ignores interrupts, and so would the services: they ask for them first.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
