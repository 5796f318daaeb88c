-- Grain: one row per state of knowledge, project and country that was known to take part in it: where it is built, and who
-- is linked to it.
-- Links lead to a country, an organisation, an agreement or a meeting, in either direction; they are those
-- known today, and so is whom they reach.
with project_events as (
    select state_id, is_current, project_id, country_code, occurred_earliest, occurred_latest
    from {{ ref('int_project_event_as_known') }}
),

dates as (
    select state_id, is_current, project_id, min(occurred_earliest) as earliest, min(occurred_latest) as latest
    from project_events
    group by state_id, is_current, project_id
),

links as (
    select subject_id as project_id, object_kind as other_kind, object_id as other_id
    from {{ ref('int_link') }}
    where subject_kind = 'project'

    union

    select object_id as project_id, subject_kind as other_kind, subject_id as other_id
    from {{ ref('int_link') }}
    where object_kind = 'project'
),

present as (
    select
        state_id,
        is_current,
        project_id,
        country_code,
        cast(null as varchar) as via,
        cast(null as varchar) as relation
    from project_events
    where {{ is_known_country('country_code') }}

    union all

    select
        dates.state_id,
        dates.is_current,
        dates.project_id,
        references_to_countries.country_code,
        null as via,
        null as relation
    from links
    inner join dates on links.project_id = dates.project_id
    inner join {{ ref('int_country_reference') }} as references_to_countries
        on links.other_kind = 'country' and links.other_id = references_to_countries.reference

    union all

    select
        dates.state_id,
        dates.is_current,
        dates.project_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from links
    inner join dates on links.project_id = dates.project_id
    inner join {{ ref('int_organization_country') }} as organizations
        on links.other_kind = 'organization' and links.other_id = organizations.organization_id
    where {{ stood_for('organizations', 'dates.earliest', 'dates.latest') }}

    union all

    select dates.state_id, dates.is_current, dates.project_id, agreements.country_code, agreements.via, agreements.relation
    from links
    inner join dates on links.project_id = dates.project_id
    inner join {{ ref('int_agreement_country') }} as agreements
        on links.other_kind = 'agreement' and links.other_id = agreements.agreement_id

    union all

    select dates.state_id, dates.is_current, dates.project_id, meetings.country_code, meetings.via, meetings.relation
    from links
    inner join dates on links.project_id = dates.project_id
    inner join {{ ref('int_meeting_country') }} as meetings
        on links.other_kind = 'meeting' and links.other_id = meetings.meeting_id
)

select state_id, is_current, project_id, country_code, via, relation
from present
{{ closest_presence(['state_id', 'project_id']) }}
