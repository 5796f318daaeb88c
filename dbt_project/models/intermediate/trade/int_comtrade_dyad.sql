-- Grain: one row per delivery of Comtrade, slice (reporter, period, classification) and partner in it.
-- What is asked of all figures together is asked of this: it is a thousandth of them.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'landing.comtrade': ['_delivery_id']}}}) }}
select distinct
    delivery_id,
    type_code,
    frequency_code,
    period,
    reporter_code,
    classification_code,
    partner_code
from {{ ref('stg_comtrade') }}
