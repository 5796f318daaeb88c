-- Grain: one row per delivery and file of it; the same bytes may belong to several deliveries.
{{ config(meta={'keyed': {'key': ['delivery_id'], 'by': {'ops.files': ['delivery_id']}}}) }}
with files as (
    select * from {{ ref('stg_files') }}
)

select sha256, delivery_id, original_path, received_at, byte_count
from files
order by delivery_id, original_path
