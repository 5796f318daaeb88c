-- Grain: one row per accepted row of `raw/exchange_rates_monthly`, in the shape of `exchange_rates`: a month's average.
-- The table names an area; which currency it paid with then, the seed says. Without one, the area's name keeps its rates apart.
with landed as (
    select
        country,
        "Date" as day,
        left("Date", 7) as month,
        cast(left("Date", 7) || '-01' as date) as month_from,
        "Exchange rate" as rate,
        _delivery_id,
        _file_sha256,
        _row_number,
        _loaded_at,
        cast(null as timestamp) as recorded_at
    from {{ source('landing', 'exchange_rates_monthly') }}
),

currencies as (
    select * from {{ ref('exchange_rate_currencies') }}
)

select
    'exchange_rates' as claims,
    coalesce(currencies.currency, landed.country) as currency,
    'USD' as per,
    landed.month as period_edtf,
    landed.month_from as period_earliest,
    last_day(landed.month_from) as period_latest,
    'month' as period_precision,
    false as period_is_approximate,
    false as period_is_uncertain,
    landed.rate,
    'average' as kind,
    cast(json_object('Country', landed.country, 'Date', landed.day) as varchar) as raw_key,
    {{ source_claim_columns('datasets-exchange-rates') }},
    {{ lineage_columns() }}
from landed
left join currencies
    on landed.country = currencies.country
    and landed.month_from >= coalesce(currencies.valid_from, date '0001-01-01')
    and landed.month_from < coalesce(currencies.valid_to, date '9999-12-31')
