{#- Links between two ids: what a person decided, and what two records share in somebody's register. -#}

{% macro stated_links(condition) -%}
    select
        kind, id_a, id_b, is_same, 'decision' as rule, 1 as rule_rank, false as is_scored, cast(null as double) as score,
        decided_at, reason
    from {{ ref('int_identity_decision') }}
    where {{ condition }}
    union all by name
    select
        kind, id_a, id_b, true as is_same, 'external_id' as rule, 2 as rule_rank, false as is_scored,
        cast(1 as double) as score, number as reason
    from {{ ref('int_external_id_pair') }}
    where {{ condition }}
{%- endmacro %}


{% macro link_position() -%}
    {#- Over a CTE `links`: the order in which links are obeyed: rank of the rule, the later decision, apart before same, the higher score. -#}
    row_number() over (
        partition by links.kind
        order by links.rule_rank, links.decided_at desc nulls last, links.is_same, links.score desc, links.id_a, links.id_b
    )
{%- endmacro %}
