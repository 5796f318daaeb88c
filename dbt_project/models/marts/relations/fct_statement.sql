-- Grain: one row per position taken by one speaker or one side.
-- A statement about a fact does not assert it: its target stays what its own claims make it.
with statements as (
    select * from {{ ref('int_statement') }}
),

subjects as (
    select subject_kind, subject_id, fact_id from {{ ref('int_subject') }}
)

select
    statements.fact_id,
    statements.statement_id,
    statements.speaker,
    statements.speaker_person_id,
    statements.office,
    statements.on_behalf_of_kind,
    statements.on_behalf_of_code,
    statements.on_behalf_of_reported,
    statements.made_edtf,
    statements.made_earliest,
    statements.made_latest,
    statements.made_precision,
    statements.meeting_id,
    statements.stance,
    statements.target_kind,
    statements.target_id,
    subjects.fact_id as target_fact_id,
    -- null where the statement names no target
    case when statements.target_id is not null then subjects.subject_id is not null end as target_is_delivered,
    statements.paraphrase,
    statements.document_id,
    statements.locator,
    statements.modality,
    statements.attributed_to,
    statements.claim_count,
    statements.has_conflict,
    statements.winning_claim_id,
    statements.winning_reason,
    statements.evidence_class
from statements
left join subjects
    on statements.target_kind = subjects.subject_kind and statements.target_id = subjects.subject_id
order by statements.made_earliest, statements.statement_id
