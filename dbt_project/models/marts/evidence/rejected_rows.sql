-- Grain: one row per cell that broke its contract: its row was put aside, never dropped.
with rejected as (
    select * from {{ ref('stg_rejected_rows') }}
)

select delivery_id, feed, row_number, column_name, found, expected, raw_row, file_sha256, key_values
from rejected
order by delivery_id, feed, row_number, column_name
