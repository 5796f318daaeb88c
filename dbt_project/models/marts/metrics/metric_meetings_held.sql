-- Grain: one row per dyad and meeting that was held; one without a dyad where no two countries took part.
with meetings as (
    select
        fact_id,
        meeting_id,
        title,
        kind,
        parent_meeting_id,
        started_edtf,
        started_earliest,
        started_latest,
        is_status_inferred,
        modality,
        document_id
    from {{ ref('fct_meeting') }}
    where status = 'held' and evidence_class is distinct from 'machine_coded'
),

dyads as (
    select fact_id, dyad_code, country_a_code, country_b_code, via
    from {{ ref('bridge_fact_dyad') }}
    where fact_kind = 'meeting'
)

select
    {{ surrogate_key(['dyads.dyad_code', 'meetings.meeting_id']) }} as metric_key,
    dyads.dyad_code,
    dyads.country_a_code,
    dyads.country_b_code,
    dyads.via,
    meetings.meeting_id,
    meetings.title,
    meetings.kind,
    meetings.parent_meeting_id is not null as is_part_of_another,
    meetings.started_edtf,
    meetings.started_earliest,
    meetings.started_latest,
    {{ year_of('meetings.started_earliest', 'meetings.started_latest') }} as year,
    meetings.is_status_inferred,
    meetings.modality,
    meetings.document_id,
    cast(1 as bigint) as meetings_held
from meetings
left join dyads on meetings.fact_id = dyads.fact_id
