-- Grain: one row per fact and column whose text or id leads to nothing that is known.
-- Countries and parties that no name resolves, people who were not recorded, codes that no table has, and ids of what was
-- never delivered. Nothing here is an error: what is missing may arrive later, and joins then.
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
{# table and fact kind, the column that names somebody, and the column with the id made of it -#}
{% set people = [
    ('int_meeting_participation', 'meeting_participation', 'person', 'person_id'),
    ('int_statement', 'statement', 'speaker', 'speaker_person_id'),
] -%}
{# table and fact kind, the column with a code, its kind, the table of the codes and their column there -#}
{% set coded = [
    ('int_trade_observation', 'trade', 'currency', 'currency', 'currencies', 'currency_code'),
    ('int_exchange_rate', 'exchange_rate', 'currency', 'currency', 'currencies', 'currency_code'),
    ('int_exchange_rate', 'exchange_rate', 'per', 'currency', 'currencies', 'currency_code'),
    ('int_trade_observation', 'trade', 'unit', 'unit', 'trade_units', 'reported_unit'),
    ('int_trade_observation', 'trade', 'classification', 'classification', 'trade_classifications', 'code'),
    ('int_topic', 'topic', 'topic', 'topic', 'topics', 'topic'),
] -%}
{% set by, pointers, speakers = {'int_fact': ['fact_id']}, {'int_fact': [{'subject_id': 'document_id'}]}, {} -%}
{% for each in named + pointing + people + coded %}
{% do by.update({table_behind(each[0]): ['fact_id']}) %}
{%- endfor -%}
{% for table, fact_kind, column, kind in pointing %}
{% do pointers.update({table_behind(table): pointers.get(table_behind(table), []) + [{'subject_id': column}]}) %}
{%- endfor -%}
{% for table, fact_kind, column, id in people %}
{% do speakers.update({table_behind(table): {'person_id': id}}) %}
{%- endfor -%}
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': by,
    'through': {'int_subject': pointers, 'int_recorded_person': speakers},
}}) }}
with unknown_names as (
    select
        cast(null as varchar) as kind,
        cast(null as varchar) as reported,
        cast(null as varchar) as fact_kind,
        cast(null as varchar) as column_name,
        cast(null as varchar) as fact_id,
        cast(null as varchar) as document_id,
        cast(null as varchar) as winning_feed
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
        document_id,
        winning_feed
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
    select
        'document' as kind,
        document_id as reported,
        fact_kind,
        'document_id' as column_name,
        fact_id,
        document_id,
        winning_feed
    from {{ ref('int_fact') }}
    {%- for table, fact_kind, column, kind in pointing %}
    union all
    select
        {{ kind }} as kind,
        {{ column }} as reported,
        '{{ fact_kind }}' as fact_kind,
        '{{ column }}' as column_name,
        fact_id,
        document_id,
        winning_feed
    from {{ ref(table) }}
    {%- endfor %}
),

dangling as (
    select pointers.*
    from pointers
    left join {{ ref('int_subject') }} as subjects
        on pointers.kind = subjects.subject_kind and pointers.reported = subjects.subject_id
    where
        pointers.reported is not null
        and subjects.subject_id is null
        and pointers.kind not in ('currency', 'commodity', 'classification', 'unit', 'topic')
),

unknown_people as (
    {%- for table, fact_kind, column, id in people %}
    select
        'person' as kind,
        facts.{{ column }} as reported,
        '{{ fact_kind }}' as fact_kind,
        '{{ column }}' as column_name,
        facts.fact_id,
        facts.document_id,
        facts.winning_feed
    from {{ ref(table) }} as facts
    anti join {{ ref('int_recorded_person') }} as recorded on facts.{{ id }} = recorded.person_id
    where facts.{{ column }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

unknown_codes as (
    {%- for table, fact_kind, column, kind, codes, code in coded %}
    select
        '{{ kind }}' as kind,
        facts.{{ column }} as reported,
        '{{ fact_kind }}' as fact_kind,
        '{{ column }}' as column_name,
        facts.fact_id,
        facts.document_id,
        facts.winning_feed
    from {{ ref(table) }} as facts
    where
        facts.{{ column }} is not null
        and lower(replace(facts.{{ column }}, ' ', '')) not in (
            select lower(replace({{ code }}, ' ', '')) from {{ ref(codes) }}
        )
    union all
    {%- endfor %}
    -- of a commodity in the Harmonized System its chapter is known, or it is not
    select
        'commodity' as kind,
        facts.commodity as reported,
        'trade' as fact_kind,
        'commodity' as column_name,
        facts.fact_id,
        facts.document_id,
        facts.winning_feed
    from {{ ref('int_trade_observation') }} as facts
    left join {{ ref('trade_classifications') }} as classifications
        on upper(replace(facts.classification, ' ', '')) = classifications.code
    where
        facts.commodity is not null
        and facts.commodity <> 'TOTAL'
        and coalesce(classifications.family, 'HS') = 'HS'
        and not (
            left(facts.commodity, 2) in (select chapter_code from {{ ref('hs_chapters') }})
            and regexp_full_match(replace(facts.commodity, '.', ''), '[0-9]{2}|[0-9]{4}|[0-9]{6}([0-9]{2,4})?')
        )
)

select * from unknown_names
union all
select * from dangling
union all
select * from unknown_people
union all
select * from unknown_codes
