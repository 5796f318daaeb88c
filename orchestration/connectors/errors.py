"""Why nothing was fetched: because of one file, or because of the whole source.

Belongs here: the kinds of refusal. Does not belong here: faults that pass by themselves; the client waits those out.
"""

from __future__ import annotations


class ConnectorError(RuntimeError):
    """A connector could not do what it was asked for; the text says what a person may do."""


class FileRefusedError(ConnectorError):
    """One file cannot be had or is not what it should be; the others may be."""

    def __init__(self, words: str, *, status: int | None = None):
        super().__init__(words)
        self.status = status
        """The HTTP status, where that was the reason."""


class SourceUnavailableError(ConnectorError):
    """The source cannot be asked now or in this way: going on makes no sense."""


class RequestRefusedError(ConnectorError):
    """What a run was asked for cannot be meant; nothing was fetched."""
