-- Grain: one row per version of a trade figure, of whatever source: what people recorded, and published statistics.
{{ config(materialized='view') }}
with statistics as (
    select
        * exclude (twin_number),
        '=' as operator,
        'money' as unit,
        'USD' as currency,
        value as value_usd,
        'asserted' as modality,
        1 as claim_count,
        twin_number > 1 as has_conflict,
        'as released ' || vintage || case when first_vintage <> vintage then ', unchanged since ' || first_vintage else '' end
            as winning_reason,
        'curated' as evidence_class
    from {{ ref('int_trade_statistic') }}
),

figures as (
    select * from {{ ref('int_trade_observation_version') }}
    union all by name
    select * from statistics
),

commodities as (
    select commodity_key, classification, commodity_code from {{ ref('int_commodity') }}
)

select
    figures.* replace ({{ as_vocabularies('figures') }}
    ),
    coalesce(
        {{ dyad_code('figures.reporter_code', 'figures.partner_code') }},
        {{ dyad_code('figures.country_a_code', 'figures.country_b_code') }}
    ) as dyad_code,
    commodities.commodity_key,
    {{ value_bounds('figures.value', 'figures.operator') }}
from figures
left join commodities
    on coalesce(figures.classification, 'unknown') = commodities.classification
    and figures.commodity_code = commodities.commodity_code
