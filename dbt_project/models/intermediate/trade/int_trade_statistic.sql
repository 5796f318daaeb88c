-- Grain: one row per version of a figure that published statistics give, of all sources in one shape.
-- Ids are made of the codes themselves, each of letters and digits only, so that no two figures share one.
{{ config(materialized='view') }}
with areas as (
    select area_code, reported, country_code from {{ ref('int_trade_area') }}
),

classifications as (
    select code, classification from {{ ref('trade_classifications') }}
),

releases as (
    select delivery_id, is_extract from {{ ref('int_trade_release') }}
),

baci as (
    select
        'baci' as source,
        'baci-' || lower(versions.classification_code) || '-' || versions.year || '-' || versions.exporter_code || '-'
        || versions.importer_code || '-' || versions.product_code
        || if(versions.twin_number > 1, '-' || versions.twin_number, '') as fact_id,
        cast(null as varchar) as reporter_code,
        cast(null as varchar) as reporter_reported,
        cast(null as varchar) as partner_code,
        cast(null as varchar) as partner_reported,
        exporters.country_code as country_a_code,
        exporters.reported as country_a_reported,
        importers.country_code as country_b_code,
        importers.reported as country_b_reported,
        'export' as direction,
        versions.product_code as commodity_code,
        coalesce(classifications.classification, versions.classification_code) as classification,
        cast(versions.year as varchar) as period_edtf,
        make_date(versions.year, 1, 1) as period_earliest,
        make_date(versions.year, 12, 31) as period_latest,
        'year' as period_precision,
        versions.value_thousand_usd * 1000 as value,
        'thousand USD' as reported_unit,
        'FOB' as basis,
        versions.quantity_tonnes * 1000 as weight_kg,
        cast(null as double) as quantity,
        cast(null as varchar) as quantity_unit,
        true as is_total,
        false as is_aggregate,
        cast(null as boolean) as is_estimated,
        cast(null as varchar) as partner2_code,
        cast(null as varchar) as customs_code,
        cast(null as varchar) as supply_code,
        cast(null as varchar) as transport_code,
        'cepii-baci' as document_id,
        releases.is_extract,
        versions.vintage,
        versions.first_vintage,
        versions.delivery_id,
        versions.row_number,
        versions.twin_number,
        versions.published_from,
        versions.published_to,
        versions.recorded_from,
        versions.recorded_to,
        versions.is_current
    from {{ ref('int_baci_version') }} as versions
    left join areas as exporters on versions.exporter_code = exporters.area_code
    left join areas as importers on versions.importer_code = importers.area_code
    left join classifications on versions.classification_code = classifications.code
    left join releases on versions.delivery_id = releases.delivery_id
),

comtrade_periods as (
    select
        *,
        case
            when length(period) = 4 then 12
            when frequency_code = 'Q' or period like '____Q_' then 3
            else 1
        end as month_count,
        case
            when length(period) = 4 then 1
            when period like '____Q_' then cast(right(period, 1) as integer) * 3 - 2
            -- a quarter is called after any of its months
            when frequency_code = 'Q' then (cast(right(period, 2) as integer) + 2) // 3 * 3 - 2
            else cast(right(period, 2) as integer)
        end as first_month
    from {{ ref('int_comtrade_version') }}
),

comtrade_figures as (
    select
        *,
        partner2_code = 0 and customs_code = 'C00' and supply_code = '0' and transport_code = 0 as is_total,
        make_date(cast(left(period, 4) as integer), cast(first_month as integer), 1) as period_earliest
    from comtrade_periods
),

comtrade as (
    select
        'comtrade' as source,
        lower(
            'comtrade-' || versions.type_code || '-' || versions.frequency_code || '-' || versions.classification_code || '-'
            || versions.period || '-' || versions.reporter_code || '-' || versions.flow_code || '-' || versions.partner_code
            || '-' || replace(versions.commodity_code, '.', '_')
        )
        || if(
            versions.is_total,
            '',
            lower(
                '-p' || versions.partner2_code || '-' || versions.customs_code || '-' || versions.supply_code || '-'
                || versions.transport_code
            )
        )
        || if(versions.twin_number > 1, '-twin' || versions.twin_number, '') as fact_id,
        reporters.country_code as reporter_code,
        reporters.reported as reporter_reported,
        partners.country_code as partner_code,
        partners.reported as partner_reported,
        reporters.country_code as country_a_code,
        reporters.reported as country_a_reported,
        partners.country_code as country_b_code,
        partners.reported as country_b_reported,
        coalesce(flows.direction, 'other') as direction,
        versions.commodity_code,
        coalesce(classifications.classification, versions.classification_code) as classification,
        case versions.month_count
            when 12 then strftime(versions.period_earliest, '%Y')
            when 1 then strftime(versions.period_earliest, '%Y-%m')
            else
                strftime(versions.period_earliest, '%Y-%m') || '/'
                || strftime(versions.period_earliest + interval 2 month, '%Y-%m')
        end as period_edtf,
        versions.period_earliest,
        last_day(versions.period_earliest + to_months(versions.month_count - 1)) as period_latest,
        case versions.month_count when 12 then 'year' when 1 then 'month' else 'extent' end as period_precision,
        versions.primary_value_usd as value,
        'USD' as reported_unit,
        case
            when versions.primary_value_usd = versions.fob_value_usd
                and (flows.direction not like '%import%' or versions.primary_value_usd is distinct from versions.cif_value_usd)
                then 'FOB'
            when versions.primary_value_usd = versions.cif_value_usd then 'CIF'
            else 'unknown'
        end as basis,
        coalesce(versions.net_weight_kg, if(versions.quantity_unit_code = 8, versions.quantity, null)) as weight_kg,
        versions.quantity,
        coalesce(
            units.unit,
            nullif(versions.quantity_unit_reported, 'N/A'),
            'comtrade:' || versions.quantity_unit_code
        ) as quantity_unit,
        versions.is_total,
        coalesce(versions.is_aggregate, false) or not coalesce(versions.is_reported, true) as is_aggregate,
        coalesce(versions.is_quantity_estimated, false)
        or coalesce(versions.is_net_weight_estimated, false)
        or coalesce(versions.is_gross_weight_estimated, false)
        or coalesce(versions.legacy_estimation_flag, 0) <> 0 as is_estimated,
        cast(versions.partner2_code as varchar) as partner2_code,
        versions.customs_code,
        versions.supply_code,
        cast(versions.transport_code as varchar) as transport_code,
        'un-comtrade' as document_id,
        releases.is_extract,
        versions.vintage,
        versions.first_vintage,
        versions.delivery_id,
        versions.row_number,
        versions.twin_number,
        versions.published_from,
        versions.published_to,
        versions.recorded_from,
        versions.recorded_to,
        versions.is_current
    from comtrade_figures as versions
    left join areas as reporters on versions.reporter_code = reporters.area_code
    left join areas as partners on versions.partner_code = partners.area_code
    left join classifications on versions.classification_code = classifications.code
    left join {{ ref('trade_flows') }} as flows on versions.flow_code = flows.flow_code
    left join {{ ref('comtrade_quantity_units') }} as units on versions.quantity_unit_code = units.unit_code
    left join releases on versions.delivery_id = releases.delivery_id
)

select * from baci
union all by name
select * from comtrade
