"""The HTTP client: one file at a time, politely, resumably, and never more than was allowed.

Belongs here: requests, waiting, resuming, redirects, caps. Does not belong here: what a file must hold (verification),
or where it goes. urllib3 speaks HTTP and knows how long to wait; resuming a body that was cut is the reason why the
loop over attempts is here.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError, SSLError
from urllib3.response import BaseHTTPResponse

from orchestration.connectors.addresses import AddressRefusedError, Endpoint, UnknownHostError, resolve, without_query
from orchestration.connectors.downloaded import Downloaded, Validators
from orchestration.connectors.errors import FileRefusedError, SourceUnavailableError
from orchestration.connectors.options import Options
from orchestration.whole_files import write_whole

CHUNK_BYTES = 1 << 18
MOST_REDIRECTS = 5
TELL_SECONDS = 30.0
PROGRESS_BYTES = 1 << 20
"""An attempt that brought this much begins the count of attempts anew."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

_logger = logging.getLogger(__name__)


class _PassingError(Exception):
    """Something that may be otherwise in a moment."""

    def __init__(self, words: str, *, wait_seconds: float | None = None):
        super().__init__(words)
        self.wait_seconds = wait_seconds


class _BoundedHeaders:
    """A connection whose server may take `header_seconds` for status and headers, however slowly it drips them."""

    header_seconds: float = 60.0
    sock: Any

    def getresponse(self) -> Any:
        is_late = threading.Event()
        guard = threading.Timer(self.header_seconds, self._cut, [is_late])
        guard.daemon = True
        guard.start()
        try:
            response = super().getresponse()  # type: ignore[misc]
        finally:
            guard.cancel()
        if is_late.is_set():  # what was cut off may look like an answer without a body
            raise TimeoutError("the headers did not come to an end")
        return response

    def _cut(self, is_late: threading.Event) -> None:
        is_late.set()
        # closing would not wake up whoever waits for a byte
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _PlainConnection(_BoundedHeaders, HTTPConnection):
    pass


class _TlsConnection(_BoundedHeaders, HTTPSConnection):
    pass


