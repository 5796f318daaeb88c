-- Grain: one row per agreement of which anybody recorded something, with its state and the first date of each milestone.
-- An agreement that is only named by parties or steps stands on the smallest fact that names it, until it is recorded.
with agreements as (
    select * from {{ ref('dim_agreement') }}
),

recorded as (
    select
        agreement_id, fact_id, document_id, locator, modality, evidence_class, claim_count, has_conflict
    from {{ ref('int_agreement') }}
),

sides as (
    select
        agreement_id, party_kind, party_code, party_ref, fact_id, document_id, locator, modality, evidence_class, claim_count,
        has_conflict
    from {{ ref('int_agreement_side') }}
),

events as (
    select agreement_id, fact_id, document_id, locator, modality, evidence_class, claim_count, has_conflict
    from {{ ref('int_agreement_event') }}
),

-- the agreement's own fact comes before those that only name it
standings as (
    select *
    from (
        select 1 as standing_rank, * from recorded
        union all by name
        select 2 as standing_rank, * exclude (party_kind, party_code, party_ref) from sides
        union all by name
        select 3 as standing_rank, * from events
    ) as namings
    qualify row_number() over (partition by agreement_id order by standing_rank, fact_id) = 1
),

lives as (
    select * from {{ ref('int_agreement_status') }} where scope = 'whole'
),

party_counts as (
    select
        agreement_id,
        count(*) as party_count,
        count(distinct party_code) filter (where party_kind = 'country') as country_count
    from sides
    where modality <> 'negated'
    group by agreement_id
),

event_counts as (
    select agreement_id, count(*) as event_count from events group by agreement_id
),

knowledge as (
    select cast(max(recorded_from) as date) as known_until from {{ ref('int_claim') }}
),

meetings as (
    select meeting_id, fact_id, place, country_code from {{ ref('int_meeting') }}
),

-- a link may be written from either side, and may name a meeting or an agreement by its fact_id
links as (
    select subject_id as agreement_reference, object_id as meeting_reference, modality, fact_id
    from {{ ref('int_link') }}
    where relation = 'concluded_at' and subject_kind = 'agreement' and object_kind = 'meeting'
    union all
    select object_id as agreement_reference, subject_id as meeting_reference, modality, fact_id
    from {{ ref('int_link') }}
    where relation = 'concluded_at' and subject_kind = 'meeting' and object_kind = 'agreement'
),

modalities as (
    select modality, rank from {{ ref('modalities') }}
),

conclusions as (
    select
        coalesce(agreements.agreement_id, links.agreement_reference) as agreement_id,
        coalesce(meetings.meeting_id, links.meeting_reference) as meeting_id,
        meetings.place,
        meetings.country_code,
        links.modality
    from links
    left join modalities on links.modality = modalities.modality
    left join agreements on links.agreement_reference = agreements.fact_id
    left join meetings on links.meeting_reference in (meetings.meeting_id, meetings.fact_id)
    where links.modality <> 'negated'
    qualify row_number() over (
        partition by coalesce(agreements.agreement_id, links.agreement_reference) order by modalities.rank, links.fact_id
    ) = 1
)

select
    standings.fact_id,
    agreements.agreement_key,
    agreements.agreement_id,
    agreements.title,
    agreements.instrument_type,
    agreements.is_binding,
    agreements.binding_presumed,
    coalesce(lives.status, 'unknown') as status,
    lives.status_modality,
    coalesce(lives.status_modality <> 'asserted', false) as is_status_inferred,
    lives.status_since_edtf,
    lives.status_since_earliest,
    knowledge.known_until as status_as_of,
    lives.signed_edtf,
    lives.signed_earliest,
    lives.signed_latest,
    lives.ratified_edtf,
    lives.ratified_earliest,
    lives.ratified_latest,
    lives.provisionally_applied_edtf,
    lives.provisionally_applied_earliest,
    lives.provisionally_applied_latest,
    lives.in_force_edtf,
    lives.in_force_earliest,
    lives.in_force_latest,
    lives.ended_edtf,
    lives.ended_earliest,
    lives.ended_latest,
    coalesce(lives.is_ending_announced, false) as is_ending_announced,
    coalesce(lives.has_impossible_sequence, false) as has_impossible_sequence,
    coalesce(lives.has_unknown_order, false) as has_unknown_order,
    conclusions.meeting_id as concluded_at_meeting_id,
    {{ surrogate_key(["coalesce(conclusions.meeting_id, 'unknown')"]) }} as concluded_at_meeting_key,
    conclusions.modality as concluded_at_modality,
    conclusions.place as concluded_at_place,
    conclusions.country_code as concluded_at_country_code,
    agreements.place,
    agreements.place_key,
    agreements.parent_agreement_id,
    agreements.parent_relation,
    agreements.is_delivered,
    cast(coalesce(party_counts.party_count, 0) as bigint) as party_count,
    cast(coalesce(party_counts.country_count, 0) as bigint) as country_count,
    cast(coalesce(event_counts.event_count, 0) as bigint) as event_count,
    standings.document_id,
    {{ surrogate_key(['standings.document_id']) }} as document_key,
    standings.locator,
    standings.modality,
    standings.evidence_class,
    cast(standings.claim_count as bigint) as claim_count,
    standings.has_conflict
from standings
inner join agreements on standings.agreement_id = agreements.agreement_id
cross join knowledge
left join lives on agreements.agreement_id = lives.agreement_id
left join party_counts on agreements.agreement_id = party_counts.agreement_id
left join event_counts on agreements.agreement_id = event_counts.agreement_id
left join conclusions on agreements.agreement_id = conclusions.agreement_id
order by lives.signed_earliest nulls last, agreements.agreement_id
