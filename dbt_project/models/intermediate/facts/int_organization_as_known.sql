-- Grain: one row per state of knowledge and organisation: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_organization_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_organization_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_organization_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['organization_id', 'name', 'kind']) }},
        {{ resolved_together('located', ['country_code', 'country_reported']) }},
        {{ resolution_columns(compared=['country_code', 'kind']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    organization_id,
    name,
    kind,
    {{ expanded('located', ['country_code', 'country_reported']) }},
    {{ resolution_column_names() }}
from resolved
