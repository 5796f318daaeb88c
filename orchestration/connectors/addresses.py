"""Which addresses may be asked: public ones over TLS, and nothing inside this network.

Belongs here: the rule, and resolving a name once. Does not belong here: connecting. The connection goes to the
address that was checked, so a name that resolves otherwise a moment later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from orchestration.connectors.errors import SourceUnavailableError

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefusedError(SourceUnavailableError):
    """A URL leads where no connector goes."""


class UnknownHostError(OSError):
    """The name of a host does not resolve now."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A URL, and the addresses of its host that were found to be allowed."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""
    addresses: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return what a secret must not leave."""
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """Return the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(url: str, *, allow_loopback: bool, allow_private: bool = False) -> Endpoint:
    """Return where a URL leads; `allow_private` is for URLs that no source has a part in.

    Raises:
        AddressRefusedError: it is not https, names a user, or one of its addresses is not public.
        UnknownHostError: its host has no address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefusedError(f"{without_query(url)} is no URL") from error
    if parts.scheme not in _PORTS or not host:
        raise AddressRefusedError(f"{without_query(url)} is refused: only https:// is fetched")
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError(f"a URL of {host} is refused: it names a user")
    port = port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHostError(f"the name {host} does not resolve ({error})") from error
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    is_loopback = all(_plain(address).is_loopback for address in addresses)
    if not (allow_loopback and is_loopback):
        if parts.scheme != "https":
            raise AddressRefusedError(f"{without_query(url)} is refused: only https:// is fetched")
        for address in addresses:
            if not (allow_private or is_public(address)):
                raise AddressRefusedError(f"{host} is refused: its address {address} is not a public one")
    target = parts.path or "/"
    return Endpoint(
        scheme=parts.scheme,
        host=host,
        port=port,
        target=f"{target}?{parts.query}" if parts.query else target,
        addresses=addresses,
    )


def is_public(address: str) -> bool:
    """Say whether an address belongs to the public internet; one that wraps another is judged by what it wraps."""
    found = _plain(address)
    return found.is_global and not found.is_multicast


def without_query(url: str) -> str:
    """Return a URL as it may be shown: a query may be long, or hold what is nobody's business."""
    return url.partition("?")[0]


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found
    wrapped = found.ipv4_mapped or found.sixtofour
    if wrapped is not None:
        return wrapped
    return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else found
