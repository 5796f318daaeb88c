-- Grain: one row per delivery of `gdelt_events`, with how many of its rows become part of an event, and why others do not.
{{ config(meta={'keyed': {
    'key': ['delivery_id'],
    'by': {'landing.gdelt_events': ['_delivery_id']},
    'beside': {'int_reported_event_country': ['feed', 'reported', 'country_code']},
}}) }}
with judged as (
    {{ judged_rows() }}
)

select
    delivery_id,
    count(*) as row_count,
    count(*) filter (where actor1_code is null or actor2_code is null) as rows_without_a_country,
    count(*) filter (where is_between_countries) as rows_between_countries,
    count(*) filter (where is_cooperation) as rows_of_cooperation,
    count(*) filter (where is_reduced) as reduced_rows,
    count(*) filter (where not has_a_day) as rows_without_a_day,
    count(*) filter (where is_relative_date_artefact) as artefact_rows,
    count(*) filter (where 'unknown' in (actor1_code, actor2_code)) as rows_with_unknown_code
from judged
group by delivery_id
