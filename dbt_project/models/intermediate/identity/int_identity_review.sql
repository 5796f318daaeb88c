-- Grain: one row per kind, rule and pair of ids that a rule says are the same, are not, or may be, with what became of it.
{%- set rule_levels = [
    'title', 'number', 'mentions', 'parties', 'signed', 'in_force', 'instrument', 'place', 'document', 'lineage', 'recurs', 'repeated'
] %}
with links as (
    select kind, id_a, id_b, rule, is_same, is_scored, score, reason from {{ ref('int_entity_link') }}
    union all by name
    select kind, id_a, id_b, rule, is_same, is_scored, score, reason from {{ ref('int_organization_link') }}
    union all by name
    -- what is only pointed out joins nothing
    select kind, id_a, id_b, rule, cast(null as boolean) as is_same, false as is_scored, cast(null as double) as score, reason
    from {{ ref('int_near_duplicate') }}
),

levels as (
    select
        id_a,
        id_b,
        verdict,
        concat_ws('; '{% for level in rule_levels %}, '{{ level }}: ' || {{ level }}{% endfor %}) as levels
    from {{ ref('int_agreement_match') }}
),

canonical as (
    select kind, reported_id, canonical_id from {{ ref('int_identity') }}
),

placed as (
    select
        links.* replace (coalesce(levels.levels, links.reason) as reason),
        levels.verdict,
        coalesce(a.canonical_id, links.id_a) as canonical_id_a,
        coalesce(b.canonical_id, links.id_b) as canonical_id_b
    from links
    left join canonical as a on links.kind = a.kind and links.id_a = a.reported_id
    left join canonical as b on links.kind = b.kind and links.id_b = b.reported_id
    left join levels on links.is_scored and links.id_a = levels.id_a and links.id_b = levels.id_b
),

-- a decision speaks for the whole clusters that its two ids came to be in
decisions as (
    select
        decisions.*,
        least(coalesce(a.canonical_id, decisions.id_a), coalesce(b.canonical_id, decisions.id_b)) as first_id,
        greatest(coalesce(a.canonical_id, decisions.id_a), coalesce(b.canonical_id, decisions.id_b)) as second_id
    from {{ ref('int_identity_decision') }} as decisions
    left join canonical as a on decisions.kind = a.kind and decisions.id_a = a.reported_id
    left join canonical as b on decisions.kind = b.kind and decisions.id_b = b.reported_id
),

decided as (
    select
        placed.kind,
        placed.rule,
        placed.id_a,
        placed.id_b,
        decisions.id_a as decision_id_a,
        decisions.id_b as decision_id_b,
        decisions.is_same as decision_is_same,
        decisions.decided_at,
        decisions.reason as decision_reason,
        decisions.document_id as decision_document_id
    from placed
    inner join decisions
        on placed.kind = decisions.kind
        and least(placed.canonical_id_a, placed.canonical_id_b) = decisions.first_id
        and greatest(placed.canonical_id_a, placed.canonical_id_b) = decisions.second_id
        and decisions.is_same = (placed.canonical_id_a = placed.canonical_id_b)
    -- the decision on the pair itself comes before one on others of the two clusters
    qualify row_number() over (
        partition by placed.kind, placed.rule, placed.id_a, placed.id_b
        order by
            (placed.id_a in (decisions.id_a, decisions.id_b))::integer + (placed.id_b in (decisions.id_a, decisions.id_b))::integer desc,
            decisions.decided_at desc, decisions.id_a, decisions.id_b
    ) = 1
)

select
    placed.kind,
    placed.id_a,
    placed.id_b,
    placed.rule,
    placed.score,
    placed.is_same,
    placed.verdict,
    placed.reason,
    placed.canonical_id_a,
    placed.canonical_id_b,
    placed.canonical_id_a = placed.canonical_id_b as is_joined,
    decided.decision_id_a,
    decided.decision_id_b,
    decided.decision_is_same,
    decided.decided_at,
    decided.decision_reason,
    decided.decision_document_id
from placed
left join decided
    on placed.kind = decided.kind
    and placed.rule = decided.rule
    and placed.id_a = decided.id_a
    and placed.id_b = decided.id_b
