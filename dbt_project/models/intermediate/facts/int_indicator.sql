-- Grain: one row per figure about a country or a pair of countries that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_indicator_claim', dates=['period']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['indicator', 'country_a_code', 'country_a_reported', 'country_b_code', 'country_b_reported']) }},
        {{ resolved_date('period') }},
        {{ resolved_together('figure', ['value', 'operator', 'reported_value', 'unit', 'denominator']) }},
        {{ resolution_columns(compared=['value', 'operator'], dates=['period']) }}
    from claims
    group by fact_id
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
    {{ resolution_column_names() }}
from resolved
