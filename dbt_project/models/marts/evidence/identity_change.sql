-- Grain: one row per clock, moment, kind and id that a decision on identity made, from then on, another thing's.
-- Whatever moved an id: a decision that came to stand or was taken back. Times before a first decision are not listed.
with eras as (
    {%- for clock in ['published', 'recorded'] %}
    select '{{ clock }}' as clock, kind, family_id, reported_id, canonical_id, {{ clock }}_from as known_from
    from {{ ref('int_identity_era') }}
    where {{ clock }}_from < {{ clock }}_to
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

followed as (
    select
        *,
        lag(canonical_id) over (partition by clock, kind, reported_id order by known_from) as former_canonical_id
    from eras
),

moved as (
    select * from followed where former_canonical_id <> canonical_id
),

families as (
    select distinct kind, family_id, reported_id from {{ ref('int_identity_era') }}
),

-- the decisions that began or ended at a moment
decisions as (
    {%- for clock in ['published', 'recorded'] %}
    {%- for end in ['from', 'to'] %}
    select
        '{{ clock }}' as clock,
        kind,
        {{ clock }}_{{ end }} as moment,
        {{ 'false' if end == 'from' else 'true' }} as is_ended,
        id_a,
        id_b,
        is_same,
        decided_at,
        reason,
        document_id
    from {{ ref('int_identity_decision_version') }}
    where {{ clock }}_from < {{ clock }}_to
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

decided as (
    select
        moved.clock,
        moved.kind,
        moved.reported_id,
        moved.known_from,
        moved.former_canonical_id,
        moved.canonical_id,
        decisions.is_ended,
        decisions.id_a,
        decisions.id_b,
        decisions.is_same,
        decisions.decided_at,
        decisions.reason,
        decisions.document_id
    from moved
    left join families on moved.kind = families.kind and moved.family_id = families.family_id
    left join decisions
        on moved.clock = decisions.clock
        and moved.kind = decisions.kind
        and moved.known_from = decisions.moment
        and families.reported_id = decisions.id_a
    -- of several at once the one that speaks of the id itself, then one that began, then the latest
    qualify row_number() over (
        partition by moved.clock, moved.kind, moved.reported_id, moved.known_from
        order by
            decisions.id_a is null, moved.reported_id not in (decisions.id_a, decisions.id_b), decisions.is_ended,
            decisions.decided_at desc, decisions.is_same, decisions.id_a, decisions.id_b, decisions.reason, decisions.document_id
    ) = 1
)

select
    clock,
    cast(known_from as timestamp) as changed_at,
    kind,
    reported_id,
    former_canonical_id,
    canonical_id,
    id_a as decision_id_a,
    id_b as decision_id_b,
    is_same as decision_is_same,
    is_ended as is_decision_ended,
    cast(decided_at as timestamp) as decided_at,
    reason as decision_reason,
    document_id as decision_document_id
from decided
order by kind, reported_id, clock, changed_at
