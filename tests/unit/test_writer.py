from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from orchestration.room import NoRoomError
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.transformation.star import refresh_star
from orchestration.writer import WriterBusyError, holder, writer_lock

HOLD = """
    import sys
    from pathlib import Path
    from orchestration.settings import Settings
    from orchestration.writer import writer_lock

    settings = Settings(raw=Path(sys.argv[1]), home=Path(sys.argv[2]))
    with writer_lock(settings, "the other program"):
        print("held", flush=True)
        sys.stdin.read()
"""


@contextmanager
def held_by_another_process(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(settings.raw), str(settings.home)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_waits_and_says_for_whom(settings: Settings) -> None:
    said: list[str] = []
    with held_by_another_process(settings) as other:
        assert other.stdin is not None

        def say(words: str) -> None:
            said.append(words)
            if len(said) == 1:
                other.stdin.close()  # type: ignore[union-attr]

        with writer_lock(settings, "the test", log=say, timeout=30):
            assert other.wait(timeout=10) == 0
    assert f"Waiting for the other program (process {other.pid}" in said[0]
    assert said[1].startswith("The warehouse is free after")
    assert len(said) == 2


def test_a_killed_holder_frees_the_lock_and_its_note_is_overwritten(settings: Settings) -> None:
    with held_by_another_process(settings) as other:
        other.kill()
        other.wait()
        stale = holder(settings)
        assert stale is not None
        assert stale.purpose == "the other program"
        with writer_lock(settings, "the test", timeout=5):
            now = holder(settings)
            assert now is not None
            assert now.purpose == "the test"


def test_one_may_wait_for_a_while_only(settings: Settings) -> None:
    with (
        held_by_another_process(settings),
        pytest.raises(WriterBusyError, match="still being written by the other program"),
        writer_lock(settings, "the test", timeout=0.3),
    ):
        pytest.fail("the lock was held by another process")


def test_threads_of_one_process_exclude_each_other_too(settings: Settings) -> None:
    inside, most = 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with writer_lock(settings, "a thread", timeout=30):
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_the_lock_is_freed_when_the_work_fails(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(settings, "the test"):
        raise ZeroDivisionError
    with writer_lock(settings, "the test", timeout=0):
        pass
    assert holder(settings) is None


@pytest.mark.parametrize("note", ["", "{", '{"unknown": 1}', "[]"])
def test_an_unreadable_note_is_no_obstacle(settings: Settings, note: str) -> None:
    with writer_lock(settings, "the test"):
        settings.writer_lock.with_suffix(".holder.json").write_text(note)
        assert holder(settings) is None


def test_no_star_is_built_on_a_disk_that_is_nearly_full(settings: Settings) -> None:
    full = replace(settings, keep_free_bytes=10**18)
    with pytest.raises(NoRoomError, match="Nothing was begun"):
        refresh_star(full, run_id="a-run")
    assert not settings.warehouse.exists()
