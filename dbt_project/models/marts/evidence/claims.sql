-- Grain: one row per version of a claim: one document's assertion of one fact, as it stood for a time.
{{ config(meta={'keyed': {'key': ['fact_kind', 'fact_id'], 'by': {'int_claim': ['fact_kind', 'fact_id']}}}) }}
with versions as (
    select * from {{ ref('int_claim') }}
)

select
    feed,
    fact_id,
    document_id,
    locator,
    modality,
    delivery_id,
    file_sha256,
    row_number,
    cast(published_from as timestamp) as published_from,
    cast(published_to as timestamp) as published_to,
    cast(recorded_from as timestamp) as recorded_from,
    cast(recorded_to as timestamp) as recorded_to,
    claim_id,
    fact_kind,
    attributed_to,
    confidence,
    is_retraction,
    is_current,
    not is_of_today as is_moved,
    claim_rank,
    coalesce(is_current and claim_rank = 1, false) as is_winner,
    case
        when is_retraction then 'takes back what was said before'
        when not is_of_today then 'of another fact today, by a decision on identity'
        when not is_current then 'no longer said: superseded or withdrawn'
        else reason
    end as reason,
    content_hash,
    attributes
from versions
order by fact_kind, fact_id, published_from
