-- Grain: one row per state of knowledge and step in the life of a meeting:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_meeting_event_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_meeting_event_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_meeting_event_claim', dates=['occurred']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['meeting_id', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolution_columns(dates=['occurred']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    meeting_id,
    event,
    {{ expanded_date('occurred') }},
    {{ resolution_column_names(dates=['occurred']) }}
from resolved
