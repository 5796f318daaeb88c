-- Grain: one row per day of release of `gdelt_events`, with the addresses in it. One counts once, in however many rows.
{{ config(meta={'keyed': {'key': ['released_on'], 'by': {'int_reported_event_url': ['released_on']}}}) }}
select released_on, count(*) as url_count, count(*) filter (where is_reduced) as reduced_url_count
from (
    select released_on, url_hash, bool_or(is_reduced) as is_reduced
    from {{ ref('int_reported_event_url') }}
    group by released_on, url_hash
) as addresses
group by released_on
