-- Grain: one row per accepted row that claims a topic of a fact.
with staged as (
    select * from {{ ref('stg_topics') }}
)

select
    {{ claim_columns(
        'topics', 'topic',
        ['subject_kind', 'subject_id', 'topic'],
        [
            'subject_kind', 'subject_id', 'topic'
        ]
    ) }},
    subject_kind,
    subject_id,
    topic
from staged
