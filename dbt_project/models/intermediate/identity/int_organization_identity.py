# Grain: one row per organisation id that is linked to another, with the id of the organisation that both are.
# In Python, since links are obeyed one after the other, which SQL cannot say plainly.
from orchestration.identity.clusters import identity_table


def model(dbt, session):
    """Fold the ordered links into clusters."""
    return identity_table(dbt.ref("int_organization_link").arrow().read_all())
