-- Grain: one row per reported figure of all goods that two countries traded in a period, in US dollars.
-- Each side's figure stands apart, and a third party's beside them. A bound stays a bound: its own dollar value is no
-- estimate, and only `=` is exact.
with flows as (
    select
        *,
        case when currency = 'USD' then 1 else usd_per_unit end as dollars_per_unit
    from {{ ref('fct_trade_flow') }}
    where commodity_code = 'TOTAL'
        and unit = 'money'
        and direction in ('export', 'import', 'total')
        and modality in ('asserted', 'inferred')
        and evidence_class is distinct from 'machine_coded'
        and is_total
    -- the same total of statistics in several classifications is one figure
    qualify source = 'trade_observations' or row_number() over (
        partition by source, reporter_code, partner_code, direction, period_earliest, period_latest
        order by coalesce(classification like 'HS%', false) desc, classification desc, fact_id
    ) = 1
)

select
    fact_id,
    dyad_code,
    case
        when reporter_code is null then 'third_party'
        when direction = 'export' then 'exporter'
        when direction = 'import' then 'importer'
        else 'one_of_both'
    end as side,
    reporter_code,
    case direction
        when 'export' then coalesce(reporter_code, country_a_code)
        when 'import' then coalesce(partner_code, country_b_code)
    end as exporter_code,
    case direction
        when 'export' then coalesce(partner_code, country_b_code)
        when 'import' then coalesce(reporter_code, country_a_code)
    end as importer_code,
    direction,
    basis,
    period_edtf,
    period_earliest,
    period_latest,
    {{ year_of('period_earliest', 'period_latest') }} as year,
    operator,
    value_usd,
    value_lower * dollars_per_unit as value_usd_lower,
    value_upper * dollars_per_unit as value_usd_upper,
    modality,
    document_id
from flows
