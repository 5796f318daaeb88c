-- Grain: one row per member on a complete list that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_membership_listing_claim', dates=['valid_on']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['organization_id', 'organization_reported', 'status']) }},
        {{ resolved_date('valid_on') }},
        {{ resolved_together('member', ['member_code', 'member_kind', 'member_reported']) }},
        {{ resolution_columns(compared=['status'], dates=['valid_on']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    organization_id,
    organization_reported,
    status,
    {{ expanded_date('valid_on') }},
    {{ expanded('member', ['member_code', 'member_kind', 'member_reported']) }},
    {{ resolution_column_names() }}
from resolved
