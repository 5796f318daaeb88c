"""The copy in PostgreSQL as a Dagster asset, there where a server is configured.

Belongs here: what the Dagster UI shows of the copy. Does not belong here: copying. The connection comes from the
environment alone, so that no run's configuration or log holds a password.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

from collections.abc import Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.automation.journal import Journal
from orchestration.ownership import OWNERS
from orchestration.publication import assets as publication
from orchestration.publication.postgres import PostgresError, PostgresTarget, copy_to_postgres
from orchestration.settings import Settings

KEY = dg.AssetKey(["postgres", "warehouse"])


class CopyConfig(dg.Config):
    """How to copy."""

    force: bool = Field(default=False, description="Copy even what the server has already.")


def build_postgres_asset(target: PostgresTarget) -> dg.AssetsDefinition:
    """Return the copy in the server of `target`."""

    @dg.multi_asset(
        name="postgres_copy",
        specs=[
            dg.AssetSpec(
                KEY,
                deps=[publication.KEY],
                description=(
                    "Grain: one copy of the current publication in a PostgreSQL server, in the schemas "
                    f"{' and '.join(target.schemas.values())}, switched in one transaction; for tools that cannot open "
                    "a file. "
                    "After a rollback, run the job `copy_to_postgres`."
                ),
                group_name="publication",
                kinds={"postgres"},
                owners=OWNERS,
            )
        ],
    )
    def postgres_copy(
        config: CopyConfig, settings: dg.ResourceParam[Settings], journal: dg.ResourceParam[Journal]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Copy what readers see to the server, unless it is there already."""
        try:
            copied = copy_to_postgres(settings, target, force=config.force)
        except PostgresError as error:
            # not chained: what a library says may repeat the connection string
            raise dg.Failure(description=str(error), allow_retries=False) from None
        journal.copied = copied
        yield dg.MaterializeResult(
            asset_key=KEY,
            metadata={
                "publication_id": copied.publication_id,
                "is_new": copied.is_new,
                "schema": copied.schema,
                "table_count": copied.table_count,
                "seconds": dg.MetadataValue.float(round(copied.seconds, 3)),
                **({"dagster/row_count": copied.row_count} if copied.is_new else {}),
            },
        )

    return postgres_copy
