-- Grain: one row per version of a fact as one document has it, with when that was published and when it was known here.
-- What a fact was on a day is the best of its versions whose range holds that day.
with versions as (
    select * from {{ ref('int_claim') }} where not is_retraction
)

select
    fact_kind,
    fact_id,
    claim_id,
    document_id,
    cast(published_from as timestamp) as published_from,
    cast(published_to as timestamp) as published_to,
    cast(recorded_from as timestamp) as recorded_from,
    cast(recorded_to as timestamp) as recorded_to,
    is_current,
    claim_rank,
    modality,
    attributes
from versions
order by fact_kind, fact_id, published_from
