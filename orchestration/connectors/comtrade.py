"""UN Comtrade: which figures there are, and then the figures, one reply for each reporter and period.

`getDA` lists data sets with the day of their last release; `get` needs a key, which goes into a header and nowhere
else. Without one only the preview can be asked, and it cuts at 500 rows without saying so. Belongs here: questions
and replies. Does not belong here: what a figure means.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from orchestration.connectors.downloaded import Downloaded
from orchestration.connectors.errors import FileRefusedError, RequestRefusedError, SourceUnavailableError
from orchestration.connectors.session import Session, Wanted
from orchestration.connectors.verification import refuse_web_page

NAME = "comtrade"
FEED = "comtrade"
KEY_HEADER = "Ocp-Apim-Subscription-Key"
PREVIEW_ROWS = 500
LATEST_YEARS = 3

_MOST_LIST_BYTES = 256 << 20
_MOST_REPLY_BYTES = 256 << 20
_CODE = re.compile(r"[A-Za-z0-9]{1,12}")
_PERIOD = re.compile(r"\d{4}(?:\d{2})?")
_RELEASED = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?")
_ERROR_SHOWN = 200
_LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked of every reporter and period."""

    frequency: str = "A"
    classification: str = "HS"
    commodities: tuple[str, ...] = ("TOTAL",)
    flows: tuple[str, ...] = ("M", "X", "RM", "RX")
    most_rows: int = 100_000
    """What the key allows: 100,000 rows in a reply for a free one, 250,000 for a premium one."""


@dataclass(frozen=True, order=True)
class DataSet:
    """One line of the data availability."""

    period: str
    reporter: str
    released: datetime


def fetch_comtrade(
    session: Session, query: Query, *, reporters: Sequence[str] = (), periods: Sequence[str] = ()
) -> None:
    """Fetch what was released for some reporters (none: all) and periods (none: the latest years).

    Raises:
        RequestRefusedError: a code is not written like one.
    """
    reporters = list(reporters) or list(session.options.comtrade_reporters)
    for codes, form, words in (
        (reporters, re.compile(r"\d{1,3}"), "a reporter: write its Comtrade code, such as 842"),
        (periods, _PERIOD, "a period: write 2020 or 202006"),
        ((*query.commodities, *query.flows, query.frequency, query.classification), _CODE, "a code of Comtrade"),
    ):
        for code in codes:
            if not form.fullmatch(code):
                raise RequestRefusedError(f"{code!r} is not {words}")
    if session.options.comtrade_key is None:
        session.note(
            "No key is set (ENTENTE_COMTRADE_KEY): the preview is asked, and a reply that it may have cut is refused."
        )
    for data_set in _available(session, query, reporters, periods):
        session.fetch(_wanted(session, query, data_set))


def _available(session: Session, query: Query, reporters: Sequence[str], periods: Sequence[str]) -> list[DataSet]:
    """Return what there is, the newest period first."""
    asked = {"reporterCode": ",".join(reporters), "period": ",".join(periods)}
    parameters = urlencode({name: value for name, value in asked.items() if value}, safe=",")
    url = f"{session.options.comtrade_url}/public/v1/getDA/C/{query.frequency}/{query.classification}"
    answer = session.text(f"{url}?{parameters}" if parameters else url, most_bytes=_MOST_LIST_BYTES)
    try:
        rows = json.loads(answer)["data"]
        found = {
            DataSet(period=str(row["period"]), reporter=str(int(row["reporterCode"])), released=_time(row))
            for row in rows
        }
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceUnavailableError(f"{url} did not answer with the availability of data; try again later") from error
    if not all(_PERIOD.fullmatch(data_set.period) for data_set in found):
        raise SourceUnavailableError(f"{url} answered with a period that is none; try again later")
    if not periods:
        latest = sorted({data_set.period[:4] for data_set in found})[-LATEST_YEARS:]
        found = {data_set for data_set in found if data_set.period[:4] in latest}
    newest: dict[tuple[str, str], DataSet] = {}
    for data_set in sorted(found, key=lambda each: each.released):
        newest[data_set.period, data_set.reporter] = data_set
    return sorted(newest.values(), key=lambda each: (-int(each.period), int(each.reporter)))


