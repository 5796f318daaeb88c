-- Grain: one row per accepted row of `raw/gdelt_events`, as one file has it; a row that two files hold stands twice.
-- Codes keep their scheme: actors are CAMEO, places FIPS 10-4, and several are ISO codes of other states.
with landed as (
    select * from {{ source('landing', 'gdelt_events') }}
),

dated as (
    select
        *,
        cast(try_strptime(event_date, '%Y%m%d') as date) as occurred_on,
        try_strptime(date_added, '%Y%m%d%H%M%S') as added_at
    from landed
)

select
    global_event_id,
    occurred_on,
    added_at,
    -- phrases such as "a year ago" leave exactly such a distance to the day on which the row was added
    coalesce(occurred_on in (
        cast(added_at - interval 1 day as date),
        cast(added_at - interval 7 day as date),
        cast(added_at - interval 1 month as date),
        cast(added_at - interval 1 year as date)
    ), false) as is_relative_date_artefact,
    'cameo:' || actor1_country_code as actor1_country_reported,
    'cameo:' || actor2_country_code as actor2_country_reported,
    'fips:' || actor1_geo_country_code as actor1_geo_country_reported,
    'fips:' || actor2_geo_country_code as actor2_geo_country_reported,
    'fips:' || action_geo_country_code as action_geo_country_reported,
    event_code,
    event_base_code,
    event_root_code,
    goldstein_scale,
    num_mentions,
    num_articles,
    avg_tone,
    source_url,
    {{ lineage_columns() }}
from (select *, cast(null as timestamp) as recorded_at from dated) as dated
