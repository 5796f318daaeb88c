-- Grain: one row per cell that broke its contract: its row was put aside, never dropped.
with rejected as (
    select *, {{ rejected_row_id() }} as rejected_row_id
    from {{ ref('stg_rejected_rows') }}
),

fates as (
    select * from {{ ref('int_rejected_row') }}
)

select
    rejected.delivery_id,
    rejected.feed,
    rejected.row_number,
    rejected.column_name,
    rejected.found,
    rejected.expected,
    rejected.raw_row,
    rejected.file_sha256,
    rejected.key_values,
    rejected.rejected_row_id,
    fates.corrects_row_id,
    fates.resolution,
    fates.resolved_by_delivery_id,
    fates.resolved_at
from rejected
inner join fates on rejected.rejected_row_id = fates.rejected_row_id
order by rejected.delivery_id, rejected.feed, rejected.row_number, rejected.column_name
