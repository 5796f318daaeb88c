"""When the landing tables no longer mean what the code says: the fingerprint of contracts and readers.

Belongs here: what decides how a file becomes rows, and whether it does. Does not belong here: words for people
(descriptions, examples).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType

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
    code = [meaning(path.read_text(encoding="utf-8")) for path in _sources()]
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
def meaning(source: str) -> str:
    """Return what Python makes of code, whatever its comments, layout and docstrings say; kept, since it takes a while.

    Bytecode is there sooner than the syntax tree, whose nodes become objects of Python. It may change with the version
    of Python, and where a function gets its first docstring: then the archive is read once too often.
    """
    return repr(_parts(compile(source, "", "exec", dont_inherit=True, optimize=2)))


def _parts(value: object) -> object:
    """Return what matters of a compiled constant, in the same order in every process."""
    if isinstance(value, CodeType):
        names = (value.co_name, value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
        given = (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount, value.co_flags)
        return names, given, value.co_code, value.co_exceptiontable, [_parts(one) for one in value.co_consts]
    if isinstance(value, frozenset):
        return "frozenset", sorted(map(repr, value))
    return [_parts(one) for one in value] if isinstance(value, tuple) else value
