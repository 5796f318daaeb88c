-- Grain: one row per country, partner and period, as the country's own statistics see it.
-- One figure a direction, from one side and one level of one classification: the country's own, else what its partner
-- reports of the same flow (`mirror`). The total where one was reported; else the level with the largest sum, which is
-- a lower bound. Bounds and round figures (`<`, `~`) are no part of any sum.
with flows as (
    select
        exporter_code,
        importer_code,
        commodity_code,
        classification,
        period_edtf,
        period_earliest,
        period_latest,
        exporter_operator,
        exporter_value_usd,
        exporter_modality,
        exporter_basis,
        importer_operator,
        importer_value_usd,
        importer_modality,
        importer_basis
    from {{ ref('fct_trade_mirror') }}
    where unit = 'money'
),

sides as (
    select
        exporter_code, importer_code, commodity_code, classification, period_earliest, period_latest, period_edtf,
        'exporter' as side, exporter_value_usd as value_usd, exporter_modality as modality, exporter_basis as basis
    from flows
    where exporter_operator = '=' and exporter_value_usd is not null

    union all

    select
        exporter_code, importer_code, commodity_code, classification, period_earliest, period_latest, period_edtf,
        'importer' as side, importer_value_usd as value_usd, importer_modality as modality, importer_basis as basis
    from flows
    where importer_operator = '=' and importer_value_usd is not null
),

levels as (
    select
        exporter_code,
        importer_code,
        period_earliest,
        period_latest,
        min(period_edtf) as period_edtf,
        side,
        commodity_code = 'TOTAL' as is_total,
        classification,
        case when commodity_code = 'TOTAL' then 0 else length(replace(commodity_code, '.', '')) end as digits,
        sum(value_usd) as value_usd,
        bool_or(modality = 'inferred') as is_inferred,
        case when count(distinct basis) = 1 then min(basis) else 'mixed' end as basis
    from sides
    group by exporter_code, importer_code, period_earliest, period_latest, side, is_total, classification, digits
),

chosen as (
    select *
    from levels
    qualify row_number() over (
        partition by exporter_code, importer_code, period_earliest, period_latest, side
        order by is_total desc, value_usd desc, digits, classification
    ) = 1
),

views as (
    select
        exporter_code as country_code,
        importer_code as partner_code,
        'exports' as direction,
        side = 'exporter' as is_own,
        *
    from chosen

    union all

    select
        importer_code as country_code,
        exporter_code as partner_code,
        'imports' as direction,
        side = 'importer' as is_own,
        *
    from chosen
),

one_side as (
    select *
    from views
    qualify row_number() over (
        partition by country_code, partner_code, period_earliest, period_latest, direction order by is_own desc
    ) = 1
),

both_directions as (
    select
        country_code,
        partner_code,
        period_earliest,
        period_latest,
        min(period_edtf) as period_edtf,
        {%- for direction in ['exports', 'imports'] %}
        max(value_usd) filter (where direction = '{{ direction }}') as {{ direction }}_usd,
        max(case when is_own then 'reported' else 'mirror' end) filter (where direction = '{{ direction }}')
            as {{ direction }}_source,
        bool_or(is_total) filter (where direction = '{{ direction }}') as {{ direction }}_is_total,
        max(basis) filter (where direction = '{{ direction }}') as {{ direction }}_basis,
        {%- endfor %}
        bool_or(is_inferred) as is_inferred
    from one_side
    group by country_code, partner_code, period_earliest, period_latest
)

select
    {{ surrogate_key(['country_code', 'partner_code', 'period_earliest', 'period_latest']) }} as trade_balance_key,
    country_code,
    partner_code,
    {{ dyad_code('country_code', 'partner_code') }} as dyad_code,
    period_edtf,
    period_earliest,
    period_latest,
    exports_usd,
    exports_source,
    exports_is_total,
    exports_basis,
    imports_usd,
    imports_source,
    imports_is_total,
    imports_basis,
    -- a lower bound less another says nothing
    case when exports_is_total and imports_is_total then exports_usd - imports_usd end as balance_usd,
    is_inferred
from both_directions
order by country_code, partner_code, period_earliest
