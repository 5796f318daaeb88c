-- Grain: one row per state of knowledge and step in a joint project:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_project_event_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_project_event_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_project_event_claim', dates=['occurred']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['project_id', 'name', 'sector', 'place', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolved_together('located', ['country_code', 'country_reported']) }},
        {{ resolved_together('size', ['capacity', 'unit']) }},
        {{ resolution_columns(compared=['country_code', 'capacity'], dates=['occurred']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    project_id,
    name,
    sector,
    place,
    event,
    {{ expanded_date('occurred') }},
    {{ expanded('located', ['country_code', 'country_reported']) }},
    {{ expanded('size', ['capacity', 'unit']) }},
    {{ resolution_column_names(dates=['occurred']) }}
from resolved
