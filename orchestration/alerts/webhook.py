"""The way to a person: a webhook as chat programs have them, asked with the client of the connectors.

Belongs here: the message and its sending. Does not belong here: what is worth telling. The URL is a secret: who has it
may write into the channel. It comes from the environment, and only the name of its host is ever shown.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orchestration.connectors.addresses import without_query
from orchestration.connectors.errors import ConnectorError
from orchestration.connectors.options import Options

VARIABLE = "ENTENTE_ALERT_WEBHOOK"
MOST_LINES = 20
MOST_CHARACTERS = 3000
TOTAL_SECONDS = 15.0
"""Less than a tick may take."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where alerts go, if anywhere."""

    url: str | None = field(default=None, repr=False)
    attempts: int = 3
    total_seconds: float = TOTAL_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Webhook:
        """Read `ENTENTE_ALERT_WEBHOOK`; without it, alerts are in the log alone."""
        return cls(url=(environment.get(VARIABLE) or "").strip() or None)

    def tell(self, lines: Sequence[str]) -> bool:
        """Send some lines as one message, and say whether they arrived; without a webhook nobody waits for them."""
        if self.url is None:
            return True
        from orchestration.connectors.client import Client  # only who has something to tell needs it

        body = json.dumps({"text": message(lines)}).encode()
        client = Client(
            Options(
                # http:// is for this machine alone: there the way to the chat may begin
                allow_loopback=True,
                connect_seconds=5.0,
                silence_seconds=10.0,
                attempts=self.attempts,
                backoff_seconds=0.5,
                patience_seconds=5.0,
                pause_seconds=0.0,
            ),
            log=_logger.debug,
        )
        try:
            client.post(
                self.url, body, content_type="application/json", total_seconds=self.total_seconds, name=self._host
            )
        except ConnectorError as error:
            words = str(error).replace(self.url, self._host).replace(without_query(self.url), self._host)
            _logger.warning("The webhook was not reached; it is tried again at the next look. %s", words)
            return False
        finally:
            client.close()
        return True

    @property
    def _host(self) -> str:
        try:
            return urlsplit(self.url or "").hostname or VARIABLE
        except ValueError:
            return VARIABLE


def message(lines: Sequence[str], *, host: str | None = None) -> str:
    """Return the text of a message: short, and without what a chat program would act on.

    The words hold names of files and the like, which strangers chose: no line breaks, no mark-up of links, nobody is
    called.
    """
    shown = [f"Entente on {host or socket.gethostname()}", *(f"• {_harmless(line)}" for line in lines[:MOST_LINES])]
    if len(lines) > MOST_LINES:
        shown.append(f"and {len(lines) - MOST_LINES} more: make alerts")
    text = "\n".join(shown)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _harmless(line: str) -> str:
    flat = _CONTROL.sub(" ", line)
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b"), ("](", "]\u200b(")):
        flat = flat.replace(sign, instead)
    # a URL would be fetched by the chat program for a preview
    return flat.replace("://", ":\u200b//")
