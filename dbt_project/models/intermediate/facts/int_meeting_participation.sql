-- Grain: one row per somebody at a meeting that a claim which stands today asserts:
-- the fact that the claims resolve to.
with claims as (
    {{ current_claims('int_meeting_participation_claim') }}
),

resolved as (
    select
        fact_id,
        {{ resolved(['meeting_id', 'person_id', 'person', 'office', 'role']) }},
        {{ resolved_together('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
        {{ resolution_columns(compared=['office', 'represents_code']) }}
    from claims
    group by fact_id
)

select
    fact_id,
    meeting_id,
    person_id,
    person,
    office,
    role,
    {{ expanded('representing', ['represents_code', 'represents_kind', 'represents_reported']) }},
    {{ resolution_column_names() }}
from resolved
