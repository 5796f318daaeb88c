"""Dossiers: one YAML file per document, expanded into rows of the native feeds.

Belongs here: reading the YAML, the short form, and its expansion. Does not belong here: whether a value is valid
(contracts and ingestion), or what a fact means (dbt).
"""

from __future__ import annotations

from orchestration.dossiers.expand import (
    DossierProblem,
    DossierRow,
    Expansion,
    Fault,
    Place,
    Severity,
    expand,
    expand_nodes,
)

__all__ = ["DossierProblem", "DossierRow", "Expansion", "Fault", "Place", "Severity", "expand", "expand_nodes"]
