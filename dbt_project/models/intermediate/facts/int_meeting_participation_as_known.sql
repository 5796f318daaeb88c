-- Grain: one row per state of knowledge and somebody at a meeting:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_meeting_participation_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_meeting_participation_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_meeting_participation_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['meeting_id', 'person_id', 'person', 'office', 'role']) }},
        {{ resolved_together('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
        {{ resolution_columns(compared=['office', 'represents_code']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    meeting_id,
    person_id,
    person,
    office,
    role,
    {{ expanded('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
    {{ resolution_column_names() }}
from resolved
