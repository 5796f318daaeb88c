-- Grain: one row per accepted row of any feed that claims an id elsewhere, under the id that the row gives the thing.
-- What identity is decided on. A feed whose things have ids elsewhere is added here.
{% set by = deliveries_in_shape_of('external_ids', ['int_desta_entry']) -%}
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': by, 'beside': named_beside()}}) }}
{{ rows_in_shape_of('external_ids') }}
union all by name
select
    'desta' as feed,
    'agreement' as kind,
    agreement_id as id,
    'desta' as scheme,
    entry_number as value,
    {{ claimed_columns() }}
from {{ ref('int_desta_entry') }}
