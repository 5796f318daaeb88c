-- Grain: one row per state of knowledge, dyad and fact that was known to have happened between the two countries, or to
-- have been said of them.
-- Every kind of fact, undated ones too (their bounds are null). Participations stand in the words of their meeting,
-- steps of a meeting in its status; of trade, only what a third party claims: statistics have tables of their own.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_fact_dyad_as_known': ['state_id'],
        'int_agreement_as_known': ['state_id'],
        'int_agreement_event_as_known': ['state_id'],
        'int_agreement_party_as_known': ['state_id'],
        'int_meeting_participation_as_known': ['state_id'],
        'int_meeting_as_known': ['state_id'],
        'int_meeting_standing_as_known': ['state_id'],
        'int_statement_as_known': ['state_id'],
        'int_project_event_as_known': ['state_id'],
        'int_indicator_as_known': ['state_id'],
        'int_trade_observation_as_known': ['state_id'],
    },
    'through': {
        'int_organization_as_known': {
            'int_agreement_event_as_known': {'organization_id': 'party_code'},
            'int_meeting_participation_as_known': {'organization_id': 'represents_code'},
            'int_statement_as_known': {'organization_id': 'on_behalf_of_code'},
        },
    },
}}) }}
with dyads as (
    select * from {{ ref('int_fact_dyad_as_known') }}
),

country_names as (
    select country_code, arg_max(name, valid_to) as name from {{ ref('stg_country') }} group by country_code
),

organization_names as (
    select organization_id, name from {{ ref('int_organization') }}
),

agreements as (
    select * from {{ ref('int_agreement_as_known') }}
),

agreement_events as (
    select * from {{ ref('int_agreement_event_as_known') }}
),

agreement_event_entries as (
    select
        'agreement_event' as fact_kind,
        events.state_id,
        events.fact_id,
        'agreement' as subject,
        events.event,
        events.agreement_id as subject_id,
        coalesce(agreements.title, events.agreement_id)
        || coalesce(' (' || coalesce(country_names.name, organization_names.name, events.party_reported) || ')', '') as title,
        events.occurred_edtf,
        events.occurred_earliest,
        events.occurred_latest,
        events.occurred_precision,
        events.occurred_is_approximate,
        events.occurred_is_uncertain,
        {{ entry_certainty('events') }}
    from agreement_events as events
    left join agreements on {{ same_key(['state_id', 'agreement_id'], 'events', 'agreements') }}
    left join country_names on events.party_kind = 'country' and events.party_code = country_names.country_code
    left join organization_names
        on events.party_kind = 'organization' and events.party_code = organization_names.organization_id
),

-- an agreement of which no step is known still exists
agreement_entries as (
    select
        'agreement' as fact_kind,
        agreements.state_id,
        agreements.fact_id,
        'agreement' as subject,
        'recorded' as event,
        agreements.agreement_id as subject_id,
        agreements.title,
        {{ entry_certainty('agreements') }}
    from agreements
    left join agreement_events on {{ same_key(['state_id', 'agreement_id'], 'agreements', 'agreement_events') }}
    where agreement_events.agreement_id is null
),

-- nor need anybody have recorded it: to name its parties is enough
named_agreement_entries as (
    select
        'agreement_party' as fact_kind,
        parties.state_id,
        parties.fact_id,
        'agreement' as subject,
        'recorded' as event,
        parties.agreement_id as subject_id,
        parties.agreement_id as title,
        {{ entry_certainty('parties') }}
    from {{ ref('int_agreement_party_as_known') }} as parties
    left join agreement_events on {{ same_key(['state_id', 'agreement_id'], 'parties', 'agreement_events') }}
    where agreement_events.agreement_id is null
),

