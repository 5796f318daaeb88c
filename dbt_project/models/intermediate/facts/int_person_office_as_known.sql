-- Grain: one row per state of knowledge and person in an office, for the time they held it:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_person_office_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_person_office_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_person_office_claim', dates=['held']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['person_id', 'name', 'office']) }},
        {{ resolved_date('held') }},
        {{ resolved_together('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
        {{ resolution_columns(dates=['held']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    person_id,
    name,
    office,
    {{ expanded_date('held') }},
    {{ expanded('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
    {{ resolution_column_names(dates=['held']) }}
from resolved
