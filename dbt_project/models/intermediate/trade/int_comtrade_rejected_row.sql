-- Grain: one row per delivery of Comtrade and figure of which a row is in quarantine: it is there, and cannot be read.
-- Apart, in columns of their own: what a broken row concerns is found as what a row concerns that can be read. One of which
-- the slice is broken is a row of no figure that is known.
{% set slice = [
    ('type_code', 'typeCode', 'varchar'), ('frequency_code', 'freqCode', 'varchar'), ('period', 'period', 'varchar'),
    ('reporter_code', 'reporterCode', 'bigint'), ('classification_code', 'classificationCode', 'varchar')
] %}
with coded as (
    select
        delivery_id,
        {%- for column, name, kind in slice + [
            ('flow_code', 'flowCode', 'varchar'), ('partner_code', 'partnerCode', 'bigint')
        ] %}
        try_cast(json_extract_string(key_values, '$.{{ name }}') as {{ kind }}) as {{ column }},
        {%- endfor %}
        coalesce(try_cast(json_extract_string(key_values, '$.partner2Code') as bigint), 0) as partner2_code,
        upper(json_extract_string(key_values, '$.cmdCode')) as commodity_code,
        coalesce(json_extract_string(key_values, '$.customsCode'), 'C00') as customs_code,
        coalesce(json_extract_string(key_values, '$.mosCode'), '0') as supply_code,
        coalesce(try_cast(json_extract_string(key_values, '$.motCode') as bigint), 0) as transport_code,
        row_number
    from {{ ref('int_trade_rejected_row') }}
    where feed = 'comtrade' and key_values is not null
)

select * exclude (row_number), min(row_number) as row_number
from coded
where true
    {%- for column, _, _ in slice %}
    and {{ column }} is not null
    {%- endfor %}
group by all
