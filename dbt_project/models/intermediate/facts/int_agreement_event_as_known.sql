-- Grain: one row per state of knowledge and step in the life of an agreement:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_agreement_event_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_agreement_event_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_agreement_event_claim', dates=['occurred', 'effective']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['agreement_id', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolved_date('effective') }},
        {{ resolved_together('party', ['party_code', 'party_kind', 'party_reported']) }},
        {{ resolution_columns(dates=['occurred', 'effective']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    agreement_id,
    event,
    {{ expanded_date('occurred') }},
    {{ expanded_date('effective') }},
    {{ expanded('party', ['party_code', 'party_kind', 'party_reported']) }},
    {{ resolution_column_names(dates=['occurred', 'effective']) }}
from resolved
