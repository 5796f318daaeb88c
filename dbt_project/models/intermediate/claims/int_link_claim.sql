-- Grain: one row per accepted row that claims an edge between two facts.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_links') }}
),

identified as (
    select
        staged.* exclude (subject_id, object_id),
        {{ identified('subject_id', in_key=true) }},
        {{ identified('object_id', in_key=true) }},
        {{ identity_era(['subject_id', 'object_id']) }}
    from staged
    {{ join_identity('staged.subject_kind', 'subject_id', in_key=true) }}
    {{ join_identity('staged.object_kind', 'object_id', in_key=true) }}
    where {{ is_one_time('subject_id', 'object_id') }}
)

{% call claims(
    'identified', 'links', 'link',
    ['subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id'],
    [
        'subject_kind', 'subject_id', 'relation', 'object_kind', 'object_id'
    ],
    has_era=true
) %}
    subject_kind,
    subject_id,
    relation,
    object_kind,
    object_id
{% endcall %}
