-- Grain: one row per reported share of their trade that two countries settled in national currencies in a period.
-- A bound stays a bound: `< 20` lies anywhere between 0 and 20.
select
    fact_id,
    dyad_code,
    country_a_code,
    country_b_code,
    period_edtf,
    period_earliest,
    period_latest,
    {{ year_of('period_earliest', 'period_latest') }} as year,
    operator,
    value as share_percent,
    coalesce(value_lower, 0) as share_percent_lower,
    coalesce(value_upper, 100) as share_percent_upper,
    modality,
    document_id
from {{ ref('fct_indicator') }}
where indicator = 'national_currency_settlement_share'
    and unit = 'percent'
    and modality in ('asserted', 'inferred')
    and evidence_class is distinct from 'machine_coded'
