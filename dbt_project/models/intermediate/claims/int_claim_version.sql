-- Grain: one row per version of a claim, with when it was asserted, when it was known, and what it weighs.
with versions as (
    select * from {{ ref('int_claim_version_appended') }}
    union all by name
    select * from {{ ref('int_claim_version_snapshot') }}
)

select
    versions.*,
    claim_rows.feed,
    claim_rows.locator,
    claim_rows.modality,
    claim_rows.attributed_to,
    claim_rows.confidence,
    claim_rows.delivery_id,
    claim_rows.file_sha256,
    claim_rows.row_number,
    claim_rows.content_hash,
    claim_rows.attributes,
    -- not of when it was received: the same claim has one id in every archive
    row_number() over (
        partition by
            versions.fact_kind, versions.fact_id, versions.document_id, versions.dataset, claim_rows.content_hash,
            versions.is_retraction, versions.published_from
        order by versions.recorded_from, versions.row_id
    ) as occurrence,
    {{ surrogate_key([
        'versions.fact_kind', 'versions.fact_id', 'versions.document_id', 'versions.dataset', 'claim_rows.content_hash',
        'versions.is_retraction', 'versions.published_from', 'occurrence'
    ]) }} as claim_id,
    coalesce(feeds.evidence_class, 'curated') as evidence_class,
    coalesce(documents.kind_rank, 99) as kind_rank,
    documents.kind as document_kind,
    coalesce(documents.root_document_id, versions.document_id) as root_document_id,
    coalesce(modalities.rank, 99) as modality_rank
from versions
inner join {{ ref('int_claim_row') }} as claim_rows
    on versions.row_id = claim_rows.row_id
    and versions.fact_kind = claim_rows.fact_kind
    and versions.fact_id = claim_rows.fact_id
left join {{ ref('int_document_reference') }} as documents on versions.document_id = documents.document_id
left join {{ ref('modalities') }} as modalities on claim_rows.modality = modalities.modality
left join {{ ref('evidence_classes') }} as feeds on claim_rows.feed = feeds.feed
