-- Grain: one row per state of knowledge and trade figure: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_trade_observation_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_trade_observation_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_trade_observation_claim', dates=['period'], measured_in=["coalesce(unit, if(currency is null, null, 'money'))", 'currency']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved([
            'reporter_code', 'reporter_reported', 'partner_code', 'partner_reported', 'country_a_code',
            'country_a_reported', 'country_b_code', 'country_b_reported', 'direction', 'commodity',
            'classification', 'basis'
        ]) }},
        {{ resolved_date('period') }},
        {{ resolved_figure(['value', 'operator', 'reported_value', 'unit', 'currency']) }},
        {{ resolution_columns(dates=['period'], has_figure=true) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    reporter_code,
    reporter_reported,
    partner_code,
    partner_reported,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    direction,
    commodity,
    classification,
    basis,
    {{ expanded_date('period') }},
    {{ expanded('figure', ['value', 'operator', 'reported_value', 'unit', 'currency']) }},
    {{ resolution_column_names(dates=['period'], has_figure=true) }}
from resolved
