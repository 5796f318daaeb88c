-- Grain: one row per exporter, importer, year and classification: all products of BACI together, as of today.
-- Complete where a whole release of that year and classification is there. A sum over figures of several vintages, or with
-- an extract among them, is marked.
{{ config(meta={'keyed': {
    'key': ['exporter_code', 'importer_code', 'period_earliest'],
    'by': {'int_baci_total': ['country_a_code', 'country_b_code', 'period_earliest']},
}}) }}
with whole as (
    select classification, period_earliest from {{ ref('int_baci_whole_year') }}
),

totals as (
    select
        country_a_code as exporter_code,
        country_b_code as importer_code,
        dyad_code,
        classification,
        period_earliest,
        period_latest,
        strftime(period_earliest, '%Y') as period_edtf,
        cast(sum(value_usd) as double) as value_usd,
        cast(sum(product_count) as bigint) as product_count,
        max(struct_pack(published_from := published_from, vintage := vintage)).vintage as vintage,
        min(vintage) <> max(vintage) or bool_or(is_extract) as is_mixed_vintage
    from {{ ref('int_baci_total') }}
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
