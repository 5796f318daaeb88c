-- Grain: one row per meeting that was recorded, or that a fact names though nobody has recorded it; and the unknown one.
with recorded as (
    select *
    from {{ ref('int_meeting') }}
    qualify row_number() over (partition by meeting_id order by fact_id) = 1
),

pointed_at as (
    select subject_id as reference from {{ ref('int_link') }} where subject_kind = 'meeting'
    union
    select object_id from {{ ref('int_link') }} where object_kind = 'meeting'
    union
    select subject_id from {{ ref('int_topic') }} where subject_kind = 'meeting'
    union
    select target_id from {{ ref('int_statement') }} where target_kind = 'meeting'
),

named as (
    select meeting_id from {{ ref('int_meeting_participation') }}
    union
    select meeting_id from {{ ref('int_meeting_event') }}
    union
    select meeting_id from {{ ref('int_statement') }}
    union
    select parent_meeting_id from recorded
    union
    -- what points at a meeting may name it by its fact_id: that is no other meeting
    select reference from pointed_at where reference not in (select fact_id from {{ ref('int_meeting') }})
),

meetings as (
    select
        meeting_id,
        title,
        kind,
        place,
        country_code,
        country_reported,
        started_earliest,
        started_latest,
        parent_meeting_id,
        is_id_ambiguous,
        fact_id,
        document_id,
        claim_count,
        has_conflict,
        true as is_delivered
    from recorded

    union all by name

    select meeting_id, false as is_delivered
    from named
    where meeting_id not in (select meeting_id from recorded) and meeting_id <> 'unknown'

    union all by name

    select 'unknown' as meeting_id, 'Unknown meeting' as title, false as is_delivered
    where 'unknown' not in (select meeting_id from recorded)
),

countries as (
    select country_code, valid_from, country_key from {{ ref('dim_country') }}
)

select
    {{ surrogate_key(['meetings.meeting_id']) }} as meeting_key,
    meetings.meeting_id,
    coalesce(meetings.title, meetings.meeting_id) as title,
    coalesce(meetings.kind, 'unknown') as kind,
    meetings.place,
    {{ place_key('meetings.place', 'meetings.country_code') }} as place_key,
    meetings.country_code,
    meetings.country_reported,
    meeting_countries.country_key,
    meetings.parent_meeting_id,
    parents.title as parent_title,
    coalesce(meetings.is_id_ambiguous, false) as is_id_ambiguous,
    meetings.is_delivered,
    meetings.fact_id,
    meetings.document_id,
    cast(coalesce(meetings.claim_count, 0) as bigint) as claim_count,
    coalesce(meetings.has_conflict, false) as has_conflict
from meetings
left join recorded as parents on meetings.parent_meeting_id = parents.meeting_id
{{ join_country_as_of('meeting_countries', 'meetings.country_code', 'meetings.started_earliest', 'meetings.started_latest') }}
order by meetings.meeting_id
