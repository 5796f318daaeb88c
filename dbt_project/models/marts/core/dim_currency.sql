-- Grain: one row per currency of ISO 4217, today's and yesterday's, or that a fact names; and the unknown one.
with listed as (
    select currency_code, name, numeric_code, is_current, true as is_listed from {{ ref('currencies') }}
),

named as (
    select currency as currency_code from {{ ref('int_trade_observation') }}
    union
    select currency from {{ ref('int_exchange_rate') }}
    union
    select per from {{ ref('int_exchange_rate') }}
),

currencies as (
    select * from listed

    union all by name

    select currency_code, currency_code as name, false as is_current, false as is_listed
    from named
    where currency_code is not null and currency_code not in (select currency_code from listed)

    union all by name

    select 'unknown' as currency_code, 'Unknown currency' as name, false as is_current, false as is_listed
)

select
    {{ surrogate_key(['currency_code']) }} as currency_key,
    currency_code,
    name,
    numeric_code,
    is_current,
    is_listed
from currencies
order by currency_code
