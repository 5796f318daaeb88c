-- Grain: one row per meeting and country that took part in it, itself or through an organisation.
-- A visit is between the visitors and the country visited. The host of any other meeting is no side of it (two
-- presidents may meet in a third country), but a part of a visit whose participants speak for fewer than two countries
-- is between those of the visit.
with meetings as (
    select
        meeting_id,
        kind,
        country_code,
        started_earliest,
        coalesce(ended_latest, started_latest) as latest,
        parent_meeting_id
    from {{ ref('int_meeting') }}
),

participations as (
    select meeting_id, represents_kind, represents_code from {{ ref('int_meeting_participation') }}
),

present as (
    select meeting_id, represents_code as country_code, cast(null as varchar) as via, cast(null as varchar) as relation
    from participations
    where represents_kind = 'country'

    union all

    select meeting_id, country_code, null as via, null as relation
    from meetings
    where kind = 'visit' and {{ is_known_country('country_code') }}

    union all

    select
        participations.meeting_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from participations
    left join meetings on participations.meeting_id = meetings.meeting_id
    inner join {{ ref('int_organization_country') }} as organizations
        on participations.represents_kind = 'organization'
        and participations.represents_code = organizations.organization_id
    where {{ stood_for('organizations', 'meetings.started_earliest', 'meetings.latest') }}
),

own as (
    select distinct meeting_id, country_code, via, relation from present
    {{ closest_presence(['meeting_id']) }}
),

country_counts as (
    select meeting_id, count(*) as country_count from own group by meeting_id
),

inherited as (
    select meetings.meeting_id, parents.country_code, parents.via, parents.relation
    from meetings
    inner join meetings as parent_meetings
        on meetings.parent_meeting_id = parent_meetings.meeting_id and parent_meetings.kind = 'visit'
    inner join own as parents on meetings.parent_meeting_id = parents.meeting_id
    left join country_counts on meetings.meeting_id = country_counts.meeting_id
    where coalesce(country_counts.country_count, 0) < 2
),

all_present as (
    select * from own
    union all
    select * from inherited
)

select meeting_id, country_code, via, relation
from all_present
{{ closest_presence(['meeting_id']) }}
