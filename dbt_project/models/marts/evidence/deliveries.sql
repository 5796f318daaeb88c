-- Grain: one row per delivery that was ever found: loaded, held for confirmation, or refused.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'ops.deliveries': ['delivery_id']}}}) }}
with deliveries as (
    select * from {{ ref('stg_deliveries') }}
)

select
    delivery_id,
    feed,
    dataset_key,
    as_of,
    cast(file_count as bigint) as file_count,
    rows_read,
    rows_accepted,
    rows_rejected,
    load_seconds,
    loaded_at,
    is_as_of_stated,
    mode,
    is_complete,
    cast(revision as bigint) as revision,
    status,
    reason,
    publisher,
    licence,
    byte_count,
    received_at
from deliveries
order by feed, dataset_key, as_of
