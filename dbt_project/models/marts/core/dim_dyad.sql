-- Grain: one row per unordered pair of countries that any fact concerns.
with paired as (
    select country_a_code, country_b_code from {{ ref('bridge_fact_dyad') }}
    union
    select reporter_code, partner_code from {{ ref('int_trade_observation') }}
    union
    select country_a_code, country_b_code from {{ ref('int_trade_observation') }}
    union
    select country_a_code, country_b_code from {{ ref('int_indicator') }}
    union
    select country_a_code, country_b_code from {{ ref('int_reported_event') }}
    union
    select country_a_code, country_b_code from {{ ref('int_trade_statistic_dyad') }}
),

dyads as (
    select distinct
        {{ dyad_code('country_a_code', 'country_b_code') }} as dyad_code,
        least(country_a_code, country_b_code) as country_a_code,
        greatest(country_a_code, country_b_code) as country_b_code
    from paired
),

countries as (
    select country_code, country_key, name from {{ ref('dim_country') }} where is_current
)

select
    {{ surrogate_key(['dyads.dyad_code']) }} as dyad_key,
    dyads.dyad_code,
    dyads.country_a_code,
    country_a.name as country_a_name,
    country_a.country_key as country_a_key,
    dyads.country_b_code,
    country_b.name as country_b_name,
    country_b.country_key as country_b_key,
    country_a.name || ' – ' || country_b.name as name
from dyads
inner join countries as country_a on dyads.country_a_code = country_a.country_code
inner join countries as country_b on dyads.country_b_code = country_b.country_code
where dyads.dyad_code is not null
order by dyads.dyad_code
