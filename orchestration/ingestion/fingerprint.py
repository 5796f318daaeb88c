"""When the landing tables no longer mean what the code says: the fingerprint of contracts and readers.

Belongs here: what decides how a file becomes rows, and whether it does. Does not belong here: words for people
(descriptions, examples).
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import orchestration
from orchestration.contracts import Contract

_ROOT = Path(orchestration.__file__).parent
_READING_CODE = (
    "edtf.py",
    "dossiers",
    "ingestion/bulk.py",
    "ingestion/chunks.py",
    "ingestion/formats.py",
    "ingestion/landing.py",
    "ingestion/readers",
    "ingestion/releases.py",
    "ingestion/staging.py",
    "ingestion/validation.py",
)


def fingerprint(registry: Mapping[str, Contract]) -> str:
    """Return a hash that changes when a file that was loaded may have to be read anew."""
    contracts = [_shape(contract) for contract in registry.values()]
    code = [_meaning(path.read_text(encoding="utf-8")) for path in _sources()]
    return hashlib.sha256(json.dumps([contracts, code]).encode()).hexdigest()


def sources(registry: Mapping[str, Contract]) -> str:
    """Return a hash of what the fingerprint is made of, which is quicker to make: of the same comes the same."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(json.dumps([_shape(contract) for contract in registry.values()]).encode())
    for path in _sources():
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _shape(contract: Contract) -> list[object]:
    return [
        contract.feed,
        contract.table,
        contract.key,
        contract.at_least_one,
        contract.mode,
        contract.is_folder_delivery,
        contract.is_bulk,
        contract.reader,
        [contract.dialect.delimiter, contract.dialect.is_bare],
        [[c.name, c.type, c.required, c.allowed, c.pattern, c.minimum, c.maximum, c.dates] for c in contract.columns],
    ]


def _sources() -> Iterable[Path]:
    for name in _READING_CODE:
        path = _ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


@cache
def _meaning(source: str) -> str:
    """Return the code without comments, layout and docstrings; kept, since it takes longer than a small file does."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [child for child in body if not _is_text(child)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
