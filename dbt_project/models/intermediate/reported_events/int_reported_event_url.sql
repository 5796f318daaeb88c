-- Grain: one row per delivery of `gdelt_events` and address in it, with whether one of its rows becomes part of an event.
-- Addresses stand as their hashes: a year has tens of millions.
{{ config(meta={'keyed': {
    'key': ['delivery_id'],
    'by': {'landing.gdelt_events': ['_delivery_id']},
    'beside': {
        'int_reported_event_country': ['feed', 'reported', 'country_code'],
        'int_reported_event_delivery': ['delivery_id', 'as_of'],
    },
}}) }}
with judged as (
    {{ judged_rows() }}
)

select
    judged.delivery_id,
    cast(deliveries.as_of as date) as released_on,
    hash(judged.source_url) as url_hash,
    bool_or(judged.is_reduced) as is_reduced
from judged
inner join {{ ref('int_reported_event_delivery') }} as deliveries on judged.delivery_id = deliveries.delivery_id
where judged.source_url is not null
group by judged.delivery_id, released_on, url_hash
