-- Grain: one row per day of release of `gdelt_events`, with how its rows become events; and one without a day, for all.
with deliveries as (
    select delivery_id, cast(as_of as date) as released_on from {{ ref('int_reported_event_delivery') }}
),

row_counts as (
    select
        deliveries.released_on,
        cast(sum(counted.row_count) as bigint) as row_count,
        cast(sum(counted.rows_without_a_country) as bigint) as rows_without_a_country,
        cast(sum(counted.rows_between_countries) as bigint) as rows_between_countries,
        cast(sum(counted.rows_of_cooperation) as bigint) as rows_of_cooperation,
        cast(sum(counted.reduced_rows) as bigint) as reduced_rows,
        cast(sum(counted.rows_without_a_day) as bigint) as rows_without_a_day,
        cast(sum(counted.artefact_rows) as bigint) as artefact_rows,
        cast(sum(counted.rows_with_unknown_code) as bigint) as rows_with_unknown_code
    from {{ ref('int_reported_event_row_count') }} as counted
    inner join deliveries on counted.delivery_id = deliveries.delivery_id
    group by grouping sets ((deliveries.released_on), ())
),

-- an address counts once, in however many rows and days it stands
url_counts as (
    select released_on, url_count, reduced_url_count from {{ ref('int_reported_event_url_count') }}
    union all
    select null as released_on, count(*) as url_count, count(*) filter (where is_reduced) as reduced_url_count
    from {{ ref('int_reported_event_address') }}
),

event_counts as (
    select deliveries.released_on, count(*) as event_count
    from {{ ref('int_reported_event') }} as reported_events
    inner join deliveries on reported_events.delivery_id = deliveries.delivery_id
    group by grouping sets ((deliveries.released_on), ())
)

select
    row_counts.*,
    coalesce(url_counts.url_count, 0) as url_count,
    coalesce(url_counts.reduced_url_count, 0) as reduced_url_count,
    coalesce(event_counts.event_count, 0) as event_count
from row_counts
left join url_counts on row_counts.released_on is not distinct from url_counts.released_on
left join event_counts on row_counts.released_on is not distinct from event_counts.released_on
