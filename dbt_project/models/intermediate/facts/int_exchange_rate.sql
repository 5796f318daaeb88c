-- Grain: one row per exchange rate that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_exchange_rate_claim', dates=['period']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['currency', 'per', 'kind', 'rate']) }},
        {{ resolved_date('period') }},
        {{ resolution_columns(compared=['rate'], dates=['period']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    currency,
    per,
    kind,
    rate,
    {{ expanded_date('period') }},
    {{ resolution_column_names() }}
from resolved
