-- Grain: one row per edge between two facts, read as a sentence: subject, relation, object.
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': {'int_link_as_known': ['fact_id']},
    'through': {'int_subject': {'int_link_as_known': [
        {'subject_kind': 'subject_kind', 'subject_id': 'subject_id'}, {'subject_kind': 'object_kind', 'subject_id': 'object_id'},
    ]}},
}}) }}
with links as (
    select * from {{ ref('int_link') }}
),

subjects as (
    select subject_kind, subject_id, fact_id from {{ ref('int_subject') }}
)

select
    links.fact_id,
    links.subject_kind,
    links.subject_id,
    from_end.fact_id as subject_fact_id,
    from_end.subject_id is not null as subject_is_delivered,
    links.relation,
    links.object_kind,
    links.object_id,
    to_end.fact_id as object_fact_id,
    to_end.subject_id is not null as object_is_delivered,
    links.document_id,
    links.locator,
    links.modality,
    links.attributed_to,
    links.claim_count,
    links.has_conflict,
    links.evidence_class
from links
left join subjects as from_end
    on links.subject_kind = from_end.subject_kind and links.subject_id = from_end.subject_id
left join subjects as to_end on links.object_kind = to_end.subject_kind and links.object_id = to_end.subject_id
order by links.subject_kind, links.subject_id, links.relation
