"""The feed `dossiers`: one YAML file or workbook per document, which holds facts of all native feeds.

It has no columns of its own: `orchestration.dossiers` expands a file into rows of the native feeds, whose contracts
then say what is valid.
"""

from __future__ import annotations

from orchestration.contracts.contract import Contract, Mode

CONTRACT = Contract(
    feed="dossiers",
    subject="documents",
    fact_kind="dossier",
    grain="one file is a document with all facts that were recorded from it",
    key=(),
    mode=Mode.SNAPSHOT,
    file_patterns=("*.yaml", "*.yml", "*.xlsx"),
    reader="dossiers",
    columns=(),
)
