-- Grain: one row per kind and id that a reader may ask about, and fact that answers: an agreement is its own fact, its
-- parties and its steps, a project all its steps. Ids that were merged away lead to the same facts.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {
        'fact_alias': ['fact_kind', 'fact_id'],
        'int_subject_fact': ['fact_kind', 'fact_id'],
        'int_claim': ['fact_kind', 'fact_id'],
        'int_statement_claim': ['fact_kind', 'fact_id'],
        'int_indicator_claim': ['fact_kind', 'fact_id'],
        'int_document_claim': ['fact_kind', 'fact_id'],
        'int_organization_claim': ['fact_kind', 'fact_id'],
        'int_person_office_claim': ['fact_kind', 'fact_id'],
    },
    'through': {'int_subject_alias': {
        'int_subject_fact': {'subject_kind': 'subject_kind', 'subject_id': 'subject_id'},
    }},
}}) }}
with facts as (
    select fact_kind, fact_id, alias, is_current from {{ ref('fact_alias') }}
),

subjects as (
    {{ published_homes() }}
),

asked as (
    select
        case fact_kind when 'person_office' then 'person' when 'project_event' then 'project' else fact_kind end as kind,
        alias as id,
        fact_kind,
        fact_id
    from facts

    union

    select subject_kind as kind, subject_id as id, fact_kind, fact_id
    from subjects
    where subject_kind in ('agreement', 'meeting', 'membership', 'project')

    union

    -- the fact of an agreement or a meeting, under any id that it had, stands for the whole of it
    select subjects.subject_kind as kind, aliases.alias as id, subjects.fact_kind, subjects.fact_id
    from {{ ref('int_subject_alias') }} as aliases
    inner join subjects
        on aliases.subject_kind = subjects.subject_kind and aliases.subject_id = subjects.subject_id

    {%- for kind, fact_kind, model, id in [
        ('statement', 'statement', 'int_statement_claim', 'statement_id'),
        ('indicator', 'indicator', 'int_indicator_claim', 'indicator'),
        ('document', 'document', 'int_document_claim', 'document_id'),
        ('organization', 'organization', 'int_organization_claim', 'organization_id'),
        ('person', 'person_office', 'int_person_office_claim', 'person_id'),
    ] %}

    union

    select '{{ kind }}' as kind, {{ id }} as id, '{{ fact_kind }}' as fact_kind, fact_id
    from {{ ref(model) }}
    {%- endfor %}
)

select distinct kind, id, fact_kind, fact_id
from asked
where id is not null
order by kind, id, fact_kind, fact_id
