-- Grain: one row per release of BACI and year in it: a slice, which later whole releases of the same one close.
with slices as (
    select delivery_id, year, cast(sum(row_count) as bigint) as row_count
    from {{ ref('int_baci_dyad') }}
    group by delivery_id, year
),

releases as (
    select * from {{ ref('int_trade_release') }} where feed = 'baci'
)

select
    slices.delivery_id,
    slices.year,
    slices.row_count,
    releases.baci_classification as classification_code,
    releases.release_number,
    releases.as_of,
    releases.revision,
    releases.received_at,
    releases.vintage,
    releases.is_extract,
    count(*) over (partition by releases.baci_classification, slices.year) as release_count,
    min(releases.release_number) filter (where releases.is_whole) over later as closing_number,
    arg_min(slices.delivery_id, releases.release_number) filter (where releases.is_whole) over later as closing_delivery_id,
    min(releases.as_of) filter (where releases.is_whole) over later as closing_as_of,
    min(releases.received_at) filter (where releases.is_whole) over later as closing_received_at
from slices
inner join releases on slices.delivery_id = releases.delivery_id
window later as (
    partition by releases.baci_classification, slices.year order by releases.release_number
    rows between 1 following and unbounded following
)