people as (
    select
        participations.state_id,
        participations.meeting_id,
        participations.represents_code,
        participations.person,
        coalesce(participations.person, 'a delegation') || coalesce(
            ' (' || nullif(
                concat_ws(
                    ', ',
                    participations.office,
                    coalesce(country_names.name, organization_names.name, participations.represents_reported)
                ),
                ''
            ) || ')',
            ''
        ) as described,
        participations.role = 'guest' as is_guest
    from {{ ref('int_meeting_participation_as_known') }} as participations
    left join country_names
        on participations.represents_kind = 'country' and participations.represents_code = country_names.country_code
    left join organization_names
        on participations.represents_kind = 'organization'
        and participations.represents_code = organization_names.organization_id
),

-- one side a country or organisation, the guests first
sides as (
    select
        state_id,
        meeting_id,
        represents_code,
        string_agg(distinct described, ', ' order by described) as described,
        count(*) as people_count,
        min(person) as first_person,
        coalesce(bool_or(is_guest), false) as is_guest
    from people
    group by state_id, meeting_id, represents_code
),

who_met_whom as (
    select
        state_id,
        meeting_id,
        string_agg(described, ' with ' order by is_guest desc, represents_code) as described,
        case when sum(people_count) = 1 then min(first_person) end as only_person
    from sides
    group by state_id, meeting_id
),

meeting_entries as (
    select
        'meeting' as fact_kind,
        meetings.state_id,
        meetings.fact_id,
        'meeting' as subject,
        meetings.kind as event,
        states.status,
        meetings.meeting_id as subject_id,
        concat_ws(
            ': ',
            coalesce(
                meetings.title,
                concat_ws(' in ', replace(meetings.kind, '_', ' '), coalesce(meetings.place, country_names.name))
            ),
            -- a title that names the one person who was there, or both countries of a coded event, has said it all
            case
                when
                    meetings.evidence_class is distinct from 'machine_coded'
                    and not coalesce(contains(meetings.title, who_met_whom.only_person), false)
                    then who_met_whom.described
            end
        ) as title,
        meetings.started_edtf as occurred_edtf,
        meetings.started_earliest as occurred_earliest,
        meetings.started_latest as occurred_latest,
        meetings.started_precision as occurred_precision,
        meetings.started_is_approximate as occurred_is_approximate,
        meetings.started_is_uncertain as occurred_is_uncertain,
        {{ entry_certainty('meetings') }}
    from {{ ref('int_meeting_as_known') }} as meetings
    left join {{ ref('int_meeting_standing_as_known') }} as states
        on {{ same_key(['state_id', 'meeting_id'], 'meetings', 'states') }}
    left join who_met_whom on {{ same_key(['state_id', 'meeting_id'], 'meetings', 'who_met_whom') }}
    left join country_names on meetings.country_code = country_names.country_code
),

statement_entries as (
    select
        'statement' as fact_kind,
        statements.state_id,
        statements.fact_id,
        'statement' as subject,
        statements.stance as event,
        statements.statement_id as subject_id,
        coalesce(
            statements.speaker, country_names.name, organization_names.name, statements.on_behalf_of_reported, 'somebody'
        )
        || ' ' || replace(statements.stance, '_', ' ')
        || coalesce(': ' || statements.paraphrase, ' ' || statements.target_kind || ' ' || statements.target_id, '') as title,
        statements.made_edtf as occurred_edtf,
        statements.made_earliest as occurred_earliest,
        statements.made_latest as occurred_latest,
        statements.made_precision as occurred_precision,
        statements.made_is_approximate as occurred_is_approximate,
        statements.made_is_uncertain as occurred_is_uncertain,
        {{ entry_certainty('statements') }}
    from {{ ref('int_statement_as_known') }} as statements
    left join country_names
        on statements.on_behalf_of_kind = 'country' and statements.on_behalf_of_code = country_names.country_code
    left join organization_names
        on statements.on_behalf_of_kind = 'organization'
        and statements.on_behalf_of_code = organization_names.organization_id
),

