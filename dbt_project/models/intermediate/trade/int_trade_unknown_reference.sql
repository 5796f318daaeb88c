-- Grain: one row per figure of published statistics, as of today, with an area or a classification that leads to nothing known.
{{ config(meta={'keyed': {
    'key': ['source', 'fact_id'],
    'of': {
        'int_baci_version': ['year', 'exporter_code', 'importer_code', 'product_code'],
        'int_comtrade_version': ['type_code', 'frequency_code', 'period', 'reporter_code', 'classification_code']
    },
    'beside': {
        'int_trade_area': ['area_code', 'reported', 'country_code'],
        'int_trade_release': ['delivery_id', 'is_extract']
    }
}}) }}
select
    source,
    fact_id,
    document_id,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    classification,
    classification not in (select classification from {{ ref('trade_classifications') }}) as is_classification_unknown
from {{ ref('int_trade_statistic') }}
where
    is_current
    and (
        country_a_code = 'unknown'
        or country_b_code = 'unknown'
        or classification not in (select classification from {{ ref('trade_classifications') }})
    )
