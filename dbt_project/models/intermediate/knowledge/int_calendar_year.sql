-- Grain: one row per year of the calendar: from 1776 to 2100, and every other one in which something is dated.
-- A date that falls into one of these years, as nearly all do, changes nothing here, nor the calendar of days.
select cast(range as integer) as calendar_year from range(1776, 2101)
union
select cast(calendar_year as integer) as calendar_year
from (select unnest([year(earliest), year(latest)]) as calendar_year from {{ ref('stg_edtf') }}) as years_of_data
where calendar_year is not null
