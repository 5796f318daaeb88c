-- Grain: one row per meeting of which anybody recorded something, with its dates, its state and who was counted at it.
-- A meeting that is only named by participants or steps stands on the smallest fact that names it, until it is recorded.
with meetings as (
    select * from {{ ref('dim_meeting') }}
),

recorded as (
    select * from {{ ref('int_meeting') }}
),

participations as (
    select
        meeting_id, person_id, represents_kind, represents_code, fact_id, document_id, locator, modality, evidence_class,
        claim_count, has_conflict
    from {{ ref('int_meeting_participation') }}
),

events as (
    select
        meeting_id, event, occurred_edtf, fact_id, document_id, locator, modality, evidence_class, claim_count, has_conflict
    from {{ ref('int_meeting_event') }}
),

-- the meeting's own fact comes before those that only name it
standings as (
    select *
    from (
        select
            1 as standing_rank,
            recorded.meeting_id,
            recorded.fact_id,
            recorded.document_id,
            recorded.locator,
            recorded.modality,
            recorded.evidence_class,
            recorded.claim_count,
            recorded.has_conflict
        from recorded
        union all by name
        select 2 as standing_rank, * exclude (person_id, represents_kind, represents_code) from participations
        union all by name
        select 3 as standing_rank, * exclude (event, occurred_edtf) from events
    ) as namings
    qualify row_number() over (partition by meeting_id order by standing_rank, fact_id) = 1
),

-- what was held was held, whatever was planned or cancelled before: the day of a step is often only that of its notice
last_steps as (
    select meeting_id, event, modality
    from events
    where modality in ('asserted', 'inferred')
    qualify row_number() over (
        partition by meeting_id
        order by case event when 'held' then 1 when 'cancelled' then 2 when 'postponed' then 3 else 4 end, fact_id
    ) = 1
),

participant_counts as (
    select
        meeting_id,
        count(distinct person_id) as participant_count,
        count(distinct represents_code) filter (where represents_kind = 'country') as country_count,
        count(distinct represents_code) filter (where represents_kind = 'organization') as organization_count,
        bool_or(modality in ('asserted', 'inferred')) as is_anybody_there
    from participations
    where modality in ('asserted', 'inferred')
    group by meeting_id
),

part_counts as (
    select parent_meeting_id, count(*) as part_count from recorded group by parent_meeting_id
),

stated as (
    select
        standings.*,
        recorded.started_edtf,
        recorded.started_earliest,
        recorded.started_latest,
        recorded.started_precision,
        recorded.started_is_approximate,
        recorded.started_is_uncertain,
        recorded.ended_edtf,
        recorded.ended_earliest,
        recorded.ended_latest,
        recorded.ended_precision,
        case
            when last_steps.event is not null then last_steps.event
            when standings.modality in ('intended', 'hypothetical') then 'planned'
            when standings.modality = 'negated' then 'denied'
            when participant_counts.is_anybody_there or recorded.started_edtf is not null then 'held'
            else 'unknown'
        end as status,
        last_steps.event is null as is_status_inferred,
        participant_counts.participant_count,
        participant_counts.country_count,
        participant_counts.organization_count,
        part_counts.part_count
    from standings
    left join recorded on standings.standing_rank = 1 and standings.fact_id = recorded.fact_id
    left join last_steps on standings.meeting_id = last_steps.meeting_id
    left join participant_counts on standings.meeting_id = participant_counts.meeting_id
    left join part_counts on standings.meeting_id = part_counts.parent_meeting_id
)

select
    stated.fact_id,
    meetings.meeting_key,
    meetings.meeting_id,
    meetings.title,
    meetings.kind,
    stated.status,
    stated.is_status_inferred,
    stated.started_edtf,
    stated.started_earliest,
    stated.started_latest,
    stated.started_precision,
    coalesce(stated.started_is_approximate, false) as started_is_approximate,
    coalesce(stated.started_is_uncertain, false) as started_is_uncertain,
    stated.ended_edtf,
    stated.ended_earliest,
    stated.ended_latest,
    stated.ended_precision,
    case when stated.started_precision = 'day' and stated.ended_precision = 'day' then
        cast(date_diff('day', stated.started_earliest, stated.ended_earliest) + 1 as double)
    end as duration_days,
    meetings.country_code,
    meetings.country_key,
    meetings.place,
    meetings.place_key,
    meetings.parent_meeting_id,
    meetings.is_delivered,
    cast(coalesce(stated.participant_count, 0) as bigint) as participant_count,
    cast(coalesce(stated.country_count, 0) as bigint) as country_count,
    cast(coalesce(stated.organization_count, 0) as bigint) as organization_count,
    cast(coalesce(stated.part_count, 0) as bigint) as part_count,
    stated.document_id,
    {{ surrogate_key(['stated.document_id']) }} as document_key,
    stated.locator,
    stated.modality,
    stated.evidence_class,
    cast(stated.claim_count as bigint) as claim_count,
    stated.has_conflict
from stated
inner join meetings on stated.meeting_id = meetings.meeting_id
order by stated.started_earliest nulls last, meetings.meeting_id
