-- Grain: one row per step in a membership.
{{ config(meta={'keyed': {'key': ['fact_id'], 'by': {'int_membership_event_as_known': ['fact_id']}}}) }}
with memberships as (
    select * from {{ ref('int_membership_event') }}
)

select
    fact_id,
    organization_id,
    organization_reported,
    member_kind,
    member_code,
    member_reported,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain,
    document_id,
    locator,
    modality,
    attributed_to,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class
from memberships
order by organization_id, member_code, occurred_earliest
