-- Grain: one row per meeting that was recorded, or that a fact names though nobody has recorded it; and the unknown one.
{{ config(meta={'keyed': {
    'key': ['meeting_id'],
    'by': {'int_meeting_as_known': ['meeting_id'], 'int_meeting_named': ['meeting_id']},
    'through': {'int_meeting_parent': {'int_meeting_as_known': {'meeting_id': 'parent_meeting_id'}}},
}}) }}
with recorded as (
    select *
    from {{ ref('int_meeting') }}
    qualify row_number() over (partition by meeting_id order by fact_id) = 1
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

    select meeting_id, if(meeting_id = 'unknown', 'Unknown meeting', null) as title, false as is_delivered
    from {{ ref('int_meeting_named') }}
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
left join {{ ref('int_meeting_parent') }} as parents on meetings.parent_meeting_id = parents.meeting_id
{{ join_country_as_of('meeting_countries', 'meetings.country_code', 'meetings.started_earliest', 'meetings.started_latest') }}
order by meetings.meeting_id
