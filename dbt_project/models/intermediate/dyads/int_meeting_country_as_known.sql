-- Grain: one row per state of knowledge, meeting and country that was known to take part in it, itself or through an
-- organisation.
-- A visit is between the visitors and the country visited. The host of any other meeting is no side of it (two
-- presidents may meet in a third country), but a part of a visit whose participants speak for fewer than two countries
-- is between those of the visit, as it is known today.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {'int_meeting_as_known': ['state_id'], 'int_meeting_presence_as_known': ['state_id']},
    'through': {'int_visit_presence': {'int_meeting_as_known': {'meeting_id': 'parent_meeting_id'}}},
}}) }}
with meetings as (
    select state_id, is_current, meeting_id, parent_meeting_id from {{ ref('int_meeting_as_known') }} where is_home
),

own as (
    select state_id, is_current, meeting_id, country_code, via, relation
    from {{ ref('int_meeting_presence_as_known') }}
),

country_counts as (
    select state_id, meeting_id, count(*) as country_count from own group by state_id, meeting_id
),

inherited as (
    select
        meetings.state_id,
        meetings.is_current,
        meetings.meeting_id,
        parents.country_code,
        parents.via,
        parents.relation
    from meetings
    inner join {{ ref('int_visit_presence') }} as parents on meetings.parent_meeting_id = parents.meeting_id
    left join country_counts on {{ same_key(['state_id', 'meeting_id'], 'meetings', 'country_counts') }}
    where coalesce(country_counts.country_count, 0) < 2
),

all_present as (
    select * from own
    union all
    select * from inherited
)

select state_id, is_current, meeting_id, country_code, via, relation
from all_present
{{ closest_presence(['state_id', 'meeting_id']) }}
