-- Grain: one row per accepted row that claims a party to an agreement.
with staged as (
    select * from {{ ref('stg_agreement_parties') }}
),

identified as (
    select
        staged.*,
        party_party.party_kind,
        party_party.party_code
    from staged
    {{ join_party('agreement_parties', 'party') }}
)

select
    {{ claim_columns(
        'agreement_parties', 'agreement_party',
        ['agreement_id', key_of_reported('party_code', 'party_reported')],
        [
            'agreement_id', 'party_code', 'party_reported', 'role'
        ]
    ) }},
    agreement_id,
    party_kind,
    party_code,
    party_reported,
    role
from identified
