-- Grain: one row per kind, id and attribute in which the claims that stand today cannot all speak of one thing: of another
-- kind, of another country, or of days that exclude each other.
-- An overwrite would hide that somebody used an id that was taken. What claims deny says nothing of what the id is.
{#
    kind, its claims, the id as it was reported, attributes of which a thing has one, and the date of it. What makes two
    of an attribute incompatible: another text, or for some another class. A visit has talks, and a free trade agreement
    is a treaty; a call is neither visit, nor a memorandum a treaty.
-#}
{#
    A machine makes one claim of each of its events, so that an id of which nobody recorded anything cannot be used twice.
-#}
{% set recorded_beside = {'agreement': 'int_agreement_claim_recorded', 'meeting': 'int_meeting_claim_recorded'} -%}
{% set binds = "(select binding_presumed from " ~ ref('instrument_types') ~ " as types where types.instrument_type = claims.instrument_type)" -%}
{% set setting = "case when claims.kind in ('call', 'press_conference') then claims.kind when claims.kind in ('summit', 'ministerial', 'conference') then 'conference' else 'visit' end" -%}
{% set kinds = [
    ('agreement', 'agreement', 'int_agreement_claim', 'reported_agreement_id', {'instrument_type': binds}, none),
    ('meeting', 'meeting', 'int_meeting_claim', 'meeting_id', {'kind': setting, 'country_code': 'claims.country_code'}, 'started'),
    (
        'organization', 'organization', 'int_organization_claim', 'organization_id',
        {'kind': 'claims.kind', 'country_code': 'claims.country_code'}, none
    ),
    ('document', 'document', 'int_document_claim', 'document_id', {'kind': 'claims.kind'}, 'published'),
    ('statement', 'statement', 'int_statement_claim', 'statement_id', {}, 'made'),
    ('project', 'project_event', 'int_project_event_claim', 'project_id', {'country_code': 'claims.country_code'}, none),
] -%}
with standing as (
    select fact_kind, fact_id, row_id from {{ ref('int_claim_as_known') }} where is_current
),

{%- for kind, fact_kind, model, id, attributes, date in kinds %}
{%- if kind in recorded_beside %}

recorded_{{ kind }}_ids as (
    select {{ id }} as id from {{ ref(recorded_beside[kind]) }}
    union
    select json_extract_string(raw_key, '$.{{ id }}') as id from {{ ref(recorded_beside[kind]) }}
),
{%- endif %}

told_{{ kind }}_claims as (
    select *, coalesce(json_extract_string(claims.raw_key, '$.{{ id }}'), claims.{{ id }}) as told_id
    from {{ ref(model) }} as claims
    where
        claims.modality <> 'negated' and {{ era_key('claims') }} = ''
        {%- if kind in recorded_beside %}
        and claims.{{ id }} in (select id from recorded_{{ kind }}_ids)
        {%- endif %}
),

-- what is told once collides with nothing, and is most of what there is
{{ kind }}_claims as (
    select claims.*
    from told_{{ kind }}_claims as claims
    inner join standing
        on standing.fact_kind = '{{ fact_kind }}' and claims.fact_id = standing.fact_id and claims.row_id = standing.row_id
    where claims.told_id in (select told_id from told_{{ kind }}_claims group by told_id having count(*) > 1)
),
{%- endfor %}

attributes as (
    {%- for kind, fact_kind, model, id, attributes, date in kinds %}
    {%- set is_last_kind = loop.last %}
    {%- for attribute, class in attributes.items() %}
    select
        '{{ kind }}' as kind,
        claims.told_id as id,
        '{{ attribute }}' as attribute,
        claims.{{ attribute }} as text,
        cast({{ class }} as varchar) as class,
        cast(null as date) as earliest,
        cast(null as date) as latest,
        claims.document_id,
        claims.fact_id
    from {{ kind }}_claims as claims
    where claims.{{ attribute }} is not null and claims.{{ attribute }} not in ('other', 'unknown', 'not_a_country')
    {{ 'union all' if date or not (loop.last and is_last_kind) }}
    {%- endfor %}
    {%- if date %}
    select
        '{{ kind }}' as kind,
        claims.told_id as id,
        '{{ date }}' as attribute,
        claims.{{ date }}_edtf as text,
        claims.{{ date }}_edtf as class,
        coalesce(claims.{{ date }}_earliest, date '0001-01-01') as earliest,
        coalesce(claims.{{ date }}_latest, date '9999-12-31') as latest,
        claims.document_id,
        claims.fact_id
    from {{ kind }}_claims as claims
    where claims.{{ date }}_edtf is not null
    {{ 'union all' if not is_last_kind }}
    {%- endif %}
    {%- endfor %}
),

-- most ids are of one thing: what their claims say is told apart for the others alone
colliding as (
    select kind, id, attribute
    from attributes
    group by kind, id, attribute
    having
        min(class) <> max(class)
        -- dates that are compatible refine each other
        and coalesce(max(earliest) > min(latest), true)
)

select
    kind,
    id,
    attribute,
    count(distinct text) as value_count,
    count(*) as claim_count,
    count(distinct document_id) as document_count,
    string_agg(distinct text, ', ' order by text) as reported_values,
    min(fact_id) as example_fact_id,
    min(document_id) as example_document_id
from attributes
semi join colliding using (kind, id, attribute)
group by kind, id, attribute
