-- Grain: one row per delivery of BACI, year, exporter and importer in it.
-- What is asked of all figures together is asked of this: it is a thousandth of them.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'landing.baci': ['_delivery_id']}}}) }}
select
    delivery_id,
    year,
    exporter_code,
    importer_code,
    count(*) as row_count
from {{ ref('stg_baci') }}
group by all
