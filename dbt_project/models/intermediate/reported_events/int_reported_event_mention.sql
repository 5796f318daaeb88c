-- Grain: one row per text that stands where a country may stand in `gdelt_events`.
-- A row that comes adds texts and takes none away, so that of a hundred million rows only new ones are looked at.
{{ config(meta={'keyed': {'key': ['reported'], 'of': {'landing.gdelt_events': ['_delivery_id']}, 'once': true}}) }}
with mentions as (
    {%- for column in country_mentions()['gdelt_events'] %}
    select {{ column }}_reported as reported from {{ ref('stg_gdelt_events') }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
)

select reported from mentions where reported is not null
