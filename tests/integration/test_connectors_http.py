from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import publisher as p
import pytest
import trustme
from publisher import Publisher

from orchestration.connectors.addresses import AddressRefusedError, is_public, resolve
from orchestration.connectors.client import Client
from orchestration.connectors.downloaded import Downloaded, Validators
from orchestration.connectors.errors import FileRefusedError, SourceUnavailableError

CONTENT = bytes(range(256)) * 40_000


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    publisher = Publisher(files={"/file": CONTENT})
    yield publisher
    publisher.close()


class Download:
    """A client whose waits are only noted, and one file that it downloads."""

    def __init__(self, publisher: Publisher, folder: Path):
        self.publisher = publisher
        self.part = folder / "file.part"
        self.waits: list[float] = []

    def __call__(
        self,
        path: str = "/file",
        *,
        most_bytes: int = 1 << 30,
        total_seconds: float = 60.0,
        unless: Validators | None = None,
        secret_headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Downloaded:
        client = Client(self.publisher.options(**options), sleep=self.waits.append)
        try:
            return client.download(
                path if "://" in path else self.publisher.url + path,
                self.part,
                most_bytes=most_bytes,
                total_seconds=total_seconds,
                unless=unless,
                secret_headers=secret_headers,
            )
        finally:
            client.close()


@pytest.fixture
def download(publisher: Publisher, tmp_path: Path) -> Download:
    return Download(publisher, tmp_path)


def test_a_file_arrives_whole_and_the_server_is_told_who_asks(publisher: Publisher, download: Download) -> None:
    found = download(contact="desk@example.org")
    assert download.part.read_bytes() == CONTENT
    assert found.byte_count == len(CONTENT)
    (asked,) = publisher.asked
    assert asked.headers["User-Agent"].startswith("Entente/")
    assert "desk@example.org" in asked.headers["User-Agent"]


def test_a_file_that_has_not_changed_is_not_sent_again(download: Download) -> None:
    first = download()
    download.part.unlink()
    again = download(unless=first.validators)
    assert again.is_modified is False
    assert not download.part.exists()


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_server_that_is_out_of_order_for_a_moment_is_asked_again(
    publisher: Publisher, download: Download, code: int
) -> None:
    publisher.wrong["/file"] = [p.status(code), p.status(code)]
    download()
    assert download.part.read_bytes() == CONTENT
    assert len(publisher.asked) == 3


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_obeyed_in_seconds_and_as_a_date(publisher: Publisher, download: Download, code: int) -> None:
    in_a_while = formatdate(1e10, usegmt=True)
    publisher.wrong["/file"] = [p.status(code, Retry_After="7"), p.status(code, Retry_After=in_a_while)]
    download(patience_seconds=1e11, total_seconds=1e12)
    seconds, date = download.waits
    assert seconds == 7
    assert date > 1e8


def test_a_server_that_wants_to_be_left_alone_for_long_ends_the_run(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.status(429, Retry_After="3600")]
    with pytest.raises(SourceUnavailableError, match="run again after 3600 s"):
        download()
    assert len(publisher.asked) == 1


def test_a_retry_after_that_is_none_is_passed_over(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.status(503, Retry_After="soon")]
    download()
    assert download.part.read_bytes() == CONTENT


def test_a_server_that_stays_out_of_order_is_given_up(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.status(503)] * 9
    with pytest.raises(SourceUnavailableError, match="503, 3 times in a row"):
        download()
    assert len(publisher.asked) == 3


def test_waits_grow_from_one_fault_to_the_next(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.status(500)] * 4
    download(attempts=5, backoff_seconds=10.0, total_seconds=1e6)
    first, *others = download.waits
    assert first == 0
    assert others == sorted(others)
    assert 20 <= others[0] <= 30


def test_a_cut_download_goes_on_where_it_was_cut(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.cut_after(3_000_000), p.status(503)]
    download()
    assert download.part.read_bytes() == CONTENT
    assert publisher.asked[-1].headers["Range"] == "bytes=3000000-"
    assert publisher.asked[-1].headers["If-Range"].startswith('"')


def test_a_link_that_is_cut_often_but_brings_something_each_time_arrives(
    publisher: Publisher, download: Download
) -> None:
    whole = p.Request.behave

    def cut_the_rest(request: p.Request, content: bytes) -> None:
        begin = int(request.headers.get("Range", "bytes=0-")[6:-1])
        if len(content) - begin <= 1_200_000:
            whole(request, content)
            return
        request.send_response(206 if begin else 200)
        request.send_header("ETag", '"one"')
        request.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - begin))
        request.end_headers()
        request.wfile.write(content[begin : begin + 1_200_000])
        request.close_connection = True

    publisher.wrong["/file"] = [cut_the_rest] * 20
    download(attempts=2)
    assert download.part.read_bytes() == CONTENT


