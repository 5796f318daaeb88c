-- Grain: one row per state of knowledge and human decision on identity:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_decision_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_decision_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_decision_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['kind', 'id_a', 'id_b', 'same', 'decided_at', 'reason']) }},
        {{ resolution_columns(compared=['same']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    kind,
    id_a,
    id_b,
    same,
    decided_at,
    reason,
    {{ resolution_column_names() }}
from resolved
