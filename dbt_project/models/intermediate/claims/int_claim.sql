-- Grain: one row per version of a claim, with its rank among the claims of its fact that stand today.
{{ config(meta={'keyed': {
    'key': ['fact_kind', 'fact_id'],
    'by': {'int_claim_version': ['fact_kind', 'fact_id'], 'int_claim_as_known': ['fact_kind', 'fact_id']},
}}) }}
with versions as (
    select * from {{ ref('int_claim_version') }}
),

standing as (
    select claim_id, claim_rank, reason, winning_reason from {{ ref('int_claim_as_known') }} where is_current
)

select
    versions.claim_id,
    versions.feed,
    versions.fact_kind,
    versions.fact_id,
    versions.document_id,
    versions.root_document_id,
    versions.dataset,
    versions.locator,
    versions.modality,
    versions.attributed_to,
    versions.confidence,
    versions.evidence_class,
    versions.is_retraction,
    versions.is_current,
    versions.era_key,
    versions.is_of_today,
    versions.is_published_claim,
    standing.claim_rank,
    standing.reason,
    standing.winning_reason,
    versions.row_id,
    versions.delivery_id,
    versions.file_sha256,
    versions.row_number,
    versions.content_hash,
    versions.published_from,
    versions.published_to,
    versions.recorded_from,
    versions.recorded_to,
    versions.attributes
from versions
left join standing on versions.claim_id = standing.claim_id
