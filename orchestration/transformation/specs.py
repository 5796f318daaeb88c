"""What Dagster shows of each model, seed and source of dbt: name, group, columns, what it reads.

Belongs here: asset specs from the manifest. Does not belong here: building, and checks. They are the specs that
`dagster_dbt` makes (a test holds them against it), without importing dbt: that costs a new process two seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.ownership import OWNERS


def build_star_specs(manifest: Mapping[str, Any]) -> dict[str, dg.AssetSpec]:
    """Return the specs of the models and seeds by dbt's unique id."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    return {
        unique_id: dg.AssetSpec(
            asset_key_of(node),
            deps=[_dependency(nodes[read]) for read in sorted(set(node["depends_on"].get("nodes", ())))],
            skippable=True,
            group_name=group_of(node["fqn"], resource_type=node["resource_type"]),
            description=node["description"] or None,
            metadata=_metadata(node),
            code_version=_code_version(node),
            owners=OWNERS,
            kinds={"dbt", "duckdb", _kind(node["config"]["materialized"])},
        )
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }


def asset_key_of(node: Mapping[str, Any]) -> dg.AssetKey:
    """Return (schema, table), as in SQL."""
    return dg.AssetKey([node["schema"], node.get("identifier") or node.get("alias") or node["name"]])


def group_of(fqn: Sequence[str], *, resource_type: str) -> str:
    """Return the group: the layer, and of a mart its subject too.

    No group has assets of two layers, so that the lineage of groups is drawn in the order of the layers.
    """
    if resource_type == "seed":
        return "seeds"
    layer, *folders = fqn[1:-1]
    return f"{layer}_{folders[0]}" if layer == "marts" and folders else layer


def _dependency(node: Mapping[str, Any]) -> dg.AssetDep:
    metadata = _metadata(node) if node["resource_type"] == "source" else {}
    return dg.AssetDep(asset_key_of(node), metadata=metadata)


def _metadata(node: Mapping[str, Any]) -> dict[str, Any]:
    columns = [
        dg.TableColumn(name=name, type=column["data_type"] or "?", description=column["description"])
        for name, column in node["columns"].items()
    ]
    table = node["name"] if node["resource_type"] == "source" else node["alias"]
    return {
        **({"dagster/column_schema": dg.TableSchema(columns=columns)} if columns else {}),
        "dagster/table_name": ".".join((node["database"], node["schema"], table)),
        "dagster/storage_kind": "duckdb",
    }


def _code_version(node: Mapping[str, Any]) -> str:
    code: str = node["raw_code"]
    checksum: str = node["checksum"]["checksum"]
    return hashlib.sha1(code.encode(), usedforsecurity=False).hexdigest() if code else checksum


def _kind(materialized: str) -> str:
    return "csv" if materialized == "seed" else materialized
