-- Grain: one row per delivery of Comtrade, classification and commodity in it.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'landing.comtrade': ['_delivery_id']}}}) }}
select distinct
    delivery_id,
    classification_code,
    commodity_code
from {{ ref('stg_comtrade') }}
