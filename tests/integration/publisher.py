"""A publisher on loopback: serves files in the published formats, and misbehaves when told to."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from orchestration.connectors.options import Options
from tests.gdelt_files import export, row

LAST_MODIFIED = formatdate(1_700_000_000, usegmt=True)
Misbehaviour = Callable[["Request", bytes], None]


@dataclass
class Asked:
    """One request, as the server saw it."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Publisher:
    """What is published under each path, and how the next answers go wrong."""

    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    wrong: dict[str, list[Misbehaviour]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)
    ignores_range: bool = False
    url: str = ""

    def __post_init__(self) -> None:
        publisher = self

        class Handler(Request):
            of = publisher

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def paths(self) -> list[str]:
        """Return what was asked for, in order, without queries."""
        return [request.path.partition("?")[0] for request in self.asked]

    def options(self, **changes: Any) -> Options:
        """Return the settings of connectors for which this is every source."""
        defaults: dict[str, Any] = {
            "gdelt_url": f"{self.url}/gdeltv2",
            "comtrade_url": self.url,
            "baci_page_url": f"{self.url}/baci.asp",
            "baci_url": f"{self.url}/baci/data",
            "desta_page_url": f"{self.url}/downloads/",
            "github_api_url": f"{self.url}/api",
            "github_archive_url": f"{self.url}/codeload",
            "allow_loopback": True,
            "pause_seconds": 0.0,
            "backoff_seconds": 0.0,
            "attempts": 3,
            "keep_free_bytes": 0,
        }
        return Options(**(defaults | changes))


class Request(BaseHTTPRequestHandler):
    """One request to the publisher."""

    protocol_version = "HTTP/1.1"
    of: Publisher

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.of.asked.append(Asked(self.path, dict(self.headers)))
        content = self.of.files.get(self.path, self.of.files.get(path))
        if self.of.wrong[path]:
            self.of.wrong[path].pop(0)(self, content or b"")
        elif content is None:
            self.answer(404, b"no such file")
        else:
            self.behave(content)

    def behave(self, content: bytes) -> None:
        etag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": LAST_MODIFIED}
        begin = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        if self.headers.get("If-None-Match") == etag:
            self.answer(304, None, headers)
        elif begin and not self.of.ignores_range and self.headers.get("If-Range") in (None, etag):
            if int(begin) >= len(content):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                return
            headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[int(begin) :], headers)
        else:
            self.answer(200, content, headers)

    def answer(self, status: int, body: bytes | None, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body or b"")

    def begin(self, length: int | None, headers: Mapping[str, str] | None = None) -> None:
        """Send the beginning of an answer whose body the caller sends, and end the connection after it."""
        self.send_response(200)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True


def status(code: int, **headers: str) -> Misbehaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, _: request.answer(code, b'{"statusCode": %d}' % code, named)


def redirect(location: str) -> Misbehaviour:
    return lambda request, _: request.answer(302, b"", {"Location": location})


def instead(body: bytes, **headers: str) -> Misbehaviour:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, _: request.answer(200, body, named)


def cut_after(count: int) -> Misbehaviour:
    """Promise the whole file, send a part of it, and hang up."""

    def misbehave(request: Request, content: bytes) -> None:
        etag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        request.begin(len(content), {"ETag": etag, "Last-Modified": LAST_MODIFIED})
        request.wfile.write(content[:count])

    return misbehave


def drip(pause: float) -> Misbehaviour:
    """Send byte after byte, never silent for long."""

    def misbehave(request: Request, content: bytes) -> None:
        request.begin(len(content))
        for place in range(len(content)):
            request.wfile.write(content[place : place + 1])
            request.wfile.flush()
            time.sleep(pause)

    return misbehave


def silence(seconds: float) -> Misbehaviour:
    return lambda _request, _content: time.sleep(seconds)


# Files in the published formats


def zipped(members: Mapping[str, bytes | str], *, comment: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment.encode()
    return buffer.getvalue()


def publish_gdelt(publisher: Publisher, stamps: Iterable[str]) -> dict[str, bytes]:
    """Publish export files and both lists, which also name files of other kinds."""
    files = {}
    lines = ["12345"]  # the real list has lines that are cut short
    for place, stamp in enumerate(stamps):
        name = f"{stamp}.export.CSV.zip"
        files[name] = zipped({name.removesuffix(".zip"): export(row(place + 1))})
        publisher.files[f"/gdeltv2/{name}"] = files[name]
        digest = hashlib.md5(files[name], usedforsecurity=False).hexdigest()
        url = "http://data.gdeltproject.org/gdeltv2"
        lines += [
            f"{len(files[name])} {digest} {url}/{name}",
            f"1 {digest} {url}/{stamp}.mentions.CSV.zip",
            f"2 {digest} {url}/{stamp}.gkg.csv.zip",
        ]
    publisher.files["/gdeltv2/masterfilelist.txt"] = ("\n".join(lines) + "\n").encode()
    publisher.files["/gdeltv2/lastupdate.txt"] = ("\n".join(lines[-3:]) + "\n").encode()
    return files


def comtrade_row(reporter: int, period: str, partner: int) -> dict[str, Any]:
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refPeriodId": int(f"{period}0101"),
        "refYear": int(period),
        "refMonth": 52,
        "period": period,
        "reporterCode": reporter,
        "flowCode": "M",
        "partnerCode": partner,
        "partner2Code": 0,
        "classificationCode": "H5",
        "cmdCode": "TOTAL",
        "customsCode": "C00",
        "motCode": 0,
        "primaryValue": 1000.0 * partner,
        "isReported": True,
        "isAggregate": False,
    }


