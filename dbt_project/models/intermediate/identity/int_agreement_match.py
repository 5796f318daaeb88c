# Grain: one row per pair of ids of agreements that may be one, with its score and the level of every aspect of it.
# In Python, since the same code is judged on labelled agreements; its parameters are a file of this version.
from orchestration.identity.agreements import match_table, updated_match


def model(dbt, session):
    """Score the pairs that share a block."""
    return match_table(
        dbt.ref("int_agreement_profile").arrow().read_all(),
        dbt.ref("int_agreement_reading").arrow().read_all(),
        dbt.ref("int_country_name").arrow().read_all(),
        dbt.ref("int_organization_name").arrow().read_all(),
    )


def update(dbt, session, before, after):
    """Score those pairs again of which an agreement, or how often its titles recur, is not what it was."""
    ids = [rows("int_agreement_profile").project("agreement_id") for rows in (before, after)]
    return updated_match(
        session.query(f"from {dbt.this}").arrow().read_all(),
        dbt.ref("int_agreement_profile").arrow().read_all(),
        dbt.ref("int_agreement_reading").arrow().read_all(),
        changed=ids[0].union(ids[1]).distinct().arrow().read_all(),
        went=before("int_agreement_reading").arrow().read_all(),
        came=after("int_agreement_reading").arrow().read_all(),
        country_names=dbt.ref("int_country_name").arrow().read_all(),
        organization_names=dbt.ref("int_organization_name").arrow().read_all(),
    )
