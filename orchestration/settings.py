"""Where things live, read from the environment once.

Belongs here: paths and switches that differ between installations. Does not belong here: secrets, or anything
that a feed's contract says.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The folders of one installation; every path is absolute."""

    raw: Path
    home: Path
    settle_seconds: float = 2.0
    keep_free_bytes: int = 200 * 1_000_000
    """No refresh begins where less than this is left on the disk."""
    keep_history_days: int = 90
    """How long runs and logs are kept; facts, archive and quarantine are kept for good."""
    has_site: bool = True
    """Whether a publication has a site."""
    has_parquet: bool = True
    """Whether a publication has its tables as Parquet files, too."""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read `ENTENTE_RAW`, `ENTENTE_HOME`, `ENTENTE_SETTLE_SECONDS`, `ENTENTE_KEEP_…`, `ENTENTE_SITE` and others.

        The defaults are the checkout, 2 s, 200 MB and 90 days; `ENTENTE_SITE=no` publishes without a site, and
        `ENTENTE_PARQUET=no` without Parquet files.
        """
        return cls(
            raw=Path(os.environ.get("ENTENTE_RAW") or PROJECT_ROOT / "raw").resolve(),
            home=Path(os.environ.get("ENTENTE_HOME") or PROJECT_ROOT).resolve(),
            settle_seconds=float(os.environ.get("ENTENTE_SETTLE_SECONDS") or 2.0),
            keep_free_bytes=int(float(os.environ.get("ENTENTE_KEEP_FREE_MB") or 200) * 1_000_000),
            keep_history_days=int(os.environ.get("ENTENTE_KEEP_HISTORY_DAYS") or 90),
            has_site=_is_on("ENTENTE_SITE"),
            has_parquet=_is_on("ENTENTE_PARQUET"),
        )

    @property
    def archive(self) -> Path:
        """Every file ever taken in, kept for good; the folder that needs a backup."""
        return self.home / "archive"

    @property
    def warehouse(self) -> Path:
        """The writer's private database; no reader opens it."""
        return self.home / "warehouse" / "warehouse.duckdb"

    @property
    def writer_lock(self) -> Path:
        """The operating-system lock that whoever writes the warehouse holds."""
        return self.home / "warehouse" / "writer.lock"

    @property
    def serving(self) -> Path:
        """The publications, all that readers ever open."""
        return self.home / "serving"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage: run history, schedules, sensor cursors."""
        return Path(os.environ.get("DAGSTER_HOME") or self.home / ".dagster_home")


def _is_on(name: str) -> bool:
    """Return a switch of the environment that is on unless somebody says otherwise."""
    return (os.environ.get(name) or "yes").lower() not in ("no", "false", "0", "off")
