"""Damaged files of every feed: what transport, editors, spreadsheets and bad will do to a valid one.

Belongs here: the damage. Does not belong here: what must become of it. Everything is a pure function of the valid file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from orchestration.contracts import FEEDS, NATIVE, Contract
from orchestration.settings import PROJECT_ROOT
from tests.gdelt_files import export, row, zipped
from tests.trade_files import baci, figure, reply

Damage = Callable[[bytes], bytes]
ROWS = 4


@dataclass(frozen=True)
class DamagedFile:
    """One file, what was done to it, and where it lies below `raw/`."""

    path: str
    damage: str
    content: bytes


def examples(contract: Contract) -> list[dict[str, str]]:
    """Return valid rows of a feed, made of the examples in its contract; their last text is their number."""
    usual = {column.name: column.example for column in contract.columns if column.required or column.example}
    usual.pop("retracted", None)
    return [usual | {"locator": f"p{number}"} for number in range(1, ROWS + 1)]


def as_csv(contract: Contract) -> bytes:
    """Return a valid CSV file."""
    rows = examples(contract)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_ndjson(contract: Contract) -> bytes:
    """Return a valid NDJSON file."""
    return "".join(f"{json.dumps(row)}\n" for row in examples(contract)).encode()


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _cut(share: float) -> Damage:
    return lambda content: content[: int(len(content) * share)]


def _recoded(encoding: str, bom: bytes = b"") -> Damage:
    return lambda content: bom + content.decode().replace("visit", "vìsit").encode(encoding, "replace")


def _in_row(number: int, change: Damage) -> Damage:
    def damage(content: bytes) -> bytes:
        lines = _lines(content)
        lines[number % len(lines)] = change(lines[number % len(lines)])
        return b"".join(lines)

    return damage


def _cells(change: Callable[[list[list[str]]], list[list[str]]]) -> Damage:
    def damage(content: bytes) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(change(list(csv.reader(io.StringIO(content.decode())))))
        return text.getvalue().encode()

    return damage


def _every_cell_of_a_row(value: str) -> Damage:
    return _cells(lambda rows: [*rows[:-1], [value] * len(rows[0])])


ANYWHERE: Mapping[str, Damage] = {
    "empty": _cut(0),
    "one byte": lambda content: content[:1],
    **{f"cut after {percent} percent": _cut(percent / 100) for percent in (5, 20, 40, 60, 80, 97)},
    "no end of the last line": lambda content: content.rstrip(b"\n"),
    "UTF-8 with a byte order mark": lambda content: codecs.BOM_UTF8 + content,
    "two byte order marks": lambda content: 2 * codecs.BOM_UTF8 + content,
    "UTF-16": _recoded("utf-16"),
    "UTF-16 without a mark": _recoded("utf-16-le"),
    "UTF-32": _recoded("utf-32"),
    "Latin-1": _in_row(1, lambda line: line.replace(b"p1", b"\xfc1")),
    "half a letter": _in_row(2, lambda line: line.replace(b"p2", b"\xe2\x82")),
    "a surrogate": _in_row(2, lambda line: line.replace(b"p2", b"\xed\xa0\x80")),
    "NULs": _in_row(2, lambda line: line.replace(b"p2", b"p\x00\x002")),
    "nothing but NULs": lambda content: bytes(len(content)),
    "control characters": _in_row(3, lambda line: line.replace(b"p3", b"\x01\x1b[31m\x7f")),
    "Windows line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "old Mac line ends": lambda content: content.replace(b"\n", b"\r"),
    "mixed line ends": _in_row(2, lambda line: line.replace(b"\n", b"\r\n")),
    "empty lines": lambda content: content.replace(b"\n", b"\n\n\n"),
    "rows twice": lambda content: content + b"".join(_lines(content)[1:]),
    "a row of noise": _in_row(2, lambda _: bytes(range(1, 256)).replace(b"\n", b"") + b"\n"),
    "a web page": lambda _: b"<!doctype html><html><body>503 Service Unavailable</body></html>\n",
    "a zip in its place": lambda content: zipped(content.decode("latin-1")),
    "a gzip in its place": gzip.compress,
    "a Parquet file with a false footer": lambda content: b"PAR1" + content + b"\xff\xff\xff\x7fPAR1",
    "noise": lambda content: content[::-1].translate(bytes(range(255, -1, -1))),
}

OF_TABLES: Mapping[str, Damage] = {
    "semicolons": lambda content: content.replace(b",", b";"),
    "tabs": lambda content: content.replace(b",", b"\t"),
    "bars": lambda content: content.replace(b",", b"|"),
    "an open quote": _in_row(2, lambda line: b'"' + line),
    "an open quote in the last cell": _in_row(-1, lambda line: line.rstrip(b"\n") + b'"\n'),
    "a quote within a cell": _in_row(2, lambda line: line.replace(b"p2", b'p"2"x')),
    "a line end in a cell": _in_row(2, lambda line: line.replace(b"p2", b'"p\n2"')),
    "a row too short": _in_row(2, lambda line: line.partition(b",")[0] + b"\n"),
    "a row too long": _in_row(2, lambda line: line.rstrip(b"\n") + b",more,and more\n"),
    "only a header": lambda content: _lines(content)[0],
    "no header": lambda content: b"".join(_lines(content)[1:]),
    "the header twice": lambda content: _lines(content)[0] + content,
    "the first column missing": _cells(lambda rows: [row[1:] for row in rows]),
    "the last column missing": _cells(lambda rows: [row[:-1] for row in rows]),
    "a column more": _cells(lambda rows: [[*row, "more"] for row in rows]),
    "a column twice": _cells(lambda rows: [[*row, row[0]] for row in rows]),
    "columns in another order": _cells(lambda rows: [row[::-1] for row in rows]),
    "nameless columns": _cells(lambda rows: [["" for _ in rows[0]], *rows[1:]]),
    "names in capitals": _in_row(0, lambda line: line.upper()),
    "a thousand columns": _cells(lambda rows: [row + [f"{row[0]}-{i}" for i in range(1000)] for row in rows]),
    "a cell of a megabyte": _in_row(2, lambda line: line.replace(b"p2", b"x" * 1_000_000)),
    **{
        f"a row of {words}": _every_cell_of_a_row(value)
        for words, value in {
            "nothing": "",
            "words": "no such thing",
            "numbers beyond everything": "9" * 400,
            "not a number": "NaN",
            "infinity": "-inf",
            "a day that does not exist": "2024-02-30",
            "nonsense for EDTF": "2024-1X/..~?%",
            "years before everything": "-99999999-01-01",
            "a formula": '=HYPERLINK("http://example.org")',
            "SQL": "'; drop table landing.meetings; --",
            "a path": "../../../../etc/passwd",
            "a bad code of a country": "iso3:",
            "emoji": "\N{FIRE}" * 50,
        }.items()
    },
}


def _record(value: str) -> Damage:
    return _in_row(1, lambda _: value.encode() + b"\n")


OF_RECORDS: Mapping[str, Damage] = {
    "a list in place of a record": _record("[1, 2, 3]"),
    "a text in place of a record": _record('"meeting"'),
    "null in place of a record": _record("null"),
    "an empty record": _record("{}"),
    "two records in a line": _in_row(1, lambda line: line.rstrip(b"\n") + line),
    "a record over two lines": _in_row(1, lambda line: line.replace(b", ", b",\n", 1)),
    "deep lists": _record("[" * 20_000 + "]" * 20_000),
    "deep records": _record('{"a":' * 2_000 + "1" + "}" * 2_000),
    "a name twice": _in_row(1, lambda line: line.replace(b"{", b'{"locator": "p9", ', 1)),
    "lists in cells": _in_row(1, lambda line: line.replace(b'"p2"', b'["p2", ["p3"]]')),
    "an unknown name": _in_row(1, lambda line: line.replace(b"{", b'{"sonstiges": 1, ', 1)),
    "numbers beyond everything": _in_row(1, lambda line: line.replace(b'"p2"', b"1" + b"0" * 400)),
    "not a number": _in_row(1, lambda line: line.replace(b'"p2"', b"NaN")),
    "half an escape": _in_row(1, lambda line: line.replace(b"p2", b"\\ud83d")),
    "a wrong escape": _in_row(1, lambda line: line.replace(b"p2", b"\\x")),
    "a comma at the end": _in_row(1, lambda line: line.replace(b"}", b",}")),
    "one list of all": lambda content: b"[" + content.replace(b"}\n{", b"},\n{") + b"]",
}

OF_GZIP: Mapping[str, Damage] = {
    "a gzip that was cut": lambda content: gzip.compress(content)[:-9],
    "a gzip with a wrong checksum": lambda content: gzip.compress(content)[:-8] + b"\x00" * 8,
    "no gzip": lambda content: content,
    "two gzips in one": lambda content: gzip.compress(content) + gzip.compress(b""),
    "a gzip with noise behind it": lambda content: gzip.compress(content) + b"noise" * 20,
    "a gzip in a gzip": lambda content: gzip.compress(gzip.compress(content)),
}

OF_MARKUP: Mapping[str, Damage] = {
    "an entity bomb": lambda content: _ENTITIES + content,
    "a file as an entity": lambda content: b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content,
    "another root": lambda content: b"<other>" + content + b"</other>",
    "deep elements": lambda _: b"<a>" * 5_000 + b"</a>" * 5_000,
    "not well formed": lambda content: content.replace(b"</", b"<", 1),
}
_ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
)

OF_DOSSIERS: Mapping[str, Damage] = {
    "aliases that multiply": lambda content: b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n" + content,
    "an alias of itself": lambda content: b"loop: &loop [*loop]\n" + content,
    "a tag that makes an object": lambda content: b"x: !!python/object/apply:os.system [id]\n" + content,
    "tabs for spaces": lambda content: content.replace(b"  ", b"\t"),
    "two documents": lambda content: content + b"---\n" + content,
    "deep lists": lambda content: content + b"deep: " + b"[" * 3_000 + b"]" * 3_000 + b"\n",
    "an unknown section": lambda content: content + b"gossip:\n  - {id: x}\n",
}

_DOSSIER = (PROJECT_ROOT / "raw" / "dossiers" / "2024-09-pakistan-russia.yaml").read_bytes
_DESTA = b'"number";"base_treaty";"name";"entry_type";"year";"entryforceyear";"c1";"c2"\n' + b"".join(
    b'"%d";"%d";"A B p%d";"base_treaty";"1999";"2001";"643";"398"\n' % (number, number, number)
    for number in range(1, 5)
)
_BACI = baci(*((2020, 352, 470, f"{number:06}", number, "NA") for number in range(1, 5))).encode()
_COMTRADE = reply(*(figure(partnerCode=number) for number in range(1, 5))).encode()
_TRIPS = b"<trips>%s</trips>" % b"\n".join(
    b'<trip who="doe-jane" role="secretary"><id>%d</id><role>secretary</role><name>Jane Doe</name>'
    b"<start-date>2025-02-01</start-date><end-date>2025-02-01</end-date>"
    b'<country id="korea-south">Korea, Republic of</country><locale/><remarks>p%d</remarks></trip>' % (number, number)
    for number in range(1, 5)
)
_VISITS = b"<visits>%s</visits>" % b"\n".join(
    b"<visit><id>%d</id><start-date>1990-01-02</start-date><end-date>1990-01-03</end-date><visitor>p%d</visitor>"
    b'<from id="france">France</from><description>Official visit.</description></visit>' % (number, number)
    for number in range(1, 5)
)


def valid_files() -> Iterator[tuple[str, bytes, tuple[Mapping[str, Damage], ...]]]:
    """Give a valid file of every feed and format, as its path with a place for a name, and what may befall it."""
    for feed, contract in NATIVE.items():
        yield f"{feed}/{{}}.csv", as_csv(contract), (ANYWHERE, OF_TABLES)
        yield f"{feed}/{{}}.ndjson", as_ndjson(contract), (ANYWHERE, OF_RECORDS)
    contract = NATIVE["meetings"]
    yield "meetings/{}.csv.gz", as_csv(contract), (OF_GZIP,)
    yield "meetings/{}.ndjson.gz", as_ndjson(contract), (OF_GZIP,)
    yield "dossiers/{}.yaml", _DOSSIER(), (ANYWHERE, OF_DOSSIERS)
    yield "gdelt_events/{}.export.CSV", export(*(row(number) for number in range(1, 5))).encode(), (ANYWHERE,)
    yield "desta/{}.csv", _DESTA, (ANYWHERE,)
    yield "baci/BACI_HS17_Y2020_V202201_extract-{}.csv", _BACI, (ANYWHERE, OF_TABLES)
    yield "comtrade/{}.json", _COMTRADE, (ANYWHERE,)
    rates = FEEDS["exchange_rates_monthly"]
    yield "exchange_rates_monthly/{}.csv", as_csv(rates), (ANYWHERE, OF_TABLES)
    yield "state_travels/{}/trips.xml", _TRIPS, (ANYWHERE, OF_MARKUP)
    yield "state_visits/{}/visits.xml", _VISITS, (ANYWHERE, OF_MARKUP)


def damaged_files() -> Iterator[DamagedFile]:
    """Give damaged files, each under a name of its own; none has the content of another.

    What may befall a file befalls every other one: each damage meets half of the feeds.
    """
    valid = list(valid_files())
    seen = {content for _, content, _ in valid}
    for turn, (path, original, damages) in enumerate(valid):
        is_folder = path.count("/") > 1
        for number, (words, damage) in enumerate((item for group in damages for item in group.items()), start=1):
            is_only_one_of_its_kind = len(damages) == 1 or damages[-1] in (OF_MARKUP, OF_DOSSIERS)
            if not is_only_one_of_its_kind and (turn // 2 + number) % 2:
                continue
            content = damage(original)
            if content in seen:
                continue
            seen.add(content)
            name = f"{2000 + number // 28}-01-{number % 28 + 1:02}" if is_folder else f"damaged-{number}"
            yield DamagedFile(path=path.format(name), damage=words, content=content)