def test_a_file_that_changed_since_it_was_cut_begins_anew(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.cut_after(3_000_000)] * 3
    with pytest.raises(SourceUnavailableError):
        download(attempts=1)
    publisher.wrong.clear()
    publisher.files["/file"] = b"another file" * 500_000
    download()
    assert download.part.read_bytes() == publisher.files["/file"]


def test_a_server_that_ignores_ranges_sends_the_whole_again(publisher: Publisher, download: Download) -> None:
    publisher.ignores_range = True
    publisher.wrong["/file"] = [p.cut_after(3_000_000)]
    download()
    assert download.part.read_bytes() == CONTENT


def test_the_rest_of_another_file_is_never_appended(publisher: Publisher, download: Download) -> None:
    def another_part(request: p.Request, content: bytes) -> None:
        body = content[-100:]
        headers = {"ETag": '"x"', "Content-Range": f"bytes {len(content) - 100}-{len(content) - 1}/{len(content)}"}
        request.answer(206, body, headers)

    publisher.wrong["/file"] = [p.cut_after(3_000_000), another_part]
    download()
    assert download.part.read_bytes() == CONTENT


def test_a_part_that_is_already_whole_is_asked_for_once_more(publisher: Publisher, download: Download) -> None:
    download()
    download()
    assert download.part.read_bytes() == CONTENT
    assert [asked.headers.get("Range") for asked in publisher.asked] == [None, f"bytes={len(CONTENT)}-", None]


def test_a_promise_of_more_bytes_than_come_is_a_cut(publisher: Publisher, download: Download) -> None:
    def promise_too_much(request: p.Request, content: bytes) -> None:
        request.begin(len(content) + 5)
        request.wfile.write(content)

    publisher.wrong["/file"] = [promise_too_much] * 3
    with pytest.raises(SourceUnavailableError, match="cut"):
        download()


@pytest.mark.parametrize("says_how_much", [True, False])
def test_more_than_is_allowed_is_not_taken(publisher: Publisher, download: Download, says_how_much: bool) -> None:
    def endless(request: p.Request, content: bytes) -> None:
        request.begin(None)
        request.wfile.write(content)

    publisher.wrong["/file"] = [] if says_how_much else [endless]
    with pytest.raises(FileRefusedError, match=r"1,000,000 (bytes )?that are allowed"):
        download(most_bytes=1_000_000)
    assert not download.part.exists() or download.part.stat().st_size == 0


def test_a_file_that_does_not_fit_on_the_disk_is_not_begun(download: Download) -> None:
    with pytest.raises(SourceUnavailableError, match="make room"):
        download(keep_free_bytes=1 << 60)
    assert not download.part.exists()


def test_slow_bytes_do_not_hold_a_run_for_ever(publisher: Publisher, download: Download) -> None:
    publisher.files["/slow"] = CONTENT
    publisher.wrong["/slow"] = [p.drip(0.01)]
    with pytest.raises(SourceUnavailableError, match="in the time for this file"):
        download("/slow", total_seconds=0.3)


def test_headers_that_drip_do_not_hold_a_run_for_ever(publisher: Publisher, download: Download) -> None:
    def drip_headers(request: p.Request, _: bytes) -> None:
        for place in range(1000):
            request.wfile.write(b"HTTP/1.1 200 OK\r\n" if not place else b"X")
            request.wfile.flush()
            threading.Event().wait(0.02)

    publisher.wrong["/file"] = [drip_headers] * 2
    with pytest.raises(SourceUnavailableError, match="does not answer"):
        download(attempts=2, silence_seconds=0.2)


def test_a_server_that_says_nothing_is_given_up(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.silence(1.0)] * 2
    with pytest.raises(SourceUnavailableError, match="ReadTimeoutError"):
        download(attempts=2, silence_seconds=0.1)


def test_a_closed_port_and_an_unknown_name_are_told_apart_from_refusals(download: Download) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnavailableError, match="does not answer"):
            download(f"http://127.0.0.1:{reserved.getsockname()[1]}/file")
    with pytest.raises(SourceUnavailableError, match="does not resolve"):
        download("https://no-such-host.invalid/file")


