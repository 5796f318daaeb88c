-- Grain: one row per state of knowledge, agreement and party to it, listed as one or only named in a step.
{{ config(meta={'keyed': {
    'key': ['state_id'],
    'by': {
        'int_agreement_party_as_known': ['state_id'],
        'int_agreement_event_as_known': ['state_id'],
    },
}}) }}
with listed as (
    select
        state_id,
        is_current,
        agreement_id,
        {{ key_of_reported('party_code', 'party_reported') }} as party_ref,
        party_kind,
        party_code,
        party_reported,
        coalesce(role, 'party') as role,
        true as is_listed,
        fact_id,
        document_id,
        locator,
        modality,
        evidence_class,
        claim_count,
        has_conflict,
        winning_claim_id,
        winning_reason
    from {{ ref('int_agreement_party_as_known') }}
),

named as (
    select
        state_id,
        is_current,
        agreement_id,
        {{ key_of_reported('party_code', 'party_reported') }} as party_ref,
        party_kind,
        party_code,
        party_reported,
        'party' as role,
        false as is_listed,
        fact_id,
        document_id,
        locator,
        modality,
        evidence_class,
        claim_count,
        has_conflict,
        winning_claim_id,
        winning_reason
    from {{ ref('int_agreement_event_as_known') }}
    where party_code is not null
),

sides as (
    select * from listed
    union all
    select * from named
)

select
    *,
    -- a depositary or a guarantor takes no step of its own towards being bound
    modality <> 'negated' and role not in ('depositary', 'guarantor', 'mediator', 'observer', 'witness') as is_bound_side
from sides
qualify row_number() over (
    partition by state_id, agreement_id, party_kind, party_ref order by is_listed desc, modality = 'negated', fact_id
) = 1
