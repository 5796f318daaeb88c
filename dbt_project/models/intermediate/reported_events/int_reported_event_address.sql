-- Grain: one row per address in `gdelt_events`, as its hash, with whether one of its rows becomes part of an event.
{{ config(meta={'keyed': {'key': ['url_hash'], 'by': {'int_reported_event_url': ['url_hash']}}}) }}
select url_hash, bool_or(is_reduced) as is_reduced
from {{ ref('int_reported_event_url') }}
group by url_hash
