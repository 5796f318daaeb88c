-- Grain: one row per id elsewhere that a claim which stands today asserts: the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_external_id_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['kind', 'id', 'scheme', 'value']) }},
        {{ resolution_columns() }}
    from claims
    group by fact_id
)

select
    fact_id,
    kind,
    id,
    scheme,
    value,
    {{ resolution_column_names() }}
from resolved
