-- Grain: one row per accepted row of any feed that claims another name of something, under its reported id.
{% set by = deliveries_in_shape_of('aliases', ['int_desta_entry']) -%}
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': by, 'beside': named_beside()}}) }}
{{ rows_in_shape_of('aliases') }}
union all by name
select
    'desta' as feed,
    'agreement' as kind,
    agreement_id as id,
    wto_name as alias,
    'en' as language,
    {{ claimed_columns() }}
from {{ ref('int_desta_entry') }}
where wto_name is not null
