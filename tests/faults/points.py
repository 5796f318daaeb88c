"""The moments at which a process is killed by name: before or after one function of the project.

Belongs here: names and targets. Does not belong here: killing (`victim`), or what must hold afterwards (`house`). A
target that is renamed fails when it is armed, so no point is lost in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One moment of a task."""

    target: str
    """`module:function` or `module:Class.method`."""
    after: bool = False
    most: int = 1
    """Up to which call the process may be let live; the function is called at least so often."""


INGESTION: Mapping[str, Point] = {
    "a file is copied, but not kept": Point("orchestration.ingestion.archive:Archive._keep", most=4),
    "a file is kept without its sidecar": Point("orchestration.ingestion.archive:Archive._write", most=8),
    "files are archived, nothing is recorded": Point("orchestration.ingestion.archive:Archive.record"),
    "a delivery is recorded, the others not": Point(
        "orchestration.ingestion.archive:Archive.record", after=True, most=4
    ),
    "all is recorded, nothing loaded": Point("orchestration.ingestion.archive:Archive.settle"),
    "rows are staged": Point("orchestration.ingestion.loading:Loader._commit", most=4),
    "before a commit": Point("orchestration.ingestion.ledger:write", after=True, most=4),
    "after a commit": Point("orchestration.ingestion.loading:_outcome", most=4),
    "loaded, but no report written": Point("orchestration.ingestion.reports:write_all"),
    "reports written, files not remembered": Point("orchestration.ingestion.ledger:remember_files"),
}

PUBLICATION: Mapping[str, Point] = {
    "a folder is begun": Point("orchestration.publication.store:PublicationStore.unfinished_folder", after=True),
    "tables are being copied": Point("orchestration.publication.copying:StarCopy._copy_relation", after=True, most=2),
    "macros are to be copied": Point("orchestration.publication.copying:StarCopy._copy_macros"),
    "the list of publications is to be written": Point("orchestration.publication.copying:StarCopy.write_publications"),
    "Parquet is to be written": Point("orchestration.publication.copying:StarCopy.write_parquet"),
    "all is copied, nothing on the disk for good": Point("orchestration.publication.store:_to_disk"),
    "the record is written, the folder not renamed": Point("orchestration.publication.store:_to_disk", after=True),
    "between the renames": Point("orchestration.publication.store:PublicationStore.show"),
    "the link is to be switched": Point("orchestration.publication.store:_switch"),
    "readers are led over": Point("orchestration.publication.store:_switch", after=True),
    "before old ones are removed": Point("orchestration.publication.store:PublicationStore.prune"),
    "a copy is being made ahead": Point("orchestration.publication.publishing:copy_for_later", after=True),
}

UPDATE: Mapping[str, Point] = {
    "changed tables are being built": Point("orchestration.transformation.updating:_Work.build", after=True, most=5),
    "changed tables are being tested": Point("orchestration.transformation.updating:_run_tests"),
    "an update is noted, not committed": Point("orchestration.transformation.star:write_contents", after=True),
    "an update is committed": Point("orchestration.transformation.star:_previews"),
    "the site is being written": Point("orchestration.site.building:_Writer.write", after=True, most=10),
    "an update is to be published": Point("orchestration.publication.assets:publish"),
}
"""Only a refresh of a star that is kept up to date has these."""

BUILD: Mapping[str, Point] = {
    "a build is noted, nothing is built": Point("orchestration.transformation.star:build_whole"),
    "everything is being built": Point("orchestration.transformation.whole:_say_what_it_is", after=True, most=300),
    "everything is being tested": Point("orchestration.transformation.whole:run_tests"),
    "all is built and tested, and nobody noted it": Point("orchestration.transformation.star:end_build"),
    "the build is noted, not published": Point("orchestration.publication.assets:publish"),
}
"""Only a refresh that builds everything has these."""

DBT: Mapping[str, Point] = {
    "a build is noted, dbt not begun": Point("orchestration.transformation.star:build_star"),
    "dbt writes": Point("dbt.adapters.sql.connections:SQLConnectionManager.add_query", most=900),
    "dbt is done, and nobody noted it": Point("orchestration.transformation.star:end_build"),
}
"""Only a refresh in which dbt builds everything has these."""

ALL: Mapping[str, Point] = {**INGESTION, **PUBLICATION, **UPDATE, **BUILD, **DBT}
