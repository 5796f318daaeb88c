-- Grain: one row per agreement and party to it, with the party's state and the first date of each of its milestones.
{{ config(meta={'keyed': {
    'key': ['agreement_id'],
    'by': {
        'bridge_agreement_party': ['agreement_id'],
        'int_agreement_status_as_known': ['agreement_id'],
    },
}}) }}
with parties as (
    select * from {{ ref('bridge_agreement_party') }}
),

lives as (
    select
        {{ surrogate_key(['agreement_id', 'party_kind', 'party_ref']) }} as agreement_party_key,
        *
    from {{ ref('int_agreement_status_as_known') }}
    where is_current and scope = 'party'
),

knowledge as (
    select known_until from {{ ref('int_known_day') }}
)

select
    parties.fact_id,
    parties.agreement_party_key,
    parties.agreement_key,
    parties.agreement_id,
    parties.party_kind,
    parties.party_code,
    parties.reported_party,
    parties.party_country_code,
    parties.party_country_key,
    parties.party_organization_key,
    parties.role,
    coalesce(lives.status, 'unknown') as status,
    lives.status_modality,
    coalesce(lives.status_modality <> 'asserted', false) as is_status_inferred,
    lives.status_since_edtf,
    lives.status_since_earliest,
    knowledge.known_until as status_as_of,
    {{ milestone_dates('lives') }},
    coalesce(lives.is_ending_announced, false) as is_ending_announced,
    coalesce(lives.has_impossible_sequence, false) as has_impossible_sequence,
    coalesce(lives.has_unknown_order, false) as has_unknown_order,
    cast(coalesce(lives.step_count, 0) as bigint) as step_count,
    parties.document_id,
    parties.document_key,
    parties.locator,
    parties.modality,
    parties.evidence_class,
    parties.claim_count,
    parties.has_conflict,
    parties.winning_claim_id,
    parties.winning_reason
from parties
cross join knowledge
left join lives on parties.agreement_party_key = lives.agreement_party_key
order by parties.agreement_id, parties.party_code
