-- Grain: one row per state of knowledge and agreement of which anybody had recorded something, with its state and the
-- first date of each milestone.
-- An agreement that is only named by parties or steps stands on the smallest fact that names it, until it is recorded.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_agreement_as_known': ['state_id'],
        'int_agreement_side_as_known': ['state_id'],
        'int_agreement_event_as_known': ['state_id'],
        'int_agreement_status_as_known': ['state_id'],
        'int_meeting_as_known': ['state_id'],
        'int_link_as_known': ['state_id'],
    },
}}) }}
with recorded as (
    select *
    from {{ ref('int_agreement_as_known') }}
    qualify row_number() over (partition by state_id, agreement_id order by fact_id) = 1
),

sides as (
    select * from {{ ref('int_agreement_side_as_known') }}
),

events as (
    select * from {{ ref('int_agreement_event_as_known') }}
),

-- the agreement's own fact comes before a listed party, and that before what only names a party or the agreement
standings as (
    select *
    from (
        {%- for relation in ['recorded', 'sides', 'events'] %}
        select
            {{ 'if(is_listed, 2, 3)' if relation == 'sides' else 1 if relation == 'recorded' else 3 }} as standing_rank,
            state_id, is_current, agreement_id, fact_id, document_id, locator, modality, evidence_class, claim_count, has_conflict,
            winning_claim_id, winning_reason
        from {{ relation }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as namings
    qualify row_number() over (partition by state_id, agreement_id order by standing_rank, fact_id) = 1
),

lives as (
    select * from {{ ref('int_agreement_status_as_known') }} where scope = 'whole'
),

party_counts as (
    select
        state_id,
        agreement_id,
        count(*) as party_count,
        count(distinct party_code) filter (where party_kind = 'country') as country_count
    from sides
    where modality <> 'negated'
    group by state_id, agreement_id
),

event_counts as (
    select state_id, agreement_id, count(*) as event_count from events group by state_id, agreement_id
),

meetings as (
    select state_id, meeting_id, fact_id, place, country_code from {{ ref('int_meeting_as_known') }}
),

-- a link may be written from either side, and may name a meeting or an agreement by its fact_id
links as (
    select state_id, subject_id as agreement_reference, object_id as meeting_reference, modality, fact_id
    from {{ ref('int_link_as_known') }}
    where relation = 'concluded_at' and subject_kind = 'agreement' and object_kind = 'meeting'
    union all
    select state_id, object_id as agreement_reference, subject_id as meeting_reference, modality, fact_id
    from {{ ref('int_link_as_known') }}
    where relation = 'concluded_at' and subject_kind = 'meeting' and object_kind = 'agreement'
),

modalities as (
    select modality, rank from {{ ref('modalities') }}
),

conclusions as (
    select
        standings.state_id,
        standings.agreement_id,
        coalesce(meetings.meeting_id, links.meeting_reference) as meeting_id,
        meetings.place,
        meetings.country_code,
        links.modality
    from links
    inner join standings
        on links.state_id = standings.state_id and links.agreement_reference in (standings.agreement_id, standings.fact_id)
    left join modalities on links.modality = modalities.modality
    left join meetings
        on links.state_id = meetings.state_id and links.meeting_reference in (meetings.meeting_id, meetings.fact_id)
    where links.modality <> 'negated'
    qualify row_number() over (
        partition by standings.state_id, standings.agreement_id order by modalities.rank, links.fact_id
    ) = 1
),

instrument_types as (
    select instrument_type, binding_presumed from {{ ref('instrument_types') }}
)

select
    standings.state_id,
    standings.is_current,
    standings.fact_id,
    standings.agreement_id,
    coalesce(recorded.title, standings.agreement_id) as title,
    coalesce(recorded.instrument_type, 'unknown') as instrument_type,
    recorded.is_binding,
    instrument_types.binding_presumed,
    coalesce(lives.status, 'unknown') as status,
    lives.status_modality,
    coalesce(lives.status_modality <> 'asserted', false) as is_status_inferred,
    lives.status_since_edtf,
    lives.status_since_earliest,
    {{ milestone_dates('lives') }},
    coalesce(lives.is_ending_announced, false) as is_ending_announced,
    coalesce(lives.has_impossible_sequence, false) as has_impossible_sequence,
    coalesce(lives.has_unknown_order, false) as has_unknown_order,
    conclusions.meeting_id as concluded_at_meeting_id,
    conclusions.modality as concluded_at_modality,
    conclusions.place as concluded_at_place,
    conclusions.country_code as concluded_at_country_code,
    recorded.place,
    recorded.parent_agreement_id,
    recorded.parent_relation,
    recorded.fact_id is not null as is_delivered,
    cast(coalesce(party_counts.party_count, 0) as bigint) as party_count,
    cast(coalesce(party_counts.country_count, 0) as bigint) as country_count,
    cast(coalesce(event_counts.event_count, 0) as bigint) as event_count,
    standings.document_id,
    standings.locator,
    standings.modality,
    standings.evidence_class,
    cast(standings.claim_count as bigint) as claim_count,
    standings.has_conflict,
    standings.winning_claim_id,
    standings.winning_reason
from standings
left join recorded on standings.state_id = recorded.state_id and standings.agreement_id = recorded.agreement_id
left join instrument_types on recorded.instrument_type = instrument_types.instrument_type
left join lives on standings.state_id = lives.state_id and standings.agreement_id = lives.agreement_id
left join party_counts
    on standings.state_id = party_counts.state_id and standings.agreement_id = party_counts.agreement_id
left join event_counts
    on standings.state_id = event_counts.state_id and standings.agreement_id = event_counts.agreement_id
left join conclusions
    on standings.state_id = conclusions.state_id and standings.agreement_id = conclusions.agreement_id
