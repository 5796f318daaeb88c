-- Grain: one row per exporter, importer, year and classification of BACI, and vintage and kind of release of the figures: all
-- products together, as of today. The sum is exact, so that it can be added to others, and follows what comes and goes
-- without being made anew.
{% set key = [
    'classification', 'period_earliest', 'period_latest', 'country_a_code', 'country_b_code', 'dyad_code', 'vintage',
    'published_from', 'is_extract'
] %}
{{ config(meta={'keyed': {
    'key': key,
    'by': {'trade_flow_version': key},
    'summed': ['product_count', 'value_usd']
}}) }}
select
    {%- for column in key %}
    {{ column }},
    {%- endfor %}
    count(*) as product_count,
    coalesce(sum(cast(value_usd as decimal(38, 6))), 0) as value_usd
from {{ ref('trade_flow_version') }}
where source = 'baci' and is_current
group by all
