"""The Dagster UI behind `deploy/nginx.conf`, as an operator, a reader and a stranger meet it; on loopback."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
import urllib3

from orchestration.settings import PROJECT_ROOT

OPERATE, LOOK = "entente.example.org", "look.entente.example.org"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PERMISSIONS = '{"query": "{ permissions { permission value } }"}'
CHANGE = "mutation { setNuxSeen }"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None, reason="nginx is not installed: on Debian and Ubuntu, apt-get install nginx-light"
    ),
]


@dataclass
class Proxy:
    """nginx on a free port, asked under any name."""

    port: int
    tls: ssl.SSLContext

    def ask(
        self,
        path: str = "/graphql",
        *,
        name: str = OPERATE,
        user: str | None = "ada",
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        body: str | None = PERMISSIONS,
    ) -> urllib3.BaseHTTPResponse:
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.port, ssl_context=self.tls, server_hostname=name, assert_hostname=name, retries=False
        ) as pool:
            sent = {"Host": name, "Content-Type": "application/json", **(authorization(user)), **(headers or {})}
            return pool.request(method, path, body=body if method == "POST" else None, headers=sent, timeout=20.0)

    def upgrade(self, *, user: str | None = "ada", origin: str | None = f"https://{OPERATE}") -> int:
        """Ask for a websocket, as a page of the UI does, and return the status."""
        lines = [
            "GET /graphql HTTP/1.1",
            f"Host: {OPERATE}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-ws",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *(f"{key}: {value}" for key, value in authorization(user).items()),
            *([f"Origin: {origin}"] if origin else []),
        ]
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain,
            self.tls.wrap_socket(plain, server_hostname=OPERATE) as connection,
        ):
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return int(connection.recv(4096).split()[1])


def authorization(user: str | None) -> dict[str, str]:
    return {} if user is None else {"Authorization": f"Basic {base64.b64encode(f'{user}:pass'.encode()).decode()}"}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    home = folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    ports = {3000: free_port(), 3001: free_port(), 443: free_port()}
    authority = trustme.CA()
    certificate = authority.issue_cert(OPERATE, LOOK)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "fullchain.pem", append=True)
    hashed = subprocess.run(["openssl", "passwd", "-6", "pass"], capture_output=True, text=True, check=True).stdout
    for who, user in (("operators", "ada"), ("readers", "grace")):
        (folder / f"entente-{who}.users").write_text(f"{user}:{hashed}")
    started = [start_nginx(folder, ports)]
    try:
        wait_for(ports[443], started)
        # one after the other: the first makes the databases of the instance
        started.append(serve(home, ports[3000]))
        wait_for(ports[3000], started)
        started.append(serve(home, ports[3001], "--read-only"))
        wait_for(ports[3001], started)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        yield Proxy(ports[443], context)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def serve(home: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    web = Path(sys.executable).with_name("dagster-webserver")
    command = [web, "--empty-workspace", "-h", "127.0.0.1", "-p", str(port), *options]
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    return subprocess.Popen(command, env=environment, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_nginx(folder: Path, ports: Mapping[int, int]) -> subprocess.Popen[bytes]:
    text = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text()
    for here, there in (
        ("listen 443", f"listen 127.0.0.1:{ports[443]}"),
        ("127.0.0.1:3000", f"127.0.0.1:{ports[3000]}"),
        ("127.0.0.1:3001", f"127.0.0.1:{ports[3001]}"),
        ("/etc/ssl/entente/", f"{folder}/"),
        ("/etc/nginx/", f"{folder}/"),
    ):
        assert here in text
        text = text.replace(here, there)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # workers of another user could not read the folders of a test
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{text}\n}}\n"
    )
    assert NGINX is not None
    return subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)


def wait_for(port: int, started: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        assert all(process.poll() is None for process in started), "a server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"nobody listens on {port}")


def may_launch(response: urllib3.BaseHTTPResponse) -> bool:
    assert response.status == 200
    found = {entry["permission"]: entry["value"] for entry in response.json()["data"]["permissions"]}
    value: bool = found["launch_pipeline_execution"]
    return value


def test_who_signs_on_operates_and_who_does_not_sees_nothing(proxy: Proxy) -> None:
    assert may_launch(proxy.ask())
    for user in (None, "grace", "mallory"):
        for path in ("/", "/graphql", "/server_info"):
            assert proxy.ask(path, user=user).status == 401
    assert "Dagster" in proxy.ask("/", method="GET").data.decode()


def test_those_who_look_can_change_nothing(proxy: Proxy) -> None:
    assert not may_launch(proxy.ask(name=LOOK, user="grace"))
    assert proxy.ask(name=LOOK, user="ada").status == 401
    terminate = '{"query": "mutation { terminateRun(runId: \\"x\\") { __typename } }"}'
    answer = proxy.ask(name=LOOK, user="grace", body=terminate).json()
    assert answer["data"]["terminateRun"]["__typename"] == "UnauthorizedError"


def test_a_page_listens_through_the_proxy_and_a_strangers_page_does_not(proxy: Proxy) -> None:
    assert proxy.upgrade() == 101
    assert proxy.upgrade(origin=None) == 101
    assert proxy.upgrade(user=None) == 401
    assert proxy.upgrade(origin="https://evil.example") == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://{OPERATE}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_somebody_else_sets_nothing_off(proxy: Proxy, headers: Mapping[str, str]) -> None:
    assert proxy.ask(headers=headers).status == 403
    assert proxy.ask(headers={"Origin": f"https://{OPERATE}", "Sec-Fetch-Site": "same-origin"}).status == 200


def test_a_change_in_the_query_of_an_address_is_refused(proxy: Proxy) -> None:
    assert proxy.ask(f"/graphql?query={CHANGE.replace(' ', '%20')}", method="GET").status == 405


def test_another_name_for_this_machine_gets_no_answer(proxy: Proxy) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        proxy.ask(headers={"Host": "rebound.evil.example"})


def test_the_answers_may_stand_in_no_frame(proxy: Proxy) -> None:
    headers = proxy.ask("/", method="GET").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
