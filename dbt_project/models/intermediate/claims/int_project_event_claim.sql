-- Grain: one row per accepted row that claims a step in a joint project.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_projects') }}
),

identified as (
    select
        staged.*,
        country_country.country_code
    from staged
    {{ join_country('projects', 'country') }}
),

{{ dated_steps('identified', ['project_id', 'event'], recurring=['suspended']) }}

{% call claims(
    'dated', 'projects', 'project_event',
    ['project_id', 'event', 'occurrence'],
    [
        'project_id', 'name', 'sector', 'country_code', 'country_reported', 'place', 'event',
        'occurred_edtf', 'capacity', 'unit'
    ]
) %}
    project_id,
    name,
    sector,
    country_code,
    country_reported,
    place,
    event,
    occurred_edtf,
    occurred_earliest,
    occurred_latest,
    occurred_precision,
    occurred_is_approximate,
    occurred_is_uncertain,
    capacity,
    unit
{% endcall %}
