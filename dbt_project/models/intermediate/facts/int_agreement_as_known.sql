-- Grain: one row per state of knowledge and agreement: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_agreement_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_agreement_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_agreement_claim') }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved([
            'agreement_id', 'title', 'instrument_type', 'is_binding', 'place', 'registration', 'text_url',
            'parent_agreement_id', 'parent_relation'
        ]) }},
        {{ resolution_columns(compared=['instrument_type', 'is_binding', 'parent_agreement_id']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    agreement_id,
    title,
    instrument_type,
    is_binding,
    place,
    registration,
    text_url,
    parent_agreement_id,
    parent_relation,
    {{ resolution_column_names() }}
from resolved
