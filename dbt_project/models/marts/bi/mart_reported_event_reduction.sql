-- Grain: one row per day of release of a machine-coded feed: how its rows become events.
with reductions as (
    select * from {{ ref('int_reported_event_reduction') }} where released_on is not null
)

select
    'gdelt_events' as feed,
    released_on,
    row_count,
    rows_without_a_country,
    rows_between_countries,
    rows_of_cooperation,
    rows_without_a_day,
    reduced_rows,
    artefact_rows,
    rows_with_unknown_code,
    url_count,
    reduced_url_count,
    event_count
from reductions
order by released_on