def test_a_body_in_an_encoding_nobody_asked_for_is_refused(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/file"] = [p.instead(b"x", Content_Encoding="gzip")]
    with pytest.raises(FileRefusedError, match="sent as gzip"):
        download()
    assert publisher.asked[0].headers["Accept-Encoding"] == "identity"


def test_a_redirect_within_what_is_allowed_is_followed(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/old"] = [p.redirect("/file")]
    download("/old")
    assert download.part.read_bytes() == CONTENT


def test_a_redirect_in_circles_is_given_up(publisher: Publisher, download: Download) -> None:
    publisher.wrong["/old"] = [p.redirect("/old")] * 20
    with pytest.raises(FileRefusedError, match="more than 5 redirects"):
        download("/old")


@pytest.mark.parametrize(
    "location",
    [
        "ftp://example.org/file",
        "file:///etc/passwd",
        "http://198.51.100.7/file",
        "https://10.0.0.1/file",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/file",
        "https://[::ffff:10.0.0.1]/file",
        "https://0.0.0.0/",
        "https://user:word@example.org/",
        "https://[nonsense/",
    ],
)
def test_a_redirect_to_another_scheme_or_into_the_network_is_not_followed(
    publisher: Publisher, download: Download, location: str
) -> None:
    publisher.wrong["/file"] = [p.redirect(location)]
    with pytest.raises(AddressRefusedError):
        download()
    assert not download.part.exists()


def test_this_machine_is_asked_only_where_that_is_allowed(download: Download) -> None:
    with pytest.raises(AddressRefusedError, match="only https"):
        download(allow_loopback=False)
    with pytest.raises(AddressRefusedError, match="not a public one"):
        resolve("https://localhost/", allow_loopback=False)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("::ffff:127.0.0.1", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("::1", False),
    ],
)
def test_public_addresses_are_told_from_the_others(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_secret_does_not_leave_the_host_it_is_for(publisher: Publisher, download: Download) -> None:
    other = Publisher(files={"/file": CONTENT})
    try:
        publisher.wrong["/file"] = [p.redirect(f"{other.url}/file")]
        download(secret_headers={"X-Key": "secret"})
    finally:
        other.close()
    assert publisher.asked[0].headers["X-Key"] == "secret"
    assert "X-Key" not in other.asked[0].headers


class TlsPublisher:
    """The publisher behind TLS, with a certificate for a name."""

    def __init__(self, folder: Path, *, name: str):
        self.publisher = Publisher(files={"/file": CONTENT})
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        handler: Any = self.publisher.server.RequestHandlerClass
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_port

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.publisher.close()


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsPublisher]:
    """A publisher `data.example.org` behind TLS, a name that resolves to this machine; nobody trusts it yet."""
    publisher = TlsPublisher(tmp_path, name="data.example.org")
    known = socket.getaddrinfo

    def resolved(host: str, *args: Any, **kwargs: Any) -> Any:
        return known("127.0.0.1" if host.endswith("example.org") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    yield publisher
    publisher.close()


def test_a_publisher_that_proves_who_it_is_is_believed(
    named: TlsPublisher, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(named.ca_file))
    download(f"https://data.example.org:{named.port}/file")
    assert download.part.read_bytes() == CONTENT
    assert named.publisher.asked[0].headers["Host"] == f"data.example.org:{named.port}"


def test_an_unknown_certificate_and_one_for_another_name_are_refused(
    named: TlsPublisher, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceUnavailableError, match="could not prove who it is"):
        download(f"https://data.example.org:{named.port}/file")
    monkeypatch.setenv("SSL_CERT_FILE", str(named.ca_file))
    with pytest.raises(SourceUnavailableError, match="could not prove who it is"):
        download(f"https://other.example.org:{named.port}/file")
    assert named.publisher.asked == []


def test_a_name_that_resolves_inside_the_network_a_moment_later_leads_nowhere_else(
    named: TlsPublisher, download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(named.ca_file))
    here = socket.getaddrinfo
    answers = iter([here("127.0.0.1", named.port, type=socket.SOCK_STREAM)])

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
        return next(answers) if host == "data.example.org" else here(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    download(f"https://data.example.org:{named.port}/file")
    assert download.part.read_bytes() == CONTENT, "the name was asked for once, and the connection went there"


def test_requests_to_one_host_keep_a_distance(publisher: Publisher, tmp_path: Path) -> None:
    waits: list[float] = []
    client = Client(publisher.options(pause_seconds=5.0), sleep=waits.append, now=lambda: 100.0)
    for number in range(3):
        client.download(f"{publisher.url}/file", tmp_path / str(number), most_bytes=1 << 30, total_seconds=60)
    client.close()
    assert waits == [5.0, 5.0]
