-- Grain: one row per exporter, importer, year and classification: all products of BACI together, as of today.
-- Complete where a whole release of that year and classification is there. A sum over figures of several vintages, or with
-- an extract among them, is marked.
with areas as (
    select area_code, country_code from {{ ref('int_trade_area') }}
),

classifications as (
    select code, classification from {{ ref('trade_classifications') }}
),

releases as (
    select delivery_id, is_extract from {{ ref('int_trade_release') }}
),

whole as (
    select distinct
        coalesce(classifications.classification, slices.classification_code) as classification,
        make_date(slices.year, 1, 1) as period_earliest
    from {{ ref('int_baci_slice') }} as slices
    left join classifications on slices.classification_code = classifications.code
    where not slices.is_extract
),

of_countries as (
    select
        exporters.country_code as exporter_code,
        importers.country_code as importer_code,
        {{ dyad_code('exporters.country_code', 'importers.country_code') }} as dyad_code,
        coalesce(classifications.classification, sums.classification_code) as classification,
        releases.is_extract,
        sums.* exclude (exporter_code, importer_code, classification_code)
    from {{ ref('int_baci_total') }} as sums
    left join releases on sums.delivery_id = releases.delivery_id
    left join areas as exporters on sums.exporter_code = exporters.area_code
    left join areas as importers on sums.importer_code = importers.area_code
    left join classifications on sums.classification_code = classifications.code
),

totals as (
    select
        exporter_code,
        importer_code,
        dyad_code,
        classification,
        make_date(year, 1, 1) as period_earliest,
        make_date(year, 12, 31) as period_latest,
        cast(year as varchar) as period_edtf,
        cast(sum(value_usd) as double) as value_usd,
        cast(sum(product_count) as bigint) as product_count,
        max(struct_pack(published_from := published_from, vintage := vintage)).vintage as vintage,
        min(vintage) <> max(vintage) or bool_or(is_extract) as is_mixed_vintage
    from of_countries
    where dyad_code is not null
    group by all
)

select
    totals.*,
    whole.classification is not null as is_complete,
    row_number() over (
        partition by totals.exporter_code, totals.importer_code, totals.period_earliest
        order by
            whole.classification is not null desc, totals.is_mixed_vintage, totals.vintage desc, totals.classification desc
    ) as preference
from totals
left join whole
    on totals.classification = whole.classification and totals.period_earliest = whole.period_earliest
