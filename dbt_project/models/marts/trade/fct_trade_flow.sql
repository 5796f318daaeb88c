-- Grain: one row per reported trade figure.
-- The claimant is not the reporter: a press report about two countries has no reporter, and stays beside what their
-- statistics say. Nothing here may be summed before one side, classification, level and basis are chosen.
with observations as (
    select
        * replace (coalesce(operator, '=') as operator, coalesce(basis, 'unknown') as basis),
        coalesce(unit, 'money') as measured_unit,
        coalesce(commodity, 'TOTAL') as commodity_code
    from {{ ref('int_trade_observation') }}
),

-- both ways of quoting: units of the currency per dollar, or dollars per unit of it
dollar_rates as (
    select
        case when per = 'USD' then currency else per end as currency,
        period_earliest,
        period_latest,
        case when per = 'USD' then 1 / rate else rate end as usd_per_unit,
        per = 'USD' as is_per_dollar,
        kind,
        claim_count,
        fact_id,
        document_id
    from {{ ref('int_exchange_rate') }}
    where (per = 'USD') <> (currency = 'USD') and rate > 0
),

-- of several rates of one period: an average over it before the rate at its end, then the better attested
chosen_rates as (
    select *
    from dollar_rates
    qualify row_number() over (
        partition by currency, period_earliest, period_latest
        order by kind = 'average' desc, is_per_dollar desc, claim_count desc, fact_id
    ) = 1
)

select
    observations.fact_id,
    observations.reporter_code,
    observations.reporter_reported,
    observations.partner_code,
    observations.partner_reported,
    observations.country_a_code,
    observations.country_a_reported,
    observations.country_b_code,
    observations.country_b_reported,
    coalesce(
        {{ dyad_code('observations.reporter_code', 'observations.partner_code') }},
        {{ dyad_code('observations.country_a_code', 'observations.country_b_code') }}
    ) as dyad_code,
    observations.direction,
    observations.commodity_code,
    observations.classification,
    {{ surrogate_key(["coalesce(observations.classification, 'unknown')", "coalesce(observations.commodity, 'unknown')"]) }}
        as commodity_key,
    observations.period_edtf,
    observations.period_earliest,
    observations.period_latest,
    observations.period_precision,
    observations.operator,
    observations.value,
    {{ value_bounds('observations.value', 'observations.operator') }},
    observations.reported_value,
    observations.measured_unit as unit,
    observations.currency,
    observations.basis,
    case
        when observations.measured_unit <> 'money' then null
        when observations.currency = 'USD' then observations.value
        else observations.value * rates.usd_per_unit
    end as value_usd,
    rates.usd_per_unit,
    rates.kind as rate_kind,
    rates.fact_id as rate_fact_id,
    rates.document_id as rate_document_id,
    observations.document_id,
    observations.locator,
    observations.modality,
    observations.attributed_to,
    observations.claim_count,
    observations.has_conflict,
    observations.evidence_class
from observations
left join chosen_rates as rates
    on observations.currency = rates.currency
    and observations.measured_unit = 'money'
    and observations.period_earliest = rates.period_earliest
    and observations.period_latest = rates.period_latest
order by dyad_code, observations.period_earliest, observations.commodity_code
