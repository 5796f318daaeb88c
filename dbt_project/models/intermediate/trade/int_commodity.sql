-- Grain: one row per classification and code of a commodity that occurs; and the unknown one.
with recorded as (
    select distinct
        coalesce(classifications.classification, observations.classification, 'unknown') as classification,
        coalesce(observations.commodity, 'TOTAL') as commodity_code
    from {{ ref('int_trade_observation_as_known') }} as observations
    left join {{ ref('trade_classifications') }} as classifications
        on upper(replace(observations.classification, ' ', '')) = classifications.code
),

releases as (
    select delivery_id, baci_classification from {{ ref('int_trade_release') }}
),

published as (
    select releases.baci_classification as classification_code, products.product_code as commodity_code
    from {{ ref('int_baci_product') }} as products
    inner join releases on products.delivery_id = releases.delivery_id
    union
    select classification_code, commodity_code
    from {{ ref('int_comtrade_commodity') }}
    semi join releases using (delivery_id)
),

occurring as (
    select * from recorded

    union

    select
        coalesce(classifications.classification, published.classification_code) as classification,
        published.commodity_code
    from published
    left join {{ ref('trade_classifications') }} as classifications on published.classification_code = classifications.code

    union

    select 'unknown' as classification, unnest(['unknown', 'TOTAL']) as commodity_code
)

select
    {{ surrogate_key(['classification', 'commodity_code']) }} as commodity_key,
    classification,
    commodity_code
from occurring
