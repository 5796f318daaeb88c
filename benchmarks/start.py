"""What a newcomer waits for: the first `make warehouse` in a fresh clone, with an empty home and no caches.

Belongs here: set-up and first run together. Does not belong here: what later runs cost. Packages come from wherever
the machine gets its packages: how quick that is belongs to it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.work import Row, Size, bytes_on_disk, cost_of_family
from orchestration.settings import PROJECT_ROOT

_PASSED_ON = ("PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PASSED_ON_PREFIXES = ("PIP_", "UV_")


def on_an_empty_machine(scratch: Path, _: Size) -> Iterator[Row]:
    """Clone what is committed, and run `make warehouse` twice; the environment says only where packages come from."""
    clone, home = scratch / "entente", scratch / "home"
    home.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", PROJECT_ROOT, clone], check=True)  # noqa: S603, S607
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES) or name.lower().endswith("_proxy")
    }
    environment |= {"HOME": str(home), "UV_CACHE_DIR": str(home / "uv")}
    first, peak = _make_warehouse(clone, environment)
    installed = sum(map(bytes_on_disk, (clone / ".uv", clone / ".venv", home)))
    data = sum(bytes_on_disk(clone / name) for name in ("archive", "warehouse", "serving", ".dagster_home"))
    again = _make_warehouse(clone, environment)[0]
    yield Row(
        work="`make warehouse` in a fresh clone: environment, packages, all models and tests, publication",
        against="–",
        measured=first / 60,
        unit="minutes",
        note=f"peak {peak:,.0f} MB; {installed / 1e6:,.0f} MB of environment, packages and caches, {data / 1e6:,.0f} MB"
        f" of data; the second {again:.1f} s",
    )


def _make_warehouse(clone: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds that it took, and the most MB that it held in memory."""
    started, peak = time.monotonic(), 0.0
    with (clone.parent / "make.log").open("a") as log:
        process = subprocess.Popen(["make", "warehouse"], cwd=clone, env=environment, stdout=log, stderr=log)  # noqa: S607
        while process.poll() is None:
            peak = max(peak, cost_of_family(process.pid)[1])
            time.sleep(0.2)
    if process.returncode:
        raise RuntimeError((clone.parent / "make.log").read_text()[-2000:])
    return time.monotonic() - started, peak
