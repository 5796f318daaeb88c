-- Grain: one row per classification, year, exporter and importer of BACI: all products together, as of today.
-- In BACI's own codes, of which several may mean one country; the sum is exact, so that it can be added to others.
{{ config(meta={'keyed': {
    'key': ['year', 'exporter_code', 'importer_code'],
    'by': {'int_baci_version': ['year', 'exporter_code', 'importer_code']},
    'beside': {'int_trade_release': ['delivery_id', 'is_extract']}
}}) }}
with figures as (
    select * from {{ ref('int_baci_version') }} where is_current
),

releases as (
    select delivery_id, is_extract from {{ ref('int_trade_release') }}
)

select
    figures.classification_code,
    figures.year,
    figures.exporter_code,
    figures.importer_code,
    sum(cast(figures.value_thousand_usd * 1000 as decimal(38, 6))) as value_usd,
    count(*) as product_count,
    min(figures.vintage) as first_vintage,
    max(figures.vintage) as last_vintage,
    max(struct_pack(published_from := figures.published_from, vintage := figures.vintage)) as latest,
    bool_or(releases.is_extract) as has_extract
from figures
left join releases on figures.delivery_id = releases.delivery_id
group by all
