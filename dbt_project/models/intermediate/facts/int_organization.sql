-- Grain: one row per organisation that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_organization_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['organization_id', 'name', 'kind']) }},
        {{ resolved_together('located', ['country_code', 'country_reported']) }},
        {{ resolution_columns(compared=['country_code', 'kind']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    organization_id,
    name,
    kind,
    {{ expanded('located', ['country_code', 'country_reported']) }},
    {{ resolution_column_names() }}
from resolved
