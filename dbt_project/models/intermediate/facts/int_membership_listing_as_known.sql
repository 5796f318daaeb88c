-- Grain: one row per state of knowledge and member on a complete list:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_membership_listing_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_membership_listing_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_membership_listing_claim', dates=['valid_on']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['organization_id', 'organization_reported', 'status']) }},
        {{ resolved_date('valid_on') }},
        {{ resolved_together('member', ['member_code', 'member_kind', 'member_reported']) }},
        {{ resolution_columns(compared=['status'], dates=['valid_on']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    organization_id,
    organization_reported,
    status,
    {{ expanded_date('valid_on') }},
    {{ expanded('member', ['member_code', 'member_kind', 'member_reported']) }},
    {{ resolution_column_names(dates=['valid_on']) }}
from resolved
