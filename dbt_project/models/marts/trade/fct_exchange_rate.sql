-- Grain: one row per rate: currency, the currency it is counted per, period and kind.
with rates as (
    select * from {{ ref('int_exchange_rate') }}
)

select
    fact_id,
    currency as currency_code,
    per as per_currency_code,
    kind,
    period_edtf,
    period_earliest,
    period_latest,
    rate,
    document_id,
    locator,
    modality,
    attributed_to,
    claim_count,
    has_conflict,
    winning_claim_id,
    winning_reason,
    evidence_class
from rates
order by currency_code, per_currency_code, period_earliest
