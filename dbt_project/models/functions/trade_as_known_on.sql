-- Grain: one row per trade figure of one source, as it was known at the end of a day (UTC): the columns of fct_trade_flow.
{{ config(materialized='table_function', parameters=['day', "basis := 'published'"]) }}
select * exclude (published_from, published_to, recorded_from, recorded_to, is_current)
from {{ published_table('trade_flow_version') }} as versions
where
    case when {{ asked_clock() }} = 'published' then versions.published_from else versions.recorded_from end
    < cast(day as date) + interval 1 day
    and case when {{ asked_clock() }} = 'published' then versions.published_to else versions.recorded_to end
    >= cast(day as date) + interval 1 day
