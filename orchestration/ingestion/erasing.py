"""Take the content of a file out of an installation: a takedown, or somebody's privacy.

Belongs here: what of the writer's side holds the content, and taking it out. Does not belong here: publications (the
store), and building anew (the command). A tombstone stays: which content, when, why.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from orchestration.ingestion.archive import Archive
from orchestration.ingestion.clock import Clock, utc_now
from orchestration.settings import Settings

_SHA256 = re.compile(r"[0-9a-f]{64}")
_logger = logging.getLogger(__name__)


class NothingToEraseError(LookupError):
    """The archive holds no such file."""


def erase(
    settings: Settings,
    target: str,
    *,
    reason: str,
    log: Callable[[str], None] = _logger.info,
    clock: Clock = utc_now,
) -> tuple[str, ...]:
    """Erase every content that ever lay at a path below `raw/`, or the one of a sha256, and return their hashes.

    The writer's database goes with it, and copies of damaged ones: deleted rows leave their bytes in the file. The
    caller holds the lock, loads the archive into a new database, and publishes.

    Raises:
        NothingToEraseError: no delivery of the archive holds it.
    """
    archive = Archive(settings.archive)
    path = target.removeprefix("raw/")
    files = [file for delivery_id in archive.delivery_ids() for file in archive.delivery(delivery_id).files]
    found = tuple(
        sorted(
            {
                file.sha256
                for file in files
                if (file.sha256 == target if _SHA256.fullmatch(target) else file.original_path == path)
            }
        )
    )
    if not found:
        raise NothingToEraseError(
            f"The archive holds no {target}; give the path that the file had below raw/, or its sha256 "
            "(evidence.files has both)"
        )
    for sha256 in found:
        archive.erase(sha256, reason=reason, erased_at=clock())
        log(f"{sha256} is erased from the archive: {reason}")
    for database in settings.warehouse.parent.glob(f"{settings.warehouse.stem}*.duckdb*"):
        database.unlink()
    return found
