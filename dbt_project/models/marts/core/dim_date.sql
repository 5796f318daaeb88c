-- Grain: one row per day, from 1776 to 2100 and of every other year in which something is dated.
-- The key is the day itself: a fact's `_earliest` joins to it directly.
with days as (
    select cast(unnest(generate_series(
        make_date(calendar_year, 1, 1), make_date(calendar_year, 12, 31), interval 1 day
    )) as date) as date_day
    from {{ ref('int_calendar_year') }}
)

select
    date_day,
    cast(year(date_day) as integer) as calendar_year,
    cast(quarter(date_day) as integer) as calendar_quarter,
    cast(month(date_day) as integer) as calendar_month,
    cast(day(date_day) as integer) as day_of_month,
    cast(dayofyear(date_day) as integer) as day_of_year,
    cast(isodow(date_day) as integer) as iso_day_of_week,
    cast(isoyear(date_day) as integer) as iso_year,
    cast(week(date_day) as integer) as iso_week,
    monthname(date_day) as month_name,
    dayname(date_day) as day_name,
    strftime(date_day, '%Y-%m') as year_month,
    strftime(date_day, '%Y') || '-Q' || quarter(date_day) as year_quarter,
    strftime(date_day, '%G-W%V') as iso_year_week,
    cast(date_trunc('month', date_day) as date) as first_day_of_month,
    last_day(date_day) as last_day_of_month,
    isodow(date_day) >= 6 as is_weekend
from days
order by date_day
