-- Grain: one row per document that was recorded, or that a claim names though nobody has recorded it.
with recorded as (
    select
        document_id,
        publisher,
        title,
        url,
        kind,
        language,
        published_edtf,
        published_earliest,
        published_latest,
        published_precision,
        licence,
        redistributable,
        derived_from as derived_from_document_id,
        fact_id,
        claim_count,
        has_conflict,
        true as is_delivered
    from {{ ref('int_document') }}
    qualify row_number() over (partition by document_id order by fact_id) = 1
),

named as (
    select document_id from {{ ref('int_claim') }}
    union
    select derived_from_document_id from recorded
),

documents as (
    select * from recorded

    union all by name

    select document_id, false as is_delivered
    from named
    where document_id not in (select document_id from recorded) and document_id <> 'unknown'

    union all by name

    select 'unknown' as document_id, 'Unknown document' as title, false as is_delivered
    where 'unknown' not in (select document_id from recorded)
)

select
    {{ surrogate_key(['document_id']) }} as document_key,
    document_id,
    publisher,
    title,
    url,
    kind,
    language,
    published_edtf,
    published_earliest,
    published_latest,
    published_precision,
    licence,
    redistributable,
    derived_from_document_id,
    is_delivered,
    fact_id,
    cast(coalesce(claim_count, 0) as bigint) as claim_count,
    coalesce(has_conflict, false) as has_conflict
from documents
order by document_id
