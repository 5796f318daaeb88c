-- Grain: one row per feed and per document: to which day what it says is current.
with deliveries as (
    select
        feed,
        max(as_of) as last_as_of,
        max(received_at) as last_received_at,
        count(*) as delivery_count,
        arg_max(publisher, as_of) as publisher
    from {{ ref('stg_deliveries') }}
    where status = 'loaded'
    group by feed
),

-- the document that a source feed is has no day of its own: it is as current as the newest delivery of the feed
documents as (
    select documents.*, coalesce(documents.published_latest, cast(deliveries.last_as_of as date)) as current_to
    from {{ ref('int_document') }} as documents
    left join {{ ref('source_documents') }} as source_documents on documents.document_id = source_documents.document_id
    left join deliveries on source_documents.feed = deliveries.feed
),

claims_by_document as (
    select document_id, count(*) as current_claim_count, max(recorded_from) as last_recorded_at
    from {{ ref('int_claim') }}
    where is_current and not is_retraction
    group by document_id
),

claims_by_delivered_feed as (
    select deliveries.feed, count(*) as current_claim_count
    from {{ ref('int_claim') }} as claims
    inner join {{ ref('stg_deliveries') }} as deliveries on claims.delivery_id = deliveries.delivery_id
    where claims.is_current and not claims.is_retraction
    group by deliveries.feed
),

sources as (
    select
        'feed' as source_kind,
        deliveries.feed as source_id,
        cast(null as varchar) as title,
        deliveries.publisher,
        cast(deliveries.last_as_of as date) as current_to,
        cast(deliveries.last_received_at as timestamp) as last_received_at,
        deliveries.delivery_count,
        coalesce(claims.current_claim_count, 0) as current_claim_count
    from deliveries
    left join claims_by_delivered_feed as claims on deliveries.feed = claims.feed

    union all

    select
        'document' as source_kind,
        documents.document_id as source_id,
        documents.title,
        documents.publisher,
        documents.current_to,
        cast(claims.last_recorded_at as timestamp) as last_received_at,
        null as delivery_count,
        coalesce(claims.current_claim_count, 0) as current_claim_count
    from documents
    left join claims_by_document as claims on documents.document_id = claims.document_id
)

select
    {{ surrogate_key(['source_kind', 'source_id']) }} as source_key,
    source_kind,
    source_id,
    title,
    publisher,
    current_to,
    last_received_at,
    delivery_count,
    current_claim_count
from sources
order by source_kind, source_id
