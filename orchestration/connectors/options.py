"""What differs between installations: where the sources are, how patiently and politely they are asked.

Belongs here: the environment variables of connectors, read once. Does not belong here: what one run fetches (the
assets' configuration).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

_YES = ("1", "true", "yes")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base URLs end without `/`; the defaults are what the sources publish."""

    # over TLS: data.gdeltproject.org itself, a name for this bucket, has no certificate of its own
    gdelt_url: str = "https://storage.googleapis.com/data.gdeltproject.org/gdeltv2"
    comtrade_url: str = "https://comtradeapi.un.org"
    comtrade_key: str | None = field(default=None, repr=False)
    baci_page_url: str = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
    baci_url: str = "https://www.cepii.fr/DATA_DOWNLOAD/baci/data"
    desta_page_url: str = "https://www.designoftradeagreements.org/downloads/"
    github_api_url: str = "https://api.github.com"
    github_archive_url: str = "https://codeload.github.com"

    contact: str = ""
    """Whom a publisher may write to; part of the `User-Agent`."""
    comtrade_reporters: tuple[str, ...] = ()
    """The reporters (Comtrade codes) that the schedule asks for; none means all."""
    baci_revisions: tuple[str, ...] = ("HS22",)
    """The revisions of the HS that the schedule asks for."""
    allow_loopback: bool = False
    """Let URLs name this machine, also without TLS: for tests and local mirrors."""

    connect_seconds: float = 15.0
    silence_seconds: float = 60.0
    """How long a server may send nothing."""
    attempts: int = 6
    """How often one file is asked for while nothing of it comes."""
    backoff_seconds: float = 1.0
    patience_seconds: float = 300.0
    """The longest `Retry-After` that is waited for; a longer one ends the run."""
    pause_seconds: float = 0.2
    """Between two requests to one host."""
    keep_free_bytes: int = 1 << 30
    """No download begins that would leave less than this on the disk."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Options:
        """Read the variables `ENTENTE_…` that docs/connectors.md lists.

        Raises:
            ValueError: a number is none.
        """
        default = cls()

        def text(name: str, otherwise: str) -> str:
            return (environment.get(f"ENTENTE_{name}") or otherwise).strip()

        def number(name: str, otherwise: float) -> float:
            value = text(name, str(otherwise))
            try:
                return float(value)
            except ValueError as error:
                raise ValueError(f"ENTENTE_{name} is {value!r}; write a number such as {otherwise}") from error

        def several(name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(part.strip() for part in text(name, ",".join(otherwise)).split(",") if part.strip())

        return cls(
            gdelt_url=text("GDELT_URL", default.gdelt_url).rstrip("/"),
            comtrade_url=text("COMTRADE_URL", default.comtrade_url).rstrip("/"),
            comtrade_key=text("COMTRADE_KEY", "") or None,
            baci_page_url=text("BACI_PAGE_URL", default.baci_page_url),
            baci_url=text("BACI_URL", default.baci_url).rstrip("/"),
            desta_page_url=text("DESTA_PAGE_URL", default.desta_page_url),
            github_api_url=text("GITHUB_API_URL", default.github_api_url).rstrip("/"),
            github_archive_url=text("GITHUB_ARCHIVE_URL", default.github_archive_url).rstrip("/"),
            contact=text("CONTACT", ""),
            comtrade_reporters=several("COMTRADE_REPORTERS", default.comtrade_reporters),
            baci_revisions=several("BACI_REVISIONS", default.baci_revisions),
            allow_loopback=text("CONNECTORS_ALLOW_LOOPBACK", "").lower() in _YES,
            connect_seconds=number("HTTP_CONNECT_SECONDS", default.connect_seconds),
            silence_seconds=number("HTTP_SILENCE_SECONDS", default.silence_seconds),
            attempts=int(number("HTTP_ATTEMPTS", default.attempts)),
            backoff_seconds=number("HTTP_BACKOFF_SECONDS", default.backoff_seconds),
            patience_seconds=number("HTTP_PATIENCE_SECONDS", default.patience_seconds),
            pause_seconds=number("HTTP_PAUSE_SECONDS", default.pause_seconds),
        )

    @property
    def user_agent(self) -> str:
        """Return who asks, honestly."""
        contact = f"; {self.contact}" if self.contact else ""
        return f"Entente/{version('entente')} (data warehouse of relations between states{contact})"
