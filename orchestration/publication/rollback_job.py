"""The job that takes readers back to the publication before, for a person in the Dagster UI.

Belongs here: what the UI shows of a rollback. Does not belong here: rolling back.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

import dagster as dg
from pydantic import Field

from orchestration.publication.publishing import rollback
from orchestration.publication.store import NoPublicationError
from orchestration.settings import Settings

NAME = "roll_back"


class RollbackConfig(dg.Config):
    """Where to go."""

    to: str = Field("", description="The publication to show instead, also forward. Empty: the one before.")


def build_rollback_job() -> dg.JobDefinition:
    """Return the job."""

    @dg.op(description="Let readers see the publication before the current one, or the one called `to`.")
    def show_publication(
        context: dg.OpExecutionContext, config: RollbackConfig, settings: dg.ResourceParam[Settings]
    ) -> None:
        try:
            left, current = rollback(settings, to=config.to or None)
        except NoPublicationError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        context.log.info(
            f"Readers now see {current.publication_id}. {left.publication_id} is withdrawn: it is not published again "
            "by itself, only when facts or models change."
        )

    @dg.job(
        name=NAME,
        description=(
            "Take readers back to the publication before the current one. To go elsewhere, say where in the launchpad: "
            "`ops: {show_publication: {config: {to: <publication_id>}}}`."
        ),
        executor_def=dg.in_process_executor,
    )
    def roll_back() -> None:
        show_publication()

    return roll_back
