-- Grain: one row per edge between two facts that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_link_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id']) }},
        {{ resolution_columns() }}
    from claims
    group by fact_id
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
