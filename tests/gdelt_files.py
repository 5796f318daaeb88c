"""Files in the format of the GDELT 2.0 event export: 61 tab-separated columns, no header, no quotes."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

from orchestration.contracts import FEEDS

COLUMNS = tuple(FEEDS["gdelt_events"].columns_by_name)

_USUAL = {
    "event_date": "20240918",
    "is_root_event": "1",
    "event_code": "040",
    "quad_class": "1",
    "goldstein_scale": "1.0",
    "num_mentions": "4",
    "num_sources": "1",
    "num_articles": "4",
    "avg_tone": "1.5",
    "actor1_country_code": "RUS",
    "actor2_country_code": "PAK",
    "action_geo_country_code": "PK",
    "date_added": "20240918143000",
    "source_url": "https://example.org/news/1",
}


def row(event_id: int, **cells: Any) -> str:
    """Return one row; base and root code follow from the code where they are not given."""
    given = {**_USUAL, "global_event_id": str(event_id), **cells}
    code = given["event_code"]
    given = {"event_base_code": code[:3], "event_root_code": code[:2], **given}
    assert set(given) <= set(COLUMNS)
    return "\t".join(str(given.get(column) or "") for column in COLUMNS)


def export(*rows: str) -> str:
    """Return a file of some rows."""
    return "".join(f"{text}\n" for text in rows)


def zipped(content: str, *, name: str = "20240918143000.export.CSV") -> bytes:
    """Return a zip file that holds the content under a name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return target.getvalue()


def gzipped(content: str) -> bytes:
    """Return a gzip file of the content."""
    return gzip.compress(content.encode())
