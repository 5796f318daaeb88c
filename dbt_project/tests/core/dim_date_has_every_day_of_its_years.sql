-- No year is begun and not ended, none of the promised range is missing, and the days around New Year are in the right weeks.
with years as (
    select calendar_year, count(*) as day_count
    from {{ ref('dim_date') }}
    group by calendar_year
),

expected_years as (
    select range as calendar_year from range(1776, 2101)
    union
    select year(earliest) from {{ ref('stg_edtf') }} where earliest is not null
    union
    select year(latest) from {{ ref('stg_edtf') }} where latest is not null
),

known_days as (
    select looked_up.*
    from (
        values
            (date '2021-01-03', '2020-W53', 7, '2021-Q1'),
            (date '2020-12-31', '2020-W53', 4, '2020-Q4'),
            (date '2024-12-30', '2025-W01', 1, '2024-Q4'),
            (date '2024-02-29', '2024-W09', 4, '2024-Q1')
    ) as looked_up (date_day, iso_year_week, iso_day_of_week, year_quarter)
)

select 'incomplete year ' || expected_years.calendar_year as problem
from expected_years
left join years on expected_years.calendar_year = years.calendar_year
where
    years.day_count is distinct from
    date_diff('day', make_date(expected_years.calendar_year, 1, 1), make_date(expected_years.calendar_year, 12, 31)) + 1

union all

select 'wrong week of ' || known_days.date_day as problem
from known_days
left join {{ ref('dim_date') }} as days
    on known_days.date_day = days.date_day
    and known_days.iso_year_week = days.iso_year_week
    and known_days.iso_day_of_week = days.iso_day_of_week
    and known_days.year_quarter = days.year_quarter
where days.date_day is null
