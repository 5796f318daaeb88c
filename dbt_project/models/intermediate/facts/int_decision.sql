-- Grain: one row per human decision on identity that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_decision_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['kind', 'id_a', 'id_b', 'same', 'decided_at', 'reason']) }},
        {{ resolution_columns(compared=['same']) }}
    from claims
    group by fact_id
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
