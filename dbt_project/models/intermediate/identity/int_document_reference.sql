-- Grain: one row per document that somebody recorded: what dates and ranks the claims that come from it.
-- Taken from the latest record of the document, not from the resolved fact: resolution itself needs it.
with standing as (
    {{ standing_rows('documents', ['document_id']) }}
),

documents as (
    select
        documents.*,
        row_number() over (
            partition by documents.document_id
            order by
                coalesce(documents.recorded_at, deliveries.received_at) desc, deliveries.received_at desc,
                documents.file_sha256, documents.row_number
        ) as record_number
    from standing as documents
    inner join {{ ref('int_delivery') }} as deliveries on documents.delivery_id = deliveries.delivery_id
),

source_documents as (
    select * from {{ ref('source_documents') }}
),

latest as (
    select document_id, kind, publisher, published_latest, derived_from from documents where record_number = 1
    union all by name
    select document_id, kind, publisher, cast(null as date) as published_latest, cast(null as varchar) as derived_from
    from source_documents
    where document_id not in (select document_id from documents)
),

-- agency copies lead to the document they copy; sixteen steps are more than any chain has, and end a circle
chains as (
    with recursive chain as (
        select document_id, document_id as ancestor_id, derived_from, 0 as depth from latest
        union all
        select chain.document_id, latest.document_id as ancestor_id, latest.derived_from, chain.depth + 1 as depth
        from chain
        inner join latest on chain.derived_from = latest.document_id
        where chain.depth < 16
    )

    select document_id, arg_max(coalesce(derived_from, ancestor_id), depth) as root_document_id
    from chain
    group by document_id
),

document_kinds as (
    select * from {{ ref('document_kinds') }}
)

select
    latest.document_id,
    latest.kind,
    coalesce(document_kinds.rank, 99) as kind_rank,
    latest.publisher,
    latest.published_latest,
    chains.root_document_id
from latest
inner join chains on latest.document_id = chains.document_id
left join document_kinds on latest.kind = document_kinds.kind
