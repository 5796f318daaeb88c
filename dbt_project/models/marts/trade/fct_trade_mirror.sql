-- Grain: one row per exporter, importer, commodity, classification, period and unit: what each side says of one flow.
-- Only statistics with a reporter, exports against imports, whole figures against whole ones; figures without a period
-- cannot be set beside others. What BACI reconciles out of both sides stands beside, and never in place of one.
{# whoever reports: said as a bound, so that row groups of BACI, which has no reporters, are passed over -#}
{{ config(meta={'keyed': {
    'key': ['dyad_code', 'period_earliest', 'commodity_code'],
    'by': {'fct_trade_flow': ['dyad_code', 'period_earliest', 'commodity_code']},
    'where': {'fct_trade_flow': "reporter_code >= ''"}
}}) }}
{% set flow = ['exporter_code', 'importer_code', 'commodity_code', 'classification', 'period_earliest', 'period_latest'] %}
with figures as (
    select
        -- a total is the same in every classification
        * replace (case when commodity_code <> 'TOTAL' then classification end as classification),
        classification as stated_classification,
        case direction when 'export' then reporter_code else partner_code end as exporter_code,
        case direction when 'export' then partner_code else reporter_code end as importer_code
    from {{ ref('fct_trade_flow') }}
    where direction in ('export', 'import')
        and reporter_code is not null
        and is_total
        and value is not null
        and modality in ('asserted', 'inferred')
        and (period_earliest is not null or period_latest is not null)
        and {{ dyad_code('reporter_code', 'partner_code') }} is not null
),

-- one figure a side: on the basis usual for it (exports FOB, imports CIF), a plain figure before a bound
sides as (
    select *
    from figures
    qualify row_number() over (
        partition by {{ flow | join(', ') }}, direction, unit
        order by
            basis = case direction when 'export' then 'FOB' else 'CIF' end desc,
            basis = 'unknown' desc,
            operator = '=' desc,
            currency = 'USD' desc,
            source = 'comtrade' desc,
            coalesce(stated_classification like 'HS%', false) desc,
            stated_classification desc,
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
        {%- for column in flow + ['commodity_key', 'period_edtf', 'unit'] %}
        coalesce(exports.{{ column }}, imports.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for side in ['exporter', 'importer'] %}
        {%- for column in [
            'source', 'operator', 'value', 'currency', 'basis', 'value_usd', 'weight_kg', 'is_aggregate', 'is_estimated',
            'is_extract', 'vintage', 'modality', 'fact_id', 'document_id'
        ] %}
        {{ 'exports' if side == 'exporter' else 'imports' }}.{{ column }} as {{ side }}_{{ column }},
        {%- endfor %}
        {%- endfor %}
        coalesce(exports.claim_count, 0) + coalesce(imports.claim_count, 0) as claim_count,
        coalesce(exports.has_conflict, false) or coalesce(imports.has_conflict, false) as has_conflict
    from exports
    full outer join imports
        on exports.unit = imports.unit
        {%- for column in flow %}
        and exports.{{ column }} is not distinct from imports.{{ column }}
        {%- endfor %}
),

reconciled as (
    select
        paired.exporter_code,
        paired.importer_code,
        paired.commodity_code,
        paired.classification,
        paired.period_earliest,
        paired.period_latest,
        {{ exact_sum('baci.value_usd') }} as reconciled_value_usd,
        max(baci.vintage) as reconciled_vintage
    from paired
    inner join {{ ref('fct_trade_flow') }} as baci
        on paired.exporter_code = baci.country_a_code
        and paired.importer_code = baci.country_b_code
        and paired.commodity_code = baci.commodity_code
        and paired.classification = baci.classification
        and paired.period_earliest = baci.period_earliest
        and paired.period_latest = baci.period_latest
    where baci.source = 'baci' and paired.unit = 'money'
    group by all
),

comparable as (
    select
        paired.*,
        reconciled.reconciled_value_usd,
        reconciled.reconciled_vintage,
        -- a ratio of bounds or of round figures would be a false number
        paired.exporter_operator = '=' and paired.importer_operator = '=' as has_two_figures,
        paired.unit <> 'money' or paired.exporter_currency = paired.importer_currency as has_one_unit
    from paired
    left join reconciled
        on paired.unit = 'money'
        and paired.exporter_code = reconciled.exporter_code
        and paired.importer_code = reconciled.importer_code
        and paired.commodity_code = reconciled.commodity_code
        and paired.classification = reconciled.classification
        and paired.period_earliest = reconciled.period_earliest
        and paired.period_latest = reconciled.period_latest
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
    {%- for side in ['exporter', 'importer'] %}
    {%- for column in [
        'source', 'operator', 'value', 'currency', 'basis', 'value_usd', 'weight_kg', 'is_aggregate', 'is_estimated',
        'is_extract', 'vintage', 'modality', 'fact_id', 'document_id'
    ] %}
    {{ side }}_{{ column }},
    {%- endfor %}
    {%- endfor %}
    case
        when has_two_figures and has_one_unit then importer_value / nullif(exporter_value, 0)
        when has_two_figures then importer_value_usd / nullif(exporter_value_usd, 0)
    end as importer_to_exporter_ratio,
    case when has_two_figures then importer_value_usd - exporter_value_usd end as difference_usd,
    case
        when exporter_fact_id is null then 'exporter' when importer_fact_id is null then 'importer' else 'none'
    end as missing_side,
    reconciled_value_usd,
    reconciled_vintage,
    coalesce(exporter_document_id, importer_document_id) as document_id,
    claim_count,
    has_conflict
from comparable
order by dyad_code, period_earliest, commodity_code
