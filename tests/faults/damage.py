"""Damaged files of every feed: what transport, editors, spreadsheets and bad will do to a valid one.

Belongs here: the damage. Does not belong here: what must become of it. Everything is a pure function of the valid file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet

from orchestration.contracts import FEEDS, NATIVE, Contract
from orchestration.ingestion.formats import ROW_FORMATS
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
    "a gzip bomb": lambda _: bomb(70 << 20),
    "a gzip bomb of many members": lambda _: bomb(35 << 20) * 2,
    "a header that names a file elsewhere": lambda content: _gzip_called(b"../../etc/passwd", content)[:-4],
}


def bomb(byte_count: int) -> bytes:
    """Return a gzip member of nothing but zeros."""
    return gzip.compress(bytes(byte_count), compresslevel=9, mtime=0)


def _gzip_called(name: bytes, content: bytes) -> bytes:
    packed = gzip.compress(content, mtime=0)
    return packed[:3] + b"\x08" + packed[4:10] + name + b"\0" + packed[10:]


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0o600, flags: int = 0) -> bytes:
    data = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        with zipfile.ZipFile(data, "w") as packed:
            for name, content in members:
                member = zipfile.ZipInfo(name)
                member.compress_type = method
                member.external_attr = mode << 16
                packed.writestr(member, content)
    packed_bytes = data.getvalue()
    if flags:
        central = packed_bytes.index(b"PK\x01\x02")
        both = bytearray(packed_bytes)
        both[6] |= flags
        both[central + 8] |= flags
        packed_bytes = bytes(both)
    return packed_bytes


_MEMBER = "20200101000000.export.CSV"

OF_ZIPS: Mapping[str, Damage] = {
    **{f"a zip cut after {percent} percent": _cut(percent / 100) for percent in (0, 1, 10, 50, 90, 99)},
    "a name that leads out": lambda content: _zip((f"../{_MEMBER}", _unzipped(content))),
    "a name that leads far out": lambda content: _zip(("../" * 40 + "tmp/" + _MEMBER, _unzipped(content))),
    "an absolute name": lambda content: _zip((f"/tmp/{_MEMBER}", _unzipped(content))),  # noqa: S108
    "a name of another system": lambda content: _zip((f"C:\\Windows\\{_MEMBER}", _unzipped(content))),
    "backslashes that lead out": lambda content: _zip((f"..\\..\\{_MEMBER}", _unzipped(content))),
    "a name that is none": lambda content: _zip(("\x01\x02", _unzipped(content))),
    "a member twice": lambda content: _zip((_MEMBER, _unzipped(content)), (_MEMBER, _unzipped(content))),
    "two members": lambda content: _zip((_MEMBER, _unzipped(content)), ("more.export.CSV", b"x")),
    "no member": lambda _: _zip(),
    "a folder alone": lambda _: _zip(("folder/", b"")),
    "a link": lambda _: _zip((_MEMBER, b"/etc/passwd"), mode=0o120777),
    "an encrypted member": lambda content: _zip((_MEMBER, _unzipped(content)), flags=1),
    "a zip in a zip": lambda content: _zip((_MEMBER, content)),
    "a zip bomb": lambda _: _zip((_MEMBER, bytes(70 << 20))),
    "another method": lambda content: _zip((_MEMBER, _unzipped(content)), method=zipfile.ZIP_BZIP2),
    "a wrong checksum": lambda content: _zip((_MEMBER, _unzipped(content)), method=zipfile.ZIP_STORED).replace(
        b"\t", b" ", 1
    ),
    "a wrong size": lambda content: content.replace(
        len(_unzipped(content)).to_bytes(4, "little"), (1 << 31).to_bytes(4, "little")
    ),
    "a comment that hides another zip": lambda content: content[:-2] + b"\x16\x00" + content[-22:],
    "noise in front": lambda content: b"noise" * 9 + content,
    "noise behind": lambda content: content + b"noise" * 9,
    "the directory points nowhere": lambda content: content[:-6] + b"\xff\xff\xff\x7f" + content[-2:],
}


def _unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(packed.namelist()[0])


OF_DOCUMENTS: Mapping[str, Damage] = {
    "deep lists in a document": lambda _: b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep records in a document": lambda _: b'{"data":[' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}",
    "another shape": lambda _: b'{"rows": [1, 2, 3]}',
    "a list": lambda _: b"[]",
    "a number": lambda _: b"1e999",
    "no rows": lambda content: content[: content.index(b"[")] + b"[]}",
    "rows that are none": lambda _: b'{"data": [null, 1, "x", [], {}]}',
    "a name twice in a document": lambda content: content.replace(b'"data":', b'"data": 1, "data":', 1),
    "numbers beyond everything in a document": lambda content: content.replace(b"2017", b"2" + b"0" * 5_000),
    "not a number in a document": lambda content: content.replace(b"2017", b"NaN"),
    "half an escape in a document": lambda content: content.replace(b'"data"', b'"\\ud83d": 1, "data"', 1),
    "a comma too many": lambda content: content.replace(b"}", b",}", 1),
    "two documents in one": lambda content: content + content,
}

OF_MARKUP: Mapping[str, Damage] = {
    "an entity bomb": lambda content: _ENTITIES + content,
    "a file as an entity": lambda content: b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + content,
    "another root": lambda content: b"<other>" + content + b"</other>",
    "deep elements": lambda _: b"<a>" * 5_000 + b"</a>" * 5_000,
    "not well formed": lambda content: content.replace(b"</", b"<", 1),
    "entities that grow with the square": lambda content: (
        b'<!DOCTYPE a [<!ENTITY e "' + b"e" * 20_000 + b'">]><a>' + b"&e;" * 5_000 + b"</a>" + content
    ),
    "an entity of the network": lambda content: (
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "http://127.0.0.1:9/e">]>' + content.replace(b"p2", b"&e;")
    ),
    "a grammar elsewhere": lambda content: b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + content,
    "parameter entities": lambda content: b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>' + content,
    "an encoding that is not its own": lambda content: b'<?xml version="1.0" encoding="UTF-16"?>' + content,
    "an encoding that nobody knows": lambda content: b'<?xml version="1.0" encoding="x-none"?>' + content,
    "a character that may not be": lambda content: content.replace(b"p2", b"&#0;"),
    "an attribute of a megabyte": lambda content: content.replace(b"<id>", b'<id x="' + b"x" * 1_000_000 + b'">', 1),
    "a thousand attributes": lambda content: content.replace(
        b"<id>", b"<id " + b" ".join(b'a%d="1"' % number for number in range(1_000)) + b">", 1
    ),
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

OF_PARQUET: Mapping[str, Damage] = {
    **{f"Parquet cut after {percent} percent": _cut(percent / 100) for percent in (0, 1, 10, 50, 90, 99)},
    "Parquet without its last byte": lambda content: content[:-1],
    "Parquet without its footer": lambda content: content[: -8 - int.from_bytes(content[-8:-4], "little")],
    "a footer longer than the file": lambda content: content[:-8] + b"\xff\xff\xff\x7fPAR1",
    "a footer of no length": lambda content: content[:-8] + bytes(4) + b"PAR1",
    "a footer of noise": lambda content: content[:-60] + bytes(range(52)) + content[-8:],
    "a page of noise": lambda content: content[:8] + bytes(range(40)) + content[48:],
    "a flipped bit in every hundredth byte": lambda content: bytes(
        byte ^ 1 if place % 100 == 50 else byte for place, byte in enumerate(content)
    ),
    "marks with nothing between": lambda _: b"PAR1PAR1",
    "an encrypted footer": lambda content: content[:-4] + b"PARE",
    "noise behind Parquet": lambda content: content + b"noise",
    "Parquet twice": lambda content: content + content,
    "Parquet of numbers": lambda _: _parquet({"meeting_id": [1, 2], "kind": [1.5, None], "document_id": [True, False]}),
    "Parquet of lists": lambda _: _parquet({"meeting_id": [["a"], ["b"]], "kind": [{"x": 1}, None]}),
    "Parquet of bytes": lambda _: _parquet({"meeting_id": [b"\xff\xfe"], "kind": [b"\x00"], "document_id": [b"d"]}),
    "Parquet without rows": lambda _: _parquet({"meeting_id": [], "kind": [], "document_id": []}),
    "Parquet without columns": lambda _: _parquet({}),
    "Parquet with a cell of ten megabytes": lambda _: _parquet({"meeting_id": ["x" * 10_000_000], "kind": ["visit"]}),
    "Parquet that repeats itself a million times": lambda _: _parquet(
        {"meeting_id": pa.array(["m-1"] * 1_000_000).dictionary_encode(), "kind": ["visit"] * 1_000_000}
    ),
}


def _parquet(columns: Mapping[str, Any]) -> bytes:
    data = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(dict(columns)), data)
    return data.getvalue()


def as_parquet(contract: Contract) -> bytes:
    """Return a valid Parquet file."""
    rows = examples(contract)
    return _parquet({name: [row[name] for row in rows] for name in rows[0]})


_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="meetings" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
"""What every workbook has, beside its sheet."""


def as_workbook(contract: Contract) -> bytes:
    """Return a valid Excel workbook."""
    rows = examples(contract)
    cells = [list(rows[0]), *(list(row.values()) for row in rows)]
    lines = "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row)
        + "</row>"
        for number, row in enumerate(cells, start=1)
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )
    return _workbook({**_PARTS, _SHEET: sheet})


def _workbook(parts: Mapping[str, str | bytes]) -> bytes:
    return _zip(*((name, part.encode() if isinstance(part, str) else part) for name, part in parts.items()))


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _with_part(name: str, change: Callable[[bytes], bytes]) -> Damage:
    def damage(content: bytes) -> bytes:
        parts = _parts(content)
        return _workbook({**parts, name: change(parts.get(name, b""))})

    return damage


def _cell_of(xml: bytes) -> Damage:
    """Add a cell to the last row of the sheet."""
    return _with_part(_SHEET, lambda sheet: sheet.replace(b"</row></sheetData>", xml + b"</row></sheetData>"))


_EXTERNAL = (
    b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></externalLink>'
)

OF_WORKBOOKS: Mapping[str, Damage] = {
    **{f"a workbook cut after {percent} percent": _cut(percent / 100) for percent in (0, 1, 10, 50, 90, 99)},
    "macros": _with_part("xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0" + bytes(500)),
    "a formula": _cell_of(b'<c t="str"><f>HYPERLINK("http://example.org")</f><v>p9</v></c>'),
    "a formula that calls a program": _cell_of(b"<c><f>cmd|' /C calc'!A0</f><v>1</v></c>"),
    "a formula without a result": _cell_of(b"<c><f>1+1</f></c>"),
    "an error in a cell": _cell_of(b'<c t="e"><v>#REF!</v></c>'),
    "a text that is not there": _cell_of(b'<c t="s"><v>99999999</v></c>'),
    "a cell of no kind": _cell_of(b'<c t="nonsense"><v>1</v></c>'),
    "a cell beyond the last column": _cell_of(b'<c r="ZZZZZ1"><v>1</v></c>'),
    "a row beyond the last": _with_part(_SHEET, lambda sheet: sheet.replace(b'<row r="3">', b'<row r="99999999999">')),
    "the last row of all": _with_part(_SHEET, lambda sheet: sheet.replace(b'<row r="5">', b'<row r="1048576">')),
    "a row beyond the last, as a fraction": _with_part(
        _SHEET, lambda sheet: sheet.replace(b'<row r="3">', b'<row r="1e11">')
    ),
    "a row beyond the last, in entities": _with_part(
        _SHEET, lambda sheet: sheet.replace(b'<row r="3">', b'<row r="&#57;9999999999">')
    ),
    "a row beyond the last behind a sign": _with_part(
        _SHEET, lambda sheet: sheet.replace(b'<row r="3">', b'<row a=">" r="99999999999">')
    ),
    "a cell of another row": _cell_of(b'<c r="A99999999999"><v>1</v></c>'),
    "the last column of all": _cell_of(b'<c r="XFD5"><v>1</v></c>'),
    "cells that never end": _cell_of(b"<c><f>1</f>" + b"<c>" * 300_000),
    "rows, formulas and areas that never end": _cell_of(
        b"<row " * 100_000 + b"<c r='A1'>" + b"<f " * 100_000 + b"<v " * 100_000 + b"<mergeCell " * 50_000
    ),
    "a number beyond everything": _cell_of(b"<c><v>1e999999</v></c>"),
    "links to other files": _with_part("xl/externalLinks/externalLink1.xml", lambda _: _EXTERNAL),
    "an entity bomb in a sheet": _with_part(
        _SHEET, lambda sheet: _ENTITIES + sheet.replace(b"<t>p2</t>", b"<t>&c;</t>")
    ),
    "a file as an entity in a sheet": _with_part(
        _SHEET,
        lambda sheet: b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet.replace(b"p2", b"&e;"),
    ),
    "a zip bomb in a sheet": _with_part(_SHEET, lambda sheet: sheet.replace(b"p2", b" " * (70 << 20))),
    "a sheet that is missing": lambda content: _workbook(
        {name: part for name, part in _parts(content).items() if name != _SHEET}
    ),
    "a sheet elsewhere": _with_part(
        "xl/_rels/workbook.xml.rels", lambda part: part.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")
    ),
    "a sheet of the network": _with_part(
        "xl/_rels/workbook.xml.rels",
        lambda part: part.replace(b'"worksheets/sheet1.xml"', b'"http://127.0.0.1:9/s" TargetMode="External"'),
    ),
    "a sheet that is not well formed": _with_part(_SHEET, lambda sheet: sheet[:-9]),
    "a sheet of noise": _with_part(_SHEET, lambda _: bytes(range(256))),
    "a workbook of noise": _with_part("xl/workbook.xml", lambda _: b"noise"),
    "no sheet at all": _with_part(
        "xl/workbook.xml", lambda part: part.replace(part[part.index(b"<sheet ") : part.index(b"</sheets>")], b"")
    ),
    "a workbook of the old kind": lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000),
    "an encrypted member of a workbook": lambda content: _zip(*_parts(content).items(), flags=1),
    "a member that leads out": lambda content: _workbook({**_parts(content), "../../evil.xml": b"<a/>"}),
    "a member of a workbook twice": lambda content: _zip(*_parts(content).items(), (_SHEET, b"<worksheet/>")),
    "a zip that is no workbook": lambda _: _zip(("a.txt", b"no workbook")),
    "a workbook in a workbook": lambda content: _zip(("book.xlsx", content)),
}

OF_LISTS: Mapping[str, Damage] = {
    "deep lists in a list": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "a list that does not end": lambda content: content.rstrip(b"]"),
    "a list in a list": lambda content: b"[" + content + b"]",
    "records without commas": lambda content: content.replace(b"}, {", b"} {"),
    "two lists": lambda content: content + content,
    "a list of anything": lambda _: b'[null, 1, "x", [], {}, true]',
    "a record that holds the list": lambda content: b'{"rows": ' + content + b"}",
    "a name twice in a record": lambda content: content.replace(b'{"', b'{"locator": "p9", "', 1),
}
_OF_ONE_FEED = (OF_MARKUP, OF_DOSSIERS, OF_ZIPS, OF_DOCUMENTS, OF_PARQUET, OF_WORKBOOKS, OF_LISTS)

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
    if "parquet" in ROW_FORMATS:
        yield "meetings/{}.parquet", as_parquet(contract), (OF_PARQUET,)
    if "excel" in ROW_FORMATS:
        yield "meetings/{}.xlsx", as_workbook(contract), (OF_WORKBOOKS,)
    if "json" in ROW_FORMATS:
        yield "meetings/{}.json", json.dumps(examples(contract)).encode(), (ANYWHERE, OF_LISTS)
    yield "dossiers/{}.yaml", _DOSSIER(), (ANYWHERE, OF_DOSSIERS)
    events = export(*(row(number) for number in range(1, 5)))
    yield "gdelt_events/{}.export.CSV", events.encode(), (ANYWHERE,)
    yield "gdelt_events/{}.export.CSV.zip", zipped(events), (OF_ZIPS,)
    yield "desta/{}.csv", _DESTA, (ANYWHERE,)
    yield "baci/BACI_HS17_Y2020_V202201_extract-{}.csv", _BACI, (ANYWHERE, OF_TABLES)
    yield "comtrade/{}.json", _COMTRADE, (ANYWHERE, OF_DOCUMENTS)
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
            is_only_one_of_its_kind = len(damages) == 1 or damages[-1] in _OF_ONE_FEED
            if not is_only_one_of_its_kind and (turn // 2 + number) % 2:
                continue
            content = damage(original)
            if content in seen:
                continue
            seen.add(content)
            name = f"{2000 + number // 28}-01-{number % 28 + 1:02}" if is_folder else f"damaged-{number}"
            yield DamagedFile(path=path.format(name), damage=words, content=content)
