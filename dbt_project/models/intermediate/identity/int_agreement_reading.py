# Grain: one row per id under which an agreement was recorded, with what its titles mean and the blocks that it is in.
# It is compared with those that share one. In Python, since titles are read as they are where agreements are compared.
from orchestration.identity.agreements import reading_table


def model(dbt, session):
    """Read the titles of agreements."""
    return reading_table(
        dbt.ref("int_agreement_profile").arrow().read_all(),
        dbt.ref("int_country_name").arrow().read_all(),
        dbt.ref("int_organization_name").arrow().read_all(),
    )
