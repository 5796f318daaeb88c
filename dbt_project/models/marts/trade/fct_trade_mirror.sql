-- Grain: one row per exporter, importer, commodity, classification, period and unit: what each side says of one flow.
-- Only statistics with a reporter, exports against imports; figures without a period cannot be set beside others.
with figures as (
    select
        -- a total is the same in every classification
        * replace (case when commodity_code <> 'TOTAL' then classification end as classification),
        case direction when 'export' then reporter_code else partner_code end as exporter_code,
        case direction when 'export' then partner_code else reporter_code end as importer_code
    from {{ ref('fct_trade_flow') }}
    where direction in ('export', 'import')
        and modality in ('asserted', 'inferred')
        and (period_earliest is not null or period_latest is not null)
        and {{ dyad_code('reporter_code', 'partner_code') }} is not null
),

-- one figure a side: on the basis usual for it (exports FOB, imports CIF), a plain figure before a bound
sides as (
    select *
    from figures
    qualify row_number() over (
        partition by
            exporter_code, importer_code, direction, commodity_code, classification, period_earliest, period_latest, unit
        order by
            basis = case direction when 'export' then 'FOB' else 'CIF' end desc,
            basis = 'unknown' desc,
            operator = '=' desc,
            currency = 'USD' desc,
            fact_id
    ) = 1
),

exports as (
    select * from sides where direction = 'export'
),

imports as (
    select * from sides where direction = 'import'
),

paired as (
    select
        coalesce(exports.exporter_code, imports.exporter_code) as exporter_code,
        coalesce(exports.importer_code, imports.importer_code) as importer_code,
        coalesce(exports.commodity_code, imports.commodity_code) as commodity_code,
        coalesce(exports.classification, imports.classification) as classification,
        coalesce(exports.commodity_key, imports.commodity_key) as commodity_key,
        coalesce(exports.period_edtf, imports.period_edtf) as period_edtf,
        coalesce(exports.period_earliest, imports.period_earliest) as period_earliest,
        coalesce(exports.period_latest, imports.period_latest) as period_latest,
        coalesce(exports.unit, imports.unit) as unit,
        exports.operator as exporter_operator,
        exports.value as exporter_value,
        exports.currency as exporter_currency,
        exports.basis as exporter_basis,
        exports.value_usd as exporter_value_usd,
        exports.modality as exporter_modality,
        exports.fact_id as exporter_fact_id,
        exports.document_id as exporter_document_id,
        imports.operator as importer_operator,
        imports.value as importer_value,
        imports.currency as importer_currency,
        imports.basis as importer_basis,
        imports.value_usd as importer_value_usd,
        imports.modality as importer_modality,
        imports.fact_id as importer_fact_id,
        imports.document_id as importer_document_id,
        coalesce(exports.claim_count, 0) + coalesce(imports.claim_count, 0) as claim_count,
        coalesce(exports.has_conflict, false) or coalesce(imports.has_conflict, false) as has_conflict
    from exports
    full outer join imports
        on exports.exporter_code = imports.exporter_code
        and exports.importer_code = imports.importer_code
        and exports.commodity_code = imports.commodity_code
        and exports.classification is not distinct from imports.classification
        and exports.period_earliest is not distinct from imports.period_earliest
        and exports.period_latest is not distinct from imports.period_latest
        and exports.unit = imports.unit
),

comparable as (
    select
        *,
        -- a ratio of bounds or of round figures would be a false number
        exporter_operator = '=' and importer_operator = '=' as has_two_figures,
        unit <> 'money' or exporter_currency = importer_currency as has_one_unit
    from paired
)

select
    {{ surrogate_key([
        'exporter_code', 'importer_code', 'commodity_code', 'classification', 'period_earliest', 'period_latest', 'unit'
    ]) }} as trade_mirror_key,
    coalesce(exporter_fact_id, importer_fact_id) as fact_id,
    exporter_code,
    importer_code,
    {{ dyad_code('exporter_code', 'importer_code') }} as dyad_code,
    commodity_code,
    classification,
    commodity_key,
    period_edtf,
    period_earliest,
    period_latest,
    unit,
    exporter_operator,
    exporter_value,
    exporter_currency,
    exporter_basis,
    exporter_value_usd,
    exporter_modality,
    exporter_fact_id,
    exporter_document_id,
    importer_operator,
    importer_value,
    importer_currency,
    importer_basis,
    importer_value_usd,
    importer_modality,
    importer_fact_id,
    importer_document_id,
    case
        when has_two_figures and has_one_unit then importer_value / nullif(exporter_value, 0)
        when has_two_figures then importer_value_usd / nullif(exporter_value_usd, 0)
    end as importer_to_exporter_ratio,
    case when has_two_figures then importer_value_usd - exporter_value_usd end as difference_usd,
    case
        when exporter_fact_id is null then 'exporter' when importer_fact_id is null then 'importer' else 'none'
    end as missing_side,
    coalesce(exporter_document_id, importer_document_id) as document_id,
    claim_count,
    has_conflict
from comparable
order by dyad_code, period_earliest, commodity_code
