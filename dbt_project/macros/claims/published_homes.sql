{% macro published_homes() -%}
    {#- The facts of each subject that is at home with them, on the clock of publishers too. -#}
    select subject_facts.subject_kind, subject_facts.subject_id, subject_facts.fact_kind, subject_facts.fact_id
    from {{ ref('int_subject_fact') }} as subject_facts
    -- what only the order of receipt made a fact, before a decision came, is told by the clock `recorded` alone
    anti join (
        select fact_kind, fact_id from {{ ref('int_claim') }} group by fact_kind, fact_id having not bool_or(is_published_claim)
    ) as unpublished
        on subject_facts.fact_kind = unpublished.fact_kind and subject_facts.fact_id = unpublished.fact_id
    where subject_facts.is_home
{%- endmacro %}
