-- Grain: one row per accepted row of any feed that claims a party to an agreement, under the agreement's reported id.
{% set by = deliveries_in_shape_of('agreement_parties', ['int_desta_party']) -%}
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': by, 'beside': named_beside()}}) }}
with staged as (
    {{ rows_in_shape_of('agreement_parties') }}
    union all by name
    select 'desta' as feed, agreement_id, party_reported, role, {{ claimed_columns() }}
    from {{ ref('int_desta_party') }}
)

select
    staged.*,
    party_party.party_kind,
    party_party.party_code
from staged
{{ join_party(none, 'party') }}
