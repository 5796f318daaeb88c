-- Grain: one row per version of a claim that came in deliveries of a data set (modes snapshot, replace and extract).
-- A version is a run of deliveries that say the same. It ends where a delivery says otherwise, or is silent: silence
-- counts only in the same data set, only in a complete delivery or within the query that an extract answers, and never
-- where the row is there but could not be read.
{% set forever = "timestamp '9999-12-31'" %}
{% set stream = "dataset, fact_kind, fact_id, era_key, document_id, twin_number" %}
with deliveries as (
    select * from {{ ref('int_delivery') }} where mode <> 'append'
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
        deliveries.feed || '/' || deliveries.dataset_key as dataset,
        deliveries.delivery_id,
        deliveries.delivery_number,
        deliveries.as_of,
        deliveries.received_at,
        -- a part is silent about nothing, unless it says what was asked for
        deliveries.is_complete and deliveries.mode <> 'extract' as is_complete,
        deliveries.query,
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
        claims.era_key,
        claims.document_id,
        deliveries.dataset,
        row_number() over (
            partition by deliveries.delivery_id, claims.fact_kind, claims.fact_id, claims.era_key, claims.document_id
            order by claims.content_hash, claims.file_sha256, claims.row_number
        ) as twin_number,
        deliveries.delivery_number,
        deliveries.query,
        claims.row_id,
        claims.raw_key,
        claims.asserted_at,
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

stream_keys as (
    select distinct {{ stream }}, feed, {{ canonical_key('raw_key') }} as raw_key
    from observations
),

unreadable as (
    select distinct
        stream_keys.dataset, stream_keys.fact_kind, stream_keys.fact_id, stream_keys.era_key, stream_keys.document_id, stream_keys.twin_number,
        rejected.delivery_number
    from stream_keys
    inner join rejected
        on stream_keys.dataset = rejected.dataset
        and stream_keys.feed = rejected.feed
        and (rejected.raw_key is null or stream_keys.raw_key = rejected.raw_key)
),

streams as (
    select {{ stream }}, min(delivery_number) as first_number
    from observations
    group by all
),

-- what an extract was asked for: what the same question had found, and what its fields say of the key
questions as (
    select distinct dataset, query from dated_deliveries where not is_complete and query is not null
),

asked_for as (
    select distinct {{ stream }}, query
    from observations
    where query is not null
    union
    select distinct
        observations.dataset, observations.fact_kind, observations.fact_id, observations.era_key, observations.document_id,
        observations.twin_number, questions.query
    from observations
    inner join questions
        on observations.dataset = questions.dataset
        and {{ is_within_query('observations.raw_key', 'questions.query') }}
),

silent as (
    select
        streams.dataset, streams.fact_kind, streams.fact_id, streams.era_key, streams.document_id, streams.twin_number,
        deliveries.delivery_number
    from streams
    inner join dated_deliveries as deliveries
        on streams.dataset = deliveries.dataset and streams.first_number < deliveries.delivery_number
    where deliveries.is_complete
    union all
    select
        asked_for.dataset, asked_for.fact_kind, asked_for.fact_id, asked_for.era_key, asked_for.document_id, asked_for.twin_number,
        deliveries.delivery_number
    from asked_for
    inner join dated_deliveries as deliveries
        on asked_for.dataset = deliveries.dataset
        and asked_for.query = deliveries.query
        and not deliveries.is_complete
),

-- everything that a delivery says of a stream: its content, that it is there (null), or by silence that it is gone
said as (
    select {{ stream }}, delivery_number, row_id, content_hash, asserted_at from observations
    union all by name
    select * from unreadable anti join observations using ({{ stream }}, delivery_number)
    union all by name
    select *, 'absent' as content_hash
    from silent
    anti join observations using ({{ stream }}, delivery_number)
    anti join unreadable using ({{ stream }}, delivery_number)
),

-- present, unreadable: the last good version stays; what was withdrawn comes back only with a row that can be read
held as (
    select
        said.*,
        deliveries.as_of,
        deliveries.recorded_from,
        last_value(said.content_hash ignore nulls) over (
            partition by {{ stream }} order by said.delivery_number
            rows between unbounded preceding and current row
        ) as held_hash,
        -- what arrived after a later word on the same was never the current one
        coalesce(said.delivery_number > max(said.delivery_number) over (
            partition by {{ stream }} order by deliveries.received_at, said.delivery_number
            rows between unbounded preceding and 1 preceding
        ), true) as was_current
    from said
    inner join dated_deliveries as deliveries using (dataset, delivery_number)
),

marked as (
    select
        *,
        coalesce(held_hash <> lag(held_hash) over stream, true) as is_start,
        min(if(was_current, recorded_from, null)) over (
            partition by {{ stream }} order by delivery_number
            rows between 1 following and unbounded following
        ) as next_current_from
    from held
    where held_hash is not null
    window stream as (partition by {{ stream }} order by delivery_number)
),

runs as (
    select
        *,
        sum(cast(is_start as integer)) over (partition by {{ stream }} order by delivery_number) as run_number
    from marked
),

versions as (
    select
        {{ stream }}, run_number,
        any_value(held_hash) = 'retracted' as is_retraction,
        any_value(held_hash) = 'absent' as is_absent,
        arg_min(row_id, delivery_number) as row_id,
        arg_min(asserted_at, delivery_number) as claim_asserted_at,
        arg_min(as_of, delivery_number) as first_as_of,
        arg_min(recorded_from, delivery_number) as first_recorded_from,
        min(recorded_from) filter (where was_current) as current_from,
        arg_max_null(next_current_from, delivery_number) as current_to
    from runs
    group by all
),

-- what came next in the data set, and what was known while it came
dated as (
    select
        versions.*,
        coalesce(versions.claim_asserted_at, cast(documents.published_latest as timestamp), versions.first_as_of) as asserted_at,
        documents.published_latest is not null as is_document_dated,
        lead(versions.first_as_of) over stream as next_as_of,
        lag(versions.is_absent) over stream as is_back,
        lead(versions.is_absent) over stream as is_gone
    from versions
    left join {{ ref('int_document_reference') }} as documents on versions.document_id = documents.document_id
    window stream as (
        partition by
            versions.dataset, versions.fact_kind, versions.fact_id, versions.era_key, versions.document_id,
            versions.twin_number
        order by versions.run_number
    )
),

published as (
    select
        *,
        -- a fact that comes back after a silence was not asserted during it
        if(is_back, greatest(asserted_at, first_as_of), asserted_at) as published_from
    from dated
    where not is_absent
),

ranged as (
    select
        *,
        case
            when is_retraction then published_from
            when next_as_of is null then {{ forever }}
            -- corrected: where the document has a date, the corrected reading holds from that date on
            when is_document_dated and not is_gone then published_from
            else greatest(published_from, next_as_of)
        end as published_to,
        coalesce(current_from, first_recorded_from) as recorded_from
    from published
)

select
    fact_kind,
    fact_id,
    era_key,
    document_id,
    dataset || if(twin_number > 1, '#' || twin_number, '') as dataset,
    row_id,
    is_retraction,
    published_from,
    published_to,
    recorded_from,
    -- by its own dates, in whatever order its releases were received: what decides between two claims
    first_recorded_from as recorded_as_of,
    case
        when is_retraction or current_from is null then recorded_from
        else greatest(coalesce(current_to, {{ forever }}), recorded_from)
    end as recorded_to,
    next_as_of is null and not is_retraction as is_current
from ranged
