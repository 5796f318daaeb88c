-- Grain: one row per version of a claim that came in complete deliveries (mode snapshot: dossiers, state_visits).
-- A version is a run of deliveries that say the same. It ends where a delivery says otherwise, or is silent: silence
-- counts only in the same data set, and never where the row is there but could not be read.
{% set forever = "timestamp '9999-12-31'" %}
with deliveries as (
    select * from {{ ref('int_delivery') }} where mode = 'snapshot' and is_complete
),

-- when a delivery's rows count as recorded: the date that its rows give, if it moved since the delivery before
recording as (
    select
        deliveries.delivery_id,
        max(claims.recorded_at) as recorded_at
    from deliveries
    inner join {{ ref('int_claim_row') }} as claims on deliveries.delivery_id = claims.delivery_id
    group by deliveries.delivery_id
),

dated_deliveries as (
    select
        deliveries.feed,
        deliveries.dataset_key,
        deliveries.feed || '/' || deliveries.dataset_key as dataset,
        deliveries.delivery_id,
        deliveries.delivery_number,
        deliveries.as_of,
        deliveries.is_as_of_stated,
        deliveries.was_current,
        case
            when recording.recorded_at is not null and coalesce(recording.recorded_at > max(recording.recorded_at) over (
                partition by deliveries.feed, deliveries.dataset_key order by deliveries.delivery_number
                rows between unbounded preceding and 1 preceding
            ), true) then recording.recorded_at
            else deliveries.received_at
        end as recorded_from
    from deliveries
    left join recording on deliveries.delivery_id = recording.delivery_id
),

-- the same fact twice in one delivery is two streams: nothing is merged
observations as (
    select
        claims.feed,
        claims.fact_kind,
        claims.fact_id,
        claims.document_id,
        deliveries.dataset,
        row_number() over (
            partition by deliveries.delivery_id, claims.fact_kind, claims.fact_id, claims.document_id
            order by claims.file_sha256, claims.row_number
        ) as twin_number,
        deliveries.delivery_number,
        claims.row_id,
        claims.raw_key,
        if(claims.is_retraction, 'retracted', claims.content_hash) as content_hash
    from {{ ref('int_claim_row') }} as claims
    inner join dated_deliveries as deliveries on claims.delivery_id = deliveries.delivery_id
),

rejected as (
    select distinct
        deliveries.dataset,
        deliveries.delivery_number,
        rejected.feed,
        -- a broken cell of the key leaves nothing to find the row by
        {{ canonical_key('rejected.key_values') }} as raw_key
    from {{ ref('stg_rejected_rows') }} as rejected
    inner join dated_deliveries as deliveries on rejected.delivery_id = deliveries.delivery_id
),

streams as (
    select distinct dataset, feed, fact_kind, fact_id, document_id, twin_number, {{ canonical_key('raw_key') }} as raw_key
    from observations
),

unreadable as (
    select distinct
        streams.dataset, streams.fact_kind, streams.fact_id, streams.document_id, streams.twin_number,
        rejected.delivery_number
    from streams
    inner join rejected
        on streams.dataset = rejected.dataset
        and streams.feed = rejected.feed
        and (rejected.raw_key is null or streams.raw_key = rejected.raw_key)
),

seen as (
    select dataset, fact_kind, fact_id, document_id, twin_number, delivery_number, row_id, content_hash from observations
    union all by name
    select * from unreadable
    anti join observations
        using (dataset, fact_kind, fact_id, document_id, twin_number, delivery_number)
),

present as (
    select
        *,
        coalesce(delivery_number <> lag(delivery_number) over stream + 1, true) as is_back
    from seen
    window stream as (partition by dataset, fact_kind, fact_id, document_id, twin_number order by delivery_number)
),

stays as (
    select
        *,
        sum(cast(is_back as integer)) over (
            partition by dataset, fact_kind, fact_id, document_id, twin_number order by delivery_number
        ) as stay_number
    from present
),

-- present, unreadable: the last good version stays; what was withdrawn comes back only with a row that can be read
filled as (
    select
        *,
        last_value(content_hash ignore nulls) over (
            partition by dataset, fact_kind, fact_id, document_id, twin_number, stay_number order by delivery_number
            rows between unbounded preceding and current row
        ) as held_hash
    from stays
),

marked as (
    select
        *,
        coalesce(
            delivery_number <> lag(delivery_number) over stream + 1 or held_hash <> lag(held_hash) over stream, true
        ) as is_start
    from filled
    where held_hash is not null
    window stream as (partition by dataset, fact_kind, fact_id, document_id, twin_number order by delivery_number)
),

runs as (
    select
        *,
        sum(cast(is_start as integer)) over (
            partition by dataset, fact_kind, fact_id, document_id, twin_number order by delivery_number
        ) as run_number
    from marked
),

versions as (
    select
        dataset, fact_kind, fact_id, document_id, twin_number, run_number,
        any_value(held_hash) = 'retracted' as is_retraction,
        min(delivery_number) as first_number,
        max(delivery_number) as last_number,
        arg_min(row_id, delivery_number) as row_id
    from runs
    group by all
),

-- what came next in the data set, and what was known while it came
dated as (
    select
        versions.*,
        coalesce(cast(documents.published_latest as timestamp), first_delivery.as_of) as asserted_at,
        documents.published_latest is not null as is_document_dated,
        first_delivery.as_of as first_as_of,
        first_delivery.recorded_from as first_recorded_from,
        next_delivery.as_of as next_as_of,
        lag(versions.last_number) over stream as previous_last_number,
        lead(versions.first_number) over stream as next_first_number,
        (
            select min(d.recorded_from) from dated_deliveries as d
            where d.dataset = versions.dataset and d.was_current
                and d.delivery_number between versions.first_number and versions.last_number
        ) as current_from,
        (
            select min(d.recorded_from) from dated_deliveries as d
            where d.dataset = versions.dataset and d.was_current and d.delivery_number > versions.last_number
        ) as current_to
    from versions
    inner join dated_deliveries as first_delivery
        on versions.dataset = first_delivery.dataset and versions.first_number = first_delivery.delivery_number
    left join dated_deliveries as next_delivery
        on versions.dataset = next_delivery.dataset and versions.last_number + 1 = next_delivery.delivery_number
    left join {{ ref('int_document_reference') }} as documents on versions.document_id = documents.document_id
    window stream as (
        partition by versions.dataset, versions.fact_kind, versions.fact_id, versions.document_id, versions.twin_number
        order by versions.run_number
    )
),

published as (
    select
        *,
        -- a fact that comes back after a silence was not asserted during it
        if(previous_last_number < first_number - 1, greatest(asserted_at, first_as_of), asserted_at) as published_from
    from dated
),

ranged as (
    select
        *,
        case
            when is_retraction then published_from
            when next_as_of is null then {{ forever }}
            -- corrected: where the document has a date, the corrected reading holds from that date on
            when next_first_number = last_number + 1 and is_document_dated then published_from
            else greatest(published_from, next_as_of)
        end as published_to,
        coalesce(current_from, first_recorded_from) as recorded_from
    from published
)

select
    fact_kind,
    fact_id,
    document_id,
    dataset || if(twin_number > 1, '#' || twin_number, '') as dataset,
    row_id,
    is_retraction,
    published_from,
    published_to,
    recorded_from,
    case
        when is_retraction or current_from is null then recorded_from
        else greatest(coalesce(current_to, {{ forever }}), recorded_from)
    end as recorded_to,
    next_as_of is null and not is_retraction as is_current
from ranged
