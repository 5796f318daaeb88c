"""Services that are ended take everything with them, whoever ends them and however."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT

PATIENCE_SECONDS = 30.0

SUPERVISOR = """
import sys
from pathlib import Path
from orchestration.automation.services import run_together
sys.exit(run_together([sys.executable, "-c", sys.argv[1], sys.argv[2]], cwd=Path.cwd()))
"""
PARENT_OF_ONE = """
import subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell of a parent's death")
@pytest.mark.parametrize("in_background", [False, True], ids=["", "in the background"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_command_that_is_ended_leaves_no_service_behind(
    number: signal.Signals, tmp_path: Path, *, in_background: bool
) -> None:
    note = tmp_path / "pid"
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, PARENT_OF_ONE, str(note)],
        cwd=PROJECT_ROOT,
        start_new_session=True,
        preexec_fn=_ignore_interrupts if in_background else None,
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        child = int(note.read_text())
        (parent,) = (int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent_of(path) == supervisor.pid)
        supervisor.send_signal(number)
        supervisor.wait(PATIENCE_SECONDS)
        while _is_alive(parent) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _is_alive(parent)
        if number != signal.SIGKILL:  # nobody is left then who could end what the services did not end themselves
            assert not _is_alive(child)
    finally:
        supervisor.kill()
        if note.exists() and _is_alive(int(note.read_text())):
            os.kill(int(note.read_text()), signal.SIGKILL)


def _ignore_interrupts() -> None:
    """Do as shells do with what they start in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _parent_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0
