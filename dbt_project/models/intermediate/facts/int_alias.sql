-- Grain: one row per another name of something that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_alias_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['kind', 'id', 'alias', 'language']) }},
        {{ resolution_columns() }}
    from claims
    group by fact_id
)

select
    fact_id,
    kind,
    id,
    alias,
    language,
    {{ resolution_column_names() }}
from resolved
