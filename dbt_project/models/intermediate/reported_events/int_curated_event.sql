-- Grain: one row per dyad and meeting or signature between the two that somebody recorded, known to the day: what a reported
-- event may corroborate.
with dyads as (
    select fact_kind, fact_id, dyad_code from {{ ref('int_fact_dyad_as_known') }} where is_current
),

curated_meetings as (
    select
        dyads.dyad_code,
        meetings.meeting_id,
        meetings.kind,
        meetings.started_earliest as first_day,
        case when meetings.ended_precision = 'day' then meetings.ended_latest else meetings.started_latest end as last_day
    from {{ ref('int_meeting') }} as meetings
    inner join dyads on dyads.fact_kind = 'meeting' and meetings.fact_id = dyads.fact_id
    where
        meetings.evidence_class = 'curated'
        and meetings.started_precision = 'day'
        and meetings.modality in ('asserted', 'inferred')
),

curated_signatures as (
    select distinct dyads.dyad_code, signatures.agreement_id, signatures.occurred_earliest as signed_on
    from {{ ref('int_agreement_event') }} as signatures
    inner join dyads on dyads.fact_kind = 'agreement_event' and signatures.fact_id = dyads.fact_id
    where
        signatures.evidence_class = 'curated'
        and signatures.event = 'signed'
        and signatures.occurred_precision = 'day'
        and signatures.modality in ('asserted', 'inferred')
)

select
    'meeting' as fact_kind,
    dyad_code,
    meeting_id as subject_id,
    kind as meeting_kind,
    first_day,
    last_day
from curated_meetings
union all by name
select
    'agreement_event' as fact_kind,
    dyad_code,
    agreement_id as subject_id,
    signed_on as first_day,
    signed_on as last_day
from curated_signatures
