-- Grain: one row per figure of published statistics, as of today, with an area or a classification that leads to nothing known.
{{ config(meta={'keyed': {
    'key': ['source', 'fact_id', 'period_earliest'],
    'by': {'fct_trade_flow': ['source', 'fact_id', 'period_earliest']}
}}) }}
select
    source,
    fact_id,
    period_earliest,
    document_id,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    classification,
    classification not in (select classification from {{ ref('trade_classifications') }}) as is_classification_unknown
from {{ ref('fct_trade_flow') }}
where
    source <> 'trade_observations'
    and (
        country_a_code = 'unknown'
        or country_b_code = 'unknown'
        or classification not in (select classification from {{ ref('trade_classifications') }})
    )
