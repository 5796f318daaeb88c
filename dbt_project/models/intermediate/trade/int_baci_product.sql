-- Grain: one row per delivery of BACI and product in it.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'landing.baci': ['_delivery_id']}}}) }}
select distinct
    delivery_id,
    product_code
from {{ ref('stg_baci') }}
