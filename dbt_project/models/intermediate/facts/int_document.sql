-- Grain: one row per document that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_document_claim', dates=['published']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved([
            'kind', 'publisher', 'title', 'url', 'language', 'licence', 'redistributable', 'derived_from'
        ]) }},
        {{ resolved_date('published') }},
        {{ resolution_columns(compared=['kind'], dates=['published']) }}
    from claims
    group by fact_id
),

recorded as (
    select
        fact_id,
        kind,
        publisher,
        title,
        url,
        language,
        licence,
        redistributable,
        derived_from,
        {{ expanded_date('published') }},
        {{ resolution_column_names() }}
    from resolved
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
