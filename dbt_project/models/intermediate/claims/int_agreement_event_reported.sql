-- Grain: one row per accepted row of any feed that claims a step in the life of an agreement, under its reported id.
select
    'agreement_events' as feed,
    staged.*,
    party_party.party_kind,
    party_party.party_code
from {{ ref('stg_agreement_events') }} as staged
{{ join_party('agreement_events', 'party') }}
