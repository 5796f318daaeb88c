-- Grain: one row per state of knowledge, statement, side and country: who speaks, and whom it concerns.
-- It concerns the countries of its target. Where those are the speaker's own alone, or the target is none with
-- countries, it concerns those at the meeting at which it was made. Target and meeting are what is
-- known of them today.
with statements as (
    select
        state_id,
        is_current,
        statement_id,
        on_behalf_of_kind,
        on_behalf_of_code,
        meeting_id,
        target_kind,
        target_id,
        made_earliest,
        made_latest
    from {{ ref('int_statement_as_known') }}
),

speaking as (
    select
        state_id,
        is_current,
        statement_id,
        on_behalf_of_code as country_code,
        cast(null as varchar) as via,
        cast(null as varchar) as relation
    from statements
    where on_behalf_of_kind = 'country'

    union all

    select
        statements.state_id,
        statements.is_current,
        statements.statement_id,
        organizations.country_code,
        organizations.organization_id as via,
        organizations.relation
    from statements
    inner join {{ ref('int_organization_country') }} as organizations
        on statements.on_behalf_of_kind = 'organization'
        and statements.on_behalf_of_code = organizations.organization_id
    where {{ stood_for('organizations', 'statements.made_earliest', 'statements.made_latest') }}
),

targeted as (
    select
        statements.state_id,
        statements.is_current,
        statements.statement_id,
        targets.country_code,
        targets.via,
        targets.relation
    from statements
    inner join {{ ref('int_target_country') }} as targets
        on statements.target_kind = targets.target_kind and statements.target_id = targets.target_id
),

-- statements whose target is another country than the speaker's
aimed as (
    select distinct targeted.state_id, targeted.statement_id
    from targeted
    left join speaking on {{ same_key(['state_id', 'statement_id', 'country_code'], 'targeted', 'speaking') }}
    where speaking.country_code is null
),

addressed as (
    select targeted.*
    from targeted
    inner join aimed on {{ same_key(['state_id', 'statement_id'], 'targeted', 'aimed') }}

    union all

    select
        statements.state_id,
        statements.is_current,
        statements.statement_id,
        meetings.country_code,
        meetings.via,
        meetings.relation
    from statements
    left join aimed on {{ same_key(['state_id', 'statement_id'], 'statements', 'aimed') }}
    inner join {{ ref('int_meeting_country') }} as meetings on statements.meeting_id = meetings.meeting_id
    where aimed.statement_id is null
),

sides as (
    select state_id, is_current, statement_id, 'from' as side, country_code, via, relation from speaking
    union all
    select state_id, is_current, statement_id, 'towards' as side, country_code, via, relation from addressed
)

select state_id, is_current, statement_id, side, country_code, via, relation
from sides
{{ closest_presence(['state_id', 'statement_id', 'side']) }}
