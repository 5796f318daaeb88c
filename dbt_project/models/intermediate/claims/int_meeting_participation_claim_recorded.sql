-- Grain: one row per accepted row that claims somebody at a meeting and that somebody recorded: native, or who travelled to
-- or from the United States.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_meeting_participants') }}
),

native_participants as (
    select
        staged.* exclude (meeting_id),
        {{ identified('meeting_id', in_key=true) }},
        {{ identity_era(['meeting_id']) }},
        represents_party.party_kind as represents_kind,
        represents_party.party_code as represents_code,
        {{ person_id('person', 'represents_party.party_code') }} as person_id
    from staged
    {{ join_party('meeting_participants', 'represents') }}
    {{ join_person('person', 'represents_party.party_code') }}
    {{ join_identity("'meeting'", 'meeting_id', in_key=true) }}
),

native_claims as (
    {% call claims(
        'native_participants', 'meeting_participants', 'meeting_participation',
        ['meeting_id', 'person_id', key_of_reported('represents_code', 'represents_reported'), 'role'],
        ['meeting_id', 'person_reported', 'office', 'represents_code', 'represents_reported', 'role'],
        has_era=true
    ) %}
        meeting_id,
        person_id,
        person_reported as person,
        office,
        represents_kind,
        represents_code,
        represents_reported,
        role
    {% endcall %}
),

visitors as (
    select
        * exclude (person),
        person as person_reported,
        from_country_code as represents_code,
        from_country_reported as represents_reported,
        case when from_country_code in ('unknown', 'not_a_country') then from_country_code else 'country' end
            as represents_kind,
        'guest' as role,
        {{ source_claim_columns('history-at-state-visits') }}
    from {{ ref('int_state_visit') }}
),

identified_visitors as (
    select
        visitors.* exclude (meeting_id),
        {{ identified('meeting_id', 'visitors', in_key=true) }},
        {{ identity_era(['meeting_id']) }},
        {{ person_id('person', 'visitors.represents_code', 'visitors') }} as person_id
    from visitors
    {{ join_person('person', 'visitors.represents_code', 'visitors') }}
    {{ join_identity("'meeting'", 'meeting_id', 'visitors', in_key=true) }}
),

-- a visit has one visitor: a corrected spelling is a new version of the same participation
visit_claims as (
    {% call claims(
        'identified_visitors', 'state_visits', 'meeting_participation', ['meeting_id', 'role'],
        ['meeting_id', 'person_reported', 'office', 'represents_code', 'represents_reported', 'role'],
        has_era=true
    ) %}
        meeting_id,
        person_id,
        person_reported as person,
        office,
        represents_kind,
        represents_code,
        represents_reported,
        role
    {% endcall %}
),

travellers as (
    select
        travel.* exclude (meeting_id),
        {{ identified('meeting_id', 'travel', in_key=true) }},
        {{ identity_era(['meeting_id']) }},
        {{ person_id('person', "'USA'", 'travel') }} as person_id,
        'USA' as represents_code,
        'United States' as represents_reported,
        'country' as represents_kind,
        'guest' as visitor_role
    from {{ ref('int_state_travel') }} as travel
    {{ join_person('person', "'USA'", 'travel') }}
    {{ join_identity("'meeting'", 'meeting_id', 'travel', in_key=true) }}
),

travel_claims as (
    {% call claims(
        'travellers', 'state_travels', 'meeting_participation', ['meeting_id', 'visitor_role'],
        ['meeting_id', 'person_reported', 'office', 'represents_code', 'represents_reported', 'visitor_role'],
        has_era=true
    ) %}
        meeting_id,
        person_id,
        person_reported as person,
        office,
        represents_kind,
        represents_code,
        represents_reported,
        visitor_role as role
    {% endcall %}
)

select * from native_claims
union all by name
select * from visit_claims
union all by name
select * from travel_claims
