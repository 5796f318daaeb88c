-- Grain: one row per step in the life of a meeting that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_meeting_event_claim', dates=['occurred']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['meeting_id', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolution_columns(dates=['occurred']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    meeting_id,
    event,
    {{ expanded_date('occurred') }},
    {{ resolution_column_names() }}
from resolved
