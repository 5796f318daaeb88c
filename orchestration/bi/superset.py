"""Set up Superset beside the warehouse, fill it with the bundle, and start it on this machine only.

Superset lives in an environment of its own (`make bi` installs it) and is spoken to by its command line alone. What it
keeps is below `ENTENTE_HOME`/.superset: the key that signs its sessions, and its database of accounts and dashboards.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from orchestration.publication.store import NoPublicationError
from orchestration.settings import PROJECT_ROOT, Settings

BUNDLE: Final = PROJECT_ROOT / "bi" / "superset"
CONFIGURATION: Final = PROJECT_ROOT / "bi" / "superset_config.py"
SETUP: Final = PROJECT_ROOT / "bi" / "superset_setup.py"
ENVIRONMENT: Final = PROJECT_ROOT / ".bi" / "venv"
USER: Final = "admin"
DASHBOARD: Final = "/superset/dashboard/bilateral-relations/"


class SupersetError(RuntimeError):
    """Superset could not be set up; the message has its last words."""


@dataclass(frozen=True)
class Superset:
    """One Superset, on what one installation publishes."""

    settings: Settings
    port: int
    environment: Path = ENVIRONMENT

    @property
    def home(self) -> Path:
        """What it keeps."""
        return self.settings.home / ".superset"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def set_up(self, *, password: str | None = None) -> str | None:
        """Make or update Superset's database and import the bundle; return the password of a new account.

        `password` is that of a new account, by default a random one.

        Raises:
            NoPublicationError: there is nothing to look at yet.
            SupersetError: Superset refused.
        """
        published = self.settings.serving / "warehouse.duckdb"
        if not published.exists():
            raise NoPublicationError(f"Nothing is published in {published.parent} yet; `make warehouse` publishes.")
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        _keep_secret(self.home / "secret_key")
        is_new = not (self.home / "account").exists()
        password = password or secrets.token_urlsafe(12)
        with tempfile.TemporaryDirectory(prefix="entente-superset-") as folder:
            bundle = Path(folder) / "bundle.zip"
            write_bundle(bundle, published, spill=self.home / "spill")
            done = subprocess.run(  # noqa: S603  (our own script, in the environment that `make` installed)
                [self.environment / "bin" / "python", SETUP, bundle],
                env=self._variables() | {"ENTENTE_SUPERSET_USER": USER, "ENTENTE_SUPERSET_PASSWORD": password},
                cwd=self.home,
                capture_output=True,
                text=True,
                check=False,
            )
        (self.home / "setup.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode != 0:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise SupersetError(f"Superset could not be set up (all of it: {self.home / 'setup.log'}):\n{last}")
        (self.home / "account").write_text(f"{USER}\n", encoding="utf-8")
        return password if is_new else None

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        """Return the command that serves it, and its environment."""
        arguments = [
            str(self.environment / "bin" / "gunicorn"),
            "--bind",
            f"127.0.0.1:{self.port}",
            "--worker-class",
            "gthread",
            "--workers",
            "1",
            "--threads",
            "16",
            "--timeout",
            "180",
            "--log-level",
            "warning",
            "superset.app:create_app()",
        ]
        return arguments, self._variables()

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR")}
        return kept | {
            "SUPERSET_CONFIG_PATH": str(CONFIGURATION),
            "ENTENTE_SUPERSET_HOME": str(self.home),
            "SUPERSET_HOME": str(self.home),
            "FLASK_APP": "superset.app:create_app()",
            # neither a pixel nor a count of installations
            "SCARF_ANALYTICS": "false",
            "PYTHONWARNINGS": "ignore",
        }


def write_bundle(path: Path, published: Path, *, spill: Path) -> None:
    """Zip the bundle as Superset imports it, with the published file in the place of the example's path.

    `spill` is where sorts go that are larger than memory: by default that would be beside the publication.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(BUNDLE.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8")
            if file.parent.name == "databases":
                database: dict[str, Any] = yaml.safe_load(text)
                database["sqlalchemy_uri"] = f"duckdb:///{published.absolute()}"
                database["extra"]["engine_params"]["connect_args"]["config"]["temp_directory"] = str(spill)
                text = yaml.safe_dump(database, sort_keys=False)
            archive.writestr(f"entente/{file.relative_to(BUNDLE)}", text)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _keep_secret(path: Path) -> None:
    if not path.exists():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
