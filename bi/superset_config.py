"""How Superset runs on one machine: what it keeps lies in ENTENTE_SUPERSET_HOME, and nothing calls out.

Superset reads every name in capitals; its own defaults are in `superset/config.py`.
"""

import copy
import os
from pathlib import Path

import wtforms_json

# Superset reads this file at the end of its own defaults, so they are there
from superset.config import TALISMAN_CONFIG as _DEFAULTS

_HOME = Path(os.environ["ENTENTE_SUPERSET_HOME"])

SECRET_KEY = (_HOME / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}?timeout=30"

# Its last version that comes as a wheel replaces a method of WTForms with one that lacks an argument, and nobody could
# log in; only forms that Superset no longer has need the replacement.
wtforms_json.monkey_patch_field_process = lambda process: process

APP_NAME = "Entente"
FEATURE_FLAGS = {
    # every chart of a tab is there at once, also for printing and for whoever reads with a screen reader
    "DASHBOARD_VIRTUALIZATION": False,
}
# Pictures come from here alone: the pages that Superset ships carry a pixel that reports every visit to its makers.
TALISMAN_CONFIG = copy.deepcopy(_DEFAULTS)
TALISMAN_CONFIG["content_security_policy"]["img-src"] = ["'self'", "blob:", "data:"]
TALISMAN_CONFIG["content_security_policy"]["connect-src"] = ["'self'"]

# An answer is of the publication that is current when it is asked for; a refresh needs no restart.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Seconds that a chart waits for its answer; the server gives up later.
SUPERSET_WEBSERVER_TIMEOUT = 170

# One process counts who logs in too often.
RATELIMIT_STORAGE_URI = "memory://"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
WTF_CSRF_ENABLED = True
AUTH_USER_REGISTRATION = False
ENABLE_PROXY_FIX = False
