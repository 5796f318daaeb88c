"""The one exception by which a delivery is refused as a whole.

Belongs here: the reason and the advice that the one who dropped the file reads. Does not belong here: rows, which go
to quarantine one by one.
"""

from __future__ import annotations


class Refused(Exception):
    """Nothing of this delivery is loaded: why, and what to do about it."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason, advice)
        self.reason = reason
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.reason}; {self.advice}" if self.advice else self.reason
