-- Grain: one row per accepted row that claims another name of something.
with staged as (
    select * from {{ ref('stg_aliases') }}
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
        'aliases', 'alias',
        ['kind', 'id', 'alias'],
        [
            'kind', 'id', 'alias', 'language'
        ]
    ) }},
    kind,
    id,
    alias,
    language
from identified
