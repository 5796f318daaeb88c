-- Grain: one row per topic of a fact that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_topic_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['subject_kind', 'subject_id', 'topic']) }},
        {{ resolution_columns() }}
    from claims
    group by fact_id
)

select
    fact_id,
    subject_kind,
    subject_id,
    topic,
    {{ resolution_column_names() }}
from resolved
