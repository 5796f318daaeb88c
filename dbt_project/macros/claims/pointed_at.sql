{% macro pointed_at(kind) -%}
    {#- The ids and fact_ids by which links, topics and statements point at things of a kind. -#}
    select subject_id as reference from {{ ref('int_link') }} where subject_kind = '{{ kind }}'
    union
    select object_id from {{ ref('int_link') }} where object_kind = '{{ kind }}'
    union
    select subject_id from {{ ref('int_topic') }} where subject_kind = '{{ kind }}'
    union
    select target_id from {{ ref('int_statement') }} where target_kind = '{{ kind }}'
{%- endmacro %}
