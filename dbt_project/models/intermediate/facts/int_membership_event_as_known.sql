-- Grain: one row per state of knowledge and step in a membership: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_membership_event_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_membership_event_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_membership_event_claim', dates=['occurred']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['organization_id', 'organization_reported', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolved_together('member', ['member_code', 'member_kind', 'member_reported']) }},
        {{ resolution_columns(dates=['occurred']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    organization_id,
    organization_reported,
    event,
    {{ expanded_date('occurred') }},
    {{ expanded('member', ['member_code', 'member_kind', 'member_reported']) }},
    {{ resolution_column_names(dates=['occurred']) }}
from resolved
