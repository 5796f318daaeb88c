-- Grain: one row per quarantined row, with what became of it since.
-- A row is corrected by one that names it and was accepted, or by an accepted row of the same key in a later version of its
-- file. What a later version no longer holds, or holds broken again as an entry of its own, is replaced. All else is open.
with rejected as (
    select delivery_id, feed, file_sha256, row_number, any_value(key_values) as key_values
    from {{ ref('stg_rejected_rows') }}
    group by delivery_id, feed, file_sha256, row_number
),

deliveries as (
    select * from {{ ref('stg_deliveries') }}
),

loaded as (
    select * from {{ ref('int_delivery') }}
),

identified as (
    select
        rejected.*,
        {{ rejected_row_id() }} as rejected_row_id
    from rejected
),

-- rows that name a quarantined one, accepted or broken again; one that names nothing corrects nothing
corrections as (
    select corrections.*
    from {{ ref('stg_corrections') }} as corrections
    semi join identified on corrections.rejected_row_id = identified.rejected_row_id
),

accepted_corrections as (
    select
        corrections.rejected_row_id,
        arg_min(corrections.delivery_id, (loaded.received_at, loaded.delivery_id)) as delivery_id,
        min(loaded.received_at) as received_at
    from corrections
    inner join loaded on corrections.delivery_id = loaded.delivery_id
    anti join rejected
        on corrections.delivery_id = rejected.delivery_id
        and corrections.feed = rejected.feed
        and corrections.file_sha256 = rejected.file_sha256
        and corrections.row_number = rejected.row_number
    group by corrections.rejected_row_id
),

rejected_rows as (
    select
        identified.*,
        {{ canonical_key('identified.key_values') }} as raw_key,
        deliveries.feed as delivery_feed,
        deliveries.dataset_key,
        deliveries.status,
        deliveries.as_of,
        deliveries.received_at,
        -- what a broken correction was to correct
        any_value(corrections.rejected_row_id) as corrects_row_id
    from identified
    inner join deliveries on identified.delivery_id = deliveries.delivery_id
    left join corrections
        on identified.delivery_id = corrections.delivery_id
        and identified.feed = corrections.feed
        and identified.file_sha256 = corrections.file_sha256
        and identified.row_number = corrections.row_number
        and identified.rejected_row_id <> corrections.rejected_row_id
    group by all
),

-- later deliveries of the same data set as one with broken rows
pairs as (
    select
        earlier.delivery_id,
        later.delivery_id as later_delivery_id,
        later.delivery_number,
        later.received_at,
        later.is_complete and later.mode <> 'extract' as is_complete
    from loaded as earlier
    inner join loaded as later
        on earlier.feed = later.feed
        and earlier.dataset_key = later.dataset_key
        and earlier.delivery_number < later.delivery_number
    semi join rejected on earlier.delivery_id = rejected.delivery_id
),

keys as (
    select distinct
        claims.delivery_id,
        claims.feed,
        {{ canonical_key('claims.raw_key') }} as raw_key
    from {{ ref('int_claim_row') }} as claims
    where
        claims.delivery_id in (
            select delivery_id from pairs
            union
            select later_delivery_id from pairs
        )
),

-- a file is saved again where every row that was accepted still stands in it; another day's file of one name is no version
lost_keys as (
    select distinct pairs.delivery_id, pairs.later_delivery_id
    from pairs
    inner join keys on pairs.delivery_id = keys.delivery_id
    left join keys as kept
        on pairs.later_delivery_id = kept.delivery_id and keys.feed = kept.feed and keys.raw_key = kept.raw_key
    where kept.raw_key is null
),

still_there as (
    select pairs.delivery_id, pairs.later_delivery_id
    from pairs
    semi join keys on pairs.delivery_id = keys.delivery_id
    union
    select pairs.delivery_id, pairs.later_delivery_id
    from pairs
    inner join rejected_rows as broken on pairs.delivery_id = broken.delivery_id
    inner join keys
        on pairs.later_delivery_id = keys.delivery_id and broken.feed = keys.feed and broken.raw_key = keys.raw_key
),

versions as (
    select pairs.*
    from pairs
    left join lost_keys using (delivery_id, later_delivery_id)
    left join still_there using (delivery_id, later_delivery_id)
    where pairs.is_complete or (lost_keys.delivery_id is null and still_there.delivery_id is not null)
),

corrected_in_place as (
    select
        rejected_rows.rejected_row_id,
        arg_min(versions.later_delivery_id, versions.delivery_number) as delivery_id,
        arg_min(versions.received_at, versions.delivery_number) as received_at
    from rejected_rows
    inner join versions on rejected_rows.delivery_id = versions.delivery_id
    inner join keys
        on versions.later_delivery_id = keys.delivery_id
        and rejected_rows.feed = keys.feed
        and rejected_rows.raw_key = keys.raw_key
    group by rejected_rows.rejected_row_id
),

replaced as (
    select
        delivery_id,
        arg_min(later_delivery_id, delivery_number) as by_delivery_id,
        arg_min(received_at, delivery_number) as received_at
    from versions
    group by delivery_id
),

-- a delivery that another of the same date completed, and that is no longer loaded itself
completed as (
    select
        deliveries.delivery_id,
        arg_max(loaded.delivery_id, loaded.delivery_number) as by_delivery_id,
        arg_max(loaded.received_at, loaded.delivery_number) as received_at
    from deliveries
    inner join loaded
        on deliveries.feed = loaded.feed
        and deliveries.dataset_key = loaded.dataset_key
        and deliveries.as_of = loaded.as_of
    where deliveries.status = 'replaced'
    group by deliveries.delivery_id
),

judged as (
    select
        rejected_rows.*,
        case
            when named.rejected_row_id is not null or in_place.rejected_row_id is not null then 'corrected'
            when rejected_rows.corrects_row_id is not null then 'attempt'
            when replaced.delivery_id is not null or completed.delivery_id is not null then 'replaced'
            else 'open'
        end as resolution,
        coalesce(named.delivery_id, in_place.delivery_id) as corrected_by,
        coalesce(named.received_at, in_place.received_at) as corrected_at,
        coalesce(replaced.by_delivery_id, completed.by_delivery_id) as replaced_by,
        coalesce(replaced.received_at, completed.received_at) as replaced_at
    from rejected_rows
    left join accepted_corrections as named
        on coalesce(rejected_rows.corrects_row_id, rejected_rows.rejected_row_id) = named.rejected_row_id
    left join corrected_in_place as in_place on rejected_rows.rejected_row_id = in_place.rejected_row_id
    left join replaced on rejected_rows.delivery_id = replaced.delivery_id
    left join completed on rejected_rows.delivery_id = completed.delivery_id
)

select
    rejected_row_id,
    delivery_id,
    delivery_feed,
    feed,
    file_sha256,
    row_number,
    corrects_row_id,
    received_at,
    resolution,
    case resolution when 'corrected' then corrected_by when 'replaced' then replaced_by end as resolved_by_delivery_id,
    case resolution when 'corrected' then corrected_at when 'replaced' then replaced_at end as resolved_at
from judged
