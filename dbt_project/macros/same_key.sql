{% macro same_key(columns, one, other) -%}
    {#- Whether two relations agree in all parts of a key. -#}
    {%- for column in columns %}{{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
