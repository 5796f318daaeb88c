"""What is known of a file that was fetched.

Belongs here: the words in which client and connectors speak of it. Does not belong here: fetching, whose library takes
a twentieth of the time in which definitions are imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What a server said a file was when it sent it; sent back, it says whether the file is still that."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True)
class Downloaded:
    """A file that was fetched whole, or one that has not changed."""

    is_modified: bool
    validators: Validators = field(default_factory=Validators)
    byte_count: int = 0
