-- Grain: one row per currency and period that a trade figure needs turned into US dollars, with the rate for it.
-- The rate is that of the same period, an average before one at the end of it; else, of a longer period, the average of
-- the monthly averages, if every month of it has one. What one dollar cost is averaged, as publishers do, not its inverse.
with needed as (
    select distinct currency, period_earliest, period_latest
    from {{ ref('int_trade_observation_as_known') }}
    where coalesce(unit, 'money') = 'money' and currency <> 'USD' and period_earliest is not null and period_latest is not null
),

-- both ways of quoting: units of the currency per dollar, or dollars per unit of it
quoted as (
    select
        if(per = 'USD', currency, per) as currency,
        period_earliest,
        period_latest,
        if(per = 'USD', rate, 1 / rate) as units_per_usd,
        kind,
        fact_id,
        document_id
    from {{ ref('int_exchange_rate') }}
    where (per = 'USD') <> (currency = 'USD') and rate > 0
    qualify row_number() over (
        partition by if(per = 'USD', currency, per), period_earliest, period_latest, kind
        order by per = 'USD' desc, claim_count desc, fact_id
    ) = 1
),

of_the_period as (
    select
        needed.*,
        quoted.units_per_usd,
        quoted.kind,
        1 as rate_count,
        quoted.fact_id,
        quoted.document_id
    from needed
    inner join quoted using (currency, period_earliest, period_latest)
    qualify row_number() over (
        partition by needed.currency, needed.period_earliest, needed.period_latest order by quoted.kind = 'average' desc
    ) = 1
),

months as (
    select * from quoted
    where kind = 'average' and day(period_earliest) = 1 and period_latest = last_day(period_earliest)
),

of_its_months as (
    select
        needed.currency,
        needed.period_earliest,
        needed.period_latest,
        {{ exact_average('months.units_per_usd') }} as units_per_usd,
        'average_of_months' as kind,
        count(*) as rate_count,
        cast(null as varchar) as fact_id,
        if(count(distinct months.document_id) = 1, min(months.document_id), null) as document_id
    from needed
    inner join months
        on needed.currency = months.currency
        and months.period_earliest >= needed.period_earliest
        and months.period_latest <= needed.period_latest
    where day(needed.period_earliest) = 1 and needed.period_latest = last_day(needed.period_latest)
    group by needed.currency, needed.period_earliest, needed.period_latest
    having count(*) = datediff('month', needed.period_earliest, needed.period_latest) + 1
),

candidates as (
    select * from of_the_period
    union all by name
    select * from of_its_months
)

select
    currency,
    period_earliest,
    period_latest,
    1 / units_per_usd as usd_per_unit,
    kind,
    rate_count,
    fact_id,
    document_id
from candidates
qualify row_number() over (
    partition by currency, period_earliest, period_latest
    order by case kind when 'average' then 1 when 'average_of_months' then 2 else 3 end
) = 1
