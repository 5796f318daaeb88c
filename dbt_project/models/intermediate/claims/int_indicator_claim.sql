-- Grain: one row per accepted row that claims a figure about a country or a pair of countries.
-- A pair has no order: it is put into one, so that `Pakistan, Russia` and `Russia, Pakistan` are one fact.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_indicators') }}
),

identified as (
    select
        staged.* exclude (operator, country_a_reported, country_b_reported),
        coalesce(staged.operator, '=') as operator,
        country_a_country.country_code as given_a_code,
        country_b_country.country_code as given_b_code,
        staged.country_a_reported as given_a_reported,
        staged.country_b_reported as given_b_reported
    from staged
    {{ join_country('indicators', 'country_a') }}
    {{ join_country('indicators', 'country_b') }}
),

keyed as (
    select
        *,
        {{ key_of_reported('given_a_code', 'given_a_reported') }} as given_a_key,
        {{ key_of_reported('given_b_code', 'given_b_reported') }} as given_b_key,
        coalesce(given_a_key > given_b_key, false) as is_swapped
    from identified
),

sided as (
    select
        *,
        if(is_swapped, given_b_key, given_a_key) as key_a,
        if(is_swapped, given_a_key, given_b_key) as key_b,
        if(is_swapped, given_b_code, given_a_code) as country_a_code,
        if(is_swapped, given_a_code, given_b_code) as country_b_code,
        if(is_swapped, given_b_reported, given_a_reported) as country_a_reported,
        if(is_swapped, given_a_reported, given_b_reported) as country_b_reported
    from keyed
)

{% call claims(
    'sided', 'indicators', 'indicator',
    ['indicator', 'key_a', 'key_b', 'period_earliest', 'period_latest', 'unit'],
    [
        'indicator', 'country_a_code', 'country_b_code', 'period_edtf', 'operator', 'value', 'reported_value',
        'unit', 'denominator'
    ]
) %}
    indicator,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    period_edtf,
    period_earliest,
    period_latest,
    period_precision,
    period_is_approximate,
    period_is_uncertain,
    operator,
    value,
    reported_value,
    unit,
    denominator
{% endcall %}