class Client:
    """The client of one run; not for several threads."""

    def __init__(
        self,
        options: Options,
        *,
        log: Callable[[str], None] = _logger.info,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ):
        self._options = options
        self._log = log
        self._sleep = sleep
        self._now = now
        self._asked_at: dict[str, float] = {}
        self._pools: dict[tuple[str, str, int, str], urllib3.HTTPConnectionPool] = {}
        self._tls = ssl.create_default_context()

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def download(
        self,
        url: str,
        part: Path,
        *,
        most_bytes: int,
        total_seconds: float,
        unless: Validators | None = None,
        secret_headers: Mapping[str, str] | None = None,
    ) -> Downloaded:
        """Fetch a URL into `part`, going on where an earlier attempt or run was cut if the file is still the same.

        With `unless`, a file that is what it was is not sent again. `secret_headers` do not leave the first origin.

        Raises:
            FileRefusedError: the file is not there, or larger than `most_bytes`.
            SourceUnavailableError: the source did not answer in time, or asks to be left alone for long.
        """
        deadline = self._now() + total_seconds
        retries = self._retries()
        while True:
            before = _size(part)
            try:
                return self._attempt(
                    url, part, most_bytes=most_bytes, deadline=deadline, unless=unless, secrets=secret_headers or {}
                )
            except (_PassingError, UnknownHostError) as problem:
                if _size(part) - before >= PROGRESS_BYTES:
                    retries = self._retries()
                try:
                    retries = retries.increment("GET", without_query(url), error=problem)
                except MaxRetryError as error:
                    words = f"{without_query(url)}: {problem}, {self._options.attempts} times in a row; try again later"
                    raise SourceUnavailableError(words) from error
                asked = problem.wait_seconds if isinstance(problem, _PassingError) else None
                self._wait(asked or retries.get_backoff_time(), url, problem, deadline)

    def post(self, url: str, body: bytes, *, content_type: str, total_seconds: float, name: str | None = None) -> None:
        """Send a body until it is taken, with the same care as a download; nothing is followed anywhere.

        The URL is that of this installation's owner, so that its host may be within their network. `name` stands for
        it in words, where its path is a secret.

        Raises:
            FileRefusedError: the server does not take it.
            SourceUnavailableError: the server did not answer in time.
        """
        shown = name or without_query(url)
        deadline = self._now() + total_seconds
        headers = {"User-Agent": self._options.user_agent, "Content-Type": content_type}
        retries = self._retries()
        while True:
            try:
                endpoint = resolve(url, allow_loopback=self._options.allow_loopback, allow_private=True)
                response = self._ask(endpoint, headers, deadline, method="POST", body=body)
                try:
                    if 200 <= response.status < 300:
                        return
                    if response.status not in _PASSING:
                        words = f"{shown} answered {response.status}"
                        raise FileRefusedError(words, status=response.status)
                    raise _PassingError(f"it answered {response.status}")
                finally:
                    response.close()
            except (_PassingError, UnknownHostError) as problem:
                try:
                    retries = retries.increment("POST", "/", error=problem)
                except MaxRetryError as error:
                    words = f"{shown}: {problem}, {self._options.attempts} times in a row"
                    raise SourceUnavailableError(words) from error
                self._wait(retries.get_backoff_time(), shown, problem, deadline)

    def _retries(self) -> urllib3.Retry:
        return urllib3.Retry(
            total=self._options.attempts - 1,
            backoff_factor=self._options.backoff_seconds,
            backoff_jitter=self._options.backoff_seconds,
            retry_after_max=10**9,  # a long wait ends the run, it is not cut short
        )

    def _wait(self, seconds: float, url: str, problem: Exception, deadline: float) -> None:
        name = without_query(url)
        if seconds > self._options.patience_seconds:
            raise SourceUnavailableError(f"{name}: {problem}; run again after {seconds:.0f} s")
        if self._now() + seconds >= deadline:
            raise SourceUnavailableError(f"{name}: {problem}, and the time for this file is over; try again later")
        self._log(f"{name}: {problem}; asked again in {seconds:.0f} s")
        self._sleep(seconds)

    def _attempt(
        self,
        url: str,
        part: Path,
        *,
        most_bytes: int,
        deadline: float,
        unless: Validators | None,
        secrets: Mapping[str, str],
    ) -> Downloaded:
        resumed = _resumable(part, url)
        headers = {"User-Agent": self._options.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        if resumed is not None:
            headers |= {"Range": f"bytes={_size(part)}-", "If-Range": resumed}
        elif unless is not None:
            headers |= {"If-None-Match": unless.etag} if unless.etag else {}
            headers |= {"If-Modified-Since": unless.last_modified} if unless.last_modified else {}
        with self._answer(url, headers, secrets, deadline) as response:
            if response.status == 304 and unless is not None:
                return Downloaded(is_modified=False, validators=unless)
            if response.status == 416:
                _forget(part)
                raise _PassingError("the rest of the file is not there any more")
            offset = 0
            if response.status == 206:
                offset = _offset(response)
                if resumed is None or offset != _size(part):
                    _forget(part)
                    raise _PassingError("it sent another part of the file than the one asked for")
                self._log(f"{without_query(url)}: going on after {offset:,} bytes")
            elif response.status != 200:
                raise self._refusal(url, response)
            return self._take(url, response, part, offset=offset, most_bytes=most_bytes, deadline=deadline)

    def _take(
        self, url: str, response: BaseHTTPResponse, part: Path, *, offset: int, most_bytes: int, deadline: float
    ) -> Downloaded:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() not in ("", "identity"):
            raise FileRefusedError(f"it was sent as {encoding}, which was not asked for")
        validators = Validators(etag=response.headers.get("ETag"), last_modified=response.headers.get("Last-Modified"))
        total = _total(response, offset)
        if total is not None:
            if total > most_bytes:
                raise FileRefusedError(f"it has {total:,} bytes, more than the {most_bytes:,} that are allowed")
            free = shutil.disk_usage(part.parent).free
            if total - offset > free - self._options.keep_free_bytes:
                raise SourceUnavailableError(
                    f"{without_query(url)} has {total:,} bytes and the disk of {part.parent} only {free:,} left; "
                    "make room and run again"
                )
        if offset == 0:
            _forget(part)
            _remember(part, url, validators)
        told = self._now()
        with part.open("ab") as writer:
            while chunk := _read(response):
                writer.write(chunk)
                size = writer.tell()
                if size > most_bytes:
                    writer.truncate(0)
                    raise FileRefusedError(f"it has more than the {most_bytes:,} bytes that are allowed")
                now = self._now()
                if now > deadline:
                    raise SourceUnavailableError(
                        f"{without_query(url)}: only {size:,} bytes came in the time for this file; "
                        "run again, it goes on from there where the source allows it"
                    )
                if now - told >= TELL_SECONDS:
                    self._log(f"{without_query(url)}: {size:,} bytes{f' of {total:,}' if total else ''}")
                    told = now
            size = writer.tell()
        if total is not None and size != total:
            raise _PassingError(f"the connection was cut after {size:,} of {total:,} bytes")
        return Downloaded(
            is_modified=True,
            validators=validators,
            byte_count=size,
        )

    def _refusal(self, url: str, response: BaseHTTPResponse) -> Exception:
        status = response.status
        if status in _PASSING:
            wait = None
            if status in (429, 503):
                try:
                    wait = self._retries().get_retry_after(response)
                except InvalidHeader:
                    wait = None
            return _PassingError(f"it answered {status}", wait_seconds=wait)
        if status in (404, 410):
            return FileRefusedError(f"it is not there ({status}): {without_query(url)}", status=status)
        return FileRefusedError(
            f"{without_query(url)} answered {status} {response.reason or ''}".strip(), status=status
        )

    @contextmanager
    def _answer(
        self, url: str, headers: Mapping[str, str], secrets: Mapping[str, str], deadline: float
    ) -> Iterator[BaseHTTPResponse]:
        """Ask, and follow redirects, each of which must be allowed like the first URL."""
        first: Endpoint | None = None
        for _ in range(MOST_REDIRECTS + 1):
            endpoint = resolve(url, allow_loopback=self._options.allow_loopback)
            first = first or endpoint
            sent = {**headers, **(secrets if endpoint.origin == first.origin else {})}
            response = self._ask(endpoint, sent, deadline)
            location = response.get_redirect_location()
            if not location:
                break
            response.close()
            try:
                url = urljoin(url, location)
            except ValueError as error:
                raise AddressRefusedError(f"{without_query(url)} leads to something that is no URL") from error
        else:
            raise FileRefusedError(f"{without_query(url)} leads on and on: more than {MOST_REDIRECTS} redirects")
        try:
            yield response
        finally:
            # what was not read whole cannot be used again
            response.close()

    def _ask(
        self,
        endpoint: Endpoint,
        headers: Mapping[str, str],
        deadline: float,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> BaseHTTPResponse:
        self._be_polite(endpoint.host)
        problem: Exception | None = None
        for address in endpoint.addresses:
            left = deadline - self._now()
            if left <= 0:
                break
            try:
                return self._pool(endpoint, address).urlopen(
                    method,
                    endpoint.target,
                    body=body,
                    headers={**headers, "Host": endpoint.authority},
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    preload_content=False,
                    decode_content=False,
                    timeout=urllib3.Timeout(
                        connect=min(self._options.connect_seconds, left),
                        read=min(self._options.silence_seconds, left),
                    ),
                )
            except HTTPError as error:
                if isinstance(error, SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
                    words = f"{endpoint.host} could not prove who it is ({error.args[0].verify_message})"
                    raise SourceUnavailableError(words) from error
                problem = error
        raise _PassingError(f"{endpoint.host} does not answer ({type(problem).__name__})") from problem

    def _pool(self, endpoint: Endpoint, address: str) -> urllib3.HTTPConnectionPool:
        key = (*endpoint.origin, address)
        if key not in self._pools:
            if endpoint.scheme == "https":
                pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                    address,
                    endpoint.port,
                    ssl_context=self._tls,
                    server_hostname=endpoint.host,
                )
                pool.ConnectionCls = self._bounded(_TlsConnection)
            else:
                pool = urllib3.HTTPConnectionPool(address, endpoint.port)
                pool.ConnectionCls = self._bounded(_PlainConnection)
            self._pools[key] = pool
        return self._pools[key]

    def _bounded(self, kind: type[Any]) -> type[Any]:
        # later than plain silence, which the socket notices by itself
        return type(kind.__name__, (kind,), {"header_seconds": 2 * self._options.silence_seconds})

    def _be_polite(self, host: str) -> None:
        waited = self._now() - self._asked_at.get(host, float("-inf"))
        if waited < self._options.pause_seconds:
            self._sleep(self._options.pause_seconds - waited)
        self._asked_at[host] = self._now()


def _read(response: BaseHTTPResponse) -> bytes:
    try:
        # what has come, rather than a full chunk: a server that drips must not hold up the look at the clock
        return response.read1(CHUNK_BYTES, decode_content=False)
    except HTTPError as error:
        raise _PassingError(f"the connection was cut ({type(error).__name__})") from error


def _total(response: BaseHTTPResponse, offset: int) -> int | None:
    """Return how many bytes the whole file has, as far as the server says."""
    length = response.headers.get("Content-Length", "")
    return offset + int(length) if length.isascii() and length.isdigit() else None


def _offset(response: BaseHTTPResponse) -> int:
    unit, _, rest = response.headers.get("Content-Range", "").partition(" ")
    begin = rest.partition("-")[0]
    return int(begin) if unit == "bytes" and begin.isascii() and begin.isdigit() else -1


# What is known about a part, beside it


def _sidecar(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _remember(part: Path, url: str, validators: Validators) -> None:
    write_whole(_sidecar(part), json.dumps({"url": url, **asdict(validators)}))


def _resumable(part: Path, url: str) -> str | None:
    """Return the validator under which the rest of a part may be asked for; only a strong one will do."""
    if not _size(part):
        return None
    try:
        known = json.loads(_sidecar(part).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    if not isinstance(known, dict) or known.get("url") != url:
        return None
    etag = known.get("etag")
    if isinstance(etag, str) and not etag.startswith("W/"):
        return etag
    last_modified = known.get("last_modified")
    return last_modified if isinstance(last_modified, str) else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _sidecar(part).unlink(missing_ok=True)


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0
