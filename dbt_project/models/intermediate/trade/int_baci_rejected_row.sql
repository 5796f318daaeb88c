-- Grain: one row per delivery of BACI and figure of which a row is in quarantine: it is there, and cannot be read.
-- Apart, in columns of their own: what a broken row concerns is found as what a row concerns that can be read. One of which
-- a code is broken is a row of no figure that is known.
with coded as (
    select
        delivery_id,
        try_cast(json_extract_string(key_values, '$.t') as integer) as year,
        try_cast(json_extract_string(key_values, '$.i') as integer) as exporter_code,
        try_cast(json_extract_string(key_values, '$.j') as integer) as importer_code,
        json_extract_string(key_values, '$.k') as product_code,
        row_number
    from {{ ref('int_trade_rejected_row') }}
    where feed = 'baci' and key_values is not null
)

select delivery_id, year, exporter_code, importer_code, product_code, min(row_number) as row_number
from coded
where year is not null and exporter_code is not null and importer_code is not null and product_code is not null
group by all
