-- Grain: one row per accepted row that claims an edge between two facts.
with staged as (
    select * from {{ ref('stg_links') }}
),

identified as (
    select
        staged.* exclude (subject_id, object_id),
        {{ identified('subject_id') }},
        {{ identified('object_id') }}
    from staged
    {{ join_identity('staged.subject_kind', 'subject_id') }}
    {{ join_identity('staged.object_kind', 'object_id') }}
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
from identified
