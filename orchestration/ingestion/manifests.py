"""Manifests: what a person or a connector states about a delivery that its files do not say themselves.

Belongs here: reading `<file>.manifest.json` and `_manifest.yml`, and their few fields. Does not belong here: what
follows from them (deliveries). Every value is text, as in a dossier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from orchestration.contracts import Mode
from orchestration.dossiers import yaml_nodes
from orchestration.ingestion.refusal import Refused

FIELDS = ("as_of", "dataset_key", "publisher", "licence", "mode", "completeness", "query", "revision")
_COMPLETENESS = ("complete", "partial")
_LONGEST_BYTES = 1_000_000
_DATE_OR_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a manifest states; None where it is silent."""

    as_of: datetime | None = None
    dataset_key: str | None = None
    publisher: str | None = None
    licence: str | None = None
    mode: Mode | None = None
    is_complete: bool | None = None
    revision: int = 0


def from_content(content: Mapping[str, Any] | None) -> Manifest:
    """Read the fields of a manifest.

    Raises:
        Refused: a field is unknown, or its value is not what it may be.
    """
    if not content:
        return Manifest()
    for name in content:
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            raise _malformed(f"an unknown field {name}", f"{near[0]}?" if near else f"one of {', '.join(FIELDS)}")
    mode = _one_of(content, "mode", tuple(Mode))
    completeness = _one_of(content, "completeness", _COMPLETENESS)
    return Manifest(
        as_of=_moment(content),
        dataset_key=_text(content, "dataset_key"),
        publisher=_text(content, "publisher"),
        licence=_text(content, "licence"),
        mode=Mode(mode) if mode else None,
        is_complete=None if completeness is None else completeness == "complete",
        revision=_revision(content),
    )


def merged(texts: Iterable[tuple[str, bytes]]) -> Mapping[str, Any] | None:
    """Read manifests by name and content and lay the later over the earlier; None where there is none.

    Raises:
        Refused: one of them is not readable, or has an unknown field or a value that it may not have.
    """
    content: dict[str, Any] = {}
    for name, data in texts:
        try:
            content |= _read(name, data)
        except Refused as refused:
            raise Refused(f"the manifest {name}: {refused.reason}", refused.advice) from refused
    if not content:
        return None
    try:
        from_content(content)
    except Refused as refused:
        raise Refused(f"the manifest: {refused.reason}", refused.advice) from refused
    return content


def _read(name: str, data: bytes) -> dict[str, Any]:
    if len(data) > _LONGEST_BYTES:
        raise Refused(f"it is larger than {_LONGEST_BYTES:,} bytes", "write only the fields " + ", ".join(FIELDS))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("it is not UTF-8", "save it as UTF-8") from error
    content = _json(text) if name.endswith(".json") else _yaml(text)
    if not isinstance(content, dict):
        raise Refused("it holds no fields", "write fields such as as_of, publisher, licence")
    from_content(content)
    return content


def _json(text: str) -> Any:
    try:
        content = json.loads(text, object_pairs_hook=_without_duplicates)
        # an escape may stand for half a character, which no text can hold
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Refused("an escape such as \\ud800 in it is no character", "correct it, or remove it") from error
    # beside broken JSON, numbers of thousands of digits
    except (ValueError, RecursionError) as error:
        raise Refused(f"it is not valid JSON ({error})", "correct it, or remove it") from error
    return content


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise Refused("a field stands in it twice", "write every field once")
    return content


def _yaml(text: str) -> Any:
    try:
        root = yaml_nodes.read(text)
    except yaml_nodes.UnreadableYaml as error:
        raise Refused(f"it is not valid YAML ({error})", "correct it, or remove it") from error
    return None if root is None else _plain(root)


def _plain(node: yaml_nodes.Node) -> Any:
    if isinstance(node, yaml_nodes.Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, yaml_nodes.Sequence):
        return [_plain(item) for item in node.items]
    return node.text if isinstance(node, yaml_nodes.Scalar) else None


def _text(content: Mapping[str, Any], name: str) -> str | None:
    value = content.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _malformed(f"{name} is {json.dumps(value)}", "a text")
    return value.strip() or None


def _one_of(content: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = _text(content, name)
    if value is not None and value not in allowed:
        raise _malformed(f"{name} is {value}", f"one of {', '.join(allowed)}")
    return value


def _moment(content: Mapping[str, Any]) -> datetime | None:
    value = _text(content, "as_of")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if _DATE_OR_TIME.fullmatch(value) else None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _malformed(f"as_of is {value}", "a date or time such as 2024-09-18 or 2024-09-18T10:00:00Z")


def _revision(content: Mapping[str, Any]) -> int:
    value = _text(content, "revision")
    if value is None:
        return 0
    if not re.fullmatch(r"\d{1,6}", value):
        raise _malformed(f"revision is {value}", "a whole number such as 1")
    return int(value)


def _malformed(found: str, expected: str) -> Refused:
    return Refused(found, f"write {expected}" if not expected.endswith("?") else f"did you mean {expected}")
