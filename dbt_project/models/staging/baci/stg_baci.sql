-- Grain: one row per accepted row of `raw/baci`: a product that one country sent to another in a year, as one release has it.
select
    t as year,
    i as exporter_code,
    j as importer_code,
    k as product_code,
    v as value_thousand_usd,
    q as quantity_tonnes,
    _delivery_id as delivery_id,
    _file_sha256 as file_sha256,
    _row_number as row_number
from {{ source('landing', 'baci') }}
