{% macro months_of(relation, date='period') -%}
    {#- How many months the days of a period span, a month that is begun counting whole. -#}
    date_diff('month', {{ relation }}.{{ date }}_earliest, {{ relation }}.{{ date }}_latest) + 1
{%- endmacro %}
