"""Make Superset's own database, its first account, and what the bundle holds; runs within Superset's environment.

The account's name and password come in ENTENTE_SUPERSET_USER and ENTENTE_SUPERSET_PASSWORD, the bundle as the path of
a zip file in the first argument. The password of an account that is already there stays as it is.
"""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

from superset.app import create_app


def main(bundle: Path) -> None:
    """Bring everything up to date; running it again changes nothing that is right."""
    app = create_app()
    with app.app_context():
        import flask_migrate
        from flask import g
        from superset import appbuilder, security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle
        from superset.utils import core

        migrations = Path(core.__file__).parent.parent / "migrations"
        flask_migrate.upgrade(directory=str(migrations))
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        name = os.environ["ENTENTE_SUPERSET_USER"]
        if security_manager.find_user(name) is None:
            security_manager.add_user(
                name,
                "Entente",
                "Administrator",
                f"{name}@localhost.localdomain",
                security_manager.find_role("Admin"),
                os.environ["ENTENTE_SUPERSET_PASSWORD"],
            )
        # charts and dashboards belong to who imports them
        g.user = security_manager.find_user(name)
        with zipfile.ZipFile(bundle) as archive:
            ImportAssetsCommand(get_contents_from_bundle(archive)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
