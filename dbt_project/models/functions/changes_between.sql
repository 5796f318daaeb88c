-- Grain: one row per change of what was known, after the end of the first day and up to the end of the second (UTC).
{{ config(materialized='table_function', parameters=['day_before', 'last_day', "basis := 'published'"]) }}
select * exclude (clock)
from {{ published_table('fact_change') }} as changes
where
    changes.clock = {{ asked_clock() }}
    and changes.changed_at >= cast(day_before as date) + interval 1 day
    and changes.changed_at < cast(last_day as date) + interval 1 day
