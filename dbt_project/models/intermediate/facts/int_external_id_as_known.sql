-- Grain: one row per state of knowledge and id elsewhere: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_external_id_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_external_id_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_external_id_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['kind', 'id', 'scheme', 'value']) }},
        {{ resolution_columns() }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    kind,
    id,
    scheme,
    value,
    {{ resolution_column_names() }}
from resolved
