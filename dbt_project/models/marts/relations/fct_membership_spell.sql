-- Grain: one row per uninterrupted time in which somebody stood in one status to an organisation.
-- Half-open: a spell ends with what begins the next. A step that nobody dated and no list bounds gives no bounds.
with spells as (
    select * from {{ ref('int_membership_spell') }}
)

select
    {{ surrogate_key(['organization_id', 'track', 'status', 'fact_id']) }} as membership_spell_key,
    fact_id,
    fact_kind,
    organization_id,
    member_kind,
    member_code,
    member_reported,
    track,
    status,
    began_basis,
    began_event,
    began_edtf,
    began_earliest,
    began_latest,
    ended_basis,
    ended_event,
    ended_edtf,
    ended_earliest,
    ended_latest,
    is_current,
    is_ending_announced,
    cast(listing_count as bigint) as listing_count,
    last_listed_edtf,
    ended_fact_id,
    ended_fact_kind,
    document_id,
    locator,
    ended_document_id,
    modality,
    ended_modality,
    claim_count,
    has_conflict,
    winning_reason,
    contradicted_by,
    evidence_class
from spells
order by organization_id, member_code, began_earliest
