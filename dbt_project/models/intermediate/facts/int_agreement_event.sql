-- Grain: one row per step in the life of an agreement that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_agreement_event_claim', dates=['occurred', 'effective']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['agreement_id', 'event']) }},
        {{ resolved_date('occurred') }},
        {{ resolved_date('effective') }},
        {{ resolved_together('party', ['party_code', 'party_kind', 'party_reported']) }},
        {{ resolution_columns(dates=['occurred', 'effective']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    agreement_id,
    event,
    {{ expanded_date('occurred') }},
    {{ expanded_date('effective') }},
    {{ expanded('party', ['party_code', 'party_kind', 'party_reported']) }},
    {{ resolution_column_names() }}
from resolved
