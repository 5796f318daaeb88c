-- Grain: one row per uninterrupted time in which somebody stood in one status to an organisation.
-- Half-open: a spell ends with the step that begins the next. Undated steps give spells without bounds.
with spells as (
    select * from {{ ref('int_membership_spell') }}
),

facts as (
    select fact_id, document_id, locator, modality, claim_count, has_conflict, evidence_class
    from {{ ref('int_membership_event') }}
)

select
    {{ surrogate_key(['spells.organization_id', 'spells.track', 'spells.status', 'spells.fact_id']) }}
        as membership_spell_key,
    spells.fact_id,
    spells.organization_id,
    spells.member_kind,
    spells.member_code,
    spells.member_reported,
    spells.track,
    spells.status,
    spells.began_event,
    spells.began_edtf,
    spells.began_earliest,
    spells.began_latest,
    spells.ended_event,
    spells.ended_edtf,
    spells.ended_earliest,
    spells.ended_latest,
    spells.is_current,
    spells.ended_fact_id,
    began.document_id,
    began.locator,
    ended.document_id as ended_document_id,
    began.modality,
    ended.modality as ended_modality,
    began.claim_count,
    began.has_conflict or coalesce(ended.has_conflict, false) as has_conflict,
    began.evidence_class
from spells
inner join facts as began on spells.fact_id = began.fact_id
left join facts as ended on spells.ended_fact_id = ended.fact_id
order by spells.organization_id, spells.member_code, spells.began_earliest
