-- Grain: one row per accepted row that claims an edge between two facts.
with staged as (
    select * from {{ ref('stg_links') }}
)

select
    {{ claim_columns(
        'links', 'link',
        ['subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id'],
        [
            'subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id'
        ]
    ) }},
    subject_kind,
    subject_id,
    relation,
    object_kind,
    object_id
from staged
