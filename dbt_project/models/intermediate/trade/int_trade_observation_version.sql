-- Grain: one row per version of a trade figure that people recorded, with what it is in dollars and kilograms.
-- Apart from published statistics, so that a figure more does not make all others be looked at.
{{ config(meta={'keyed': {
    'key': ['fact_id'],
    'by': {'int_trade_observation_as_known': ['fact_id']},
    'through': {
        'int_knowledge': {'int_trade_observation_as_known': {'state_id': 'state_id'}},
        'int_dollar_rate': {'int_trade_observation_as_known': {
            'currency': 'currency', 'period_earliest': 'period_earliest', 'period_latest': 'period_latest'
        }},
    },
}}) }}
{% set forever = "timestamp '9999-12-31'" %}
with observations as (
    {{ versions_as_known('int_trade_observation_as_known', ['fact_id']) }}
),

recorded as (
    select
        observations.* replace (
            coalesce(observations.operator, '=') as operator, coalesce(observations.basis, 'unknown') as basis
        ),
        coalesce(observations.unit, 'money') as reported_unit,
        coalesce(units.unit, observations.unit, 'money') as measured_unit,
        coalesce(units.factor, 1) as factor,
        coalesce(observations.commodity, 'TOTAL') as commodity_code,
        coalesce(classifications.classification, observations.classification) as classification_name
    from observations
    left join {{ ref('trade_units') }} as units on lower(observations.unit) = units.reported_unit
    left join {{ ref('trade_classifications') }} as classifications
        on upper(replace(observations.classification, ' ', '')) = classifications.code
)

select
    'trade_observations' as source,
    recorded.fact_id,
    recorded.reporter_code,
    recorded.reporter_reported,
    recorded.partner_code,
    recorded.partner_reported,
    recorded.country_a_code,
    recorded.country_a_reported,
    recorded.country_b_code,
    recorded.country_b_reported,
    recorded.direction,
    recorded.commodity_code,
    recorded.classification_name as classification,
    recorded.period_edtf,
    recorded.period_earliest,
    recorded.period_latest,
    recorded.period_precision,
    recorded.operator,
    recorded.value * recorded.factor as value,
    recorded.reported_value,
    recorded.measured_unit as unit,
    recorded.reported_unit,
    recorded.currency,
    recorded.basis,
    if(recorded.measured_unit = 'kg' and recorded.operator = '=', recorded.value * recorded.factor, null) as weight_kg,
    case
        when recorded.measured_unit <> 'money' then null
        when recorded.currency = 'USD' then recorded.value
        else recorded.value * rates.usd_per_unit
    end as value_usd,
    rates.usd_per_unit,
    rates.kind as rate_kind,
    rates.rate_count,
    rates.fact_id as rate_fact_id,
    rates.document_id as rate_document_id,
    true as is_total,
    false as is_aggregate,
    cast(null as boolean) as is_estimated,
    false as is_extract,
    recorded.document_id,
    recorded.locator,
    recorded.modality,
    recorded.attributed_to,
    recorded.claim_count,
    recorded.has_conflict,
    recorded.winning_claim_id,
    recorded.winning_reason,
    recorded.evidence_class,
    -- what people recorded has versions on each clock; a version of one clock is none on the other
    {%- for clock in ['published', 'recorded'] %}
    if(recorded.clock = '{{ clock }}', recorded.known_from, {{ forever }}) as {{ clock }}_from,
    if(recorded.clock = '{{ clock }}', recorded.known_to, {{ forever }}) as {{ clock }}_to,
    {%- endfor %}
    recorded.is_current
from recorded
left join {{ ref('int_dollar_rate') }} as rates
    on recorded.currency = rates.currency
    and recorded.measured_unit = 'money'
    and recorded.period_earliest = rates.period_earliest
    and recorded.period_latest = rates.period_latest
