-- Grain: one row per figure that somebody claims of the trade of two countries, beside what statistics say of it.
-- The claim may be of one direction or of both together; so are the statistics: country A's own, country B's own, and BACI.
-- A statistic that lacks one of the two directions is empty: half of a sum is a false number. Differences are claim less
-- statistic, as bounds: `>= 1 billion` beside 0.9 billion is at least 0.1 too much, and `about` gives no difference.
{# all figures of two countries and a year together: one of them may be what the mirror holds, too -#}
{{ config(meta={'keyed': {
    'key': ['dyad_code', 'period_earliest'],
    'by': {'int_trade_claim': ['dyad_code', 'period_earliest']},
    'through': {
        'fct_trade_mirror': {'int_trade_claim': {'dyad_code': 'dyad_code', 'period_earliest': 'period_earliest'}},
        'int_trade_reconciled_total': {'int_trade_claim': {'dyad_code': 'dyad_code', 'period_earliest': 'period_earliest'}},
    },
    'beside': {'dim_document': ['document_id', 'kind', 'licence', 'redistributable']},
}}) }}
with claims as (
    select
        figures.*,
        documents.licence,
        documents.redistributable
    from {{ ref('int_trade_claim') }} as figures
    inner join {{ ref('dim_document') }} as documents on figures.document_id = documents.document_id
    where figures.reporter_code is null or coalesce(documents.kind, '') not in ('statistics_release', 'dataset')
),

-- goods that went from one country to the other: which of the two flows a claim is about
legs as (
    select
        fact_id,
        period_earliest,
        period_latest,
        country_a_code,
        country_b_code,
        exporter_code,
        if(exporter_code = country_a_code, country_b_code, country_a_code) as importer_code
    from (
        select
            *,
            unnest(case direction
                when 'export' then [country_a_code]
                when 'import' then [country_b_code]
                else [country_a_code, country_b_code]
            end) as exporter_code
        from claims
    ) as directed
),

-- a plain figure of statistics; a claim must not confirm itself
mirror as (
    select
        flows.exporter_code,
        flows.importer_code,
        flows.period_earliest,
        flows.period_latest,
        if(flows.exporter_operator = '=' and own.fact_id is null, flows.exporter_value_usd, null) as exporter_value_usd,
        if(flows.importer_operator = '=' and its.fact_id is null, flows.importer_value_usd, null) as importer_value_usd
    from {{ ref('fct_trade_mirror') }} as flows
    left join claims as own on flows.exporter_fact_id = own.fact_id
    left join claims as its on flows.importer_fact_id = its.fact_id
    where flows.unit = 'money' and flows.commodity_code = 'TOTAL'
),

reconciled as (
    select * from {{ ref('int_trade_reconciled_total') }} where preference = 1 and is_complete
),

beside as (
    select
        legs.fact_id,
        -- a country's statistics know its exports as those of the exporter, its imports as those of the importer
        if(legs.exporter_code = legs.country_a_code, mirror.exporter_value_usd, mirror.importer_value_usd) as by_country_a_usd,
        if(legs.exporter_code = legs.country_b_code, mirror.exporter_value_usd, mirror.importer_value_usd) as by_country_b_usd,
        reconciled.value_usd as reconciled_usd,
        reconciled.vintage as reconciled_vintage,
        reconciled.is_mixed_vintage
    from legs
    left join mirror
        on legs.exporter_code = mirror.exporter_code
        and legs.importer_code = mirror.importer_code
        and legs.period_earliest = mirror.period_earliest
        and legs.period_latest = mirror.period_latest
    left join reconciled
        on legs.exporter_code = reconciled.exporter_code
        and legs.importer_code = reconciled.importer_code
        and legs.period_earliest = reconciled.period_earliest
        and legs.period_latest = reconciled.period_latest
),

-- a sum only of what is there in every direction
summed as (
    select
        fact_id,
        {%- for column in ['by_country_a_usd', 'by_country_b_usd', 'reconciled_usd'] %}
        if(count(*) = count({{ column }}), sum({{ column }}), null) as {{ column }},
        {%- endfor %}
        min(reconciled_vintage) as reconciled_vintage,
        bool_or(is_mixed_vintage) or count(distinct reconciled_vintage) > 1 as is_mixed_vintage
    from beside
    group by fact_id
),

bounded as (
    select
        claims.*,
        summed.* exclude (fact_id),
        -- a bound in another currency is a bound in dollars
        if(claims.value_lower is not null, claims.value_usd, null) as lower_usd,
        if(claims.value_upper is not null, claims.value_usd, null) as upper_usd
    from claims
    inner join summed on claims.fact_id = summed.fact_id
)

select
    fact_id,
    dyad_code,
    country_a_code,
    country_b_code,
    reporter_code,
    direction,
    period_edtf,
    period_earliest,
    period_latest,
    operator,
    value,
    currency,
    reported_value,
    value_usd,
    lower_usd,
    upper_usd,
    usd_per_unit,
    rate_kind,
    {%- for statistic, column in {
        'country_a': 'by_country_a_usd', 'country_b': 'by_country_b_usd', 'reconciled': 'reconciled_usd'
    }.items() %}
    {{ column }},
    lower_usd - {{ column }} as {{ statistic }}_difference_lower_usd,
    upper_usd - {{ column }} as {{ statistic }}_difference_upper_usd,
    case
        when {{ column }} is null then 'no statistic'
        when value_usd is null or operator = '~' then 'not comparable'
        when operator = '=' then case when value_usd > {{ column }} then 'above' when value_usd < {{ column }} then 'below' else 'equal' end
        when operator = '>=' then if({{ column }} >= value_usd, 'consistent', 'above')
        when operator = '>' then if({{ column }} > value_usd, 'consistent', 'above')
        when operator = '<=' then if({{ column }} <= value_usd, 'consistent', 'below')
        else if({{ column }} < value_usd, 'consistent', 'below')
    end as {{ statistic }}_verdict,
    {%- endfor %}
    reconciled_vintage,
    coalesce(is_mixed_vintage, false) as is_mixed_vintage,
    document_id,
    locator,
    attributed_to,
    modality,
    licence,
    redistributable
from bounded
order by dyad_code, period_earliest, fact_id
