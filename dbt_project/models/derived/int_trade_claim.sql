-- Grain: one row per figure that somebody recorded of all the trade in goods of two countries.
-- They are few, and stand apart from what is published: nobody need look through all of that for them.
{{ config(meta={'keyed': {
    'key': ['source', 'fact_id', 'period_earliest'],
    'by': {'fct_trade_flow': ['source', 'fact_id', 'period_earliest']},
    'where': {'fct_trade_flow': 'source = ' ~ trade_word('source', 'trade_observations')},
}}) }}
select
    source,
    fact_id,
    dyad_code,
    country_a_code,
    country_b_code,
    reporter_code,
    direction,
    period_edtf,
    period_earliest,
    period_latest,
    operator,
    value,
    value_lower,
    value_upper,
    currency,
    reported_value,
    value_usd,
    usd_per_unit,
    rate_kind,
    document_id,
    locator,
    attributed_to,
    modality
from {{ ref('fct_trade_flow') }}
where
    source = {{ trade_word('source', 'trade_observations') }}
    and unit = 'money'
    and commodity_code = 'TOTAL'
    and dyad_code is not null
    and direction in ('export', 'import', 'total')
