-- Grain: one row per version of a claim behind what is asked for, with who says so, where, and why it won or did not.
{{ config(materialized='table_function', parameters=['kind', 'id']) }}
select
    claims.fact_kind,
    claims.fact_id,
    claims.is_winner,
    claims.reason,
    claims.document_id,
    documents.title as document_title,
    documents.publisher as document_publisher,
    documents.kind as document_kind,
    documents.published_edtf as document_published_edtf,
    documents.url as document_url,
    claims.locator,
    claims.modality,
    claims.attributed_to,
    claims.confidence,
    claims.attributes,
    claims.is_current,
    claims.is_retraction,
    claims.published_from,
    claims.published_to,
    claims.recorded_from,
    claims.recorded_to,
    claims.feed,
    claims.delivery_id,
    claims.file_sha256,
    claims.row_number,
    claims.claim_id
from {{ published_table('explained_fact') }} as explained
inner join {{ published_table('claims') }} as claims
    on explained.fact_kind = claims.fact_kind and explained.fact_id = claims.fact_id
left join {{ published_table('dim_document') }} as documents on claims.document_id = documents.document_id
-- the parameters have the names of the columns: those of the table are qualified
where explained.kind = kind and explained.id = id
order by claims.fact_kind, claims.fact_id, claims.is_current desc, claims.claim_rank, claims.recorded_from desc
