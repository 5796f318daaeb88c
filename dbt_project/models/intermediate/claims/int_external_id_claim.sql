-- Grain: one row per accepted row that claims an id elsewhere.
with staged as (
    select * from {{ ref('stg_external_ids') }}
)

select
    {{ claim_columns(
        'external_ids', 'external_id',
        ['kind', 'id', 'scheme', 'value'],
        [
            'kind', 'id', 'scheme', 'value'
        ]
    ) }},
    kind,
    id,
    scheme,
    value
from staged
