-- Grain: one row per step in a membership that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_membership_event_claim', dates=['occurred']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['organization_id', 'organization_reported', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolved_together('member', ['member_code', 'member_kind', 'member_reported']) }},
        {{ resolution_columns(dates=['occurred']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    organization_id,
    organization_reported,
    event,
    {{ expanded_date('occurred') }},
    {{ expanded('member', ['member_code', 'member_kind', 'member_reported']) }},
    {{ resolution_column_names() }}
from resolved
