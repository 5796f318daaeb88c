-- Grain: one row per state of knowledge and edge between two facts:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_link_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_link_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_link_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id']) }},
        {{ resolution_columns() }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    subject_kind,
    subject_id,
    relation,
    object_kind,
    object_id,
    {{ resolution_column_names() }}
from resolved
