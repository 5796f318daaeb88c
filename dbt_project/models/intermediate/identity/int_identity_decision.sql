-- Grain: one row per kind and pair of ids that a person decided on: the latest decision, and how many others it replaced.
-- On one day, keeping apart wins.
with pairs as (
    select kind, id_a, id_b, is_same, decided_at, reason, document_id
    from {{ ref('int_identity_decision_version') }}
    where is_current
)

select
    kind,
    id_a,
    id_b,
    arg_min(is_same, decision_number) as is_same,
    max(decided_at) as decided_at,
    arg_min_null(reason, decision_number) as reason,
    arg_min_null(document_id, decision_number) as document_id,
    count(*) as decision_count,
    count(distinct is_same) > 1 as has_conflict
from (
    select
        *,
        row_number() over (
            partition by kind, id_a, id_b order by decided_at desc, is_same, reason nulls last, document_id nulls last
        ) as decision_number
    from pairs
) as numbered
group by kind, id_a, id_b
