-- Grain: one row per accepted row of any feed that claims a party to an agreement, under the agreement's reported id.
select
    'agreement_parties' as feed,
    staged.*,
    party_party.party_kind,
    party_party.party_code
from {{ ref('stg_agreement_parties') }} as staged
{{ join_party('agreement_parties', 'party') }}
