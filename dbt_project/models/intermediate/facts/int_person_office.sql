-- Grain: one row per person in an office, for the time they held it that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_person_office_claim', dates=['held']) }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['person_id', 'name', 'office']) }},
        {{ resolved_date('held') }},
        {{ resolved_together('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
        {{ resolution_columns(dates=['held']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    person_id,
    name,
    office,
    {{ expanded_date('held') }},
    {{ expanded('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
    {{ resolution_column_names() }}
from resolved
