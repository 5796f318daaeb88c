-- Grain: one row per accepted row that claims an organisation.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_organizations') }}
),

identified as (
    select
        staged.* exclude (organization_id),
        {{ identified('organization_id') }},
        country_country.country_code
    from staged
    {{ join_country('organizations', 'country') }}
    {{ join_identity("'organization'", 'organization_id') }}
)

{% call claims(
    'identified', 'organizations', 'organization',
    ['organization_id'],
    [
        'organization_id', 'name', 'kind', 'country_code', 'country_reported'
    ]
) %}
    organization_id,
    name,
    kind,
    country_code,
    country_reported
{% endcall %}
