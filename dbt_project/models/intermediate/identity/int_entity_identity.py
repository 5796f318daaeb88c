# Grain: one row per kind and id that is linked to another, with the id of the thing that both are; organisations apart.
# In Python, since links are obeyed one after the other, which SQL cannot say plainly.
from orchestration.identity.clusters import identity_table


def model(dbt, session):
    """Fold the ordered links into clusters."""
    return identity_table(dbt.ref("int_entity_link").arrow().read_all())
