-- Grain: one row per accepted row that claims an exchange rate.
with staged as (
    select * from {{ ref('stg_exchange_rates') }}
)

select
    {{ claim_columns(
        'exchange_rates', 'exchange_rate',
        ['currency', 'per', 'period_earliest', 'period_latest', 'kind'],
        [
            'currency', 'per', 'period_edtf', 'rate', 'kind'
        ]
    ) }},
    currency,
    per,
    period_edtf,
    period_earliest,
    period_latest,
    period_precision,
    period_is_approximate,
    period_is_uncertain,
    rate,
    kind
from staged
