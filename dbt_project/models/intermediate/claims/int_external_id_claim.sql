-- Grain: one row per accepted row that claims an id elsewhere.
with staged as (
    select * from {{ ref('stg_external_ids') }}
),

identified as (
    select
        staged.* exclude (id),
        {{ identified('id') }}
    from staged
    {{ join_identity('staged.kind', 'id') }}
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
from identified
