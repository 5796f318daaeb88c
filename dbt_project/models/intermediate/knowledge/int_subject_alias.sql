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
    {{ published_homes() }}
)

select subjects.subject_kind, subjects.subject_id, facts.fact_kind, facts.fact_id, facts.alias
from subjects
inner join {{ ref('int_fact_alias') }} as facts
    on subjects.fact_kind = facts.fact_kind and subjects.fact_id = facts.fact_id
where subjects.fact_kind = subjects.subject_kind and subjects.fact_kind in ('agreement', 'meeting')
