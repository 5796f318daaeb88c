{#- The calendar year that holds all the days from `earliest` to `latest`; empty where no single year does. -#}
{% macro year_of(earliest, latest) -%}
    case when year({{ earliest }}) = year({{ latest }}) then cast(year({{ earliest }}) as integer) end
{%- endmacro %}