project_entries as (
    select
        'project_event' as fact_kind,
        projects.state_id,
        projects.fact_id,
        'project' as subject,
        projects.event,
        projects.project_id as subject_id,
        coalesce(projects.name, projects.project_id) as title,
        projects.occurred_edtf,
        projects.occurred_earliest,
        projects.occurred_latest,
        projects.occurred_precision,
        projects.occurred_is_approximate,
        projects.occurred_is_uncertain,
        {{ entry_certainty('projects') }}
    from {{ ref('int_project_event_as_known') }} as projects
),

indicator_entries as (
    select
        'indicator' as fact_kind,
        indicators.state_id,
        indicators.fact_id,
        'indicator' as subject,
        'reported' as event,
        indicators.indicator as subject_id,
        replace(indicators.indicator, '_', ' ') || ' ' || coalesce(indicators.operator, '=') || ' '
        || {{ readable_number('indicators.value') }} || ' ' || indicators.unit as title,
        coalesce(indicators.operator, '=') as operator,
        indicators.value,
        indicators.unit,
        indicators.period_edtf as occurred_edtf,
        indicators.period_earliest as occurred_earliest,
        indicators.period_latest as occurred_latest,
        indicators.period_precision as occurred_precision,
        indicators.period_is_approximate as occurred_is_approximate,
        indicators.period_is_uncertain as occurred_is_uncertain,
        {{ entry_certainty('indicators') }}
    from {{ ref('int_indicator_as_known') }} as indicators
),

trade_entries as (
    select
        'trade' as fact_kind,
        flows.state_id,
        flows.fact_id,
        'trade' as subject,
        'reported' as event,
        flows.commodity as subject_id,
        case flows.direction when 'total' then 'trade in both directions' else replace(flows.direction, '_', '-') end
        || case when coalesce(flows.commodity, 'TOTAL') = 'TOTAL' then '' else ' of ' || flows.commodity end
        || ' ' || coalesce(flows.operator, '=') || ' ' || {{ readable_number('flows.value') }}
        || ' ' || coalesce(flows.currency, flows.unit, '') as title,
        coalesce(flows.operator, '=') as operator,
        flows.value,
        coalesce(flows.currency, flows.unit) as unit,
        flows.period_edtf as occurred_edtf,
        flows.period_earliest as occurred_earliest,
        flows.period_latest as occurred_latest,
        flows.period_precision as occurred_precision,
        flows.period_is_approximate as occurred_is_approximate,
        flows.period_is_uncertain as occurred_is_uncertain,
        {{ entry_certainty('flows') }}
    from {{ ref('int_trade_observation_as_known') }} as flows
    where flows.reporter_code is null
),

entries as (
    select * from agreement_event_entries
    union all by name
    select * from agreement_entries
    union all by name
    select * from named_agreement_entries
    union all by name
    select * from meeting_entries
    union all by name
    select * from statement_entries
    union all by name
    select * from project_entries
    union all by name
    select * from indicator_entries
    union all by name
    select * from trade_entries
)

select
    dyads.state_id,
    dyads.is_current,
    {{ surrogate_key(['dyads.dyad_code', 'entries.fact_kind', 'entries.fact_id']) }} as dyad_timeline_key,
    dyads.dyad_code,
    entries.occurred_earliest,
    entries.occurred_latest,
    entries.occurred_edtf,
    entries.occurred_precision,
    entries.occurred_is_approximate,
    entries.occurred_is_uncertain,
    entries.subject,
    entries.event,
    entries.status,
    entries.title,
    entries.operator,
    entries.value,
    entries.unit,
    entries.subject_id,
    entries.fact_kind,
    entries.fact_id,
    entries.document_id,
    entries.locator,
    entries.modality,
    entries.attributed_to,
    entries.claim_count,
    entries.has_conflict,
    entries.evidence_class,
    dyads.via,
    dyads.country_a_code,
    dyads.country_b_code
from entries
inner join dyads on {{ same_key(['state_id', 'fact_kind', 'fact_id'], 'entries', 'dyads') }}
