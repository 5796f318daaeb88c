-- Grain: one row per accepted row that claims a topic of a fact.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_topics') }}
),

identified as (
    select
        staged.* exclude (subject_id, topic),
        {{ meant_code('topic') }} as topic,
        {{ identified('subject_id', in_key=true) }},
        {{ identity_era(['subject_id']) }}
    from staged
    {{ join_identity('staged.subject_kind', 'subject_id', in_key=true) }}
    {{ join_code_alias('topic', 'topic') }}
)

{% call claims(
    'identified', 'topics', 'topic',
    ['subject_kind', 'subject_id', 'topic'],
    [
        'subject_kind', 'subject_id', 'topic'
    ],
    has_era=true
) %}
    subject_kind,
    subject_id,
    topic
{% endcall %}
