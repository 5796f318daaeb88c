-- Grain: one row per fact, side and country that the fact concerns, itself or through an organisation.
-- Side `together`: every two of the countries are a dyad of the fact. Sides `from` and `towards`: only one of each
-- side, as when one party of many ratifies, or one speaks about another.
with agreement_events as (
    select fact_id, agreement_id, party_kind, party_code, occurred_earliest, occurred_latest
    from {{ ref('int_agreement_event') }}
),

agreement_countries as (
    select agreement_id, country_code, via, relation from {{ ref('int_agreement_country') }}
),

meeting_countries as (
    select meeting_id, country_code, via, relation from {{ ref('int_meeting_country') }}
),

participations as (
    select
        participations.fact_id,
        participations.meeting_id,
        participations.represents_kind,
        participations.represents_code,
        meetings.started_earliest,
        coalesce(meetings.ended_latest, meetings.started_latest) as latest
    from {{ ref('int_meeting_participation') }} as participations
    left join {{ ref('int_meeting') }} as meetings on participations.meeting_id = meetings.meeting_id
),

-- an agreement that nobody has recorded stands on one of the facts that name its parties
unrecorded_agreements as (
    select agreement_id, min(fact_id) as fact_id
    from {{ ref('int_agreement_party') }}
    where
        modality <> 'negated'
        and agreement_id not in (select agreement_id from {{ ref('int_agreement') }} where agreement_id is not null)
    group by agreement_id
),

concerned as (
    select
        agreements.fact_id,
        'agreement_party' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from unrecorded_agreements as agreements
    inner join agreement_countries as countries on agreements.agreement_id = countries.agreement_id

    union all

    select
        agreements.fact_id,
        'agreement' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_agreement') }} as agreements
    inner join agreement_countries as countries on agreements.agreement_id = countries.agreement_id

    union all

    select
        events.fact_id,
        'agreement_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from agreement_events as events
    inner join agreement_countries as countries on events.agreement_id = countries.agreement_id
    where events.party_code is null

    union all

    select
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
        events.fact_id,
        'agreement_event' as fact_kind,
        'towards' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from agreement_events as events
    inner join agreement_countries as countries on events.agreement_id = countries.agreement_id
    where events.party_code is not null

    union all

    select
        meetings.fact_id,
        'meeting' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_meeting') }} as meetings
    inner join meeting_countries as countries on meetings.meeting_id = countries.meeting_id

    union all

    select
        events.fact_id,
        'meeting_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_meeting_event') }} as events
    inner join meeting_countries as countries on events.meeting_id = countries.meeting_id

    union all

    select
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
        participations.fact_id,
        'meeting_participation' as fact_kind,
        'towards' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from participations
    inner join meeting_countries as countries on participations.meeting_id = countries.meeting_id
    where participations.represents_code is not null

    union all

    select
        statements.fact_id,
        'statement' as fact_kind,
        countries.side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_statement') }} as statements
    inner join {{ ref('int_statement_country') }} as countries on statements.statement_id = countries.statement_id

    union all

    select
        fact_id,
        'trade' as fact_kind,
        'together' as side,
        unnest([reporter_code, partner_code, country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_trade_observation') }}

    union all

    select
        fact_id,
        'indicator' as fact_kind,
        'together' as side,
        unnest([country_a_code, country_b_code]) as country_code,
        null as via,
        null as relation
    from {{ ref('int_indicator') }}

    union all

    select
        projects.fact_id,
        'project_event' as fact_kind,
        'together' as side,
        countries.country_code,
        countries.via,
        countries.relation
    from {{ ref('int_project_event') }} as projects
    inner join {{ ref('int_project_country') }} as countries on projects.project_id = countries.project_id
)

select fact_id, fact_kind, side, country_code, via, relation
from concerned
where {{ is_known_country('country_code') }}
{{ closest_presence(['fact_kind', 'fact_id', 'side']) }}
