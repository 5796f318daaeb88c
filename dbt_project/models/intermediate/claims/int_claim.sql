-- Grain: one row per version of a claim, with when it was asserted, when it was known, and its rank in its fact.
-- The rule of resolution stands here, in `ranked`: what sorts first wins. `resolved` (macros) takes the attributes.
with versions as (
    select * from {{ ref('int_claim_version_appended') }}
    union all by name
    select * from {{ ref('int_claim_version_snapshot') }}
),

claims as (
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
        {{ surrogate_key([
            'versions.fact_kind', 'versions.fact_id', 'versions.document_id', 'versions.dataset', 'claim_rows.content_hash',
            'versions.is_retraction', 'versions.published_from', 'versions.recorded_from'
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
),

ranked as (
    select
        *,
        row_number() over fact as claim_rank,
        lead(struct_pack(
            evidence_class := evidence_class, modality_rank := modality_rank, modality := modality,
            kind_rank := kind_rank, document_kind := document_kind, published_from := published_from,
            recorded_from := recorded_from
        )) over fact as runner_up
    from claims
    where is_current
    window fact as (
        partition by fact_kind, fact_id
        order by
            evidence_class = 'machine_coded',
            modality_rank,
            kind_rank,
            published_from desc,
            recorded_from desc,
            claim_id
    )
),

explained as (
    select
        claim_id,
        claim_rank,
        case
            when claim_rank > 1 then null
            when runner_up is null then 'the only claim'
            when evidence_class <> runner_up.evidence_class then 'recorded by a person, the others coded by a machine'
            when modality_rank <> runner_up.modality_rank then modality || ' comes before ' || runner_up.modality
            when kind_rank <> runner_up.kind_rank
                then coalesce(document_kind, 'no kind') || ' comes before ' || coalesce(runner_up.document_kind, 'no kind')
            when published_from <> runner_up.published_from then 'published later'
            when recorded_from <> runner_up.recorded_from then 'recorded later'
            else 'first by claim id'
        end as winning_reason
    from ranked
)

select
    claims.claim_id,
    claims.feed,
    claims.fact_kind,
    claims.fact_id,
    claims.document_id,
    claims.root_document_id,
    claims.dataset,
    claims.locator,
    claims.modality,
    claims.attributed_to,
    claims.confidence,
    claims.evidence_class,
    claims.is_retraction,
    claims.is_current,
    explained.claim_rank,
    explained.winning_reason,
    claims.row_id,
    claims.delivery_id,
    claims.file_sha256,
    claims.row_number,
    claims.content_hash,
    claims.published_from,
    claims.published_to,
    claims.recorded_from,
    claims.recorded_to,
    claims.attributes
from claims
left join explained on claims.claim_id = explained.claim_id
