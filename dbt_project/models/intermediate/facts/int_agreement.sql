-- Grain: one row per agreement that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_agreement_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved([
            'agreement_id', 'title', 'instrument_type', 'is_binding', 'place', 'registration', 'text_url',
            'parent_agreement_id', 'parent_relation'
        ]) }},
        {{ resolution_columns(compared=['instrument_type', 'is_binding', 'parent_agreement_id']) }}
    from claims
    group by fact_id
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
