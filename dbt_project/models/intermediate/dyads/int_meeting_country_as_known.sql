-- Grain: one row per state of knowledge, meeting and country that was known to take part in it, itself or through an
-- organisation.
-- A visit is between the visitors and the country visited. The host of any other meeting is no side of it (two
-- presidents may meet in a third country), but a part of a visit whose participants speak for fewer than two countries
-- is between those of the visit. The visit, and whom an organisation stands for, is what is known of them today.
with meetings as (
    select
        state_id,
        is_current,
        meeting_id,
        kind,
        country_code,
        started_earliest,
        coalesce(ended_latest, started_latest) as latest,
        parent_meeting_id
    from {{ ref('int_meeting_as_known') }}
    where is_home
),

participations as (
    select state_id, is_current, meeting_id, represents_kind, represents_code
    from {{ ref('int_meeting_participation_as_known') }}
),

present as (
    select
        state_id,
        is_current,
        meeting_id,
        represents_code as country_code,
        cast(null as varchar) as via,
        cast(null as varchar) as relation
    from participations
    where represents_kind = 'country'

    union all

    select state_id, is_current, meeting_id, country_code, null as via, null as relation
    from meetings
    where kind = 'visit' and {{ is_known_country('country_code') }}

    union all

    select
        participations.state_id,
        participations.is_current,
        participations.meeting_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from participations
    left join meetings on {{ same_key(['state_id', 'meeting_id'], 'participations', 'meetings') }}
    inner join {{ ref('int_organization_country') }} as organizations
        on participations.represents_kind = 'organization'
        and participations.represents_code = organizations.organization_id
    where {{ stood_for('organizations', 'meetings.started_earliest', 'meetings.latest') }}
),

own as (
    select distinct state_id, is_current, meeting_id, country_code, via, relation from present
    {{ closest_presence(['state_id', 'meeting_id']) }}
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
    inner join meetings as parent_meetings
        on meetings.parent_meeting_id = parent_meetings.meeting_id
        and parent_meetings.kind = 'visit'
        and parent_meetings.is_current
    inner join own as parents on meetings.parent_meeting_id = parents.meeting_id and parents.is_current
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
