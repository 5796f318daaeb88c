"""A PostgreSQL server of one's own for a test: found on the machine, started in a folder, reached by a socket there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PORT = 55432
PASSWORD = "s3cr:t@/"  # noqa: S105


@dataclass(frozen=True)
class Server:
    """Where the server is."""

    folder: Path
    database: str = "postgres"

    def url(self, user: str = "loader", *, password: str = "s3cr%3At%40%2F") -> str:  # noqa: S107
        return f"postgresql://{user}:{password}@/{self.database}?host={self.folder}&port={PORT}"

    def psql(self, sql: str, *, user: str = "loader") -> str:
        """Ask by PostgreSQL's own client and return the bare cells."""
        client = shutil.which("psql")
        assert client is not None, "the client comes with the server"
        done = subprocess.run(
            [client, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url(user)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`, or None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """Start a server that only this machine's sockets reach, with a password, and stop it at the end."""
    # a socket's path may have 107 bytes, and another user must reach it: not in pytest's folders
    with tempfile.TemporaryDirectory(prefix="entente-pg-", dir="/tmp") as scratch:
        folder = Path(scratch)
        password = folder / "password"
        password.write_text(PASSWORD)
        as_user = _as_another(folder)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c port={PORT} -c fsync=off"
        control = [*as_user, str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w"]
        _run(
            *as_user,
            *(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "loader", "-A", "scram-sha-256"),
            *("--pwfile", str(password), "-E", "UTF8", "--locale", "C"),
        )
        _run(*control, "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield Server(folder)
        finally:
            _run(*control, "-m", "immediate", "stop")


def _as_another(folder: Path) -> Sequence[str]:
    """Return the prefix of a command that is not run as root, which PostgreSQL refuses."""
    if os.getuid() != 0:
        return ()
    known = {user.pw_name for user in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, user=user)
    return ("setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups")


def _run(*command: str) -> None:
    # the server inherits what its starter writes to: not a pipe, which would never end
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, timeout=120)
        output.seek(0)
        assert done.returncode == 0, output.read().decode()
