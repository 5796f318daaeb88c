-- Grain: one row per accepted row that claims a trade figure.
-- Without a reporter the figure is a third party's about a pair of countries: the pair has no order there, so it is put
-- into one. With a reporter, `country_a` and `country_b` are the reporter and its partner.
{{ config(meta={'keyed': {'key': ['row_id'], 'beside': named_beside()}}) }}
with staged as (
    select * from {{ ref('stg_trade_observations') }}
),

identified as (
    select
        staged.* exclude (operator, commodity, basis, classification, unit, currency),
        coalesce(staged.operator, '=') as operator,
        coalesce(upper({{ meant_code('commodity') }}), 'TOTAL') as commodity,
        {{ meant_code('classification') }} as classification,
        {{ meant_code('unit') }} as unit,
        {{ meant_code('currency') }} as currency,
        coalesce(staged.basis, 'unknown') as basis,
        reporter_country.country_code as reporter_code,
        coalesce(partner_country.country_code, country_b_country.country_code) as partner_code,
        coalesce(staged.partner_reported, staged.country_b_reported) as partner_text,
        coalesce(reporter_country.country_code, country_a_country.country_code) as side_a_code,
        coalesce(staged.reporter_reported, staged.country_a_reported) as side_a_reported
    from staged
    {{ join_country('trade_observations', 'reporter') }}
    {{ join_country('trade_observations', 'partner') }}
    {{ join_country('trade_observations', 'country_a') }}
    {{ join_country('trade_observations', 'country_b') }}
    {%- for column in ['commodity', 'classification', 'unit', 'currency'] %}
    {{ join_code_alias(column, column) }}
    {%- endfor %}
),

keyed as (
    select
        *,
        {{ key_of_reported('side_a_code', 'side_a_reported') }} as side_a_key,
        {{ key_of_reported('partner_code', 'partner_text') }} as side_b_key
    from identified
),

-- an export of A to B is not one of B to A; only a total without a reporter has no direction
ordered as (
    select
        *,
        reporter_code is null and direction = 'total' and side_a_key > side_b_key as is_swapped
    from keyed
),

sided as (
    select
        * exclude (side_a_code, side_a_reported, partner_code, partner_reported, partner_text),
        if(is_swapped, partner_code, side_a_code) as country_a_code,
        if(is_swapped, partner_text, side_a_reported) as country_a_reported_side,
        if(is_swapped, side_a_code, partner_code) as country_b_code,
        if(is_swapped, side_a_reported, partner_text) as country_b_reported_side,
        if(is_swapped, side_b_key, side_a_key) as key_a,
        if(is_swapped, side_a_key, side_b_key) as key_b,
        -- a partner is a reporter's
        if(reporter_code is not null, partner_code, null) as partner_code,
        if(reporter_code is not null, partner_text, null) as partner_reported
    from ordered
)

{% call claims(
    'sided', 'trade_observations', 'trade',
    [
        'reporter_code', 'key_a', 'key_b', 'direction', 'commodity', 'classification', 'period_earliest',
        'period_latest', 'basis'
    ],
    [
        'reporter_code', 'country_a_code', 'country_b_code', 'direction', 'commodity', 'classification',
        'period_edtf', 'operator', 'value', 'reported_value', 'unit', 'currency', 'basis'
    ]
) %}
    reporter_code,
    reporter_reported,
    partner_code,
    partner_reported,
    country_a_code,
    country_a_reported_side as country_a_reported,
    country_b_code,
    country_b_reported_side as country_b_reported,
    direction,
    commodity,
    classification,
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
    currency,
    basis
{% endcall %}
