-- Grain: one row per state of knowledge and meeting of which anybody had recorded something, with its dates, its state and
-- who was counted at it.
-- A meeting that is only named by participants or steps stands on the smallest fact that names it, until it is recorded.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_meeting_as_known': ['state_id'],
        'int_meeting_participation_as_known': ['state_id'],
        'int_meeting_event_as_known': ['state_id'],
    },
}}) }}
with meetings as (
    select * from {{ ref('int_meeting_as_known') }}
),

-- a state of a meeting holds its parts too, to count them
recorded as (
    select *
    from meetings
    where is_home
    qualify row_number() over (partition by state_id, meeting_id order by fact_id) = 1
),

part_counts as (
    select state_id, parent_meeting_id, count(*) as part_count
    from meetings
    where parent_meeting_id is not null
    group by state_id, parent_meeting_id
),

participations as (
    select * from {{ ref('int_meeting_participation_as_known') }}
),

events as (
    select * from {{ ref('int_meeting_event_as_known') }}
),

-- the meeting's own fact comes before those that only name it
standings as (
    select *
    from (
        {%- for relation in ['recorded', 'participations', 'events'] %}
        select
            {{ loop.index }} as standing_rank,
            state_id, is_current, meeting_id, fact_id, document_id, locator, modality, evidence_class, claim_count, has_conflict,
            winning_claim_id, winning_reason
        from {{ relation }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as namings
    qualify row_number() over (partition by state_id, meeting_id order by standing_rank, fact_id) = 1
),

-- what was held was held, whatever was planned or cancelled before: the day of a step is often only that of its notice
last_steps as (
    select
        state_id,
        meeting_id,
        event,
        -- a cancelled meeting was not held: two that say so contradict each other
        count(distinct event) filter (where event in ('held', 'cancelled'))
            over (partition by state_id, meeting_id) > 1 as is_contradicted
    from events
    where modality in ('asserted', 'inferred')
    qualify row_number() over (
        partition by state_id, meeting_id
        order by case event when 'held' then 1 when 'cancelled' then 2 when 'postponed' then 3 else 4 end, fact_id
    ) = 1
),

participant_counts as (
    select
        state_id,
        meeting_id,
        count(distinct person_id) as participant_count,
        count(distinct represents_code) filter (where represents_kind = 'country') as country_count,
        count(distinct represents_code) filter (where represents_kind = 'organization') as organization_count
    from participations
    where modality in ('asserted', 'inferred')
    group by state_id, meeting_id
)

select
    standings.state_id,
    standings.is_current,
    standings.fact_id,
    standings.meeting_id,
    coalesce(recorded.title, standings.meeting_id) as title,
    coalesce(recorded.kind, 'unknown') as kind,
    case
        when last_steps.event is not null then last_steps.event
        when standings.modality in ('intended', 'hypothetical') then 'planned'
        when standings.modality = 'negated' then 'denied'
        when participant_counts.meeting_id is not null or recorded.started_edtf is not null then 'held'
        else 'unknown'
    end as status,
    last_steps.event is null as is_status_inferred,
    recorded.started_edtf,
    recorded.started_earliest,
    recorded.started_latest,
    recorded.started_precision,
    coalesce(recorded.started_is_approximate, false) as started_is_approximate,
    coalesce(recorded.started_is_uncertain, false) as started_is_uncertain,
    recorded.ended_edtf,
    recorded.ended_earliest,
    recorded.ended_latest,
    recorded.ended_precision,
    case when recorded.started_precision = 'day' and recorded.ended_precision = 'day' then
        cast(date_diff('day', recorded.started_earliest, recorded.ended_earliest) + 1 as double)
    end as duration_days,
    recorded.country_code,
    recorded.place,
    recorded.parent_meeting_id,
    recorded.fact_id is not null as is_delivered,
    cast(coalesce(participant_counts.participant_count, 0) as bigint) as participant_count,
    cast(coalesce(participant_counts.country_count, 0) as bigint) as country_count,
    cast(coalesce(participant_counts.organization_count, 0) as bigint) as organization_count,
    cast(coalesce(part_counts.part_count, 0) as bigint) as part_count,
    standings.document_id,
    standings.locator,
    standings.modality,
    standings.evidence_class,
    cast(standings.claim_count as bigint) as claim_count,
    standings.has_conflict or coalesce(last_steps.is_contradicted, false) as has_conflict,
    standings.winning_claim_id,
    standings.winning_reason
from standings
left join recorded on standings.state_id = recorded.state_id and standings.meeting_id = recorded.meeting_id
left join last_steps on standings.state_id = last_steps.state_id and standings.meeting_id = last_steps.meeting_id
left join participant_counts
    on standings.state_id = participant_counts.state_id and standings.meeting_id = participant_counts.meeting_id
left join part_counts
    on standings.state_id = part_counts.state_id and standings.meeting_id = part_counts.parent_meeting_id
