{#- What people say that a code means (feed `aliases`): where a code is claimed, the one that it means is taken. -#}

{% macro join_code_alias(kind, column, relation='staged') -%}
    left join {{ ref('int_code_alias') }} as {{ column }}_alias
        on {{ column }}_alias.kind = '{{ kind }}' and lower({{ relation }}.{{ column }}) = {{ column }}_alias.reported
{%- endmacro %}


{% macro meant_code(column, relation='staged') -%}
    coalesce({{ column }}_alias.code, {{ relation }}.{{ column }})
{%- endmacro %}
