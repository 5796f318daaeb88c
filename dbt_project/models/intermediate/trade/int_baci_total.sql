-- Grain: one row per classification, year, exporter and importer of BACI, and release and vintage of the figures: all
-- products together, as of today. In BACI's own codes, of which several may mean one country; the sum is exact, so that
-- it can be added to others, and follows what comes and goes without being made anew.
{{ config(meta={'keyed': {
    'key': ['classification_code', 'year', 'exporter_code', 'importer_code', 'delivery_id', 'vintage', 'published_from'],
    'by': {'int_baci_version': [
        'classification_code', 'year', 'exporter_code', 'importer_code', 'delivery_id', 'vintage', 'published_from'
    ]},
    'summed': ['product_count', 'value_usd']
}}) }}
select
    classification_code,
    year,
    exporter_code,
    importer_code,
    delivery_id,
    vintage,
    published_from,
    count(*) as product_count,
    coalesce(sum(cast(value_thousand_usd * 1000 as decimal(38, 6))), 0) as value_usd
from {{ ref('int_baci_version') }}
where is_current
group by all
