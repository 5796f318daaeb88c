-- Grain: one row per delivery of `gdelt_events`, column in which a country stands and code in it that means none, with the
-- rows that have it.
{{ config(meta={'keyed': {
    'key': ['delivery_id'],
    'by': {'landing.gdelt_events': ['_delivery_id']},
    'beside': {'int_reported_event_country': ['feed', 'reported', 'country_code']},
}}) }}
with unknown as (
    select reported from {{ ref('int_reported_event_country') }} where country_code = 'unknown'
)

{%- for column in country_mentions()['gdelt_events'] %}
select staged.delivery_id, '{{ column }}' as column_name, unknown.reported, count(*) as row_count
from {{ ref('stg_gdelt_events') }} as staged
inner join unknown on staged.{{ column }}_reported = unknown.reported
group by staged.delivery_id, unknown.reported
{{ 'union all' if not loop.last }}
{%- endfor %}
