-- Grain: one row per agreement and party to it that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_agreement_party_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['agreement_id', 'role']) }},
        {{ resolved_together('party', ['party_code', 'party_kind', 'party_reported']) }},
        {{ resolution_columns(compared=['role']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    agreement_id,
    role,
    {{ expanded('party', ['party_code', 'party_kind', 'party_reported']) }},
    {{ resolution_column_names() }}
from resolved