def _time(row: Mapping[str, Any]) -> datetime:
    match = _RELEASED.fullmatch(row["lastReleased"])
    if match is None:
        raise ValueError("lastReleased")
    return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)


def _wanted(session: Session, query: Query, data_set: DataSet) -> Wanted:
    key = session.options.comtrade_key
    asked = {
        "reporterCode": data_set.reporter,
        "period": data_set.period,
        "cmdCode": ",".join(query.commodities),
        "flowCode": ",".join(query.flows),
        # totals only: details beside them would count the same goods twice
        "partner2Code": "0",
        "customsCode": "C00",
        "motCode": "0",
    }
    parameters = urlencode(
        {**asked, "includeDesc": "true", **({"maxRecords": str(query.most_rows)} if key else {})}, safe=","
    )
    route = "data/v1/get" if key else "public/v1/preview"
    parts = ("C", query.frequency, query.classification, data_set.reporter, data_set.period)
    what = "_".join(("+".join(query.commodities), "+".join(query.flows)))
    stated: dict[str, object] = {
        "as_of": f"{data_set.released:%Y-%m-%dT%H:%M:%SZ}",
        "dataset_key": "/".join((*parts, what)),
        "publisher": "United Nations Statistics Division, UN Comtrade",
        "licence": "UN Comtrade terms of use",
    }
    if key:
        stated |= {
            "mode": "replace",
            "completeness": "complete",
            "query": {"typeCode": "C", "freqCode": query.frequency, "clCode": query.classification, **asked},
        }
    else:
        # without its query: nothing follows from what a preview leaves out
        stated |= {"mode": "extract", "completeness": "partial"}
    if len(what) > _LONGEST_NAME:
        what = hashlib.sha256(what.encode()).hexdigest()[:16]
    released = f"{data_set.released:%Y%m%dT%H%M%S}"
    return Wanted(
        path=f"{FEED}/{'_'.join((*parts, what, released))}{'' if key else '_preview'}.json",
        url=f"{session.options.comtrade_url}/{route}/C/{query.frequency}/{query.classification}?{parameters}",
        most_bytes=_MOST_REPLY_BYTES,
        verify=_verifying(data_set, most_rows=query.most_rows if key else PREVIEW_ROWS, is_preview=key is None),
        manifest=_stating(stated),
        secret_headers={KEY_HEADER: key} if key else {},
    )


def _stating(stated: Mapping[str, object]) -> Callable[[Path, Downloaded], Mapping[str, object]]:
    return lambda _part, _found: stated


def _verifying(data_set: DataSet, *, most_rows: int, is_preview: bool) -> Callable[[Path], None]:
    def verify(part: Path) -> None:
        refuse_web_page(part)
        reply = _read(part)
        if reply.get("error"):
            raise FileRefusedError(f"Comtrade says: {str(reply['error'])[:_ERROR_SHOWN]}")
        rows = reply.get("data")
        if not isinstance(rows, list):
            raise FileRefusedError("the reply has no data")
        if reply.get("count") not in (None, len(rows)):
            raise FileRefusedError(f"the reply counts {reply['count']} rows and holds {len(rows):,}")
        if len(rows) >= most_rows:
            advice = (
                "set ENTENTE_COMTRADE_KEY, or ask for fewer commodities or flows"
                if is_preview
                else "ask for fewer commodities or flows at a time"
            )
            name = "the preview" if is_preview else "a reply"
            raise FileRefusedError(f"it has {len(rows):,} rows, where {name} is cut: it is not complete; {advice}")
        others = {row for row in rows if row != (data_set.reporter, data_set.period)}
        if others:
            raise FileRefusedError(f"it holds rows of another reporter or period: {sorted(others, key=str)[0]}")

    return verify


def _read(part: Path) -> dict[str, Any]:
    """Read a reply with every row cut down to reporter and period: whole rows of 47 fields take gigabytes."""

    def reduced(fields: dict[str, Any]) -> Any:
        if "reporterCode" in fields and "period" in fields:
            return (str(fields["reporterCode"]), str(fields["period"]))
        return fields

    try:
        reply = json.loads(part.read_bytes(), object_hook=reduced)
    except (ValueError, RecursionError) as error:
        raise FileRefusedError(f"the reply is not JSON, or was cut ({error})") from error
    if not isinstance(reply, dict):
        raise FileRefusedError("the reply has no data")
    return reply
