-- Grain: one row per accepted row of any feed that claims a step in the life of an agreement, under its reported id.
{% set by = deliveries_in_shape_of('agreement_events', ['int_desta_event']) -%}
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': by, 'beside': named_beside()}}) }}
with staged as (
    {{ rows_in_shape_of('agreement_events') }}
    union all by name
    select
        'desta' as feed,
        agreement_id,
        party_reported,
        event,
        {%- for part in ['edtf', 'earliest', 'latest', 'precision', 'is_approximate', 'is_uncertain'] %}
        occurred_{{ part }},
        effective_{{ part }},
        {%- endfor %}
        {{ claimed_columns() }}
    from {{ ref('int_desta_event') }}
)

select
    staged.*,
    party_party.party_kind,
    party_party.party_code
from staged
{{ join_party(none, 'party') }}
