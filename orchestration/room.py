"""Whether there is room to work: asked before work begins, since a disk that fills up meanwhile costs all of it.

Belongs here: the question and its words. Does not belong here: a disk that is full all the same; every step is made so
that nothing is lost then.
"""

from __future__ import annotations

import shutil

from orchestration.settings import Settings


class NoRoomError(OSError):
    """The disk is nearly full; nothing was begun."""


def require_room(settings: Settings) -> None:
    """Refuse to begin where the disk of the installation is nearly full.

    Raises:
        NoRoomError: less than `keep_free_bytes` is left.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < settings.keep_free_bytes:
        raise NoRoomError(
            f"Only {free / 1e6:,.0f} MB are left on the disk of {settings.home}; a refresh begins with no less than "
            f"{settings.keep_free_bytes / 1e6:,.0f} MB (ENTENTE_KEEP_FREE_MB). Nothing was begun, and readers see what "
            "they saw. Make room and run again; files that were moved aside (warehouse/*.unreadable-*) may go."
        )
