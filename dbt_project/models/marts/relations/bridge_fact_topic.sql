-- Grain: one row per topic of a fact.
with topics as (
    select * from {{ ref('int_topic') }}
),

subjects as (
    select subject_kind, subject_id, fact_id from {{ ref('int_subject') }}
)

select
    topics.fact_id,
    topics.subject_kind,
    topics.subject_id,
    subjects.fact_id as subject_fact_id,
    subjects.subject_id is not null as subject_is_delivered,
    topics.topic as topic_code,
    topics.document_id,
    topics.locator,
    topics.modality,
    topics.attributed_to,
    topics.claim_count,
    topics.has_conflict,
    topics.evidence_class
from topics
left join subjects on topics.subject_kind = subjects.subject_kind and topics.subject_id = subjects.subject_id
order by topics.subject_kind, topics.subject_id, topic_code
