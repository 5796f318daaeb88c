-- Grain: one row per state of knowledge and another name of something:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_alias_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_alias_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_alias_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['kind', 'id', 'alias', 'language']) }},
        {{ resolution_columns() }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    kind,
    id,
    alias,
    language,
    {{ resolution_column_names() }}
from resolved
