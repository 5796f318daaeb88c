-- Grain: one row per reported figure about a country or two that is no trade flow.
-- A bound stays a bound: `< 20` is nothing below 20 in particular.
with indicators as (
    select * replace (coalesce(operator, '=') as operator) from {{ ref('int_indicator') }}
)

select
    fact_id,
    indicator,
    {{ dyad_code('country_a_code', 'country_b_code') }} as dyad_code,
    -- one country: a figure about two belongs to neither of them
    case when country_b_reported is null and country_b_code is null then country_a_code end as country_code,
    country_a_code,
    country_a_reported,
    country_b_code,
    country_b_reported,
    period_edtf,
    period_earliest,
    period_latest,
    period_precision,
    operator,
    value,
    {{ value_bounds('value', 'operator') }},
    reported_value,
    unit,
    denominator,
    document_id,
    locator,
    modality,
    attributed_to,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class
from indicators
order by indicator, dyad_code, country_code, period_earliest
