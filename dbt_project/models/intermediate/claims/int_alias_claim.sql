-- Grain: one row per accepted row that claims another name of something.
with identified as (
    select
        reported.* exclude (id),
        {{ identified('id', 'reported', in_key=true) }},
        {{ identity_era(['id']) }}
    from {{ ref('int_alias_reported') }} as reported
    {{ join_identity('reported.kind', 'id', 'reported', in_key=true) }}
)

{% call claims(
    'identified', none, 'alias',
    ['kind', 'id', 'alias'],
    [
        'kind', 'id', 'alias', 'language'
    ],
    has_era=true
) %}
    kind,
    id,
    alias,
    language
{% endcall %}
