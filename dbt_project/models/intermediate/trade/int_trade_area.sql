-- Grain: one row per code of an area that published trade statistics name, with the country that it means.
-- The scheme is Comtrade's, which BACI shares: 842 is the USA and 251 France; the world and areas nes are no country.
with releases as (
    select delivery_id from {{ ref('int_trade_release') }}
),

named as (
    select exporter_code as area_code from {{ ref('int_baci_dyad') }} semi join releases using (delivery_id)
    union
    select importer_code from {{ ref('int_baci_dyad') }} semi join releases using (delivery_id)
    union
    select reporter_code from {{ ref('int_comtrade_dyad') }} semi join releases using (delivery_id)
    union
    select partner_code from {{ ref('int_comtrade_dyad') }} semi join releases using (delivery_id)
),

codes as (
    select coded, country_code from {{ ref('int_country_code') }} where scheme = 'comtrade'
),

-- what people say of a code that the scheme does not have
told as (
    select normalised_name, country_code from {{ ref('int_country_name') }} where tier = 0
)

select
    cast(named.area_code as integer) as area_code,
    'comtrade:' || named.area_code as reported,
    coalesce(codes.country_code, told.country_code, 'unknown') as country_code
from named
left join codes on 'comtrade:' || named.area_code = codes.coded
left join told on 'comtrade ' || named.area_code = told.normalised_name
