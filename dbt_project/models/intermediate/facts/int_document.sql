-- Grain: one row per document that a claim which stands today asserts: the fact that the claims resolve to.
with recorded as (
    select * exclude (state_id, is_home, is_current) from {{ ref('int_document_as_known') }} where is_current
),

-- the documents that source feeds are: nobody records them, the project knows them
source_documents as (
    select
        {{ surrogate_key(["'document'", 'document_id']) }} as fact_id,
        kind,
        publisher,
        title,
        url,
        language,
        licence,
        cast(redistributable as boolean) as redistributable,
        document_id,
        'asserted' as modality,
        1 as claim_count,
        false as has_conflict,
        'known to the project' as winning_reason,
        'curated' as evidence_class
    from {{ ref('source_documents') }}
    where document_id not in (select document_id from recorded)
)

select * from recorded
union all by name
select * from source_documents