def comtrade_reply(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""}).encode()


def publish_comtrade(publisher: Publisher, *, released: str = "2024-05-06T07:08:09.1234567", rows: int = 3) -> None:
    """Publish totals of Pakistan and the USA for 2022 and 2023."""
    available = [
        {"reporterCode": reporter, "period": period, "lastReleased": released, "classificationCode": "H5"}
        for reporter in (586, 842)
        for period in (2022, 2023)
    ]
    listed = {"elapsedTime": "0.1 secs", "count": len(available), "data": available, "error": ""}
    publisher.files["/public/v1/getDA/C/A/HS"] = json.dumps(listed).encode()
    for reporter in (586, 842):
        for period in ("2022", "2023"):
            reply = comtrade_reply([comtrade_row(reporter, period, partner) for partner in range(1, rows + 1)])
            query = f"reporterCode={reporter}&period={period}&cmdCode=TOTAL&flowCode=M,X,RM,RX"
            query += "&partner2Code=0&customsCode=C00&motCode=0&includeDesc=true"
            publisher.files[f"/public/v1/preview/C/A/HS?{query}"] = reply
            publisher.files[f"/data/v1/get/C/A/HS?{query}&maxRecords=100000"] = reply


def publish_baci(publisher: Publisher, *, vintages: Iterable[str] = ("202401b", "202501")) -> None:
    links = ""
    for vintage in vintages:
        for revision in ("HS17", "HS22"):
            name = f"BACI_{revision}_V{vintage}"
            publisher.files[f"/baci/data/{name}.zip"] = zipped(
                {
                    f"BACI_{revision}_Y2022_V{vintage}.csv": "t,i,j,k,v,q\n2022,586,643,010121,1.5,   NA\n",
                    f"BACI_{revision}_Y2023_V{vintage}.csv": "t,i,j,k,v,q\n2023,586,643,010121,2.5,  0.1\n",
                    f"country_codes_V{vintage}.csv": "country_code,country_name\n586,Pakistan\n",
                    "Readme.txt": "BACI",
                }
            )
            links += f'<a href="/DATA_DOWNLOAD/baci/data/{name}.zip">{name}</a>'
    publisher.files["/baci.asp"] = f"<!DOCTYPE html><html><body>{links}</body></html>".encode()


DESTA = """"number";"base_treaty";"name";"entry_type";"year";"entryforceyear";"wto_name";"c1";"c2";"mc1";"mc2"
1;1;"Ruritania Syldavia";"base_treaty";1999;2001;NA;643;586;0;1
"""

VISITS = """<visits><visit><id>1</id><start-date>1990-01-02</start-date><end-date>1990-01-03</end-date>
<visitor>Minister Example</visitor><from id="pakistan">Pakistan</from><description/></visit></visits>"""

TRAVELS = """<trips><trip role="secretary" who="example-a"><id>%d</id><role>secretary</role><name>A. Example</name>
<start-date>1990-02-01</start-date><end-date>1990-02-02</end-date><country id="oman">Oman</country>
<locale>Muscat</locale><remarks>Met the Sultan.</remarks></trip></trips>"""


def publish_desta(publisher: Publisher, *, versions: Iterable[str] = ("02_02", "02_03")) -> None:
    links = '<a href="/media/x/desta_codebook_02_03.pdf">codebook</a>'
    for version in versions:
        path = f"/media/filer_public/{version}/desta_list_of_treaties_{version}"
        publisher.files[f"{path}.csv"] = DESTA.encode()
        publisher.files[f"{path}_dyads.csv"] = b"country1,country2\n"
        links += f'<a class=\'file\' href="{path}.csv">list</a><a href="{path}_dyads.csv">dyads</a>'
    publisher.files["/downloads/"] = f"<!DOCTYPE html><html>{links}</html>".encode()


def commit_id(number: int) -> str:
    return f"{number:040x}"


def publish_history(publisher: Publisher, repository: str, commits: Mapping[int, str]) -> None:
    """Publish a repository with a release for each commit, given by number and time, the newest last."""
    folders = {"visits": ("data",), "travels": ("president-travels", "secretary-travels")}[repository]
    listed = [
        {"sha": commit_id(number), "commit": {"committer": {"date": at}}}
        for number, at in sorted(commits.items(), key=lambda item: item[1], reverse=True)
    ]
    publisher.files[f"/api/repos/HistoryAtState/{repository}/commits"] = json.dumps(listed).encode()
    for number in commits:
        sha = commit_id(number)
        top = f"{repository}-{sha}"
        members: dict[str, bytes | str] = {f"{top}/README.md": "read me", f"{top}/build.xml": "<project/>"}
        for place, folder in enumerate(folders):
            members[f"{top}/{folder}/{folder}-{number}.xml"] = "<visits/>" if folder == "data" else "<trips/>"
            members[f"{top}/{folder}/1990.xml"] = VISITS if folder == "data" else TRAVELS % place
        publisher.files[f"/codeload/HistoryAtState/{repository}/zip/{sha}"] = zipped(members, comment=sha)
