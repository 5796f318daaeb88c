-- Grain: one row per state of knowledge, fact, side and country that the fact concerned, itself or through an organisation.
-- Side `together`: every two of the countries are a dyad of the fact. Sides `from` and `towards`: only one of each
-- side, as when one party of many ratifies, or one speaks about another.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_agreement_event_as_known': ['state_id'],
        'int_agreement_country_as_known': ['state_id'],
        'int_agreement_party_as_known': ['state_id'],
        'int_agreement_as_known': ['state_id'],
        'int_meeting_as_known': ['state_id'],
        'int_meeting_country_as_known': ['state_id'],
        'int_meeting_participation_as_known': ['state_id'],
        'int_meeting_event_as_known': ['state_id'],
        'int_statement_as_known': ['state_id'],
        'int_statement_country_as_known': ['state_id'],
        'int_trade_observation_as_known': ['state_id'],
        'int_indicator_as_known': ['state_id'],
        'int_project_event_as_known': ['state_id'],
        'int_project_country_as_known': ['state_id'],
    },
    'through': {
        'int_organization_country': {
            'int_agreement_event_as_known': {'organization_id': 'party_code'},
            'int_meeting_participation_as_known': {'organization_id': 'represents_code'},
        },
    },
}}) }}
with agreement_events as (
    select state_id, is_current, fact_id, agreement_id, party_kind, party_code, occurred_earliest, occurred_latest
    from {{ ref('int_agreement_event_as_known') }}
),

agreement_countries as (
    select state_id, agreement_id, country_code, via, relation from {{ ref('int_agreement_country_as_known') }}
),

meetings as (
    select state_id, is_current, fact_id, meeting_id, started_earliest, coalesce(ended_latest, started_latest) as latest
    from {{ ref('int_meeting_as_known') }}
    where is_home
),

meeting_countries as (
    select state_id, meeting_id, country_code, via, relation from {{ ref('int_meeting_country_as_known') }}
),

participations as (
    select
        participations.state_id,
        participations.is_current,
        participations.fact_id,
        participations.meeting_id,
        participations.represents_kind,
        participations.represents_code,
        meetings.started_earliest,
        meetings.latest
    from {{ ref('int_meeting_participation_as_known') }} as participations
    left join meetings on {{ same_key(['state_id', 'meeting_id'], 'participations', 'meetings') }}
),

-- an agreement that nobody has recorded stands on one of the facts that name its parties
unrecorded_agreements as (
    select parties.state_id, parties.is_current, parties.agreement_id, min(parties.fact_id) as fact_id
    from {{ ref('int_agreement_party_as_known') }} as parties
    anti join {{ ref('int_agreement_as_known') }} as agreements
        on {{ same_key(['state_id', 'agreement_id'], 'parties', 'agreements') }}
    where parties.modality <> 'negated'
    group by parties.state_id, parties.is_current, parties.agreement_id
),

concerned as (
    select
        agreements.state_id,
        agreements.is_current,
        agreements.fact_id,
        'agreement_party' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from unrecorded_agreements as agreements
    inner join agreement_countries as countries on {{ same_key(['state_id', 'agreement_id'], 'agreements', 'countries') }}

    union all

    select
        agreements.state_id,
        agreements.is_current,
        agreements.fact_id,
        'agreement' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_agreement_as_known') }} as agreements
    inner join agreement_countries as countries on {{ same_key(['state_id', 'agreement_id'], 'agreements', 'countries') }}

    union all

    select
        events.state_id,
        events.is_current,
        events.fact_id,
        'agreement_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from agreement_events as events
    inner join agreement_countries as countries on {{ same_key(['state_id', 'agreement_id'], 'events', 'countries') }}
    where events.party_code is null

    union all

    select
        events.state_id,
        events.is_current,
        events.fact_id,
        'agreement_event' as fact_kind,
        'from' as side,
        events.party_code as country_code,
        null as via,
        null as relation
    from agreement_events as events
    where events.party_kind = 'country'

    union all

    select
        events.state_id,
        events.is_current,
        events.fact_id,
        'agreement_event' as fact_kind,
        'from' as side,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from agreement_events as events
    inner join {{ ref('int_organization_country') }} as organizations
        on events.party_kind = 'organization' and events.party_code = organizations.organization_id
    where {{ stood_for('organizations', 'events.occurred_earliest', 'events.occurred_latest') }}

    union all

    select
        events.state_id,
        events.is_current,
        events.fact_id,
        'agreement_event' as fact_kind,
        'towards' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from agreement_events as events
    inner join agreement_countries as countries on {{ same_key(['state_id', 'agreement_id'], 'events', 'countries') }}
    where events.party_code is not null

    union all

    select
        meetings.state_id,
        meetings.is_current,
        meetings.fact_id,
        'meeting' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from meetings
    inner join meeting_countries as countries on {{ same_key(['state_id', 'meeting_id'], 'meetings', 'countries') }}

    union all

    select
        events.state_id,
        events.is_current,
        events.fact_id,
        'meeting_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_meeting_event_as_known') }} as events
    inner join meeting_countries as countries on {{ same_key(['state_id', 'meeting_id'], 'events', 'countries') }}

    union all

    select
        state_id,
        is_current,
        fact_id,
        'meeting_participation' as fact_kind,
        'from' as side,
        represents_code as country_code,
        null as via,
        null as relation
    from participations
    where represents_kind = 'country'

    union all

    select
        participations.state_id,
        participations.is_current,
        participations.fact_id,
        'meeting_participation' as fact_kind,
        'from' as side,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from participations
    inner join {{ ref('int_organization_country') }} as organizations
        on participations.represents_kind = 'organization'
        and participations.represents_code = organizations.organization_id
    where {{ stood_for('organizations', 'participations.started_earliest', 'participations.latest') }}

    union all

    select
        participations.state_id,
        participations.is_current,
        participations.fact_id,
        'meeting_participation' as fact_kind,
        'towards' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from participations
    inner join meeting_countries as countries on {{ same_key(['state_id', 'meeting_id'], 'participations', 'countries') }}
    where participations.represents_code is not null

    union all

    select
        statements.state_id,
        statements.is_current,
        statements.fact_id,
        'statement' as fact_kind,
        countries.side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_statement_as_known') }} as statements
    inner join {{ ref('int_statement_country_as_known') }} as countries on {{ same_key(['state_id', 'statement_id'], 'statements', 'countries') }}

    union all

    select
        state_id,
        is_current,
        fact_id,
        'trade' as fact_kind,
        'together' as side,
        unnest([reporter_code, partner_code, country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_trade_observation_as_known') }}

    union all

    select
        state_id,
        is_current,
        fact_id,
        'indicator' as fact_kind,
        'together' as side,
        unnest([country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_indicator_as_known') }}

    union all

    select
        projects.state_id,
        projects.is_current,
        projects.fact_id,
        'project_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_project_event_as_known') }} as projects
    inner join {{ ref('int_project_country_as_known') }} as countries on {{ same_key(['state_id', 'project_id'], 'projects', 'countries') }}
)

select state_id, is_current, fact_id, fact_kind, side, country_code, via, relation
from concerned
where {{ is_known_country('country_code') }}
{{ closest_presence(['state_id', 'fact_kind', 'fact_id', 'side']) }}
