# Grain: one row per kind and id that is linked to another, with the id of the thing that both are; organisations apart.
# In Python, since links are obeyed one after the other, which SQL cannot say plainly.
from orchestration.identity.clusters import identity_table
from orchestration.identity.linkage import frozen_parameters


def model(dbt, session):
    """Fold the ordered links into clusters, then join what is alike."""
    return identity_table(dbt.ref("int_entity_link").arrow().read_all(), match_from=frozen_parameters().match_from)
