-- Grain: one row per version of a claim that came in a feed whose rows are claims (mode append).
-- A stream is what one document says of one fact, in one era of identity. In it, a row with other content supersedes the one before, a
-- retraction ends it, a repetition changes nothing. The order is that of recording, never that of loading.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_claim_row': ['fact_kind', 'fact_id']},
    'through': {
        'int_delivery': {'int_claim_row': {'delivery_id': 'delivery_id'}},
        'int_document_reference': {'int_claim_row': {'document_id': 'document_id'}},
    },
}}) }}
{% set forever = "timestamp '9999-12-31'" %}
with claim_rows as (
    select
        claims.*,
        coalesce(claims.recorded_at, deliveries.received_at) as recorded_from,
        deliveries.received_at,
        coalesce(
            -- a decision says itself on which day it was made
            claims.asserted_at,
            cast(documents.published_latest as timestamp),
            case when deliveries.is_as_of_stated then deliveries.as_of end,
            claims.recorded_at,
            deliveries.received_at
        ) as published_from,
        documents.publisher
    from {{ ref('int_claim_row') }} as claims
    inner join {{ ref('int_delivery') }} as deliveries on claims.delivery_id = deliveries.delivery_id
    left join {{ ref('int_document_reference') }} as documents on claims.document_id = documents.document_id
    where deliveries.mode = 'append'
),

-- a publisher that takes a fact back in a later notice closes what its other documents said of it
withdrawn_by_notice as (
    select
        assertions.fact_kind,
        assertions.fact_id,
        assertions.era_key,
        assertions.document_id,
        notices.row_id,
        notices.recorded_from,
        notices.received_at,
        notices.published_from as ended_at
    from claim_rows as notices
    inner join (select distinct fact_kind, fact_id, era_key, document_id, publisher from claim_rows where not is_retraction) as assertions
        on notices.fact_kind = assertions.fact_kind
        and notices.fact_id = assertions.fact_id
        and notices.era_key = assertions.era_key
        and notices.publisher = assertions.publisher
        and notices.document_id <> assertions.document_id
    where notices.is_retraction
),

events as (
    select
        fact_kind, fact_id, era_key, document_id, row_id, delivery_id, row_number, recorded_from, received_at, published_from,
        is_retraction, if(is_retraction, 'retracted', content_hash) as content_hash,
        if(is_retraction, recorded_from, null) as ended_at
    from claim_rows
    union all by name
    select
        fact_kind, fact_id, era_key, document_id, row_id, cast(null as varchar) as delivery_id, cast(null as bigint) as row_number,
        recorded_from, received_at, recorded_from as published_from, true as is_retraction,
        'retracted' as content_hash, ended_at
    from withdrawn_by_notice
),

-- what differs from the event before it in its stream
changes as (
    select * exclude (previous_hash), previous_hash = 'retracted' as is_after_retraction
    from (
        select
            *,
            lag(content_hash) over (
                partition by fact_kind, fact_id, era_key, document_id
                order by recorded_from, received_at, delivery_id nulls last, row_number
            ) as previous_hash
        from events
    ) as ordered
    where previous_hash is null or previous_hash <> content_hash
),

dated as (
    select
        * exclude (published_from),
        -- what was said again after it was taken back holds from then on
        if(is_after_retraction, greatest(published_from, recorded_from), published_from) as published_from,
        lead(recorded_from) over streams as next_recorded_from,
        lead(coalesce(ended_at, published_from)) over streams as next_published_from
    from changes
    window streams as (
        partition by fact_kind, fact_id, era_key, document_id
        order by recorded_from, received_at, delivery_id nulls last, row_number
    )
)

select
    fact_kind,
    fact_id,
    era_key,
    document_id,
    '' as dataset,
    row_id,
    is_retraction,
    published_from,
    case
        when is_retraction then published_from
        else greatest(coalesce(next_published_from, {{ forever }}), published_from)
    end as published_to,
    recorded_from,
    recorded_from as recorded_as_of,
    case when is_retraction then recorded_from else coalesce(next_recorded_from, {{ forever }}) end as recorded_to,
    not is_retraction and next_recorded_from is null as is_current
from dated
-- a notice closes other streams; as a row of its own it stands once, in its own
where delivery_id is not null
