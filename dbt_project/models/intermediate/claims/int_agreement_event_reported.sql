-- Grain: one row per accepted row of any feed that claims a step in the life of an agreement, under its reported id.
with staged as (
    {{ rows_in_shape_of('agreement_events') }}
)

select
    staged.*,
    party_party.party_kind,
    party_party.party_code
from staged
{{ join_party(none, 'party') }}
