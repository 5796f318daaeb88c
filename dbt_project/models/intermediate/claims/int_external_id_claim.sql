-- Grain: one row per accepted row that claims an id elsewhere.
with identified as (
    select
        reported.* exclude (id),
        {{ identified('id', 'reported', in_key=true) }},
        {{ identity_era(['id']) }}
    from {{ ref('int_external_id_reported') }} as reported
    {{ join_identity('reported.kind', 'id', 'reported', in_key=true) }}
)

{% call claims(
    'identified', none, 'external_id',
    ['kind', 'id', 'scheme', 'value'],
    [
        'kind', 'id', 'scheme', 'value'
    ],
    has_era=true
) %}
    kind,
    id,
    scheme,
    value
{% endcall %}
