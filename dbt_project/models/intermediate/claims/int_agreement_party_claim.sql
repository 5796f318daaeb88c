-- Grain: one row per accepted row that claims a party to an agreement: of any feed that records agreements, or each of
-- the two countries of a signature that a machine read out of the news.
with identified as (
    select
        reported.* exclude (agreement_id, given_fact_id),
        {{ identified('agreement_id', 'reported', in_key=true) }},
        {{ identified_fact_id('agreement_id', 'reported') }},
        {{ identity_era(['agreement_id']) }}
    from {{ ref('int_agreement_party_reported') }} as reported
    {{ join_identity("'agreement'", 'agreement_id', 'reported', in_key=true) }}
),

native_claims as (
    select
        {{ claim_columns(
            none, 'agreement_party',
            ['agreement_id', key_of_reported('party_code', 'party_reported')],
            [
                'agreement_id', 'party_code', 'party_reported', 'role', 'reported_agreement_id'
            ],
            reported_key=['reported_agreement_id', key_of_reported('party_code', 'party_reported')],
            has_era=true
        ) }},
        agreement_id,
        reported_agreement_id,
        party_kind,
        party_code,
        party_reported,
        role
    from identified
),

reported_sides as (
    select
        *,
        reported_id as agreement_id,
        reported_id as reported_agreement_id,
        unnest([country_a_code, country_b_code]) as party_code,
        unnest([country_a_name, country_b_name]) as party_reported
    from {{ ref('int_reported_event_claim') }}
    where is_agreement
),

reported_claims as (
    select
        {{ claim_columns(
            'gdelt_events', 'agreement_party', ['agreement_id', 'party_code'],
            ['agreement_id', 'party_code', 'party_reported']
        ) }},
        agreement_id,
        reported_agreement_id,
        'country' as party_kind,
        party_code,
        party_reported
    from reported_sides
)

select * from native_claims
union all by name
select * from reported_claims
