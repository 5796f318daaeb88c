-- Grain: one row per day of release of `gdelt_events`, with how its rows become events; and one without a day, for all.
with reported as (
    select
        cast(deliveries.as_of as date) as released_on,
        staged.event_root_code in ('03', '04', '05', '06') as is_cooperation,
        staged.occurred_on is not null and staged.added_at is not null as has_a_day,
        staged.is_relative_date_artefact,
        staged.source_url,
        actor1_country_country.country_code as actor1_code,
        actor2_country_country.country_code as actor2_code
    from {{ ref('stg_gdelt_events') }} as staged
    inner join {{ ref('int_reported_event_delivery') }} as deliveries on staged.delivery_id = deliveries.delivery_id
    {{ join_country('gdelt_events', 'actor1_country', countries='int_reported_event_country') }}
    {{ join_country('gdelt_events', 'actor2_country', countries='int_reported_event_country') }}
),

judged as (
    select *, coalesce({{ dyad_code('actor1_code', 'actor2_code') }} is not null, false) as is_between_countries
    from reported
),

row_counts as (
    select
        released_on,
        count(*) as row_count,
        count(*) filter (where actor1_code is null or actor2_code is null) as rows_without_a_country,
        count(*) filter (where is_between_countries) as rows_between_countries,
        count(*) filter (where is_cooperation) as rows_of_cooperation,
        count(*) filter (where is_between_countries and is_cooperation and has_a_day) as reduced_rows,
        count(*) filter (where not has_a_day) as rows_without_a_day,
        count(*) filter (where is_relative_date_artefact) as artefact_rows,
        count(*) filter (where 'unknown' in (actor1_code, actor2_code)) as rows_with_unknown_code
    from judged
    group by grouping sets ((released_on), ())
),

-- over the hash of the address: a year has tens of millions
hashed as (
    select released_on, hash(source_url) as url_hash, bool_or(is_between_countries and is_cooperation and has_a_day) as is_reduced
    from judged
    where source_url is not null
    group by released_on, url_hash
),

url_counts as (
    select released_on, count(*) as url_count, count(*) filter (where is_reduced) as reduced_url_count
    from hashed
    group by released_on
    union all
    select null as released_on, count(*) as url_count, count(*) filter (where is_reduced) as reduced_url_count
    from (select url_hash, bool_or(is_reduced) as is_reduced from hashed group by url_hash) as all_days
),

event_counts as (
    select cast(deliveries.as_of as date) as released_on, count(*) as event_count
    from {{ ref('int_reported_event') }} as reported_events
    inner join {{ ref('int_reported_event_delivery') }} as deliveries on reported_events.delivery_id = deliveries.delivery_id
    group by grouping sets ((cast(deliveries.as_of as date)), ())
)

select
    row_counts.*,
    coalesce(url_counts.url_count, 0) as url_count,
    coalesce(url_counts.reduced_url_count, 0) as reduced_url_count,
    coalesce(event_counts.event_count, 0) as event_count
from row_counts
left join url_counts on row_counts.released_on is not distinct from url_counts.released_on
left join event_counts on row_counts.released_on is not distinct from event_counts.released_on
