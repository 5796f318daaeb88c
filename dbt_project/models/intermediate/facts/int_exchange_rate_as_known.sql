-- Grain: one row per state of knowledge and exchange rate: the fact that the claims which stood then resolve to.
{{ config(meta={'keyed': {
    'key': ['fact_id'], 'by': {'int_exchange_rate_claim': ['fact_id'], 'int_claim_as_known': ['fact_id']},
    'where': {'int_exchange_rate_claim': 'true'},
}}) }}
with claims as (
    {{ known_claims('int_exchange_rate_claim', dates=['period']) }}
),

resolved as (
    select
        state_id,
        fact_id,
        {{ resolved(['currency', 'per', 'kind', 'rate']) }},
        {{ resolved_date('period') }},
        {{ resolution_columns(compared=['rate'], dates=['period']) }}
    from claims
    group by state_id, fact_id
)

select
    fact_id,
    currency,
    per,
    kind,
    rate,
    {{ expanded_date('period') }},
    {{ resolution_column_names(dates=['period']) }}
from resolved
