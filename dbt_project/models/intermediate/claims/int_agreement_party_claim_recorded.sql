-- Grain: one row per accepted row that claims a party to an agreement, of any feed that records agreements.
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
    {% call claims(
        'identified', none, 'agreement_party',
        ['agreement_id', key_of_reported('party_code', 'party_reported')],
        [
            'agreement_id', 'party_code', 'party_reported', 'role', 'reported_agreement_id'
        ],
        reported_key=['reported_agreement_id', key_of_reported('party_code', 'party_reported')],
        has_era=true
    ) %}
        agreement_id,
        reported_agreement_id,
        party_kind,
        party_code,
        party_reported,
        role
    {% endcall %}
)

select * from native_claims
