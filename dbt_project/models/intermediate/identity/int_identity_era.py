# Grain: one row per kind, id and era, a time on both clocks in which the decisions that stood put it into one cluster.
# Only ids that decisions moved from one cluster to another are here; every other id is what it is today at all times.
# In Python, since links are obeyed one after the other, which SQL cannot say plainly.
from orchestration.identity.eras import era_table
from orchestration.identity.linkage import frozen_parameters


def model(dbt, session):
    """Cluster again for every time at which other decisions stood."""
    return era_table(
        dbt.ref("int_entity_link").arrow().read_all(),
        dbt.ref("int_entity_rank").arrow().read_all(),
        dbt.ref("int_identity_decision_version").arrow().read_all(),
        match_from=frozen_parameters().match_from,
    )
