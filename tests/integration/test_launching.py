from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.launcher import DefaultRunLauncher
from dagster._core.origin import JobPythonOrigin

from orchestration.automation import launching
from orchestration.automation.housekeeping import NAME
from orchestration.cli import prepare_dagster_home
from orchestration.definitions import made
from orchestration.ingestion import refresh
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.writer import holder, writer_lock

PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One installation for all tests: what is forked keeps the environment in which it began."""
    folder = tmp_path_factory.mktemp("launching")
    settings = Settings(raw=folder / "raw", home=folder / "home", settle_seconds=0.0)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "ENTENTE_HOME", "ENTENTE_RAW"):
            patch.setenv(name, "")
        patch.setenv("DAGSTER_HOME", str(settings.dagster_home))
        prepare_dagster_home(settings)
        settings.raw.mkdir()
        refresh(settings, log=lambda _: None)
        yield settings


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    assert os.environ["ENTENTE_HOME"] == str(settings.home)
    with dg.DagsterInstance.get() as instance:
        yield instance


def origin_of(job_name: str, *, module: str = launching.DEFINITIONS, python: str = sys.executable) -> JobPythonOrigin:
    repository = ReconstructableRepository.for_module(module, "defs", working_directory=str(PROJECT_ROOT))
    job: Any = repository._replace(executable_path=python).get_reconstructable_job(job_name)
    return job.get_python_origin()  # type: ignore[no-any-return]


def begin(instance: dg.DagsterInstance, origin: JobPythonOrigin | None = None) -> str:
    """Launch a run of housekeeping as the daemon does, and return its id."""
    run = instance.create_run_for_job(
        made().resolve_job_def(NAME), job_code_origin=origin or origin_of(NAME), status=dg.DagsterRunStatus.NOT_STARTED
    )
    instance.launch_run(run.run_id, workspace=None)  # type: ignore[arg-type]
    return run.run_id


def wait(condition: Callable[[], object], words: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {words}"
        time.sleep(0.05)


def run_of(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def begin_to_work(instance: dg.DagsterInstance) -> str:
    """Launch a run, and wait until it works, or waits for who holds the writer's lock."""
    run_id = begin(instance)
    wait(lambda: run_of(instance, run_id).status is dg.DagsterRunStatus.STARTED, "the run begins")
    return run_id


def end(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    """Wait for the end of a run, and return how it ended."""
    wait(lambda: run_of(instance, run_id).is_finished, "the run ends")
    return run_of(instance, run_id).status


def told(instance: dg.DagsterInstance, run_id: str) -> str:
    return "\n".join(entry.user_message or entry.message for entry in instance.all_logs(run_id))


def process_of(instance: dg.DagsterInstance, run_id: str) -> int:
    found = re.search(r"Started process for run \(pid: (\d+)\)", told(instance, run_id))
    assert found is not None
    return int(found[1])


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture
def launched_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were left to Dagster's launcher."""
    left: list[str] = []
    monkeypatch.setattr(
        DefaultRunLauncher, "launch_run", lambda _, context: left.append(context.dagster_run.run_id), raising=True
    )
    return left


def test_the_instance_launches_runs_so(instance: dg.DagsterInstance) -> None:
    assert type(instance.run_launcher) is launching.RunLauncher


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_runs_are_forked_from_one_process_that_imported_everything(
    settings: Settings, instance: dg.DagsterInstance, launched_anew: list[str]
) -> None:
    parents = set()
    for _ in range(2):
        with writer_lock(settings, "the test"):
            run_id = begin_to_work(instance)
            parents.add(parent_of(process_of(instance, run_id)))
        assert end(instance, run_id) is dg.DagsterRunStatus.SUCCESS, told(instance, run_id)
    (parent,) = parents
    assert parent != os.getpid()
    assert launched_anew == []
    # a fork would share these
    opened = [one.readlink() for one in Path(f"/proc/{parent}/fd").iterdir()]
    assert not [path for path in opened if path.is_relative_to(settings.home)]


def test_a_run_whose_process_is_killed_is_lost(settings: Settings, instance: dg.DagsterInstance) -> None:
    with writer_lock(settings, "the test"):
        run_id = begin_to_work(instance)
        os.kill(process_of(instance, run_id), signal.SIGKILL)
        assert end(instance, run_id) is dg.DagsterRunStatus.FAILURE
    assert "The process of this run is gone: killed by SIGKILL." in told(instance, run_id)


def test_a_run_is_cancelled_where_it_was_launched(settings: Settings, instance: dg.DagsterInstance) -> None:
    with writer_lock(settings, "the test"):
        run_id = begin_to_work(instance)
        assert instance.run_launcher.terminate(run_id)
        assert end(instance, run_id) is dg.DagsterRunStatus.CANCELED
    assert not instance.run_launcher.terminate(run_id), "there is nothing left to end"


def test_a_run_is_cancelled_from_another_process(settings: Settings, instance: dg.DagsterInstance) -> None:
    """As from the Dagster UI, whose launcher did not start it."""
    with writer_lock(settings, "the test"), dg.DagsterInstance.get() as elsewhere:
        run_id = begin_to_work(instance)
        assert elsewhere.run_launcher.terminate(run_id)
        assert end(instance, run_id) is dg.DagsterRunStatus.CANCELED
    wait(lambda: holder(settings) is None, "the lock is let go")


@pytest.mark.parametrize(
    "other",
    [{"module": "somebody.elses.definitions"}, {"python": "/usr/bin/another-python"}],
    ids=["of another code location", "under another Python"],
)
def test_runs_of_others_are_left_to_dagster(
    instance: dg.DagsterInstance, launched_anew: list[str], other: dict[str, str]
) -> None:
    run_id = begin(instance, origin_of(NAME, **other))
    assert launched_anew == [run_id]


def test_a_run_of_changed_code_imports_it(
    instance: dg.DagsterInstance, launched_anew: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "dbt_project" / "models" / "fct.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1")
    manifest = tmp_path / "dbt_project" / "target" / "manifest.json"
    manifest.parent.mkdir()
    monkeypatch.setattr(launching, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(launching, "_forks", launching.Forks())
    end(instance, begin(instance))
    manifest.write_text("{}")  # what dbt writes is no source
    end(instance, begin(instance))
    assert launched_anew == []
    model.write_text("select 1, 2")
    run_id = begin(instance)
    assert launched_anew == [run_id]


def test_runs_start_anew_where_nothing_can_be_forked(
    instance: dg.DagsterInstance, launched_anew: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise EOFError("unexpected EOF")

    monkeypatch.setattr("multiprocessing.context.ForkServerProcess.start", fail)
    monkeypatch.setattr(launching, "_forks", launching.Forks())
    run_ids = [begin(instance) for _ in range(2)]
    assert launched_anew == run_ids
