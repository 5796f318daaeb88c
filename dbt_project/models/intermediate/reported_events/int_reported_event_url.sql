-- Grain: one row per delivery of `gdelt_events` and address in it, with whether one of its rows becomes part of an event.
-- Addresses stand as their hashes: a year has tens of millions.
{{ config(meta={'keyed': {
    'key': ['delivery_id'],
    'by': {'landing.gdelt_events': ['_delivery_id']},
    'beside': {'int_reported_event_country': ['feed', 'reported', 'country_code']},
}}) }}
with judged as (
    {{ judged_rows() }}
)

select delivery_id, hash(source_url) as url_hash, bool_or(is_reduced) as is_reduced
from judged
where source_url is not null
group by delivery_id, url_hash
