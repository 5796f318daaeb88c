"""Read a reply of the UN Comtrade API: `{"elapsedTime": …, "count": …, "data": […], "error": …}`.

Belongs here: the envelope, and when a reply may be cut off. Does not belong here: what its rows mean (dbt). The preview
without a key stops at 500 rows and does not say so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from orchestration.ingestion.readers.rows import BrokenRow, FileContent, Source, TextRow
from orchestration.ingestion.refusal import Refused

LONGEST_BYTES = 1 << 30
PREVIEW_ROWS = 500
"""Where the preview without a key stops."""
MOST_ROWS = 250_000
"""Where a reply to a query with a key stops."""

_ADVICE = "ask the API again, and save its reply as it comes"
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_GAP = re.compile(r"[ \t\r\n]*")
_LINE_ENDS = re.compile(r"[\r\n]+ *")


def read(source: Source) -> FileContent:
    """Read the rows of a reply, each with the text that it stands in.

    Raises:
        Refused: it is no reply, one that reports an error, or larger than a reply can be.
    """
    if source.path.stat().st_size > LONGEST_BYTES:
        raise Refused(f"it is larger than {LONGEST_BYTES:,} bytes", "ask for less at a time, or for a bulk file")
    try:
        text = source.path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"byte {error.start + 1:,} is not UTF-8", _ADVICE) from error
    envelope = _Envelope(text)
    rows = envelope.rows(source.contract.feed)
    content = FileContent(rows=rows)
    _judge(envelope, content)
    return content


def _judge(envelope: _Envelope, content: FileContent) -> None:
    count, stated = len(envelope.places), envelope.fields.get("count")
    if count in (PREVIEW_ROWS, MOST_ROWS):
        where = "the preview without a key" if count == PREVIEW_ROWS else "a reply"
        content.cut_off = f"it has exactly {count:,} rows, where {where} stops"
    elif stated is not None and str(stated) != str(count):
        content.cut_off = f"it says that it has {stated} rows, but has {count:,}"


class _Envelope:
    """The fields of a reply, and where in the text its rows stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.fields: dict[str, Any] = {}
        self.places: list[tuple[int, int]] = []
        self._read()

    def rows(self, feed: str) -> Iterator[TextRow | BrokenRow]:
        for number, (start, end) in enumerate(self.places, start=1):
            raw = _LINE_ENDS.sub(" ", self._text[start:end])
            row, _ = _DECODER.raw_decode(self._text, start)
            if not isinstance(row, dict):
                empty = TextRow(feed=feed, row_number=number, values={}, raw=raw)
                yield BrokenRow(row=empty, column=None, found=raw[:80], expected="an object with the fields of a row")
                continue
            values = {name: _as_text(value) for name, value in row.items()}
            if not _is_text("".join((*values, *filter(None, values.values())))):
                empty = TextRow(feed=feed, row_number=number, values={}, raw=raw)
                yield BrokenRow(
                    row=empty, column=None, found="an escape such as \\ud800", expected="characters of Unicode"
                )
                continue
            yield TextRow(feed=feed, row_number=number, values=values, raw=raw)

    def _read(self) -> None:
        position = self._skip(0)
        if not self._text.startswith("{", position):
            raise self._no_reply()
        position = self._skip(position + 1)
        has_data = False
        while not self._text.startswith("}", position):
            name, position = self._value(position)
            position = self._expect(":", position)
            if name == "data" and self._text.startswith("[", position):
                has_data = True
                position = self._read_rows(position)
            else:
                value, position = self._value(position)
                if not _is_text(f"{name}{_as_text(value)}"):
                    raise Refused("an escape such as \\ud800 in it is no character", _ADVICE)
                self.fields[str(name)] = value
            if self._text.startswith(",", position):
                position = self._skip(position + 1)
        if self._skip(position + 1) < len(self._text):
            raise Refused("something follows behind the end of the reply", _ADVICE)
        if error := self.fields.get("error"):
            raise Refused(f"the API replied with an error: {_as_text(error)}", "correct the query and ask again")
        is_empty = "data" in self.fields and self.fields["data"] is None and str(self.fields.get("count")) == "0"
        if not has_data and not is_empty:
            said = self.fields.get("message") or self.fields.get("errorObject") or ", ".join(self.fields) or "nothing"
            raise Refused(f"it is a reply without data: {_as_text(said)}", _ADVICE)

    def _read_rows(self, position: int) -> int:
        position = self._skip(position + 1)
        while not self._text.startswith("]", position):
            start = position
            _, position = self._value(position)
            self.places.append((start, self._end(start, position)))
            if self._text.startswith(",", position):
                position = self._skip(position + 1)
        return self._skip(position + 1)

    def _end(self, start: int, position: int) -> int:
        return start + len(self._text[start:position].rstrip())

    def _value(self, position: int) -> tuple[Any, int]:
        try:
            value, end = _DECODER.raw_decode(self._text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            raise self._no_reply(position) from error
        return value, self._skip(end)

    def _expect(self, sign: str, position: int) -> int:
        if not self._text.startswith(sign, position):
            raise self._no_reply(position)
        return self._skip(position + 1)

    def _skip(self, position: int) -> int:
        gap = _GAP.match(self._text, position)
        return gap.end() if gap else position

    def _no_reply(self, position: int | None = None) -> Refused:
        head = self._text[:200].lstrip()
        if head.startswith("<"):
            return Refused("it is a web page (HTML), not a reply of the API", _ADVICE)
        if position is None or position < len(head):
            return Refused(f"it is no reply of the API, but begins with {head[:40]!r}", _ADVICE)
        line = self._text.count("\n", 0, position) + 1
        return Refused(f"line {line:,}: the JSON is broken or cut off, after {len(self.places):,} rows", _ADVICE)


def _is_text(value: str) -> bool:
    """Say whether a text holds whole characters: an escape may stand for half of one."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
