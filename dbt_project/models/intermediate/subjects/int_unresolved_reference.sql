-- Grain: one row per fact and column whose text or id leads to nothing that is known.
-- Countries and parties that no name resolves, and ids of what was never delivered. Nothing here is an error: what is
-- missing may arrive later, and joins then.
{# table and fact kind, then the columns that stand for a country, and those for a country or an organisation -#}
{% set named = [
    ('int_organization', 'organization', ['country'], []),
    ('int_person_office', 'person_office', [], ['represents']),
    ('int_agreement_party', 'agreement_party', [], ['party']),
    ('int_agreement_event', 'agreement_event', [], ['party']),
    ('int_meeting', 'meeting', ['country'], []),
    ('int_meeting_participation', 'meeting_participation', [], ['represents']),
    ('int_trade_observation', 'trade', ['reporter', 'partner', 'country_a', 'country_b'], []),
    ('int_indicator', 'indicator', ['country_a', 'country_b'], []),
    ('int_membership_event', 'membership', [], ['member']),
    ('int_membership_listing', 'membership_listing', [], ['member']),
    ('int_statement', 'statement', [], ['on_behalf_of']),
    ('int_project_event', 'project_event', ['country'], []),
] -%}
{# table and fact kind, the column with an id, and what it is an id of: a kind, or the column that says so -#}
{% set pointing = [
    ('int_document', 'document', 'derived_from', "'document'"),
    ('int_agreement', 'agreement', 'parent_agreement_id', "'agreement'"),
    ('int_agreement_party', 'agreement_party', 'agreement_id', "'agreement'"),
    ('int_agreement_event', 'agreement_event', 'agreement_id', "'agreement'"),
    ('int_meeting', 'meeting', 'parent_meeting_id', "'meeting'"),
    ('int_meeting_event', 'meeting_event', 'meeting_id', "'meeting'"),
    ('int_meeting_participation', 'meeting_participation', 'meeting_id', "'meeting'"),
    ('int_membership_event', 'membership', 'organization_id', "'organization'"),
    ('int_membership_listing', 'membership_listing', 'organization_id', "'organization'"),
    ('int_statement', 'statement', 'meeting_id', "'meeting'"),
    ('int_statement', 'statement', 'target_id', 'target_kind'),
    ('int_link', 'link', 'subject_id', 'subject_kind'),
    ('int_link', 'link', 'object_id', 'object_kind'),
    ('int_topic', 'topic', 'subject_id', 'subject_kind'),
    ('int_alias', 'alias', 'id', 'kind'),
    ('int_external_id', 'external_id', 'id', 'kind'),
] -%}
with unknown_names as (
    select
        cast(null as varchar) as kind,
        cast(null as varchar) as reported,
        cast(null as varchar) as fact_kind,
        cast(null as varchar) as column_name,
        cast(null as varchar) as fact_id,
        cast(null as varchar) as document_id
    where false
    {%- for table, fact_kind, countries, parties in named %}
    {%- for column in countries + parties %}
    union all
    select
        '{{ 'country' if column in countries else 'country_or_organization' }}' as kind,
        {{ column }}_reported as reported,
        '{{ fact_kind }}' as fact_kind,
        '{{ column }}' as column_name,
        fact_id,
        document_id
    from {{ ref(table) }}
    where {{ column }}_code = 'unknown'
    {%- if table == 'int_trade_observation' and column in ['country_a', 'country_b'] %}
        -- with a reporter the two countries repeat reporter and partner
        and reporter_code is null
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

pointers as (
    select 'document' as kind, document_id as reported, fact_kind, 'document_id' as column_name, fact_id, document_id
    from {{ ref('int_fact') }}
    {%- for table, fact_kind, column, kind in pointing %}
    union all
    select
        {{ kind }} as kind,
        {{ column }} as reported,
        '{{ fact_kind }}' as fact_kind,
        '{{ column }}' as column_name,
        fact_id,
        document_id
    from {{ ref(table) }}
    {%- endfor %}
),

dangling as (
    select pointers.*
    from pointers
    left join {{ ref('int_subject') }} as subjects
        on pointers.kind = subjects.subject_kind and pointers.reported = subjects.subject_id
    where pointers.reported is not null and subjects.subject_id is null
)

select * from unknown_names
union all
select * from dangling
