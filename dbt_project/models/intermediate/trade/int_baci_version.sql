-- Grain: one row per version of a figure of BACI: classification, year, exporter, importer and product over its vintages.
-- Most slices have one release and no key twice; they need no windows, and hundreds of millions of rows pass straight on.
-- Whether other figures of a slice need windows changes no row of this one: rows follow from those with their key, and
-- from the releases of their slice, of which a number matters only as an order. `trade_flow_version` keeps them.
{{ config(materialized='view') }}
{% set keys = ['classification_code', 'year', 'exporter_code', 'importer_code', 'product_code'] %}
with slices as (
    select * from {{ ref('int_baci_slice') }}
),

landed as (
    select * from {{ ref('stg_baci') }}
),

with_twins as (
    select distinct delivery_id, year
    from (
        select delivery_id, year
        from landed
        group by delivery_id, year, exporter_code, importer_code, product_code
        having count(*) > 1
    ) as repeated
),

single as (
    select * from slices anti join with_twins using (delivery_id, year) where release_count = 1
),

several as (
    select * from slices anti join single using (delivery_id, year)
),

rejected as (
    select * from {{ ref('int_baci_rejected_row') }}
),

unread as (
    select * from rejected anti join landed using (delivery_id, year, exporter_code, importer_code, product_code)
),

released as (
    select
        slices.classification_code,
        landed.year,
        landed.exporter_code,
        landed.importer_code,
        landed.product_code,
        row_number() over (
            partition by landed.delivery_id, landed.year, landed.exporter_code, landed.importer_code, landed.product_code
            order by landed.file_sha256, landed.row_number
        ) as twin_number,
        false as is_unreadable,
        landed.value_thousand_usd,
        landed.quantity_tonnes,
        landed.delivery_id,
        landed.row_number,
        slices.release_number,
        slices.as_of,
        slices.received_at,
        slices.vintage,
        slices.closing_number,
        slices.closing_as_of,
        slices.closing_received_at
    from landed
    inner join several as slices on landed.delivery_id = slices.delivery_id and landed.year = slices.year

    union all by name

    select
        slices.* exclude (row_count, is_extract, release_count),
        rejected.* exclude (delivery_id, year),
        1 as twin_number,
        true as is_unreadable
    from unread as rejected
    inner join several as slices on rejected.delivery_id = slices.delivery_id and rejected.year = slices.year
),

{{ statistic_versions('released', keys, ['value_thousand_usd', 'quantity_tonnes']) }},

unrevised as (
    select
        slices.classification_code,
        landed.year,
        landed.exporter_code,
        landed.importer_code,
        landed.product_code,
        1 as twin_number,
        landed.value_thousand_usd,
        landed.quantity_tonnes,
        landed.delivery_id,
        landed.row_number,
        slices.vintage,
        slices.vintage as first_vintage,
        slices.as_of as published_from,
        timestamp '9999-12-31' as published_to,
        slices.received_at as recorded_from,
        timestamp '9999-12-31' as recorded_to,
        true as is_current
    from landed
    inner join single as slices on landed.delivery_id = slices.delivery_id and landed.year = slices.year
)

select * from unrevised
union all by name
select * from versions
