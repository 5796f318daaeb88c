-- Grain: one row per kind and id by which a link, a topic or a statement may point at something that was delivered.
-- Facts without an id of their own are pointed at by their fact_id; what has an id may be pointed at by either.
{% set entities = [
    ('document', 'document_id', 'document', 'int_document'),
    ('organization', 'organization_id', 'organization', 'int_organization'),
    ('person', 'person_id', 'person_office', 'int_person_office'),
    ('agreement', 'agreement_id', 'agreement', 'int_agreement'),
    ('meeting', 'meeting_id', 'meeting', 'int_meeting'),
    ('statement', 'statement_id', 'statement', 'int_statement'),
    ('project', 'project_id', 'project_event', 'int_project_event'),
] %}
{% set by = {'int_fact': ['fact_id'], 'int_country_reference': ['reference']} %}
{% for _, id, _, table in entities %}{% do by.update({table_behind(table): [id]}) %}{% endfor %}
{{ config(meta={'keyed': {'key': ['subject_id'], 'by': by}}) }}
with entities as (
    {%- for subject_kind, id, fact_kind, table in entities %}
    select '{{ subject_kind }}' as subject_kind, {{ id }} as subject_id, '{{ fact_kind }}' as fact_kind, fact_id
    from {{ ref(table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

facts as (
    select
        case fact_kind when 'person_office' then 'person' when 'project_event' then 'project' else fact_kind end as subject_kind,
        fact_id as subject_id,
        fact_kind,
        fact_id
    from {{ ref('int_fact') }}
    where fact_kind in (
        'document', 'organization', 'person_office', 'agreement', 'meeting', 'statement', 'project_event', 'membership',
        'indicator', 'trade'
    )
),

-- a country is no fact: it is known by its codes, without a document
countries as (
    select 'country' as subject_kind, reference as subject_id, null as fact_kind, null as fact_id
    from {{ ref('int_country_reference') }}
),

all_subjects as (
    select * from entities
    union all
    select * from facts
    union all
    select * from countries
)

-- a person with several offices, or a project with several steps, is one subject: the smallest fact stands for it
select subject_kind, subject_id, arg_min(fact_kind, fact_id) as fact_kind, min(fact_id) as fact_id
from all_subjects
group by subject_kind, subject_id
