-- Grain: one row per country, partner and period, as the country sees it.
-- Three accounts of a pair and period: the country's own statistics (`reported`), its partner's of the same flows (`mirror`),
-- and what BACI reconciles out of both (`reconciled`). One account gives both directions where it can: the one with most
-- totals, in this order. In an account a direction is one figure, the reported total; else the sum of the level of one
-- classification with the largest sum, which is a lower bound. Bounds and round figures (`<`, `~`) are no part of any sum.
{{ config(meta={'keyed': {
    'key': ['dyad_code', 'period_earliest'],
    'by': {
        'fct_trade_mirror': ['dyad_code', 'period_earliest'],
        'int_trade_reconciled_total': ['dyad_code', 'period_earliest']
    }
}}) }}
with flows as (
    select * from {{ ref('fct_trade_mirror') }} where unit = 'money'
),

sides as (
    {%- for side in ['exporter', 'importer'] %}
    select
        exporter_code, importer_code, commodity_code, classification, period_earliest, period_latest, period_edtf,
        '{{ side }}' as side, {{ side }}_value_usd as value_usd, {{ side }}_modality as modality, {{ side }}_basis as basis,
        {{ side }}_vintage as vintage, {{ side }}_is_extract as is_extract
    from flows
    where {{ side }}_operator = '=' and {{ side }}_value_usd is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

placed as (
    select
        *,
        commodity_code = 'TOTAL' as is_total,
        if(commodity_code = 'TOTAL', 0, length(replace(commodity_code, '.', ''))) as digits
    from sides
),

levels as (
    select
        exporter_code,
        importer_code,
        period_earliest,
        period_latest,
        min(period_edtf) as period_edtf,
        side,
        is_total,
        classification,
        digits,
        {{ exact_sum('value_usd') }} as value_usd,
        bool_or(modality = 'inferred') as is_inferred,
        if(count(distinct basis) = 1, min(basis), 'mixed') as basis,
        max(vintage) as vintage,
        -- one figure is of one vintage; a sum with a part of a release in it is not
        count(distinct vintage) > 1 or (not is_total and bool_or(is_extract)) as is_mixed_vintage
    from placed
    group by exporter_code, importer_code, period_earliest, period_latest, side, is_total, classification, digits
),

of_sides as (
    select *
    from levels
    qualify row_number() over (
        partition by exporter_code, importer_code, period_earliest, period_latest, side
        order by is_total desc, value_usd desc, digits, classification
    ) = 1
),

of_both as (
    select
        exporter_code,
        importer_code,
        period_earliest,
        period_latest,
        period_edtf,
        'both' as side,
        is_complete as is_total,
        classification,
        6 as digits,
        value_usd,
        false as is_inferred,
        'FOB' as basis,
        vintage,
        is_mixed_vintage
    from {{ ref('int_trade_reconciled_total') }}
    where preference = 1
),

chosen as (
    select * from of_sides
    union all by name
    select * from of_both
),

views as (
    select
        exporter_code as country_code,
        importer_code as partner_code,
        'exports' as direction,
        case side when 'exporter' then 'reported' when 'importer' then 'mirror' else 'reconciled' end as account,
        *
    from chosen

    union all

    select
        importer_code as country_code,
        exporter_code as partner_code,
        'imports' as direction,
        case side when 'importer' then 'reported' when 'exporter' then 'mirror' else 'reconciled' end as account,
        *
    from chosen
),

ranked as (
    select
        *,
        count(*) filter (where is_total) over account as total_count,
        count(*) over account as direction_count,
        list_position(['reported', 'mirror', 'reconciled'], account) as account_rank
    from views
    window account as (partition by country_code, partner_code, period_earliest, period_latest, account)
),

one_account as (
    select *
    from ranked
    qualify row_number() over (
        partition by country_code, partner_code, period_earliest, period_latest, direction
        order by total_count desc, direction_count desc, account_rank
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
        max(account) filter (where direction = '{{ direction }}') as {{ direction }}_source,
        bool_or(is_total) filter (where direction = '{{ direction }}') as {{ direction }}_is_total,
        max(basis) filter (where direction = '{{ direction }}') as {{ direction }}_basis,
        max(classification) filter (where direction = '{{ direction }}') as {{ direction }}_classification,
        max(vintage) filter (where direction = '{{ direction }}') as {{ direction }}_vintage,
        {%- endfor %}
        bool_or(is_inferred) as is_inferred,
        bool_or(is_mixed_vintage) as is_mixed_vintage
    from one_account
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
    {%- for direction in ['exports', 'imports'] %}
    {%- for column in ['usd', 'source', 'is_total', 'basis', 'classification', 'vintage'] %}
    {{ direction }}_{{ column }},
    {%- endfor %}
    {%- endfor %}
    -- a lower bound less another says nothing, and neither do figures of two accounts
    case
        when exports_is_total and imports_is_total and exports_source = imports_source
            then exports_usd - imports_usd
    end as balance_usd,
    is_inferred,
    is_mixed_vintage
from both_directions
order by country_code, partner_code, period_earliest
