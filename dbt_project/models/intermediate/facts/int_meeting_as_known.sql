-- Grain: one row per state of knowledge and meeting: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_meeting_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_meeting_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_meeting_claim', dates=['started', 'ended']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['meeting_id', 'kind', 'title', 'place', 'parent_meeting_id', 'is_id_ambiguous']) }},
        {{ resolved_date('started') }},
        {{ resolved_date('ended') }},
        {{ resolved_together('located', ['country_code', 'country_reported']) }},
        {{ resolution_columns(compared=['kind', 'country_code', 'parent_meeting_id'], dates=['started', 'ended']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    meeting_id,
    kind,
    title,
    place,
    parent_meeting_id,
    is_id_ambiguous,
    {{ expanded_date('started') }},
    {{ expanded_date('ended') }},
    {{ expanded('located', ['country_code', 'country_reported']) }},
    {{ resolution_column_names(dates=['started', 'ended']) }}
from resolved
