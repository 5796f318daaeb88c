-- Grain: one row per pair of countries, as published statistics name them one after the other.
select distinct country_a_code, country_b_code from {{ ref('int_trade_statistic') }}
