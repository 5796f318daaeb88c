-- Grain: one row per agreement or meeting that somebody recorded and id of its own fact, under which the whole of it is found.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {
        'int_fact_alias': ['fact_kind', 'fact_id'],
        'int_subject_fact': ['fact_kind', 'fact_id'],
        'int_claim': ['fact_kind', 'fact_id'],
    },
}}) }}
with subjects as (
    select subject_facts.subject_kind, subject_facts.subject_id, subject_facts.fact_kind, subject_facts.fact_id
    from {{ ref('int_subject_fact') }} as subject_facts
    -- what only the order of receipt made a fact, before a decision came, is told by the clock `recorded` alone
    anti join (
        select fact_kind, fact_id from {{ ref('int_claim') }} group by fact_kind, fact_id having not bool_or(is_published_claim)
    ) as unpublished
        on subject_facts.fact_kind = unpublished.fact_kind and subject_facts.fact_id = unpublished.fact_id
    where subject_facts.is_home
)

select subjects.subject_kind, subjects.subject_id, facts.fact_kind, facts.fact_id, facts.alias
from subjects
inner join {{ ref('int_fact_alias') }} as facts
    on subjects.fact_kind = facts.fact_kind and subjects.fact_id = facts.fact_id
where subjects.fact_kind = subjects.subject_kind and subjects.fact_kind in ('agreement', 'meeting')
