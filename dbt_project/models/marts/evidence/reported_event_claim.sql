-- Grain: one row per GDELT row behind a reported event: which article says so, in which delivery and row.
{{ config(meta={'keyed': {'key': ['fact_id'], 'by': {'int_reported_event_row': ['fact_id']}}}) }}
with event_rows as (
    select * from {{ ref('int_reported_event_row') }}
)

select
    fact_id,
    global_event_id,
    source_url,
    dyad_code,
    event_class,
    occurred_on,
    source_code,
    target_code,
    is_relative_date_artefact,
    num_mentions,
    num_articles,
    avg_tone,
    goldstein_scale,
    cast(added_at as timestamp) as added_at,
    delivery_id,
    file_sha256,
    row_number,
    cast(first_received_at as timestamp) as recorded_from
from event_rows
order by fact_id, global_event_id
