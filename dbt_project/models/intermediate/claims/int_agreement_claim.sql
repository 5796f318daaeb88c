-- Grain: one row per accepted row that claims an agreement.
with staged as (
    select * from {{ ref('stg_agreements') }}
)

select
    {{ claim_columns(
        'agreements', 'agreement',
        ['agreement_id'],
        [
            'agreement_id', 'title', 'instrument_type', 'is_binding', 'place', 'registration', 'text_url',
            'parent_agreement_id', 'parent_relation'
        ]
    ) }},
    agreement_id,
    title,
    instrument_type,
    is_binding,
    place,
    registration,
    text_url,
    parent_agreement_id,
    parent_relation
from staged
