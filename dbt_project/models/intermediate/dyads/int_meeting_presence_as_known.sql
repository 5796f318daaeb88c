-- Grain: one row per state of knowledge, meeting and country that was known to be present at it, itself or through an
-- organisation: whoever takes part speaks for it, or it is the country that a visit goes to.
-- Whom an organisation stands for is what is known of it today.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {'int_meeting_as_known': ['state_id'], 'int_meeting_participation_as_known': ['state_id']},
    'through': {
        'int_organization_country': {'int_meeting_participation_as_known': {'organization_id': 'represents_code'}},
    },
}}) }}
with meetings as (
    select
        state_id,
        is_current,
        meeting_id,
        kind,
        country_code,
        started_earliest,
        coalesce(ended_latest, started_latest) as latest
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
)

select distinct state_id, is_current, meeting_id, country_code, via, relation
from present
{{ closest_presence(['state_id', 'meeting_id']) }}
