-- Grain: one row per accepted row of any feed that claims an exchange rate.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    {{ rows_in_shape_of('exchange_rates') }}
),

identified as (
    select
        staged.* exclude (currency, per),
        {{ meant_code('currency') }} as currency,
        {{ meant_code('per') }} as per
    from staged
    {{ join_code_alias('currency', 'currency') }}
    {{ join_code_alias('currency', 'per') }}
)

{% call claims(
    'identified', none, 'exchange_rate',
    ['currency', 'per', 'period_earliest', 'period_latest', 'kind'],
    [
        'currency', 'per', 'period_edtf', 'rate', 'kind'
    ]
) %}
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
{% endcall %}
