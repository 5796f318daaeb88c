-- Grain: one row per exporter, importer, year and classification: all products of BACI together, as of today.
-- Complete where a whole release of that year and classification is there. A sum over figures of several vintages, or with
-- an extract among them, is marked.
with figures as (
    select
        country_a_code as exporter_code,
        country_b_code as importer_code,
        period_earliest,
        period_latest,
        period_edtf,
        classification,
        value,
        weight_kg,
        is_extract,
        vintage,
        published_from
    from {{ ref('int_trade_statistic') }}
    where source = 'baci' and is_current
),

classifications as (
    select code, classification from {{ ref('trade_classifications') }}
),

whole as (
    select distinct
        coalesce(classifications.classification, slices.classification_code) as classification,
        make_date(slices.year, 1, 1) as period_earliest
    from {{ ref('int_baci_slice') }} as slices
    left join classifications on slices.classification_code = classifications.code
    where not slices.is_extract
),

totals as (
    select
        exporter_code,
        importer_code,
        classification,
        period_earliest,
        period_latest,
        period_edtf,
        {{ exact_sum('value') }} as value_usd,
        count(*) as product_count,
        arg_max(vintage, published_from) as vintage,
        count(distinct vintage) > 1 or bool_or(is_extract) as is_mixed_vintage
    from figures
    where {{ dyad_code('exporter_code', 'importer_code') }} is not null
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
