-- Grain: one row per pair of countries, as published statistics name them one after the other.
with areas as (
    select area_code, country_code from {{ ref('int_trade_area') }}
),

releases as (
    select delivery_id from {{ ref('int_trade_release') }}
),

named as (
    select exporter_code as first_code, importer_code as second_code
    from {{ ref('int_baci_dyad') }}
    semi join releases using (delivery_id)
    union
    select reporter_code, partner_code
    from {{ ref('int_comtrade_dyad') }}
    semi join releases using (delivery_id)
)

select distinct
    firsts.country_code as country_a_code,
    seconds.country_code as country_b_code
from named
left join areas as firsts on named.first_code = firsts.area_code
left join areas as seconds on named.second_code = seconds.area_code
