-- Grain: one row per kind and id that a fact was ever known by.
-- Every fact is known by its own id; ids of merged duplicates lead to the fact that they became.
with claims as (
    select distinct fact_kind, fact_id from {{ ref('int_claim') }}
),

facts as (
    select fact_kind, fact_id from {{ ref('int_fact') }}
),

ids as (
    select fact_kind, fact_id from claims
    union
    select fact_kind, fact_id from facts
)

select ids.fact_kind, ids.fact_id, ids.fact_id as alias, facts.fact_id is not null as is_current
from ids
left join facts on ids.fact_kind = facts.fact_kind and ids.fact_id = facts.fact_id
order by ids.fact_kind, ids.fact_id
