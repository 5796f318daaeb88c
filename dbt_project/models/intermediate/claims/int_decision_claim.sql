-- Grain: one row per accepted row that claims a human decision on identity.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_decisions') }}
)

{% call claims(
    'staged', 'decisions', 'decision',
    ['kind', 'id_a', 'id_b'],
    [
        'kind', 'id_a', 'id_b', 'same', 'decided_at', 'reason'
    ]
) %}
    kind,
    id_a,
    id_b,
    same,
    decided_at,
    reason
{% endcall %}
