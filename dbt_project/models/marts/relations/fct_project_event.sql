-- Grain: one row per step in a joint project.
with events as (
    select * from {{ ref('int_project_event') }}
)

select
    fact_id,
    project_id,
    name,
    sector,
    country_code,
    country_reported,
    place,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    capacity,
    unit,
    document_id,
    locator,
    modality,
    attributed_to,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class
from events
order by project_id, occurred_earliest
