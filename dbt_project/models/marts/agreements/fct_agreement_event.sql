-- Grain: one row per step in the life of an agreement, taken by one party or by the whole.
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': {
        'int_agreement_event_as_known': ['fact_id'],
        'int_agreement_step_as_known': ['fact_id'],
    },
}}) }}
with events as (
    select * from {{ ref('int_agreement_event') }}
),

steps as (
    select
        fact_id,
        life_key,
        step_number,
        state_before,
        state_after,
        is_announced,
        is_order_unknown,
        is_impossible
    from {{ ref('int_agreement_step_as_known') }}
    where is_current and origin = 'own'
),

countries as (
    select country_code, valid_from, country_key from {{ ref('dim_country') }}
)

select
    events.fact_id,
    {{ surrogate_key(['events.agreement_id']) }} as agreement_key,
    events.agreement_id,
    events.event,
    events.party_kind,
    events.party_code,
    events.party_reported as reported_party,
    case when events.party_code is not null then
        {{ surrogate_key(['events.agreement_id', 'events.party_kind', key_of_reported('events.party_code', 'events.party_reported')]) }}
    end as agreement_party_key,
    case when events.party_kind <> 'organization' then party_countries.country_key end as party_country_key,
    case when events.party_kind = 'organization' then {{ surrogate_key(['events.party_code']) }} end
        as party_organization_key,
    events.occurred_edtf,
    events.occurred_earliest,
    events.occurred_latest,
    events.occurred_precision,
    events.occurred_is_approximate,
    events.occurred_is_uncertain,
    events.effective_edtf,
    events.effective_earliest,
    events.effective_latest,
    cast(steps.step_number as bigint) as step_number,
    steps.state_before,
    steps.state_after,
    coalesce(steps.state_before <> steps.state_after, false) as is_status_change,
    coalesce(steps.is_announced, false) as is_announced,
    coalesce(steps.is_order_unknown, false) as is_order_unknown,
    coalesce(steps.is_impossible, false) as is_impossible,
    events.document_id,
    {{ surrogate_key(['events.document_id']) }} as document_key,
    events.locator,
    events.modality,
    events.attributed_to,
    events.evidence_class,
    cast(events.claim_count as bigint) as claim_count,
    events.has_conflict,
    events.winning_claim_id,
    events.winning_reason
from events
left join steps on events.fact_id = steps.fact_id
{{ join_country_as_of('party_countries', 'events.party_code', 'events.occurred_earliest', 'events.occurred_latest') }}
order by events.occurred_earliest nulls last, events.agreement_id, events.fact_id
