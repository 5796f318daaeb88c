-- Grain: one row per state of knowledge and figure about a country or a pair of countries:
-- the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_indicator_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_indicator_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_indicator_claim', dates=['period'], measured_in=['unit']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['indicator', 'country_a_code', 'country_a_reported', 'country_b_code', 'country_b_reported']) }},
        {{ resolved_date('period') }},
        {{ resolved_figure(['value', 'operator', 'reported_value', 'unit', 'denominator']) }},
        {{ resolution_columns(dates=['period'], has_figure=true) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    indicator,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    {{ expanded_date('period') }},
    {{ expanded('figure', ['value', 'operator', 'reported_value', 'unit', 'denominator']) }},
    {{ resolution_column_names(dates=['period'], has_figure=true) }}
from resolved
