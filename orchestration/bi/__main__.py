"""Set up Superset and serve it: `python -m orchestration.bi`, which is `make bi`."""

from __future__ import annotations

import os
import socket
import sys

from orchestration.bi.superset import DASHBOARD, USER, Superset, SupersetError
from orchestration.publication.store import NoPublicationError
from orchestration.settings import Settings


def main() -> int:  # noqa: RET503 - execve never returns
    """Import the bundle, say where to look, and become the server."""
    port = int(os.environ.get("SUPERSET_PORT") or 8088)
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            sys.stderr.write(f"Port {port} is taken. Choose another: SUPERSET_PORT={port + 1} make bi\n")
            return 1
    superset = Superset(Settings.from_environment(), port)
    sys.stdout.write("Superset: its database, and the datasets, charts and dashboard of bi/superset/ …\n")
    sys.stdout.flush()
    chosen = os.environ.get("ENTENTE_SUPERSET_PASSWORD") or None
    try:
        password = superset.set_up(password=chosen)
    except (NoPublicationError, SupersetError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"\n  {superset.url}{DASHBOARD}\n  user {USER}")
    if password is None:
        sys.stdout.write(f", with the password of the first start (forgotten: remove {superset.home})\n\n")
    elif chosen:
        sys.stdout.write(", with the password of ENTENTE_SUPERSET_PASSWORD\n\n")
    else:
        sys.stdout.write(f", password {password}  (it is shown this once)\n\n")
    sys.stdout.flush()
    command, variables = superset.command()
    os.chdir(superset.home)
    os.execve(command[0], command, dict(variables))  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
