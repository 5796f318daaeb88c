# Grain: one row per pair of ids of agreements that may be one, with its score and the level of every aspect of it.
# In Python, since the same code is judged on labelled agreements; its parameters are a file of this version.
from orchestration.identity.agreements import match_table


def model(dbt, session):
    """Score the pairs that share a block."""
    return match_table(
        dbt.ref("int_agreement_profile").arrow().read_all(),
        dbt.ref("int_country_name").arrow().read_all(),
        dbt.ref("int_organization_name").arrow().read_all(),
    )
